"""Moves from books to books, and the survey of a phase that gives it its scale."""
