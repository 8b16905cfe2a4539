"""A change of sequences is foreseen over HTTP: at once, or by a worker."""

from datetime import timedelta
from typing import Any

import pytest

from shared.usecases.run_job import run_job
from shared.usecases.sequences import ask_effect
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.api.sequences import make_mailbox, make_sequence, pasted, run_jobs

ONE_STEP = {"id": "one", "wait_days": 1}
OF_OURS = {"sequence_id": f"sequence-{OURS}"}


async def test_a_change_is_foreseen_and_its_progress_is_told(office: Office) -> None:
    await make_mailbox(office, daily_capacity=2)
    where = await make_sequence(office)
    sequence_id = where.rpartition("/")[2]
    await office.post(f"{where}/resume")
    await office.post(f"{where}/enrollings", pasted(*(f"p{number}@example.com" for number in range(8))))
    await run_jobs(office)
    more = {"kind": "more_mailboxes", "sequence_id": sequence_id, "count": 1, "daily_capacity": 6}
    seen = (await office.post("/v1/sequence-plan/effect", {"change": more})).json()
    [finish] = seen["finishes"]
    assert finish["after"] < finish["before"]
    assert (seen["pending"], seen["kept"] + seen["moved"]) == (8, 8)
    raised = {"kind": "mailbox", "mailbox_id": "desk", "changes": {"daily_capacity": 8}}
    seen = (await office.post("/v1/sequence-plan/effect", {"change": raised})).json()
    assert seen["earlier"] == seen["moved"] > 0
    assert (await office.get("/v1/mailboxes/desk")).json()["daily_capacity"] == 2
    await office.call("PATCH", "/v1/mailboxes/desk", json={"daily_capacity": 8})
    begun = (await office.get("/v1/sequence-plan")).json()["replanning"]
    assert begun["ended_at"] is None
    await run_jobs(office)
    done = (await office.get("/v1/sequence-plan")).json()
    assert (done["replanning"]["moved"], done["replanning"]["to_move"]) == (seen["moved"], seen["moved"])
    assert done["replanning"]["ended_at"]
    assert done["finishes"][0]["finishes_at"] == seen["finishes"][0]["after"]


@pytest.mark.parametrize(
    ("change", "status", "fields"),
    [
        ({"kind": "mailbox", "mailbox_id": f"mailbox-{THEIRS}", "changes": None}, 404, ()),
        ({"kind": "sequence", "sequence_id": "nothing", "changes": {}}, 404, ()),
        ({**OF_OURS, "kind": "sequence", "changes": {"end_time": "08:00"}}, 422, ("end_time",)),
        ({**OF_OURS, "kind": "steps", "steps": [{"id": "no", "wait_days": 1}]}, 404, ()),
        ({**OF_OURS, "kind": "steps", "steps": [ONE_STEP, ONE_STEP]}, 422, ("steps[1].id",)),
        ({"kind": "other"}, 422, ("change",)),
    ],
)
async def test_a_change_that_cannot_be_is_not_foreseen(
    office: Office, change: dict[str, Any], status: int, fields: tuple[str, ...]
) -> None:
    assert_problem(await office.post("/v1/sequence-plan/effect", {"change": change}), status, *fields)


async def test_where_many_wait_a_worker_finds_the_effect(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_mailbox(office, daily_capacity=2)
    where = await make_sequence(office)
    await office.post(f"{where}/resume")
    await office.post(f"{where}/enrollings", pasted(*(f"p{number}@example.com" for number in range(8))))
    await run_jobs(office)
    other = {"name": "Other", "days": [1, 2, 3], "closed_days": ["2026-12-01"]}
    sequence: dict[str, Any] = {"kind": "sequence", "sequence_id": where.rpartition("/")[2], "changes": other}
    changes: list[dict[str, Any]] = [
        sequence,
        {"kind": "mailbox", "mailbox_id": "desk", "changes": {"daily_capacity": 8}},
        {
            "kind": "more_mailboxes",
            "sequence_id": sequence["sequence_id"],
            "count": 2,
            "daily_capacity": 9,
        },
    ]
    at_once = [await office.post("/v1/sequence-plan/effect", {"change": one}) for one in changes]
    assert [(one.status_code, one.json()["state"]) for one in at_once] == [(200, "done")] * 3
    assert (await office.get(at_once[0].headers["location"])).json() == at_once[0].json()
    monkeypatch.setattr(ask_effect, "FEW_EMAILS", 7)
    for change, known in zip(changes, at_once, strict=True):
        asked = await office.post("/v1/sequence-plan/effect", {"change": change})
        assert (asked.status_code, asked.json()["state"], asked.json()["moved"]) == (202, "running", None)
        await run_jobs(office)
        found = (await office.get(asked.headers["location"])).json()
        assert found == known.json() | {"id": asked.json()["id"]}
        assert found["moved"]
    assert_problem(
        await office.post("/v1/sequence-plan/effect", {"change": changes[0]}, company_id=THEIRS), 404
    )
    assert_problem(await office.get(asked.headers["location"], company_id=THEIRS), 404)


async def test_an_effect_that_nobody_finds_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_mailbox(office)
    where = await make_sequence(office)
    await office.post(f"{where}/resume")
    await office.post(f"{where}/enrollings", pasted("p@example.com"))
    await run_jobs(office)
    monkeypatch.setattr(ask_effect, "FEW_EMAILS", 0)
    change = {"kind": "mailbox", "mailbox_id": "desk", "changes": {"daily_capacity": 8}}
    asked = await office.post("/v1/sequence-plan/effect", {"change": change})
    place, job = asked.headers["location"], office.published.pop()
    begun = office.runtime.now()
    office.runtime.now = lambda: begun + timedelta(minutes=10)
    late = (await office.get(place)).json()
    assert (late["state"], late["note"]) == ("failed", "This took too long. Ask again.")
    await office.post(f"{where}/pause")
    await office.call("DELETE", "/v1/mailboxes/desk")
    await run_job(office.runtime, job)
    gone = (await office.get(place)).json()
    assert gone["state"] == "failed"
    assert "mailbox" in gone["note"]


async def test_when_a_draft_would_finish_is_told_before_it_sends(office: Office) -> None:
    await make_mailbox(office, daily_capacity=2)
    where = await make_sequence(office)
    await office.post(f"{where}/enrollings", pasted(*(f"p{number}@example.com" for number in range(8))))
    await run_jobs(office)
    [person, *_] = (await office.get(f"{where}/enrollments")).json()["items"]
    [email] = (await office.get(f"{where}/enrollments/{person['id']}")).json()["emails"]
    assert email["why"].endswith("it gets its time once the sequence is resumed.")
    change = {"kind": "resume", "sequence_id": where.rpartition("/")[2]}
    seen = (await office.post("/v1/sequence-plan/effect", {"change": change})).json()
    [finish] = seen["finishes"]
    assert (finish["before"], finish["sequence_id"], seen["moved"]) == (None, change["sequence_id"], 0)
    assert seen["words"][0].startswith("Welcome has nothing planned; after the change it finishes on ")
    assert (await office.get(where)).json()["state"] == "draft"
    await office.post(f"{where}/resume")
    await run_jobs(office)
    plan = (await office.get("/v1/sequence-plan")).json()
    assert plan["finishes"][0]["finishes_at"][:10] == finish["after"][:10]
    await office.post(f"{where}/archive")
    assert_problem(await office.post("/v1/sequence-plan/effect", {"change": change}), 409)
