"""Phase 2, the referring accounts; phase 3, the value of the rest."""
