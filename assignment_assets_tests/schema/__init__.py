"""Stores that earlier releases have left behind, opened by this one."""
