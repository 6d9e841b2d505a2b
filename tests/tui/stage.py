"""A source that plays the demo's traffic by a clock of its own, and the app in front of it: no server, no waiting."""

import asyncio
import copy
import math
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import events
from textual.pilot import Pilot

from natscli.demo.scenario import Scenario, answer_price
from natscli.tap.plan import Plan
from natscli.tui.app import TopApp
from natscli.tui.keys import Taste
from natscli.tui.launch import Launch
from natscli.tui.ring import Ring
from natscli.tui.source import Spread, Standing, State
from natscli.wire.message import Message, Run

START_S = 1_800_000_000.0  # when the play begins, in seconds since the epoch
_STEP_S = 0.25
_SAID_S = 600.0
_CHARACTERS = {
    "slash": "/", "asterisk": "*", "ampersand": "&", "question_mark": "?", "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[", "right_square_bracket": "]", "space": " ", "enter": "\r", "tab": "\t",
}  # fmt: skip


class StageSource:
    """Nothing comes unless ``play`` or ``send`` is called."""

    def __init__(self, seed: int = 1) -> None:
        self.ring = Ring()
        self.news: deque[str] = deque()
        self.subjects = ">"
        self.now_s = 0.0
        self.registry = Spread(0.0, self.ring)
        self.state = State.LIVE
        self.toggled = 0
        self.stopped = False
        self._draws = Draws(seed)
        self._way = seed

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped = True

    async def toggle(self) -> None:
        self.toggled += 1
        self.state = State.UNSUBSCRIBED if self.state is State.LIVE else State.LIVE

    def tick(self) -> None:
        self.registry.tick(self.now_s)

    def standing(self) -> Standing:
        return Standing(self.state, "demo", "nats://127.0.0.1:4222", "2.15.1", 0.000172)

    def wall_s(self, time_s: float) -> float:
        return START_S + time_s

    def send(self, *messages: tuple[str | bytes, bytes] | Message) -> None:
        """Have messages come now."""
        run = [m if isinstance(m, Message) else Message(_bytes(m[0]), m[1]) for m in messages]
        self.registry.take(Run.of(1, run), self.now_s)

    def pass_time(self, seconds: float) -> None:
        """Let time pass in silence."""
        self.now_s += seconds
        self.tick()

    def play(self, seconds: float, rate: float = 200) -> None:
        """Have the demo's traffic come for so long, in waves."""
        end = self.now_s + seconds
        while self.now_s < end:
            self._step(int(rate * _STEP_S * (1 + 0.35 * math.sin(self.now_s / 5))))
            self.now_s += _STEP_S
            self.tick()

    def _step(self, count: int) -> None:
        """Have a step's messages come; they are drawn once for all plays that have gone the same way."""
        self._way = hash((self._way, count, self.now_s))
        if self._way not in _DRAWN:
            self._draws = copy.deepcopy(self._draws)
            _DRAWN[self._way] = (self._draws.step(count, self.now_s), self._draws)
        (run, answers), self._draws = _DRAWN[self._way]
        self.registry.take(run, self.now_s)
        for answer, delay_s in answers:
            self.registry.take(answer, self.now_s + delay_s)


