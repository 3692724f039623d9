"""Benchmarks: what is measured, against which yardstick, printed as JSON lines."""
