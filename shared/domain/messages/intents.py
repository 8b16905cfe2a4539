"""What a group's intent came to: what to call the provider for, and what waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from shared.domain.messages.message import Message
from shared.domain.record import replace


class Intended(Struct, frozen=True, kw_only=True):
    """A message we may call the provider for, now, and for how long the provider may deliver it.

    `written_at` is when the database stored that it is being sent. `was_written`: a commit before this one
    did that, and nobody knows when.
    """

    message: Message
    validity_seconds: int
    was_written: bool = False
    written_at: Any = None


class Intents(Struct, frozen=True, kw_only=True):
    """The outcome for one group: what to call for, what must wait for which opening, and a pause."""

    intended: list[Intended]
    later: dict[datetime, list[str]]
    is_paused: bool = False

    def written(self, at: Any) -> "Intents":
        """The same, with the moment at which the transaction stored it."""
        intended = [one if one.was_written else replace(one, written_at=at) for one in self.intended]
        return replace(self, intended=intended)

    @classmethod
    def of(cls, parts: Sequence["Intents"]) -> "Intents":
        """The outcome for several groups as that of one."""
        later: dict[datetime, list[str]] = {}
        for part in parts:
            for opens_at, message_ids in part.later.items():
                later.setdefault(opens_at, []).extend(message_ids)
        return cls(
            intended=[one for part in parts for one in part.intended],
            later=later,
            is_paused=any(part.is_paused for part in parts),
        )
