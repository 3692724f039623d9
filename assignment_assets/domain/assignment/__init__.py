"""The proposal: revenue, families, overflow to Inside Sales, moves with their reasons, the choice on the front."""
