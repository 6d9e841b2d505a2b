"""Servers and accounts as they describe themselves, as values."""
