"""Whom a message is for: a row of a file, a contact, or both."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.files.file import Row, row_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One recipient of an audience.

    `values` are the fields that templates, windows and dedupe keys read. `row_number` and `file_id` say where
    a row stands, `contact_id` who the person is. `key` is the same wherever the recipient is met again.
    """

    key: str
    values: Mapping[str, str]
    row_number: int | None = None
    file_id: str | None = None
    contact_id: str | None = None


def recipient_of_row(file_id: str, row: Row) -> Recipient:
    """The recipient that a file's row is."""
    return Recipient(
        key=row_key(file_id, row.number), values=row.values, row_number=row.number, file_id=file_id
    )
