"""Where to connect and as whom: URLs, credentials, saved contexts, and which of them counts."""
