"""What is on a screen, one widget a file."""
