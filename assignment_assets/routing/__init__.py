"""Continuous routing: the log in a DuckDB file of its own, the poll, the steps from a new record to its owner."""
