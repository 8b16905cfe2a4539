"""Held files and loaded rows over the API: pages, changes, and who may do what."""

from shared.domain.companies.api_key import Scope
from shared.domain.files.file import FileHold, Row
from shared.domain.files.finding import ColumnChange, Finding, FindingCode, Severity
from shared.domain.record import replace
from shared.firestore.row_chunks import chunk_of
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem

FILE = f"/v1/files/file-{OURS}"
BAD = "The number is too short."


async def with_rows(office: Office) -> None:
    """Our file has 600 rows in two chunks; two of them are marked."""
    rows = [
        Row(
            number=n,
            values={"name": f"P{n}", "phone": "555" if n in (3, 500) else f"+1212555{n:04}"},
            marks={"phone": BAD} if n in (3, 500) else {},
        )
        for n in range(2, 602)
    ]
    for number in range(2):
        part = rows[300 * number : 300 * (number + 1)]
        chunk = chunk_of(f"file-{OURS}", number, 300 * number, part)
        await office.stores.row_chunks.save(OURS, chunk.id, chunk)
    file = await office.stores.files.get(OURS, f"file-{OURS}")
    source = await office.stores.sources.get(OURS, f"source-{OURS}")
    columns = tuple(column for column in source.columns if column.field != "email")
    await office.stores.sources.save(OURS, source.id, replace(source, columns=columns))
    loaded = replace(file, row_count=600, chunk_count=2, marked_count=2)
    await office.stores.files.save(OURS, file.id, loaded)


