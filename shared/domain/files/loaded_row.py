"""A row that was loaded, as automations look at it: by its place, with what its source says of its fields."""

from collections.abc import Mapping

from msgspec import Struct

from shared.domain.files.source import FieldType


class LoadedRow(Struct, frozen=True, kw_only=True):
    """A row's cleaned values, and the types of its source's fields."""

    values: Mapping[str, str]
    types: Mapping[str, FieldType]
    time_zone: str = ""


def row_place(file_id: str, number: int) -> str:
    """Where a row stands, as events and enrollments have it."""
    return f"{file_id}/{number}"


def read_place(place: str) -> tuple[str, int]:
    """The file's id and the row's number."""
    file_id, _, number = place.rpartition("/")
    return file_id, int(number)
