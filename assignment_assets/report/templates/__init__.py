"""The report's page, its style, and the table that every section uses."""
