"""The one DuckDB file, its published copies, the life of a cycle in it."""
