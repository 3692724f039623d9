"""The front: weights, NSGA-II, archive, checkpoints."""
