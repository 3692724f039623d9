"""What is run: run config, current books, eligible pool, the life of a cycle."""
