"""Publishing, subscribing, requesting, replying and timing, over one connection."""
