"""What people upload that is no table of ours is refused with what is wrong and how to mend it."""

import asyncio
import io
import re
import zipfile

import pytest
from httpx import Response

from shared.domain.companies.user import Role
from shared.domain.errors import Unavailable
from shared.domain.files.file import FileState
from shared.domain.record import replace
from shared.usecases.files.store_upload import LONGEST_UPLOAD
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


async def test_what_is_sent_twice_from_one_page_is_one_file_of_one_kind(
    office: Office, signed_in: SignedIn
) -> None:
    person, before = await signed_in(Role.EDITOR), await _kept(office)
    fields = {"source_id": "new", "id": _page_id(await person.get("/files/new"))}

    async def send(content: bytes = ROWS, **changes: str) -> str:
        files = {"file": ("people.csv", content)}
        answer = await person.post("/files", fields | changes, files=files)
        assert answer.status_code == 303, person.says
        return answer.headers["location"]

    await person.get("/files/new")
    token = person.page
    together = await asyncio.gather(send(), send(), send())
    person.page = token
    assert set(together) == {await send()}
    assert len(await _kept(office)) == len(before) + 2
    for changes in ({"content": ROWS + b"Ben,+12125550188\n"}, {"accepts_repeat": "on"}, {"id": "other"}):
        person.page = token
        assert await send(**changes) not in together


async def test_what_was_left_on_the_way_is_stored_when_it_is_sent_again(
    office: Office, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await signed_in(Role.EDITOR)
    fields = {"source_id": f"source-{OURS}", "id": _page_id(await person.get("/files/new"))}
    opened, upload = person.page, office.runtime.files.upload

    async def broken(*_: object) -> None:
        raise Unavailable("Cloud Storage does not answer.")

    async def send() -> str:
        person.page = opened
        await person.post("/files", fields, files={"file": ("people.csv", ROWS)})
        return str(person.page.headers.get("location", ""))

    monkeypatch.setattr(office.runtime.files, "upload", broken)
    assert await send() == ""
    monkeypatch.setattr(office.runtime.files, "upload", upload)
    begun = office.runtime.now()
    office.runtime.now = lambda: begun + LONGEST_UPLOAD
    where = await send()
    file = await office.stores.files.get(OURS, where.rpartition("/")[2])
    stored = await office.runtime.files.find(file.object_name)
    assert stored is not None
    assert await send() == where
    assert await office.runtime.files.find(file.object_name) == stored  # not stored once more


async def test_a_link_that_is_over_is_given_anew_for_the_same_file(
    office: Office, signed_in: SignedIn
) -> None:
    """As the page does when storage refuses the upload: it asks once more."""
    person, before = await signed_in(Role.EDITOR), await _kept(office)
    fields = {"source_id": "new", "name": "large.csv", "id": _page_id(await person.get("/files/new"))}
    opened = person.page

    async def announce() -> dict[str, str]:
        person.page = opened
        answer = await person.post("/files/announce", fields, files={"file": ("large.csv", ROWS)})
        assert answer.status_code == 200, person.says
        return dict(answer.json())

    first, second = await announce(), await announce()
    assert first["next"] == second["next"]
    assert len(await _kept(office)) == len(before) + 2
    file = await office.stores.files.get(OURS, first["next"].rpartition("/")[2])
    await office.stores.files.save(OURS, file.id, replace(file, state=FileState.LOADED))
    assert (await announce())["next"] != first["next"]  # what came is not written over
    assert len(await _kept(office)) == len(before) + 3


def _page_id(page: Response) -> str:
    found = re.search(r'name="id" value="([0-9a-f]+)"', page.text)
    assert found is not None
    return found[1]


async def _kept(office: Office) -> dict[str, object]:
    """The kinds of files, and the files."""
    return {
        one.id: one
        for collection in (office.stores.sources, office.stores.files)
        async for page in collection.each_page(OURS)
        for one in page
    }
