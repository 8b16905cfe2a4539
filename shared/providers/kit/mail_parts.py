"""A mail cut to what of it is read: no mail, however it is built, keeps a function busy for long."""

import re
from collections.abc import Iterator
from itertools import islice

# Every line between parts begins so (RFC 2046, 5.1.1), and few others do.
_DELIMITER = re.compile(rb"(?m)^--[^\r\n]{1,200}\r?$")
_NO_BASE64 = b"\r\n\t ="
MOST_PARTS = 100
PART_BYTES = 512 * 1024
MOST_LINES = 20_000  # of all parts together
HEADER_LINES = 60  # that each part may have besides
CUT = "X-Rollcall-Cut"  # how many bytes a part had besides, and how many characters of base64


def shortened(raw: bytes) -> bytes:
    """The mail with the beginning of each part; one that was cut says by a header CUT how much it lost."""
    if len(raw) <= PART_BYTES and raw.count(b"\n") <= MOST_LINES:
        return raw
    left, kept = MOST_LINES, bytearray()
    for piece in _pieces(raw):
        lines = piece[:PART_BYTES].split(b"\n", HEADER_LINES + left)
        start = b"\n".join(lines[: HEADER_LINES + left])
        left = max(0, left - len(lines))
        kept += start if len(start) == len(piece) else _cut(start, piece)
    return bytes(kept)


def _pieces(raw: bytes) -> Iterator[bytes]:
    """Each from one line between parts up to the next."""
    starts = [found.start() for found in islice(_DELIMITER.finditer(raw), MOST_PARTS)]
    ends = [*starts, len(raw)]
    yield raw[: ends[0]]
    for place, start in enumerate(starts):
        yield raw[start : ends[place + 1]]


def _cut(start: bytes, piece: bytes) -> bytes:
    """The piece's start with the header: the first one, behind the line between parts."""
    lost = piece[len(start) :]
    line, end, rest = start.partition(b"\n") if start.startswith(b"--") else (b"", b"", start)
    header = f"{CUT}: {len(lost)} {len(lost.translate(None, _NO_BASE64))}\r\n".encode()
    return b"".join((line, end, header, rest, b"\r\n"))
