"""pub and sub, together, through a real server."""


def test_a_published_message_is_printed(cli, start, subject):
    sub = start("sub", subject, "--count", "1")
    sub.says("Subscribing")

    published = cli("pub", subject, "hi")

    assert published == (0, b"", f'Published 2 bytes to "{subject}"\n')
    assert sub.end() == 0
    assert sub.out == f'[#1] Received on "{subject}"\nhi\n\n'.encode()
