"""The problem as arrays: reps, accounts, states, seats, objectives, settings, solutions."""
