"""Sequences and mailboxes over HTTP to test with."""

from typing import Any

from shared.usecases.run_job import run_job
from tests.kit.api.office import OURS, Office
from tests.kit.builders import an_email_sender

STEP = {"subject": "Hello {{ name }}", "content": "First to {{ name }}."}
ALL_DAY = {
    "name": "Welcome",
    "start_time": "00:00",
    "end_time": "23:59",
    "time_zone": "America/New_York",
    "days": [1, 2, 3, 4, 5, 6, 7],
}
EVERYBODY = {"audience": {"include": [{"kind": "everybody"}]}}


def pasted(*addresses: str) -> dict[str, Any]:
    """An enrolling of whoever has these addresses."""
    return {"audience": {"include": [{"kind": "addresses", "channel": "email", "addresses": addresses}]}}


async def make_mailbox(office: Office, **given: Any) -> dict[str, Any]:
    """A mailbox of twenty a day, of a sender of ours."""
    sender = an_email_sender(id="desk", address="desk@acme-clinics.com")
    await office.stores.senders.save(OURS, sender.id, sender)
    made = await office.post("/v1/mailboxes", {"sender_id": "desk", "daily_capacity": 20} | given)
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def make_sequence(office: Office, **given: Any) -> str:
    """A draft of one step, which would send all day; its address."""
    body = ALL_DAY | {"mailbox_ids": ["desk"], "steps": [STEP]} | given
    made = await office.post("/v1/sequences", body)
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


async def run_jobs(office: Office) -> None:
    """What was announced, and what that announces."""
    while office.published:
        jobs, office.published = office.published, []
        for job in jobs:
            await run_job(office.runtime, job)
