"""Who gets a message again that was sent before: a choice that a person makes after a preview."""

from collections.abc import Callable

from msgspec import Struct

from shared.domain.files.row_key import row_key
from shared.domain.ids import computed_id

MOST_ROWS = 1_000  # they are frozen with the content, which is one document


class ChosenRow(Struct, frozen=True, kw_only=True):
    """A row of a file."""

    file_id: str
    row_number: int


class SendAgain(Struct, frozen=True, kw_only=True):
    """Everybody, or the recipients that these rows are, whatever was sent to them before."""

    everybody: bool = False
    rows: tuple[ChosenRow, ...] = ()

    def chooser(self) -> Callable[[str], bool]:
        """Whether a recipient, by its key, is to get it again."""
        keys = frozenset(row_key(row.file_id, row.row_number) for row in self.rows)
        return lambda recipient_key: self.everybody or recipient_key in keys

    def __bool__(self) -> bool:
        """Whether it names anybody."""
        return self.everybody or bool(self.rows)

    @property
    def key(self) -> str:
        """The same for the same choice; empty for nobody."""
        rows = sorted(f"{row.file_id} {row.row_number}" for row in self.rows)
        return computed_id("everybody" if self.everybody else "rows", *rows) if self else ""


NOBODY_AGAIN = SendAgain()
EVERYBODY_AGAIN = SendAgain(everybody=True)
