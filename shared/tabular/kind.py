"""What kind of file the first bytes say it is. The name is never trusted."""

import re
from collections.abc import Sequence
from enum import StrEnum

from shared.domain.files.file import FileRefused
from shared.domain.files.source import SourceFormat


class Kind(StrEnum):
    """A kind of file that is read."""

    TEXT = "text"
    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"
    ICALENDAR = "icalendar"
    HL7 = "hl7"
    FHIR = "fhir"


ZIP = b"PK\x03\x04"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# Signatures of files that people upload by mistake, often renamed to .csv or .xls.
_FOREIGN: Sequence[tuple[bytes, str]] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "an image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"RIFF", "an image, sound or film"),
    (b"\x1f\x8b\x08", "a gzip archive; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)
_MARKUP: Sequence[tuple[bytes, str]] = (
    (b"<!doctype html", "a web page; open it in a spreadsheet program and save it as XLSX"),
    (b"<html", "a web page; open it in a spreadsheet program and save it as XLSX"),
    (b"<table", "a web page; open it in a spreadsheet program and save it as XLSX"),
    (b"<?xml", "an XML file; open it in a spreadsheet program and save it as XLSX"),
)
_EXPORT = "export what is in it as CSV or XLSX"
_CALENDAR = re.compile("BEGIN:VCALENDAR", re.IGNORECASE)
_HL7 = re.compile(r"(?:MSH|FHS|BHS)([^\w\s])[^\w\s]{3,5}\1")
_FHIR = re.compile(r'[\[{].{0,20000}?"resourceType"\s*:', re.DOTALL)
# What holds appointments, and is read as such when it is written in UTF-8 or a plain encoding.
_APPOINTMENTS: Sequence[tuple[re.Pattern[str], SourceFormat, str]] = (
    (_CALENDAR, SourceFormat.ICALENDAR, "a calendar (iCalendar, .ics)"),
    (_HL7, SourceFormat.HL7, "HL7 messages (version 2)"),
    (_FHIR, SourceFormat.FHIR, "FHIR resources (JSON)"),
)
# What other programs exchange as text. All would be read as a table of a column or two.
_WRITTEN: Sequence[tuple[re.Pattern[str], str]] = (
    *((pattern, f"{what} in an encoding of its own; save it as UTF-8") for pattern, _, what in _APPOINTMENTS),
    (re.compile("BEGIN:VCARD", re.IGNORECASE), f"address cards (vCard, .vcf); {_EXPORT}"),
    (
        re.compile(r'\[\s*[\[{"\]]|\{\s*["}]'),
        f"JSON; {_EXPORT}. Of JSON only FHIR is read: a Bundle with Appointments, or one resource a line",
    ),
    (re.compile(r"ISA\*.{2}\*"), f"an EDI interchange (X12); {_EXPORT}"),
    (re.compile(r"UNA.{6}UNB|UNB\+UN"), f"an EDI interchange (EDIFACT); {_EXPORT}"),
    (
        re.compile(r"(?:From|Return-Path|Received|Delivered-To|MIME-Version): .*\r?\n[A-Z][\w-]+: "),
        "an email",
    ),
)
_TEXT_CONTROLS = frozenset(b"\x00\t\n\x0b\x0c\r\x1a\x1b")


def check_signature(head: bytes) -> None:
    """Raise FileRefused when `head`, a file's first bytes, is not that of a table."""
    if not head:
        raise FileRefused("The file is empty (0 bytes). Check the export that made it, then upload it again.")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    for signature, what in _FOREIGN:
        # Two letters can also begin a text: a program has control characters soon after.
        if head.startswith(signature) and (len(signature) > 2 or _is_binary(head)):
            raise _not_a_table(what)
    for signature, what in _MARKUP:
        if start.startswith(signature):
            raise _not_a_table(what)


def appointments_format(head: bytes) -> SourceFormat | None:
    """In which format a file that begins with `head` holds appointments; None when it holds others."""
    start = _start(head.decode("utf-8", "replace"))
    return next((form for pattern, form, _ in _APPOINTMENTS if pattern.match(start)), None)


def noun_of(form: SourceFormat) -> str:
    """What people call a file of appointments in the format."""
    return next(what for _, each, what in _APPOINTMENTS if each is form)


def _start(text: str) -> str:
    return text.lstrip("\ufeff\x0b \t\r\n")


def check_text(text: str) -> None:
    """Raise FileRefused when `text`, a decoded file's beginning, is not writing, or of another kind."""
    start = _start(text)
    for pattern, what in _WRITTEN:
        if pattern.match(start):
            raise _not_a_table(what)
    if _is_binary(text.encode("utf-8", "surrogateescape")):
        raise _not_a_table("a binary file of a kind that is not known")


def _is_binary(head: bytes) -> bool:
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)
    return controls > max(8, len(head) // 50)  # texts hold a few by accident


def _not_a_table(what: str) -> FileRefused:
    return FileRefused(
        f"The file is not a table but {what}. Tables are read from CSV, TSV, XLSX, XLS and ODS files."
    )
