"""What the demo leaves under way, so that the portal shows work: a campaign that sends, a file that loads."""

from infra.local.api_client import Json
from infra.local.stage import Stage

PEOPLE, PER_SECOND = 240, 0.5  # eight minutes
ROWS = 900_000  # some minutes: nobody signs in faster than that
COLUMNS = [{"column": "Name", "field": "name"}, {"column": "Phone", "field": "phone", "type": "phone"}]
TEXT = "{{ name }}, flu shots are given from Monday on. Reply 1 if you want one."


async def leave_under_way(stage: Stage) -> None:
    """Fire a campaign at a slow pace, and upload a large file; neither is waited for."""
    api, sender_id = stage.api, stage.company.sms_sender_id
    source = await api.post("/sources", {"name": "Flu shots", "columns": COLUMNS})
    file = await _upload(stage, source, "flu-shots.csv", PEOPLE)
    await api.wait_for(f"/files/{file['id']}", "state", "loaded", "refused")
    text = await api.post("/templates", {"name": "Flu shots", "channel": "sms", "body": TEXT})
    step = {
        "channel": "sms", "template_id": text["id"], "sender_id": sender_id, "address_field": "phone",
    }  # fmt: skip
    draft = {
        "name": "Flu shots",
        "audience": {"source_id": source["id"], "file_id": file["id"]},
        "steps": [step],
        "window": {"opens": "00:00", "closes": "00:00"},  # at whatever time the demo is run
        "reply_options": [{"words": ["1"], "disposition": "confirmed"}],
    }
    campaign = await api.post("/campaigns", draft)
    usual = (await api.get(f"/senders/{sender_id}"))["rate_per_second"]
    await api.patch(
        f"/senders/{sender_id}", {"rate_per_second": PER_SECOND}
    )  # what is made ready now keeps it
    await api.post(f"/campaigns/{campaign['id']}/ready")
    await api.patch(f"/senders/{sender_id}", {"rate_per_second": usual})
    await api.post(f"/campaigns/{campaign['id']}/fire")
    # Of a kind of its own: beside a small file of the same kind it would be held, and wait for a word.
    others = await api.post("/sources", {"name": "Everybody", "columns": COLUMNS})
    await _upload(stage, others, "everybody.csv", ROWS)
    stage.say(
        f"\nUnder way: {PEOPLE} messages at {PER_SECOND:g} a second, and a file of {ROWS:,} rows that loads."
    )


async def _upload(stage: Stage, source: Json, name: str, count: int) -> Json:
    """A file of so many people."""
    link = await stage.api.post("/files", {"source_id": source["id"], "name": name})
    rows = "\n".join(f"Person {number},{_phone(number)}" for number in range(count))
    await stage.api.put_file(link, f"Name,Phone\n{rows}\n".encode())
    file: Json = link["file"]
    return file


def _phone(number: int) -> str:
    """Numbers that the simulators do nothing special with: none ends as theirs do."""
    area, rest = 201 + number // 900_000, number % 900_000
    return f"+1{area}{200 + rest // 9_000}{1_000 + rest % 9_000}"
