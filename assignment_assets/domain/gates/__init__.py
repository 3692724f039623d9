"""When a gate closes, and where a cycle stands."""
