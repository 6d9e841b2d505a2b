"""Lines of the message schema turned into letters, as far as they are good."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator

from natscli.connection.client import Connection
from natscli.errors import NatsCliError
from natscli.messaging.lines import BadLineError, Batch, Fault, decoded
from natscli.messaging.ndjson import Line
from natscli.messaging.outgoing import Letter

Dress = Callable[[int, Line], bytes]  # the header block of a line, which is numbered; ValueError says what it lacks


class LineLetters:
    """The letters of lines, in order, up to the first that cannot be sent: ``broken_off`` is then why."""

    def __init__(self, connection: Connection, lines: AsyncIterable[Batch | Fault], dress: Dress | None = None) -> None:
        self.broken_off: NatsCliError | None = None
        self._connection = connection
        self._lines = lines
        self._dress = dress

    async def batches(self) -> AsyncIterator[Iterator[Letter]]:
        """Yield what can be sent at once, as it comes."""
        async for batch in self._lines:
            if isinstance(batch, Fault):
                self.broken_off = BadLineError(batch)
            else:
                yield self._letters(batch)
            if self.broken_off is not None:
                return

    def _letters(self, batch: Batch) -> Iterator[Letter]:
        try:
            for found in decoded(batch):
                yield self._letter(batch, found)
        except NatsCliError as error:
            self.broken_off = error

    def _letter(self, batch: Batch, found: tuple[int, Line] | Fault) -> Letter:
        if isinstance(found, Fault):
            raise BadLineError(found)
        number, line = found
        letter = Letter(*line.message)
        try:
            if self._dress is not None:
                letter = letter._replace(reply=b"", headers=self._dress(number, line))
            letter.check_size(self._connection)
        except (NatsCliError, ValueError) as error:
            raise BadLineError(Fault(batch.source, number, str(error))) from None
        return letter
