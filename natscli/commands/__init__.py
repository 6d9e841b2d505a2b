"""One module per command: read the options, call the room that does it, show the outcome."""
