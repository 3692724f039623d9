"""Workbooks for people: lock lists, review books and sign-off books, written and read back."""
