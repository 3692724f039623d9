"""Complete books: ties, counterfactuals, the certificate."""
