"""In which encoding a text file is written: byte order mark, UTF-16's zeros, strict UTF-8, else cp1252.

Statistical detectors err on short Latin text, so none is used. A file whose words cannot be cp1252 is
refused; else the result is shown to the user, who can give the source another encoding.
"""

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path

from shared.domain.files.cell import UNREADABLE
from shared.domain.files.file import FileRefused

HEAD_BYTES = 64 * 1024
WESTERN = "cp1252"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In Western European words accented letters stand among others; of Cyrillic or Greek ones none is ASCII.
_WORD = re.compile(r"[^\W\d_]{3,}")
_READABLE = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")


def find_encoding(path: Path, hint: str | None = None) -> str:
    """The Python name of the file's encoding. Raises FileRefused when it cannot be.

    A byte order mark outranks the hint: it is evidence. A UTF-8 file with some damaged bytes is still
    UTF-8 (those rows are rejected later); one where such bytes outnumber the good ones is cp1252.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    found = _marked(head) or (_known(hint) if hint else None) or _zero_padded(head)
    if found is None:
        return _utf8_or_cp1252(path)
    if found.startswith(("utf-16", "utf-32")):
        _check_decodes(path, found)
    return found


def decoded(path: Path, encoding: str, errors: str) -> Iterator[str]:
    """The whole file's text in pieces. Bytes without a meaning are treated as `errors` says."""
    with path.open("r", encoding=encoding, errors=errors, newline="") as stream:
        while piece := stream.read(HEAD_BYTES):
            yield piece


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _known(hint: str) -> str:
    try:
        # It also refuses codecs that do not decode text, such as base64.
        return io.TextIOWrapper(io.BytesIO(), encoding=hint).encoding
    except (LookupError, ValueError):
        raise FileRefused(
            f"The source says its files are in the encoding {hint!r}, which does not exist. "
            "Give the source an encoding such as utf-8 or cp1252, or none to have it found out."
        ) from None


def _zero_padded(head: bytes) -> str | None:
    """UTF-16 without a mark: in Latin letters, digits and delimiters every other byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd * 5 > half and even * 100 <= half:
        return "utf-16-le"
    if even * 5 > half and odd * 100 <= half:
        return "utf-16-be"
    return None


def _check_decodes(path: Path, encoding: str) -> None:
    try:
        for _ in decoded(path, encoding, "strict"):
            pass
    except UnicodeError as error:
        raise FileRefused(
            f"The file begins as {encoding.upper()} but does not go on so ({error}). It is cut off or "
            "damaged: save it again as UTF-8."
        ) from None


def _utf8_or_cp1252(path: Path) -> str:
    good = bad = 0
    for piece in decoded(path, "utf-8", "surrogateescape"):
        if not piece.isascii():
            bad_here = len(UNREADABLE.findall(piece))
            bad += bad_here
            good += len(_READABLE.findall(piece))
    return WESTERN if bad and bad >= good else "utf-8"


def check_western(text: str) -> None:
    """Raise FileRefused when `text`, read as cp1252 for want of a better guess, is another script's."""
    words = [word for word in _WORD.findall(text) if word.isalpha() and not word.isascii()]
    foreign = [word for word in words if not any(letter.isascii() for letter in word)]
    if len(foreign) * 2 > len(words):
        raise FileRefused(
            f"The file is not UTF-8, and read as Western European (cp1252) it has words such as "
            f"{foreign[0][:20]!r}. Save it as UTF-8, or give the source its encoding, such as cp1251 "
            "(Cyrillic), cp1253 (Greek) or gb18030 (Chinese)."
        )