async def numbers(office: Office, path: str) -> list[int]:
    found: list[int] = []
    cursor = ""
    while True:
        page = (await office.get(f"{path}{cursor}")).json()
        found += [item["number"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def test_rows_come_in_pages_of_the_file_and_only_to_its_company(office: Office) -> None:
    await with_rows(office)
    assert await numbers(office, f"{FILE}/rows?limit=200") == list(range(2, 602))
    assert await numbers(office, f"{FILE}/rows?limit=7") == list(range(2, 602))
    assert await numbers(office, f"{FILE}/rows?marked=true") == [3, 500]
    assert await numbers(office, f"{FILE}/rows?text=p60") == [60, 600, 601]
    first = (await office.get(f"{FILE}/rows?limit=2")).json()
    shown = {"number": 3, "values": {"name": "P3", "phone": "555"}, "marks": {"phone": BAD}, "mended": None}
    assert first["items"][1] == shown
    other = await office.get(f"{FILE}/rows?limit=2&marked=true&cursor={first['next_cursor']}")
    assert_problem(other, 422, "cursor")
    for path in ("rows", "rows/3"):
        assert_problem(await office.get(f"{FILE}/{path}", company_id=THEIRS), 404)
    assert_problem(await office.get(f"{FILE}/rows/9999"), 404)
    assert_problem(await office.get(f"{FILE}/rows/0"), 404)


async def test_a_row_is_mended_by_who_may_write(office: Office) -> None:
    await with_rows(office)
    body = {"values": {"phone": "(212) 555-0188"}}
    reader = await office.key(Scope.READ)
    assert_problem(await office.call("PATCH", f"{FILE}/rows/3", json=body, key=reader), 403)
    theirs = await office.call("PATCH", f"{FILE}/rows/3", json=body, company_id=THEIRS)
    assert_problem(theirs, 404)
    for values, field in (
        ({"phone": "556"}, "values.phone"),
        ({"color": "red"}, "values.color"),
        ({"phone": "21\x00"}, "values"),
        ({}, "values"),
    ):
        response = await office.call("PATCH", f"{FILE}/rows/3", json={"values": values})
        assert_problem(response, 422, field)
    done = await office.call("PATCH", f"{FILE}/rows/3", json=body, key=await office.key(Scope.WRITE))
    assert done.status_code == 200, done.text
    assert (done.json()["values"]["phone"], done.json()["marks"]) == ("(212) 555-0188", {})
    assert done.json()["mended"]["fields"] == ["phone"]
    assert done.json()["mended"]["by"].startswith("API key rk_acme_")
    file = (await office.get(FILE)).json()
    assert file["marked_count"] == 1
    assert await numbers(office, f"{FILE}/rows?marked=true") == [500]
    fired = replace(await office.stores.files.get(OURS, f"file-{OURS}"), fired_at=office.runtime.now())
    await office.stores.files.save(OURS, fired.id, fired)
    assert_problem(await office.call("PATCH", f"{FILE}/rows/500", json=body), 409)


async def hold(office: Office, state: FileHold = FileHold.HELD) -> None:
    file = await office.stores.files.get(OURS, f"file-{OURS}")
    finding = Finding(
        code=FindingCode.COLUMN_RENAMED,
        severity=Severity.SERIOUS,
        what="The column 'Phone' is missing.",
        to_do="Load the file again.",
        columns=("Phone", "Cell"),
        changes=(ColumnChange(column="Phone", to="Cell"),),
    )
    await office.stores.files.save(OURS, file.id, replace(file, hold=state, findings=(finding,)))


async def test_findings_are_shown_with_what_to_do(office: Office) -> None:
    await hold(office)
    file = (await office.get(FILE)).json()
    assert file["hold"] == "held"
    assert file["findings"] == [
        {
            "code": "column_renamed",
            "severity": "serious",
            "what": "The column 'Phone' is missing.",
            "to_do": "Load the file again.",
            "columns": ["Phone", "Cell"],
            "rows": [],
            "file_id": None,
            "changes": [{"column": "Phone", "to": "Cell", "formats": []}],
        }
    ]


async def test_who_may_send_releases_and_who_may_write_rejects(office: Office) -> None:
    assert_problem(await office.post(f"{FILE}/release"), 409)
    await hold(office)
    writer, sending = await office.key(Scope.WRITE), await office.key(Scope.SEND)
    assert_problem(await office.post(f"{FILE}/release", key=writer), 403)
    assert_problem(await office.post(f"{FILE}/reject", key=sending), 403)
    assert_problem(await office.post(f"{FILE}/release", company_id=THEIRS), 404)
    released = (await office.post(f"{FILE}/release", {"note": "asked the office"}, key=sending)).json()
    assert (released["hold"], released["decision_note"]) == ("released", "asked the office")
    assert released["decided_by"].startswith("API key rk_acme_")
    again = (await office.post(f"{FILE}/release", {"note": "other"})).json()
    assert again["decision_note"] == "asked the office", "who said it first stays"
    rejected = (await office.post(f"{FILE}/reject", key=writer)).json()
    assert rejected["hold"] == "rejected"
    assert_problem(await office.post(f"{FILE}/release"), 409)
    assert_problem(await office.post(f"{FILE}/reload"), 409)
    assert_problem(await office.post(f"{FILE}/reject", {"note": "x" * 1001}), 422, "note")


async def test_a_file_without_its_upload_is_not_loaded_again(office: Office) -> None:
    problem = assert_problem(await office.post(f"{FILE}/reload"), 409)
    assert "The upload was deleted" in problem["detail"]
    body = {"changes": [{"column": "Phone", "size": 3}]}
    assert_problem(await office.post(f"{FILE}/reload", body), 422, "changes[0].size")


async def test_a_source_says_what_it_holds(office: Office) -> None:
    path = f"/v1/sources/source-{OURS}"
    response = await office.call("PATCH", path, json={"holds": "listed"})
    assert_problem(response, 422, "holds_on")
    body = {"holds": "listed", "holds_on": ["fewer_rows", "same_rows"]}
    changed = (await office.call("PATCH", path, json=body)).json()
    assert (changed["holds"], changed["holds_on"]) == ("listed", ["fewer_rows", "same_rows"])
    response = await office.call("PATCH", path, json={"holds": "listed", "holds_on": ["sunshine"]})
    assert_problem(response, 422, "holds_on[0]")
