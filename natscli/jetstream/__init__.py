"""JetStream over its JSON API: streams, consumers and their messages, and no document ever loses a field."""
