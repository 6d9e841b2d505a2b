"""How streams and consumers are configured: the server's own documents (ADR-8, ADR-13, ADR-31, ADR-37, ADR-42 …)."""

from __future__ import annotations

from dataclasses import dataclass

from natscli.jetstream.document import Document

_INTERNAL = ("KV_", "OBJ_", "$MQTT_")


@dataclass(frozen=True, slots=True)
class StreamConfig(Document):
    """A stream's configuration."""

    @property
    def name(self) -> str:
        """The name."""
        return self.text("name")

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it stores."""
        return self.texts("subjects")

    @property
    def description(self) -> str:
        """What it is for."""
        return self.text("description")

    @property
    def is_mirror(self) -> bool:
        """Whether it mirrors another stream."""
        return bool(self.part("mirror"))

    @property
    def is_internal(self) -> bool:
        """Whether it holds a bucket, or the state of MQTT."""
        return is_internal(self.name)


@dataclass(frozen=True, slots=True)
class ConsumerConfig(Document):
    """A consumer's configuration."""

    @property
    def name(self) -> str:
        """The name; that of a durable one may be under ``durable_name`` alone."""
        return self.text("name") or self.text("durable_name")

    @property
    def description(self) -> str:
        """What it is for."""
        return self.text("description")

    @property
    def is_pull(self) -> bool:
        """Whether messages are asked for; a push consumer sends them to a subject."""
        return not self.text("deliver_subject")

    @property
    def filters(self) -> tuple[str, ...]:
        """The subjects it is about; none for all of the stream's."""
        one = self.text("filter_subject")
        return (one,) if one else self.texts("filter_subjects")


def is_internal(stream: str) -> bool:
    """Whether a stream's name says that it holds a bucket, or the state of MQTT."""
    return stream.startswith(_INTERNAL)
