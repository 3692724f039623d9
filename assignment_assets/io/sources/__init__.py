"""The snapshot of a cycle, and what changed since the last look."""
