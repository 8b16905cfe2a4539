"""How many bytes a record takes when it is stored, and how writes are cut so that a commit carries them.

A commit has at most 10 MiB in the service, 4 MiB in the emulator (gRPC's usual limit), and a document 1 MiB
(https://firebase.google.com/docs/firestore/quotas).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from shared.domain.channels.channel import as_text

T = TypeVar("T")
# Of the records as they are created. What is left below 4 MiB is for what they learn later: a message that is
# sent is written anew, with its batch's others.
COMMIT_BYTES = 3_000_000
DELETION_BYTES = 512  # a write that deletes: the document's name
_WRITE_BYTES = 1_024  # the document's name, its version and end, and what surrounds them
_FIELD_BYTES = 24  # tags and lengths around a name and its value
_ITEM_BYTES = 12  # the same around one value of a list
_NUMBER_BYTES = 16  # the longest of numbers, booleans and times


def stored_bytes(record: Any) -> int:
    """How many bytes the write of this record takes in a commit: never fewer, and little more."""
    plain: dict[str, object] = msgspec.to_builtins(record, builtin_types=(datetime, bytes), enc_hook=as_text)
    mask = sum(len(name) + _ITEM_BYTES for name in record.__struct_fields__)
    return _WRITE_BYTES + mask + _bytes_of(plain)


def _bytes_of(value: object) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode(errors="surrogatepass"))
    if isinstance(value, dict):
        return sum(
            _bytes_of(name) + _FIELD_BYTES + _bytes_of(item)
            for name, item in value.items()
            if item is not None
        )
    if isinstance(value, list | tuple):
        return sum(_ITEM_BYTES + _bytes_of(item) for item in value)
    return len(value) if isinstance(value, bytes) else _NUMBER_BYTES


def cut(
    items: Iterable[T], size_of: Callable[[T], int], *, most: int, most_bytes: int = COMMIT_BYTES
) -> Iterator[list[T]]:
    """The items in order, in parts of at most `most` items and `most_bytes` by `size_of`.

    The same items give the same parts. One that is larger is a part of its own.
    """
    part: list[T] = []
    size = 0
    for item in items:
        length = size_of(item)
        if part and (len(part) >= most or size + length > most_bytes):
            yield part
            part, size = [], 0
        part.append(item)
        size += length
    if part:
        yield part
