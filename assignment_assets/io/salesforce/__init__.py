"""The org: connection, tables, owners, the bulk lane."""
