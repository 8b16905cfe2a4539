"""Files, failures, replies and opt-outs over the API."""

import csv
import io
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from shared.domain.files.appointments import appointment_key
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from tests.kit.api.office import OURS, Office, assert_problem
from tests.kit.builders import a_message
from tests.kit.tabular.appointments import EPIC, FHIR_PATIENT, OUTLOOK, appointment, bundle

CSV = b"Patient,Phone,When\nAna,(212) 555-0187,12/24/2099 14:30\nBen,(212) 555-0188,12/25/2099 09:00\n"


async def test_a_direct_upload_is_stored_whole(office: Office) -> None:
    response = await office.post("/v1/files/upload?source_id=source-acme&name=day.csv", content=CSV)
    assert response.status_code == 201, response.text
    file = (await office.get(response.headers["location"])).json()
    assert (file["name"], file["state"], file["percent"]) == ("day.csv", "awaiting_upload", 0)
    record = await office.stores.files.get(OURS, file["id"])
    assert b"".join([piece async for piece in office.runtime.files.read(record.object_name)]) == CSV


async def test_an_empty_upload_is_refused(office: Office) -> None:
    response = await office.post("/v1/files/upload?source_id=source-acme&name=day.csv")
    assert_problem(response, 422, "body")
    response = await office.post("/v1/files/upload", content=CSV)
    assert_problem(response, 422, "source_id", "name")


async def test_a_signed_upload(office: Office) -> None:
    body = {"source_id": "source-acme", "name": "../../day.csv"}
    answer = (await office.post("/v1/files", body)).json()
    assert answer["file"]["name"] == "day.csv"
    async with httpx.AsyncClient() as client:
        put = await client.request(answer["method"], answer["url"], content=CSV, headers=answer["headers"])
    assert put.status_code == 200
    record = await office.stores.files.get(OURS, answer["file"]["id"])
    assert b"".join([piece async for piece in office.runtime.files.read(record.object_name)]) == CSV


async def test_rejected_rows_come_as_a_file_to_save(office: Office, tmp_path: Path) -> None:
    assert_problem(await office.get("/v1/files/file-acme/rejected"), 404)  # the object is not there
    path = tmp_path / "rejected"
    path.write_bytes(b"Patient,rollcall_reason\n=1,bad\n")
    record = await office.stores.files.get(OURS, "file-acme")
    await office.runtime.files.upload(record.rejected_object_name or "", str(path), "text/csv")
    response = await office.get("/v1/files/file-acme/rejected")
    assert response.content == path.read_bytes()
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["content-disposition"].startswith("attachment")


async def test_a_suggested_mapping_makes_a_source(office: Office) -> None:
    response = await office.post("/v1/sources/suggest", content=CSV)
    assert response.status_code == 200, response.text
    suggestion = response.json()
    types = {column["field"]: column["type"] for column in suggestion["columns"]}
    assert types == {"patient": "text", "phone": "phone", "when": "datetime"}
    assert suggestion["delimiter"] == ","
    body = {"name": "Appointments", "columns": suggestion["columns"], "dedupe_key": ["address"]}
    assert (await office.post("/v1/sources", body)).status_code == 201
    assert (
        "PDF" in assert_problem(await office.post("/v1/sources/suggest", content=b"%PDF-1.7"), 422)["detail"]
    )


@pytest.mark.parametrize(
    ("form", "content"),
    [("icalendar", OUTLOOK), ("hl7", EPIC), ("fhir", bundle(appointment("a1"), FHIR_PATIENT))],
)
async def test_a_file_of_appointments_has_a_ready_mapping(office: Office, form: str, content: str) -> None:
    response = await office.post("/v1/sources/suggest", content=content.encode())
    assert response.status_code == 200, response.text
    suggestion = response.json()
    assert (suggestion["format"], suggestion["questions"]) == (form, [])
    assert suggestion["dedupe_key"] == ["appointment_id", "useful_until", "address"]
    body = {"name": "Visits", **{name: suggestion[name] for name in ("columns", "format", "dedupe_key")}}
    source = (await office.post("/v1/sources", body)).json()
    assert (source["format"], source["days_ahead"]) == (form, 180)
    without = [one for one in body["columns"] if one["column"] != "appointment_id"]
    refused = await office.post("/v1/sources", {**body, "columns": without, "dedupe_key": ["address"]})
    assert "as the field of that name" in assert_problem(refused, 422, "columns")["errors"][0]["reason"]
    assert_problem(await office.post("/v1/sources", {**body, "days_ahead": 732}), 422, "days_ahead")


