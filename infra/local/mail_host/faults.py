"""What goes wrong on request: at which moment, how, for whom, and how often."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct


class Where(StrEnum):
    """The command it happens at; `CONTENT` is the end of the mail itself."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    START = "start"
    CONTENT = "content"


class How(StrEnum):
    """An answer that refuses; or the connection is lost: before anything was taken, or after."""

    REFUSE = "refuse"
    DROP = "drop"
    DROP_ACCEPTED = "drop_accepted"


class Fault(Struct, kw_only=True):
    """It happens `left` times, to a `recipient` or to anybody. `answer` is what is said."""

    where: Where
    how: How
    answer: str = "451 4.3.0 Try again later"
    recipient: str = ""
    left: int = 1_000_000

    @classmethod
    def of(cls, order: Mapping[str, Any]) -> "Fault":
        """As it was asked for. Raises ValueError, TypeError."""
        facts = {name: value for name, value in order.items() if name not in ("where", "how")}
        return cls(where=Where(order.get("where", "")), how=How(order.get("how", "")), **facts)


class Faults:
    """Those that were asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def ask(self, fault: Fault) -> None:
        """Have it happen."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Have nothing more happen."""
        self._faults.clear()

    def next(self, where: Where, recipient: str = "") -> Fault | None:
        """What happens now, if anything."""
        for fault in self._faults:
            if fault.where is where and fault.left > 0 and fault.recipient in ("", recipient):
                fault.left -= 1
                return fault
        return None
