"""How records are changed: every one of them is a `msgspec.Struct`.

A Struct is made forty times faster than a dataclass, which an instance pays for each time it starts
(see docs/performance.md), and is read from the database and written to it without a detour.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from dataclasses import replace as replace  # so that names and types of the changes are checked
else:
    from msgspec.structs import replace as replace


class Confidential(Struct, frozen=True):
    """A record whose values are never shown, whoever logs it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"
