"""What must hold at each stage of the waterfall: the predicates, and which of them each asset keeps."""
