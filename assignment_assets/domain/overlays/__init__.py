"""Roles beside the owner, such as customer success and solutions architects: what they do, and on what."""
