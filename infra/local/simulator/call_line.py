"""A call that goes on now: how far it is, what was said, and what somebody at the phone page does."""

import asyncio
from typing import Any

from msgspec import Struct, field

from infra.local.simulator.call_outcomes import CallOutcome, Deed

CHARACTERS_A_SECOND = 15


class HungUp(Exception):
    """The person has hung up, or who called has ended the call."""


class Line(Struct, kw_only=True):
    """One call. With `is_attended` somebody at the page has taken it, and presses keys there."""

    provider_id: str
    handset: str
    sender: str
    outcome: CallOutcome | None
    is_talking: bool = False
    is_attended: bool = False
    asks: bool = False
    said: list[dict[str, str]] = field(default_factory=list)
    pressed: str = ""
    deed: asyncio.Future[Deed] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def do(self, deed: Deed, *, by_hand: bool = False) -> bool:
        """Decide what becomes of it while it rings; False when that is decided."""
        if self.deed.done():
            return False
        self.is_attended = by_hand and deed is Deed.TAKEN
        self.deed.set_result(deed)
        return True

    def press(self, key: str) -> None:
        """Press a key."""
        self._keys.put_nowait(key)

    def hang_up(self) -> None:
        """End it, whatever is being said."""
        self._over.set()

    async def say(self, text: str, language: str, voice: str, *, seconds_a_text: float) -> None:
        """Speak; who attends hears it as long as it takes. Raises HungUp."""
        self.said.append({"text": text, "language": language, "voice": voice})
        if self.is_attended and self._keys.empty():
            await self._wait(seconds_a_text * len(text) / CHARACTERS_A_SECOND)
        self._check()

    async def pause(self, seconds: float) -> None:
        """Say nothing for a while. Raises HungUp."""
        if self.is_attended:
            await self._wait(seconds)
        self._check()

    async def key(self, seconds: float) -> str:
        """The key that is pressed within the time; none for none. Raises HungUp."""
        self._check()
        if not self.is_attended and self.outcome is not None:
            asked_before = len(self.pressed)
            return self._pressed(self.outcome.keys[asked_before : asked_before + 1])
        if self.is_attended:
            self.asks = True
            await self._wait(seconds)
            self.asks = False
        self._check()
        return self._pressed("" if self._keys.empty() else self._keys.get_nowait())

    def shown(self) -> dict[str, Any]:
        """The call as the page shows it."""
        return {
            "id": self.provider_id,
            "handset": self.handset,
            "sender": self.sender,
            "is_talking": self.is_talking,
            "is_attended": self.is_attended,
            "asks": self.asks,
            "said": self.said,
            "pressed": self.pressed,
        }

    def _pressed(self, key: str) -> str:
        self.pressed += key
        return key

    def _check(self) -> None:
        if self._over.is_set():
            raise HungUp

    async def _wait(self, seconds: float) -> None:
        """Until it is over, or a key was pressed, or the time is."""
        ends = [asyncio.ensure_future(one) for one in (self._over.wait(), self._peek())]
        _, pending = await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in pending:
            one.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _peek(self) -> bool:
        """Until there is a key; it stays."""
        self._keys.put_nowait(await self._keys.get())
        return True
