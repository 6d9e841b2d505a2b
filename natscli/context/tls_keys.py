"""Keys of TLS certificates: whether one wants a password."""

_LARGEST_KEY = 1024 * 1024
_MARKS = (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED")


def is_encrypted(path: str) -> bool:
    """Whether a key file wants a password; one that cannot be read is reported when it is used."""
    try:
        with open(path, "rb") as file:
            text = file.read(_LARGEST_KEY)
    except (OSError, ValueError):
        return False
    return any(mark in text for mark in _MARKS)
