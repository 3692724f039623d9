"""Who has a seat: max-flow, feasible starts, what single accounts leave of the flow."""
