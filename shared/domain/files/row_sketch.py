"""Which rows a file has, in a few kilobytes: enough to see them again in another file.

Of the rows' hashes the smallest are kept (k minimum values), so that of two files the same rows are kept, and
what holds for those holds for all: https://en.wikipedia.org/wiki/MinHash. Up to `MOST` rows nothing is lost.
"""

import hashlib
import heapq
from array import array
from collections.abc import Mapping

import orjson
from msgspec import Struct

MOST = 4_096
_ALL = 1 << 64


class RowSketch(Struct, frozen=True, kw_only=True):
    """The rows of a file. `hashes` are those below `limit`, as bytes; `sum` is the same for the same rows in
    any order, `order` only in the same order. `count` is of all rows.
    """

    count: int = 0
    sum: int = 0
    order: int = 0
    limit: int = _ALL - 1
    hashes: bytes = b""

    def kept(self) -> frozenset[int]:
        """The hashes that are kept."""
        return frozenset(array("Q", self.hashes))


def row_hash(values: Mapping[str, str]) -> int:
    """A row's values as a number below 2^64; with the same values, the same."""
    text = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


class Sketching:
    """Makes a sketch of rows that come one by one, in constant memory."""

    def __init__(self) -> None:
        self._count = self._sum = self._order = 0
        self._kept: set[int] = set()
        self._heap: list[int] = []  # the kept ones, the largest first, as negatives
        self._limit = _ALL - 1

    def add(self, number: int) -> None:
        """The hash of the next row."""
        self._count += 1
        self._sum = (self._sum + number) % _ALL
        self._order = (self._order * 0x100000001B3 + number) % _ALL
        if number >= self._limit or number in self._kept:
            return
        self._kept.add(number)
        heapq.heappush(self._heap, -number)
        if len(self._heap) > MOST:
            self._limit = -heapq.heappop(self._heap)
            self._kept.discard(self._limit)

    def sketch(self) -> RowSketch:
        """The sketch of all rows so far."""
        return RowSketch(
            count=self._count,
            sum=self._sum,
            order=self._order,
            limit=self._limit,
            hashes=array("Q", sorted(self._kept)).tobytes(),
        )


class KnownRows:
    """Looks for the rows of earlier files among those that come one by one, in constant memory.

    What was left out of an earlier sketch is not looked for, and the share found among the others counts.
    """

    def __init__(self, sketches: Mapping[str, RowSketch]) -> None:
        """The earlier files' sketches, by file."""
        self._files: dict[int, str] = {}
        for file_id, sketch in sketches.items():
            self._files.update(dict.fromkeys(sketch.kept(), file_id))
        self._limit = min((sketch.limit for sketch in sketches.values()), default=0)
        self._compared = self._found = 0
        self.rows: list[int] = []
        self.file_ids: dict[str, int] = {}

    def look(self, number: int, row_number: int) -> None:
        """Compare a row."""
        if number >= self._limit:
            return
        self._compared += 1
        file_id = self._files.get(number)
        if file_id is not None:
            self._found += 1
            self.file_ids[file_id] = self.file_ids.get(file_id, 0) + 1
            if len(self.rows) < 5:
                self.rows.append(row_number)

    @property
    def share(self) -> float:
        """How many of the rows were known, from 0 to 1."""
        return self._found / self._compared if self._compared else 0.0
