"""A file of vCards (2.1, 3.0, 4.0) as a table: a row a card, numbered by the line on which it begins.

Cards are parted before they are read, so that a bad one is one rejected row; photos and keys are dropped, as
nothing of them is wanted and a broken one would spoil its card.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.domain.contacts.list_cells import joined
from shared.domain.files.file import FileRefused
from shared.domain.files.several_addresses import PARTING
from shared.tabular.caps import Caps
from shared.tabular.encoding import find_encoding
from shared.tabular.kind import Kind
from shared.tabular.raw_table import Fault, Record
from shared.tabular.table import Table, open_table

UID, NAME, PHONE, EMAIL, TAGS, LANGUAGE = "Card UID", "Name", "Phone", "Email", "Categories", "Language"
BIRTHDAY, ORGANIZATION, TITLE, NOTE, ADDRESS = "Birthday", "Organization", "Title", "Note", "Address"
HEADER = (UID, NAME, PHONE, EMAIL, TAGS, LANGUAGE, BIRTHDAY, ORGANIZATION, TITLE, NOTE, ADDRESS)
_BEGIN = re.compile(r"\s*BEGIN\s*:\s*VCARD\s*", re.IGNORECASE)
_END = re.compile(r"\s*END\s*:\s*VCARD\s*", re.IGNORECASE)
_PROPERTY = re.compile(r"(?:[\w-]+\.)?([\w-]+)\s*[;:]", re.ASCII)
_DROPPED = frozenset({"PHOTO", "LOGO", "SOUND", "KEY", "AGENT"})
_NO_PHONES = frozenset({"fax", "pager", "modem", "bbs", "isdn", "textphone", "tlx"})
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?", re.ASCII)
_MOST_LINES = 2_000  # of one card, without what is dropped


@contextmanager
def open_people(
    path: Path,
    *,
    sheet: str | None = None,
    columns: Sequence[str] = (),
    takes_hidden: bool = False,
    caps: Caps,
) -> Iterator[Table]:
    """A file of people: vCards, or any table that open_table takes. Raises FileRefused, as it does."""
    if not _is_of_cards(path):
        with open_table(path, sheet=sheet, columns=columns, takes_hidden=takes_hidden, caps=caps) as table:
            yield table
        return
    size = path.stat().st_size
    if size > caps.file_bytes:
        raise FileRefused(f"The file has {size:,} bytes; {caps.file_bytes:,} are taken. Send it in parts.")
    encoding = find_encoding(path)
    yield Table(
        kind=Kind.TEXT,
        header=HEADER,
        header_row=0,
        records=_records(path, encoding, size),
        encoding=encoding,
        delimiter=None,
        sheet=None,
        notes=("The file holds vCards: a row is a card, numbered by the line on which it begins.",),
    )


def _is_of_cards(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(400).replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return _BEGIN.match(head[:100].decode("latin-1")) is not None


def _records(path: Path, encoding: str, size: int) -> Iterator[Record]:
    read = 0
    with path.open("r", encoding=encoding, errors="replace") as lines:
        for first, card in _cards(lines):
            read += sum(map(len, card))
            cells, reason = _cells(card)
            fault = Fault(reason) if reason else None
            yield Record(first, cells, min(99, 100 * read // max(size, 1)), fault)


def _cards(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The lines of each card, with the number of its first. One that has no end goes up to the next."""
    card: list[str] = []
    first, is_dropped = 0, False
    for number, line in enumerate(lines, 1):
        if _BEGIN.fullmatch(line):
            if card:
                yield first, card
            card, first, is_dropped = [line], number, False
            continue
        if not card:
            continue
        found = _PROPERTY.match(line)
        if found is not None:
            is_dropped = found[1].upper() in _DROPPED
        if not is_dropped and len(card) < _MOST_LINES:
            card.append(line)
        if _END.fullmatch(line):
            yield first, card
            card = []
    if card:
        yield first, card


def _cells(lines: list[str]) -> tuple[tuple[str, ...], str]:
    """The card's cells, or what stands in it and why it cannot be read."""
    import vobject  # loaded only where cards are read

    text = "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
    if not _END.fullmatch(lines[-1]):
        return (text[:200],), "is a vCard without END:VCARD; add it, or export the card again"
    try:
        [card] = vobject.readComponents(text, allowQP=True)
        return _row(card.contents), ""
    except Exception as error:  # noqa: BLE001 - whatever the library meets, it is this card's fault
        said = " ".join(str(error).split())[:200]
        return (text[:200],), f"is a vCard that cannot be read ({said}); export it again, or enter it by hand"


def _row(card: dict[str, list[Any]]) -> tuple[str, ...]:
    cells = {
        UID: _text(card, "uid"),
        NAME: _text(card, "fn") or _full_name(card),
        PHONE: f" {PARTING} ".join(_phones(card)),
        EMAIL: f" {PARTING} ".join(_in_order(card, "email")),
        TAGS: joined(tuple(str(one) for line in card.get("categories", ()) for one in line.value if one)),
        LANGUAGE: _text(card, "lang"),
        BIRTHDAY: _birthday(card),
        ORGANIZATION: ", ".join(filter(None, card["org"][0].value)) if "org" in card else "",
        TITLE: _text(card, "title"),
        NOTE: _text(card, "note"),
        ADDRESS: " ".join(_text(card, "adr").split()),
    }
    return tuple(cells[name] for name in HEADER)


def _text(card: dict[str, list[Any]], name: str) -> str:
    return str(card[name][0].value).strip() if name in card else ""


def _full_name(card: dict[str, list[Any]]) -> str:
    return " ".join(_text(card, "n").split()) or " ".join(_text(card, "nickname").split())


def _phones(card: dict[str, list[Any]]) -> list[str]:
    """Numbers that may be called or texted, preferred and mobile ones first."""
    return [text.removeprefix("tel:") for text in _in_order(card, "tel")]


def _in_order(card: dict[str, list[Any]], name: str) -> list[str]:
    lines = [line for line in card.get(name, ()) if not _types(line) & _NO_PHONES]
    lines.sort(key=_rank)
    return list(dict.fromkeys(filter(None, (str(line.value).strip() for line in lines))))


def _types(line: Any) -> set[str]:
    """What kind of number or address it is; 2.1 names kinds without TYPE, and 4.0 several in one text."""
    said = [*line.params.get("TYPE", ()), *line.singletonparams]
    return {word.strip().lower() for text in said for word in str(text).split(",")}


def _rank(line: Any) -> tuple[int, bool]:
    types = _types(line)
    [said] = line.params.get("PREF", ["100"])[:1]
    preference = 0 if "pref" in types else int(said) if str(said).isdecimal() else 100
    return preference, not types & {"cell", "mobile", "iphone"}


def _birthday(card: dict[str, list[Any]]) -> str:
    """The day as an import reads it; empty where the year is not told."""
    found = _DAY.fullmatch(_text(card, "bday"))
    return f"{found[1]}-{found[2]}-{found[3]}" if found else ""
