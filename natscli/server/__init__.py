"""A nats-server of our own on this machine: find the program, write its configuration, start, wait, stop."""
