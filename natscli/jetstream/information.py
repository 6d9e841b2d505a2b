"""What the server says of a stream or a consumer: configuration, state, cluster."""

from __future__ import annotations

from dataclasses import dataclass

from natscli.jetstream.configuration import ConsumerConfig, StreamConfig
from natscli.jetstream.document import Document


@dataclass(frozen=True, slots=True)
class StreamInfo(Document):
    """A whole answer of STREAM.INFO, or an entry of STREAM.LIST."""

    @property
    def config(self) -> StreamConfig:
        """How it is configured."""
        return StreamConfig(self.part("config").raw)

    @property
    def name(self) -> str:
        """The stream's name."""
        return self.config.name

    @property
    def state(self) -> Document:
        """Messages, bytes, sequences."""
        return self.part("state")

    @property
    def cluster(self) -> Document:
        """Leader and replicas; empty on a server alone."""
        return self.part("cluster")


@dataclass(frozen=True, slots=True)
class ConsumerInfo(Document):
    """A whole answer of CONSUMER.INFO, or an entry of CONSUMER.LIST."""

    @property
    def config(self) -> ConsumerConfig:
        """How it is configured."""
        return ConsumerConfig(self.part("config").raw)

    @property
    def name(self) -> str:
        """The consumer's name."""
        return self.text("name")

    @property
    def stream(self) -> str:
        """The name of its stream."""
        return self.text("stream_name")

    @property
    def cluster(self) -> Document:
        """Leader and replicas; empty on a server alone."""
        return self.part("cluster")
