"""vCards as phones, Outlook and address books export them: each a row; a bad one is its own fault alone."""

from pathlib import Path

import pytest

from shared.tabular.caps import Caps
from shared.tabular.raw_table import Record
from shared.tabular.vcards import HEADER, open_people

ANA = """BEGIN:VCARD
VERSION:3.0
FN:Ana Vega
N:Vega;Ana;;;
TEL;TYPE=WORK,FAX:+1 212 555 0100
TEL;TYPE=HOME:+1 212 555 0101
item1.TEL;TYPE=CELL;TYPE=pref:+1 212 555 0187
EMAIL;TYPE=INTERNET:ana@example.com
item2.EMAIL;TYPE=INTERNET;TYPE=pref:ana@work.example
CATEGORIES:VIP,New\\, York
BDAY:1931-04-12
NOTE:Line one\\nline two
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ!!not base64!!
 AAAA
END:VCARD
"""
FOUR = """BEGIN:VCARD
VERSION:4.0
FN:Ben O'Neil\\; Jr.
TEL;VALUE=uri;PREF=2;TYPE="voice,home":tel:+1-212-555-0102
TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:+1-212-555-0188
BDAY:--0412
LANG:es
PHOTO:data:image/jpeg;base64,/9j/4AAQ
END:VCARD
"""
OLD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=BCr=
gen;;;
TEL;CELL:+1 212 555 0189
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQEAYABgAAD
/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0

END:VCARD
"""
BROKEN = "BEGIN:VCARD\nVERSION:3.0\nFN:Carl\nwhat is this\nEND:VCARD\n"


def read(folder: Path, content: str | bytes) -> list[Record]:
    path = folder / "people.vcf"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_people(path, caps=Caps()) as table:
        assert table.header == HEADER
        return list(table.records)


def told(record: Record) -> dict[str, str]:
    assert record.fault is None
    return {name: cell for name, cell in zip(HEADER, record.cells, strict=True) if cell}


def test_what_a_card_says_stands_in_its_columns(tmp_path: Path) -> None:
    [ana, ben, jurgen] = read(tmp_path, ANA + FOUR + OLD)
    assert told(ana) == {
        "Name": "Ana Vega",
        "Phone": "+1 212 555 0187 ::: +1 212 555 0101",
        "Email": "ana@work.example ::: ana@example.com",
        "Categories": 'VIP, "New, York"',
        "Birthday": "1931-04-12",
        "Note": "Line one\nline two",
    }
    assert told(ben) == {
        "Name": "Ben O'Neil; Jr.",
        "Phone": "+1-212-555-0188 ::: +1-212-555-0102",
        "Language": "es",
    }
    assert told(jurgen) == {"Name": "Jürgen Müller", "Phone": "+1 212 555 0189"}


def test_a_bad_card_is_one_row_that_is_rejected_by_its_line(tmp_path: Path) -> None:
    cut = "BEGIN:VCARD\nVERSION:3.0\nFN:Cut\n"
    records = read(tmp_path, BROKEN + cut + ANA + "\n" + cut)
    assert [(one.number, one.fault is None) for one in records] == [
        (1, False),
        (6, False),
        (9, True),
        (25, False),
    ]
    assert "what is this" in str(records[0].fault)
    assert "without END:VCARD" in str(records[1].fault)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_encodings_and_line_ends_are_told_by_the_content(tmp_path: Path, encoding: str, ends: str) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Zoë Müller\nTEL:+12125550187\nEND:VCARD\n"
    [record] = read(tmp_path, card.replace("\n", ends).encode(encoding))
    assert told(record) == {"Name": "Zoë Müller", "Phone": "+12125550187"}


def test_a_table_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Name,Phone\nBEGIN:VCARD,+12125550187\n")
    with open_people(path, caps=Caps()) as table:
        assert table.header == ("Name", "Phone")