async def test_failures_are_exported_harmless(office: Office) -> None:
    response = await office.get("/v1/failures/export?fire_id=fire-acme")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["value"] for row in rows] == ["'=1+1"]
    assert rows[0]["row.phone"] == "'=1+1"
    assert rows[0]["row.name"] == "Ana"
    assert rows[0]["reason"] == "The number is too short."
    assert_problem(await office.get("/v1/failures/export"), 422, "fire_id")
    assert_problem(await office.get("/v1/failures/export?state=open"), 422, "fire_id")


async def test_an_export_has_every_failure_once(office: Office) -> None:
    failures = office.stores.failures
    one = await failures.get(OURS, "failure-acme")
    writer = office.stores.db.batch()
    for number in range(301):
        failures.put(writer, OURS, f"f{number}", replace(one, id=f"f{number}", row_number=number))
    await writer.commit()
    response = await office.get("/v1/failures/export?fire_id=fire-acme")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert sorted(row["id"] for row in rows) == sorted([*(f"f{n}" for n in range(301)), "failure-acme"])


async def test_corrections_are_checked(office: Office) -> None:
    path = "/v1/failures/failure-acme/requeue"
    assert_problem(await office.post(path, {}), 422, "corrections")
    assert_problem(await office.post(path, {"corrections": {}}), 422, "corrections")
    assert_problem(await office.post(path, {"corrections": {"phone": 7}}), 422, "corrections.phone")


async def test_a_person_settles_a_reply(office: Office) -> None:
    message = a_message(id="m7", address="+12125550187", state=MessageState.SENT)
    await office.stores.messages.save(OURS, "m7", message)
    path = "/v1/replies/reply-acme/answer"
    wrong = await office.post(path, {"message_id": "message-globex", "disposition": "confirmed"})
    assert_problem(wrong, 422, "message_id")
    done = await office.post(path, {"message_id": "m7", "disposition": "confirmed"})
    assert done.status_code == 200, done.text
    assert (done.json()["meaning"], done.json()["message_id"]) == ("answer", "m7")
    assert (await office.get("/v1/replies?meaning=unclear")).json()["items"] == []
    assert (await office.get("/v1/messages/m7")).json()["disposition"] == "confirmed"
    other = {"message_id": "m7", "disposition": "canceled"}
    assert_problem(await office.post(path, other), 409)
    assert_problem(await office.post(path, other | {"corrects": "of course"}), 422, "corrects")
    corrected = await office.post(path, other | {"corrects": True})
    assert corrected.json()["note"] == "Corrected: it was taken as confirmed."
    assert (await office.get("/v1/messages/m7")).json()["disposition"] == "canceled"


async def test_opt_outs_are_one_per_address(office: Office) -> None:
    body = {"channel": "sms", "address": "(212) 555-0199", "text": "called us"}
    first = await office.post("/v1/opt-outs", body)
    again = await office.post("/v1/opt-outs", {"channel": "sms", "address": "+12125550199"})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["address"] == "+12125550199"
    found = (await office.get("/v1/opt-outs", params={"address": "+12125550199", "is_active": "true"})).json()
    assert [item["id"] for item in found["items"]] == [first.json()["id"]]
    path = first.headers["location"]
    assert_problem(await office.post(f"{path}/end", {}), 422, "text")
    ended = (await office.post(f"{path}/end", {"text": "signed the form"})).json()
    assert (ended["is_active"], ended["source"], ended["text"]) == (False, "api", "signed the form")
    assert (await office.post("/v1/opt-outs", body)).json()["is_active"]
    assert_problem(await office.post("/v1/opt-outs", {**body, "address": "1"}), 422, "address")


async def test_an_appointment_is_canceled_whatever_its_id_holds(office: Office) -> None:
    """A calendar's ids often hold a slash, and a visit of a series a #."""
    name = "20261201/visit#2026-12-08"
    key = appointment_key("source-acme", name)
    waiting = a_message(id="m8", fire_id="fire-acme", address="+12125550187", appointment_key=key)
    await office.stores.messages.save(OURS, "m8", waiting)
    path = f"/v1/sources/source-acme/appointments/{quote(name, safe='')}"
    done = await office.call("DELETE", path)
    assert (done.status_code, done.json()) == (200, {"withdrawn": 1, "too_late": 0})
    assert (await office.get("/v1/messages/m8")).json()["withdrawn_by"] == "api"
