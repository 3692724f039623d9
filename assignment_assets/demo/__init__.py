"""The rehearsal: a sample company's quarterly cycle from its org to its org, people included."""
