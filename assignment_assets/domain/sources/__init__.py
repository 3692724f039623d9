"""What a source must hand over: contract tables, row rules, ids, states."""
