"""Text for people and from people: what may reach a terminal, durations, sizes."""
