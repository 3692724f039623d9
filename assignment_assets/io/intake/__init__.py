"""Intake of returned files in three steps: what lies in the folders, what each file is, what is written down."""
