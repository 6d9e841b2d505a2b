"""Freed memory is kept where that was asked for, and nobody else pays for it."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
from natscli.connection import stream

assert stream._read_size == 128 * 1024 and "ctypes" not in sys.modules
if {kept}:
    stream.expect_large_blocks()
    stream.expect_large_blocks()
    assert stream._read_size == 512 * 1024

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def window():  # as of chunks that are sent and not yet acknowledged
    return [b"".join((b"x", part)) for part in parts]

parts = [bytes(128 * 1024)] * 64
window()
before = faults()
for _ in range(10):
    window()
print(faults() - before)
"""


def faults(*, kept):
    program = PROGRAM.format(kept=kept)
    return int(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, timeout=60).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_a_block_is_not_faulted_in_each_time():
    pages = 10 * 64 * 128 * 1024 // 4096
    assert faults(kept=True) < pages / 4 < faults(kept=False)
