"""Whom a message is for: a row of a file, a contact, or both."""

from collections.abc import Mapping

from msgspec import Struct

from shared.domain.files.file import Row
from shared.domain.files.row_key import row_key
from shared.domain.files.source import CONTACT


class Recipient(Struct, frozen=True, kw_only=True):
    """One recipient of an audience.

    `values` are the fields that templates, windows and dedupe keys read. `row_number` and `file_id` say where
    a row stands, `contact_id` who the person is. `key` is the same wherever the recipient is met again.
    `time_zone` (IANA) is the one in which a row's times were read; empty when that is not known.
    """

    key: str
    values: Mapping[str, str]
    row_number: int | None = None
    file_id: str | None = None
    contact_id: str | None = None
    time_zone: str = ""


def recipient_of_row(file_id: str, row: Row, *, is_people: bool = False) -> Recipient:
    """The recipient that a file's row is. `is_people`: that of a person, who may be a contact."""
    return Recipient(
        key=row_key(file_id, row.number),
        values=row.values,
        row_number=row.number,
        file_id=file_id,
        contact_id=row.values.get(CONTACT) if is_people else None,
        time_zone=row.time_zone,
    )
