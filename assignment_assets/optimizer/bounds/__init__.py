"""Proven lower bounds: the dual function, its ascent, the ideal of each objective."""
