"""Anybody's files as our tables: the mapping, cells, places."""
