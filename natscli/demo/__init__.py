"""Lively, realistic traffic on a local server, to look at and to try things on."""
