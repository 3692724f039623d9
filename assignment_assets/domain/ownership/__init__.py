"""Whose an account was when, and what changed it: read from all cycles and the routing log."""
