"""What people upload that is no table of ours is refused with what is wrong and how to mend it."""

import io
import zipfile

import pytest

from shared.domain.companies.user import Role
from tests.kit.api.office import OURS, Office
from tests.portal.conftest import SignedIn

ROWS = b"Name,Phone\nAna,+12125550187\n"


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", bytes(250_000_000))
    return packed.getvalue()


WRONG = {
    "empty.csv": (b"", "The file is empty (0 bytes)"),
    "blank.csv": (b"\n\n\n", "holds no data"),
    "page.xlsx": (b"<html><table><tr><td>a</td></tr></table></html>", "not a table but a web page"),
    "scan.xlsx": (b"%PDF-1.7 x", "not a table but a PDF"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(100), "not a table but a PNG image"),
    "wide.csv": (
        b",".join(b"c%d" % n for n in range(900)) + b"\n" + b"1," * 899 + b"1",
        "has 900 columns; 500",
    ),
    "open.csv": (b'Name,Phone\n"Ana,+12125550187\n' * 9, "never closed"),
    "twice.csv": (b"Name,Phone,Phone,Name\nAna,1,2,B\n", "Phone: the name occurs more than once"),
    "bomb.xlsx": (_bomb(), "unpacks to more than 200 MiB"),
    "\u202egnp.csv": (ROWS, "must be a file name"),
    f"{'x' * 300}.csv": (ROWS, "200 characters"),
    "large.csv": (b"Name,Phone\n" + b"Ana,+12125550187\n" * 130_000, "At most 1,953 KB are taken here"),
}


@pytest.mark.parametrize("path", ["/files", "/files/announce"])
async def test_what_cannot_be_read_says_why_and_leaves_nothing(
    office: Office, signed_in: SignedIn, path: str
) -> None:
    person = await signed_in(Role.EDITOR)
    before = await _kept(office)
    for name, (content, said) in WRONG.items():
        fields = {"source_id": "new", "name": name}
        answer = await person.post(path, fields, seen="/files/new", files={"file": (name, content)})
        assert answer.status_code in (413, 422), (name, answer.status_code)
        assert said in person.says, (name, person.says)
    assert await _kept(office) == before


async def test_what_lies_about_its_kind_but_is_a_table_is_read(office: Office, signed_in: SignedIn) -> None:
    person = await signed_in(Role.EDITOR)
    for name in ("text.xlsx", "../../etc/passwd"):
        answer = await person.post(
            "/files", {"source_id": "new"}, seen="/files/new", files={"file": (name, ROWS)}
        )
        assert answer.status_code == 303, person.says
    stored = [one async for page in office.stores.files.each_page(OURS) for one in page]
    assert {"text.xlsx", "passwd"} <= {one.name for one in stored}
    assert all(one.object_name.startswith(f"companies/{OURS}/") for one in stored)


async def _kept(office: Office) -> dict[str, object]:
    """The kinds of files, and the files."""
    return {
        one.name: one
        for collection in (office.stores.sources, office.stores.files)
        async for page in collection.each_page(OURS)
        for one in page
    }
