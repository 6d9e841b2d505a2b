"""Writing saved contexts: whole or not at all, and readable by nobody else."""

import json
import os
import tempfile
from collections.abc import Mapping

from natscli.errors import NatsCliError


def write_context(path: str, values: Mapping[str, object]) -> None:
    """Write a context file of the Go CLI's form, mode 0600; what stood there before stays until all is written."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        descriptor, draft = tempfile.mkstemp(dir=folder, prefix=".context-")  # mode 0600
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(dict(values), file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except OSError:
            os.unlink(draft)
            raise
    except OSError as error:
        raise NatsCliError(f"context file '{path}' cannot be written: {(error.strerror or '').lower()}") from error
