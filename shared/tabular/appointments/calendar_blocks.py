"""The parts of an iCalendar file, found without reading it into memory: where each appointment stands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from msgspec import Struct, field

from shared.domain.files.file import FileRefused

BLOCK_BYTES = 4_000_000  # an appointment with larger attachments is not taken
_BEGIN = re.compile(rb"BEGIN:([\w-]+)\s*$", re.IGNORECASE)
_END = re.compile(rb"END:([\w-]+)\s*$", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]")
_PROPERTY = re.compile(
    rb"^(UID|SEQUENCE|RECURRENCE-ID)(?:;[^:\r\n]*)?:([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)


class Block(NamedTuple):
    """Where an appointment stands in the file. `calendar` is the index of the calendar that holds it."""

    start: int
    size: int
    line: int
    calendar: int
    uid: str
    sequence: int
    is_override: bool
    is_whole: bool


class Calendar(Struct):
    """What holds for all appointments of one calendar. `zones` are its time zones' definitions."""

    method: str = ""
    time_zone: str = ""
    zones: list[bytes] = field(default_factory=list)


class Contents(Struct):
    """A file's calendars, its appointments by UID in their order, and whether it ends where it should."""

    calendars: list[Calendar] = field(default_factory=list)
    groups: dict[str, list[Block]] = field(default_factory=dict)
    is_cut_off: bool = False


def find_blocks(path: Path) -> Contents:
    """Go through the file once. Raises FileRefused when it holds no calendar."""
    contents = Contents()
    with path.open("rb") as stream:
        for kind, raw, block in _Scan(stream, contents).components():
            if kind == b"VTIMEZONE":
                contents.calendars[-1].zones.append(raw)
            else:
                contents.groups.setdefault(block.uid, []).append(block)
    if not contents.calendars:
        raise FileRefused("The file holds no calendar (BEGIN:VCALENDAR). Export the calendar again.")
    return contents


class _Scan:
    """One way through the lines of a file."""

    def __init__(self, stream: BinaryIO, contents: Contents) -> None:
        self._stream, self._contents = stream, contents
        self._line = self._offset = 0

    def components(self) -> Iterator[tuple[bytes, bytes, Block]]:
        """The time zones and appointments, each with its bytes."""
        depth = 0
        for line in self._lines():
            begins = _BEGIN.match(line)
            if begins and begins[1].upper() == b"VCALENDAR":
                self._contents.calendars.append(Calendar())
                depth = 1
            elif begins and begins[1].upper() in (b"VEVENT", b"VTIMEZONE") and self._contents.calendars:
                yield from self._component(begins[1].upper(), line)
                if self._contents.is_cut_off:
                    return
            elif begins:
                depth += 1
            elif _END.match(line):
                depth -= 1
            elif depth == 1:
                self._note_property(line)
        self._contents.is_cut_off = depth > 0

    def _lines(self) -> Iterator[bytes]:
        while line := self._stream.readline(BLOCK_BYTES):
            self._line += 1
            self._offset += len(line)
            yield line

    def _component(self, kind: bytes, first: bytes) -> Iterator[tuple[bytes, bytes, Block]]:
        """The one that begins with the line just read. One that is not closed ends where the next begins."""
        start, number, parts, size = self._offset - len(first), self._line, [first], len(first)
        for line in self._lines():
            begins, ends = _BEGIN.match(line), _END.match(line)
            if begins and begins[1].upper() in (b"VEVENT", b"VCALENDAR"):
                yield kind, b"", self._block(parts, start, size, number, is_whole=False)
                self._step_back(len(line))
                return
            size += len(line)
            if size <= BLOCK_BYTES:
                parts.append(line)
            if ends and ends[1].upper() == kind:
                whole = size <= BLOCK_BYTES
                yield kind, b"".join(parts), self._block(parts, start, size, number, is_whole=whole)
                return
        self._contents.is_cut_off = True
        yield kind, b"", self._block(parts, start, size, number, is_whole=False)

    def _step_back(self, size: int) -> None:
        self._offset -= size
        self._line -= 1
        self._stream.seek(self._offset)

    def _block(self, parts: list[bytes], start: int, size: int, line: int, *, is_whole: bool) -> Block:
        text = _FOLD.sub(b"", b"".join(parts))
        found = {name.upper(): value.strip() for name, value in _PROPERTY.findall(text)}
        sequence = found.get(b"SEQUENCE", b"")
        return Block(
            start=start,
            size=size,
            line=line,
            calendar=len(self._contents.calendars) - 1,
            # One that has none is nobody's next version.
            uid=found.get(b"UID", b"").decode("utf-8", "replace") or f"\n{line}",
            sequence=int(sequence) if sequence.isdigit() and len(sequence) < 10 else 0,
            is_override=b"RECURRENCE-ID" in found,
            is_whole=is_whole,
        )

    def _note_property(self, line: bytes) -> None:
        name, _, value = line.decode("utf-8", "replace").strip().partition(":")
        calendar = self._contents.calendars[-1]
        if name.partition(";")[0].upper() == "METHOD":
            calendar.method = value.strip().upper()
        elif name.upper() == "X-WR-TIMEZONE":
            calendar.time_zone = value.strip()
