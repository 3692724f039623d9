"""Families, revenue caps, and the relaxation in which bounds are proven."""
