"""To which opportunity an activity belongs: as it was logged, after merges, or by what speaks for each candidate."""
