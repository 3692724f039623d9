"""Books from prices: auction and diving."""