class Draws:
    """What is published next: the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._scenario = Scenario(seed)
        self._random = random.Random(seed)
        self._requests = 0

    def step(self, count: int, now_s: float) -> tuple[Run, list[tuple[Run, float]]]:
        """Return a run of messages, and the replies to them, each with the seconds it takes."""
        messages, answers = [], []
        for _ in range(count):
            drawn = self._scenario.draw(START_S + now_s)
            reply = b""
            if drawn.wants_reply:
                self._requests += 1
                reply = b"_INBOX.stage.%d" % self._requests
                if self._random.random() < 0.997:
                    answer = Run.of(1, [Message(reply, answer_price(drawn.payload))])
                    answers.append((answer, self._random.lognormvariate(-8, 0.7)))
            messages.append(Message(drawn.subject, drawn.payload, reply, drawn.headers))
        return Run.of(1, messages), answers


_DRAWN: dict[int, tuple[tuple[Run, list[tuple[Run, float]]], Draws]] = {}


class Stage:
    """The app on show: keys, clicks, and what is seen."""

    def __init__(self, app: TopApp, pilot: "Pilot[None]", source: StageSource) -> None:
        self.app = app
        self.pilot = pilot
        self.source = source

    async def press(self, *keys: str) -> None:
        """Press keys, and let the app tick."""
        for key in keys:
            self._key(key, _CHARACTERS.get(key, key if len(key) == 1 else None))
            await self._handled()
        await self.show()

    async def type(self, text: str) -> None:
        """Type text."""
        for character in text:
            self._key(character, character)
        await self.settled()

    async def show(self) -> None:
        """Tick, and wait until everything is on the screen."""
        if self.app._running:
            self.app.tick()
        await self.settled()

    async def settled(self) -> None:
        """Wait until all is handled and painted.  (Pilot's own pauses wait for an idle processor.)"""
        await self._handled()
        if self.app._running:
            await self._painted()
            await self._handled()

    async def _handled(self) -> None:
        """Wait until nobody has a message to handle."""
        quiet = 0
        while quiet < 5:
            await asyncio.sleep(0)
            quiet = 0 if self._busy() else quiet + 1

    def _key(self, key: str, character: str | None) -> None:
        self.app._driver.send_message(events.Key(key, character))

    def _busy(self) -> bool:
        pumps = [self.app, *self.app.screen_stack]
        pumps += [widget for screen in self.app.screen_stack for widget in screen.walk_children()]
        return any(pump._message_queue is not None and pump.message_queue_size != 0 for pump in pumps)

    async def _painted(self) -> None:
        """Wait until the screen has laid itself out and painted."""
        done = asyncio.Event()
        self.app.screen.call_after_refresh(done.set)
        await asyncio.wait_for(done.wait(), 30)

    async def sees(self, text: str, within: float = 30.0) -> str:
        """Wait until a text is on the screen; return all of it."""
        return await self.until(lambda: text in self.text and self.text, f"{text!r} is not shown", within)

    async def misses(self, text: str, within: float = 30.0) -> None:
        """Wait until a text is on the screen no more."""
        await self.until(lambda: text not in self.text, f"{text!r} is still shown", within)

    async def until(self, condition: "Callable[[], object]", why: str, within: float = 30.0):
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while not (value := condition()):
            assert loop.time() < end, f"{why}:\n{self.text}"
            await asyncio.sleep(0.01)
        return value

    @property
    def rows(self) -> list[str]:
        """The screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(self.rows)


def lasting(app: TopApp) -> TopApp:
    """Have what is said for a moment stay on the screen, so that nobody has to look within the moment."""
    notify = app.notify

    def stay(message: str, **settings: object) -> None:
        notify(message, **{**settings, "timeout": _SAID_S})

    app.notify = stay
    return app


@asynccontextmanager
async def on_stage(
    size: tuple[int, int] = (120, 40),
    *,
    source: StageSource | None = None,
    seconds: float = 20.0,
    rate: float = 200,
    theme: str = "",
    keymap: dict[str, str] | None = None,
    fleeting: bool = False,
    **launch: object,
) -> AsyncIterator[Stage]:
    """Run the app on a stage of so many cells; ``seconds`` of traffic have gone by.

    What is said for a moment stays, unless it is to be ``fleeting``: it covers what lies below.
    """
    source = source or StageSource()
    if seconds:
        source.play(seconds, rate)
    plan = launch.pop("plan", Plan())
    app = TopApp(Launch(plan=plan, connect=None, **launch), source, Taste(theme, keymap or {}), ticking=False)
    if not fleeting:
        lasting(app)
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(app, pilot, source)
        await stage.show()
        await stage.show()
        yield stage


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
