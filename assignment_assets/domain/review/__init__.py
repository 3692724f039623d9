"""The judgement of directors' edits: bounds, places, refusals, settlement."""
