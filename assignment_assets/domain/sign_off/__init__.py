"""What Growth Strategy signs: packets, decisions, verdicts, the approved diff."""
