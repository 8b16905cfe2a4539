"""Imports, exports and merges of contacts over HTTP: a stranger's way through them."""

from typing import Any

from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_import import import_job
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.run_job import run_job
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import a_contact

FILE = "Key,Name,Phone,Colour\nN-1,Nora,(212) 555-0111,red\nN-2,Nils,12,blue\nP-acme,Ana Maria,,green\n"


async def ask(office: Office, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
    response = await office.post(path, body)
    assert response.status_code == status, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def do_jobs(office: Office) -> None:
    jobs, office.published = office.published, []
    for job in jobs:
        await run_job(office.runtime, job)


async def uploaded(office: Office, content: str | bytes, **wish: Any) -> dict[str, Any]:
    """The import after its upload and its job."""
    body = {"name": "people.csv", "match_by": "key", **wish}
    announced = (await ask(office, "/v1/contact-imports", body, 201))["contact_import"]
    sent = await office.post(f"/v1/contact-imports/upload?import_id={announced['id']}", content=content)
    assert sent.status_code == 200, sent.text
    await run_job(office.runtime, import_job(OURS, announced["id"]))  # as the upload's arrival announces it
    return await get(office, announced["id"])


async def get(office: Office, import_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await office.get(f"/v1/contact-imports/{import_id}")).json()
    return answer


async def test_a_dry_run_is_run_and_undone(office: Office) -> None:
    before = (await office.get("/v1/contacts")).json()["items"]
    checked = await uploaded(office, FILE, is_dry_run=True)
    assert checked["state"] == "checked"
    counts = {name: count for name, count in checked["counts"].items() if count}
    assert counts == {"rows": 3, "created": 1, "updated": 1, "rejected": 1}
    assert checked["notes"][-1] == "Not used: 'Colour'."
    [fault] = checked["errors"]
    assert (fault["row"], fault["column"]) == (3, "Phone")
    assert (await office.get("/v1/contacts")).json()["items"] == before
    await ask(office, f"/v1/contact-imports/{checked['id']}/run", {}, 202)
    await do_jobs(office)
    done = await get(office, checked["id"])
    assert (done["state"], done["counts"]) == ("loaded", checked["counts"])
    rejected = await office.get(f"/v1/contact-imports/{checked['id']}/rejected")
    assert "Nils" in rejected.text
    await ask(office, f"/v1/contact-imports/{checked['id']}/undo", {}, 202)
    await do_jobs(office)
    undone = await get(office, checked["id"])
    assert (undone["state"], undone["restored"], undone["left"]) == ("undone", 2, 0)
    after = (await office.get("/v1/contacts")).json()["items"]
    told = {"version", "changed_at", "fields"}  # its field is defined nowhere, and does not come back
    assert [{k: v for k, v in one.items() if k not in told} for one in after] == [
        {k: v for k, v in one.items() if k not in told} for one in before
    ]


async def test_what_could_not_be_is_refused_by_its_field(office: Office) -> None:
    path = "/v1/contact-imports"
    for body, field in (
        ({"match_by": "shoe size"}, "match_by"),
        ({"match_by": "key", "list_ids": [f"list-{THEIRS}"]}, "list_ids"),
        ({"match_by": "key", "columns": [{"column": "A", "to": "field", "field": "none"}]}, "columns[0]"),
        ({"match_by": "key", "columns": [{"column": "A", "to": "name"}]}, "columns"),
    ):
        assert_problem(await office.post(path, {"name": "a.csv", **body}), 422, field)
    loaded = await uploaded(office, FILE)
    assert_problem(await office.post(f"{path}/{loaded['id']}/run", {}), 409)
    assert_problem(await office.get(f"{path}/{loaded['id']}/left"), 404)
    empty = (await ask(office, path, {"name": "a.csv", "match_by": "key"}, 201))["contact_import"]
    response = await office.post(f"{path}/upload?import_id={empty['id']}", content=b"")
    assert_problem(response, 422, "body")


async def test_exports_come_back_and_are_of_our_own_contacts_alone(office: Office) -> None:
    for form in ("csv", "xlsx"):
        exported = await office.get(f"/v1/contact-exports/{form}")
        assert exported.status_code == 200
        assert exported.headers["content-disposition"] == f'attachment; filename="contacts.{form}"'
        assert THEIRS.encode() not in exported.content
        again = await uploaded(office, exported.content, match_by="id", name=f"people.{form}")
        assert again["counts"]["unchanged"] == again["counts"]["rows"] == 1
        assert_problem(await office.get(f"/v1/contact-exports/{form}?list_id=list-{THEIRS}"), 404)
        assert_problem(await office.get(f"/v1/contact-exports/{form}?segment_id=segment-{THEIRS}"), 404)
        of_segment = await office.get(f"/v1/contact-exports/{form}?segment_id=segment-{OURS}")
        assert of_segment.status_code == 200


async def test_two_contacts_are_merged_and_parted(office: Office) -> None:
    twin = a_contact(id="twin", key="P-2", name="Ana V.", version=0)
    author = Author(ChangedBy.SYSTEM, "test")
    await change_contacts(office.runtime, OURS, {"twin": lambda _: twin}, author)
    found = (await office.get("/v1/contact-merges/duplicates")).json()
    assert [{one["id"] for one in group["contacts"]} for group in found["items"]] == [
        {"twin", f"contact-{OURS}"}
    ]
    body = {"contact_id": f"contact-{OURS}", "other_id": "twin", "take": ["key"]}
    preview = await ask(office, "/v1/contact-merges/preview", body, 200)
    assert {"key", "name"} <= {one["field"] for one in preview["conflicts"]}
    merge = await ask(office, "/v1/contact-merges", body, 201)
    assert merge["contact"]["key"] == "P-2"
    assert_problem(await office.get("/v1/contacts/twin"), 404)
    assert_problem(await office.post("/v1/contact-merges", {**body, "other_id": "twin"}), 404)
    others = {**body, "other_id": f"contact-{THEIRS}"}
    assert_problem(await office.post("/v1/contact-merges/preview", others), 404)
    parted = await ask(office, f"/v1/contact-merges/{merge['id']}/undo", {}, 200)
    assert [one["id"] for one in parted["contacts"]] == [f"contact-{OURS}", "twin"]
    undo = f"/v1/contact-merges/{merge['id']}/undo"
    elsewhere = await office.http.post(
        undo, json={}, headers={"Authorization": f"Bearer {office.keys[THEIRS]}"}
    )
    assert_problem(elsewhere, 404)
