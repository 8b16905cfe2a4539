"""The messages of an HL7 version 2 file, found without reading it into memory.

Segments may end with CR, LF or CR LF, messages may stand in batch envelopes (FHS, BHS, BTS, FTS) and carry
the framing bytes of MLLP.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shared.domain.files.file import FileRefused

MESSAGE_BYTES = 4_000_000
_BLOCK = 256 * 1024
_SEGMENT = re.compile(rb"[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s]")
_ENVELOPES = (b"FHS", b"BHS", b"BTS", b"FTS")
_FRAMES = b"\x0b\x1c"


class RawMessage(NamedTuple):
    """One message: its segments, the line of the file it begins in, and how far the file is read with it."""

    segments: list[bytes]
    line: int
    position: int


def raw_messages(path: Path) -> Iterator[RawMessage]:
    """The messages in their order. Raises FileRefused for one that is too large to be held in memory."""
    current: list[bytes] = []
    begins = position = size = 0
    for line, position, text in _lines(path):
        if text.startswith(b"MSH") and _SEGMENT.match(text):
            if current:
                yield RawMessage(current, begins, position)
            current, begins, size = [], line, 0
        elif text[:3] in _ENVELOPES and _SEGMENT.match(text):
            continue
        elif not begins:
            continue  # what stands before the first message
        size += len(text)
        if size > MESSAGE_BYTES:
            raise FileRefused(
                f"The message that begins in line {begins:,} has more than {MESSAGE_BYTES:,} bytes: "
                "check that every message begins with a segment MSH in a line of its own."
            )
        if current and not _SEGMENT.match(text):
            current[-1] += b"\n" + text  # a text with line breaks, which should be written as \.br\
        elif text:
            current.append(text)
    if current:
        yield RawMessage(current, begins, position)


def _lines(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Each line with its number and the position after it, whatever ends it."""
    number, position, rest = 0, 0, b""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            # A CR at the end may be the first half of a CR LF.
            text = rest + block
            held = b"\r" if text.endswith(b"\r") else b""
            *lines, rest = re.split(rb"\r\n|\r|\n", text[: len(text) - len(held)])
            rest += held
            for line in lines:
                number += 1
                position += len(line) + 1
                yield number, position, line.strip(_FRAMES + b" ").removeprefix(b"\xef\xbb\xbf")
            if len(rest) > MESSAGE_BYTES:
                raise FileRefused(f"Line {number + 1:,} has more than {MESSAGE_BYTES:,} bytes.")
    yield number + 1, position + len(rest), rest.strip(_FRAMES + b" \r\n")
