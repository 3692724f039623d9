"""What people are told: letters and bulletins, as texts."""
