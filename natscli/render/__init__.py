"""Values become bytes: what people read, what programs read, and nothing in between."""
