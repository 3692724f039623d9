"""What happened between the quarters, and the cycles that it asks for."""
