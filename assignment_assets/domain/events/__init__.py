"""What happened between two snapshots, and which cycle each event makes. Pure."""
