"""From a file to queued messages over the API alone, with the jobs run as the workers would."""

from typing import Any

from shared.domain.job import IngestFile, QueueMessages
from shared.usecases.run_job import run_job
from tests.kit.api.office import OURS, Office, assert_problem

CSV = b"""Patient,Phone,Email,Doctor,When,State
Ana,(212) 555-0187,,Dr Vega,12/24/2099 14:30,NY
Ben,555,,Dr Vega,12/24/2099 15:00,NY
Cleo,(212) 555-0189,,Dr Vega,12/24/2099 15:30,NY
Dan,(212) 555-0190,,Dr Vega,yesterday,NY
"""


async def _run_jobs(office: Office) -> None:
    """What was published is done, but nothing is sent: providers are tested elsewhere."""
    jobs, office.published = office.published, []
    for job in jobs:
        await run_job(office.runtime, job)


async def _loaded_file(office: Office) -> str:
    response = await office.post("/v1/files/upload?source_id=source-acme&name=day.csv", content=CSV)
    file_id = str(response.json()["id"])
    record = await office.stores.files.get(OURS, file_id)
    stored = await office.runtime.files.find(record.object_name)
    assert stored is not None
    bucket = office.runtime.settings.upload_bucket
    job = IngestFile(bucket=bucket, object_name=record.object_name, generation=stored.generation)
    await run_job(office.runtime, job)
    return file_id


async def _all(office: Office, path: str, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    params: dict[str, str] = {**filters, "limit": "1"}
    while True:
        page = (await office.get(path, params=params)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        params["cursor"] = page["next_cursor"]


async def test_from_a_file_to_queued_messages(office: Office) -> None:
    file_id = await _loaded_file(office)
    file = (await office.get(f"/v1/files/{file_id}")).json()
    assert (file["state"], file["percent"], file["row_count"], file["rejected_count"]) == (
        "loaded",
        100,
        3,
        1,
    )
    assert b"Dan" in (await office.get(f"/v1/files/{file_id}/rejected")).content

    step = {"channel": "sms", "template_id": "template-acme", "sender_id": "sender-acme"}
    body = {
        "name": "Reminders",
        "audience": {"source_id": "source-acme", "file_id": file_id},
        "steps": [{**step, "address_field": "phone"}],
        "window": {"opens": "00:00", "closes": "00:00"},
    }
    campaign = (await office.post("/v1/campaigns", body)).json()
    path = f"/v1/campaigns/{campaign['id']}"

    preview = (await office.post(f"{path}/preview")).headers["location"]
    await _run_jobs(office)
    totals = (await office.get(preview)).json()
    assert (totals["state"], totals["counts"]) == ("done", {"will_send": 2, "must_be_mended": 1})
    rows = await _all(office, f"{preview}/messages")
    assert [(row["row_number"], row["verdict"]) for row in rows] == [
        (2, "will_send"),
        (3, "must_be_mended"),
        (4, "will_send"),
    ]
    assert (await office.get(f"{preview}/rows/2")).json()["items"] == [rows[0]]
    assert_problem(await office.get(f"{preview}/rows/99"), 404)

    ready = await office.post(f"{path}/ready", {"content_hash": totals["content_hash"]})
    assert ready.status_code == 200, ready.text
    fire = (await office.post(f"{path}/fire")).json()
    assert [type(job) for job in office.published] == [QueueMessages]
    await _run_jobs(office)
    messages = await _all(office, "/v1/messages", fire_id=fire["id"], state="queued")
    assert {message["address"] for message in messages} == {"+12125550187", "+12125550189"}
    assert {message["body"] for message in messages} == {row["body"] for row in rows if row["body"]}

    [failure] = await _all(office, "/v1/failures", fire_id=fire["id"], state="open")
    mend = f"/v1/failures/{failure['id']}/requeue"
    assert_problem(await office.post(mend, {"corrections": {"phone": "556"}}), 422, "corrections.phone")
    mended = (await office.post(mend, {"corrections": {"phone": "212 555 0188"}})).json()
    assert mended["state"] == "requeued"
    message = (await office.get(f"/v1/messages/{mended['requeued_as']}")).json()
    assert message["address"] == "+12125550188"
    assert_problem(await office.post(mend, {"corrections": {"phone": "212 555 0188"}}), 409)
    ledger = (await office.get(f"/v1/fires/{fire['id']}")).json()["ledger"]
    assert (ledger["planned"], ledger["pending"], ledger["failed"], ledger["is_balanced"]) == (3, 3, 0, True)
    assert_problem(await office.post(f"{path}/fire"), 409)
    assert_problem(await office.call("PATCH", path, json={"name": "Other"}), 409)
