"""Who we are, when a server takes it no longer: newer credentials are taken up, or the end is explained."""

from __future__ import annotations

import asyncio
import time

from natscli.connection import auth
from natscli.connection.causes import Cause, cause_of
from natscli.connection.hardened import HardenedClient
from natscli.connection.pool import ReconnectPlan
from natscli.connection.presented import presented
from natscli.connection.server_errors import bare, final, of_identity
from natscli.connection.transport import Trace
from natscli.connection.upstream import errors
from natscli.context.sources import ask_again
from natscli.context.target import Target
from natscli.context.urls import ServerUrl
from natscli.context.waiting import Wait
from natscli.errors import NatsCliError

_EXPIRED = "the credentials expired, and there are newer ones"
_REFUSED = "the credentials are no longer accepted, and there are newer ones"


class RenewingClient(HardenedClient):
    """A client that knows why it is refused, and reads its credentials anew when they end."""

    def __init__(self, target: Target, url: ServerUrl, trace: Trace | None) -> None:
        super().__init__(target, url, trace)
        self._plan = ReconnectPlan()
        self._established = False
        self._reconnects = False  # after any loss, and not only for newer credentials
        self._renewable = False  # may come back with newer credentials though it does not otherwise
        self._renewing = ""  # where newer credentials are from, on the way back with them

    @property
    def credentials_end_s(self) -> float | None:
        """When the JWT in use expires, in seconds since 1970; None for what does not expire, as far as we know."""
        if self.presented.jwt is None:
            return None
        from natscli.context.jwt import inspect  # for JWTs alone

        return inspect(self.presented.jwt).expires

    async def leave_for_newer_credentials(self) -> bool:
        """Begin to reconnect with newer credentials; False where there are none."""
        return await self._leave(_EXPIRED)

    def cause(self, error: BaseException, url: ServerUrl) -> Cause:
        """Return why an attempt to connect to ``url`` failed, explained as far as can be seen from here."""
        cause = cause_of(error, url, self.stream)
        if cause.of_identity:
            explained, cause.hint = self._explanation(cause.words)
            cause.words += f": {explained}"
        return cause

    async def _ended_by_server(self, words: str) -> None:
        """Come back with newer credentials where there are some, else give the connection up and say why."""
        words = bare(words).lower()
        explained, hint = self._explanation(words)
        if explained and (self._reconnects or self._renewable):
            if await self._leave(_EXPIRED if "expired" in words else _REFUSED):
                return
            if self.presented.source:
                where = "there" if self.presented.source in explained else f"in {self.presented.source}"
                explained += f"; nothing newer is {where}"
        self.fail(final(words, self.url, explained, hint))

    async def _leave(self, reason: str) -> bool:
        source = await asyncio.to_thread(self._newer_credentials)  # it may have to ask a program
        if not source or not self.is_connected:
            return False
        self._renewing = source
        self._plan.hurry()
        self.options["allow_reconnect"] = True
        await self._process_op_err(errors.Error(reason))
        return True

    def _returned(self) -> str:
        """Take note that the connection is made again; return where its newer credentials are from, if that was why."""
        self._plan.succeeded()
        self.options["allow_reconnect"] = self._reconnects
        source, self._renewing = self._renewing, ""
        return source

    def _newer_credentials(self) -> str:
        """Return where there now are other credentials than were presented, in words; nothing where there are none."""
        before = self.presented
        challenge = None if before.nonce is None else ""
        try:
            ask_again(Wait())
            fields = auth.connect_fields(self.target.credentials, self.target.token, self.target_url(), challenge)
        except NatsCliError:
            return ""
        now = presented(self.target.credentials, fields, challenge)
        return now.source if now.differs(before) else ""

    def _explanation(self, words: str) -> tuple[str, str | None]:
        """Return what was wrong with who we said we are, and a hint; nothing for a refusal of something else."""
        if not of_identity(words):
            return "", None
        from natscli.connection.refusals import Refusal, explain  # 5 ms, and only for a refusal

        refusal = Refusal(
            words,
            time.time(),
            accepted_before=self._established,
            websocket=self.target_url().is_websocket,
            certificate=self.target.tls.cert,
        )
        return explain(self.presented, refusal)
