"""What starts by itself: assets in order, jobs, sensors, schedules, alerts."""
