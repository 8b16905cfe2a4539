"""What kind of file it is that a link led to: told by its first bytes, whatever it is called.

Programs, scripts, web pages and archives are of no kind: mail providers hold them back, or people should not
open them.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

PICTURES = frozenset({"gif", "jpg", "png"})
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TEXTS = {"csv": "text/csv", "txt": "text/plain"}
# By kind, which is also how the file's name ends.
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "gif": "image/gif",
        "ics": "text/calendar",
        "jpg": "image/jpeg",
        "pdf": "application/pdf",
        "png": "image/png",
        "vcf": "text/vcard",
        **_OFFICE,
        **_TEXTS,
    }
)
DOCUMENTS = frozenset(MEDIA_TYPES)
_BEGINNINGS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BEGIN:VCALENDAR", "ics"),
    (b"BEGIN:VCARD", "vcf"),
)
_ZIP = b"PK\x03\x04"
_PAGE = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<script", b"<svg")
_SEEN = 1_000


class Declared(Struct, frozen=True):
    """What a server says of a file: its `media_type` without parameters, and the `name` in its address."""

    media_type: str
    name: str

    @property
    def ending(self) -> str:
        """How the name ends, in small letters; empty without one."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


def kind_of(content: bytes, declared: Declared) -> str | None:
    """The kind, one of MEDIA_TYPES; None for every other file."""
    beginning = content[:_SEEN].removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, kind in _BEGINNINGS:
        if beginning.startswith(mark):
            return kind
    if content.startswith(_ZIP):
        return _named(_OFFICE, declared)
    if is_page(content) or not _is_text(content):
        return None
    return _named(_TEXTS, declared)


def is_page(content: bytes) -> bool:
    """Whether it is a web page: what servers answer when one must sign in, or the file is gone."""
    return content[:_SEEN].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_PAGE)


def _named(kinds: Mapping[str, str], declared: Declared) -> str | None:
    """Which of them the server calls it: what it says of the type counts before the name."""
    by_type = next((kind for kind, media_type in kinds.items() if media_type == declared.media_type), None)
    if declared.ending in kinds and (by_type is None or declared.media_type == "text/plain"):
        return declared.ending
    return by_type


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
