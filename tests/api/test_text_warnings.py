"""Warnings of carriers' words over HTTP: where a text is saved, and where it is read."""

from typing import Any

import pytest

from tests.kit.api.office import Office
from tests.kit.api.sequences import make_mailbox, make_sequence

OWN = {"opt_out_words": ["adios"], "opt_in_words": ["vuelvo"]}


async def saved(office: Office, **changes: Any) -> dict[str, Any]:
    made = await office.post("/v1/templates", {"name": "Ask", "channel": "sms", "body": "Hello."} | changes)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": "Reply CANCEL to cancel your visit."}, ["CANCEL"]),
        ({"body": "Reply\n“yes” or “quit”"}, ["YES", "QUIT"]),
        (
            {"channel": "email", "subject": "Reply YES", "html": "<p>Reply&nbsp;<b>END</b></p>"},
            ["YES", "END"],
        ),
        ({"channel": "email", "subject": "Hi", "html": "<style>p{text-align:end}</style><p>Hello</p>"}, []),
        ({"body": "Reply ADIOS to cancel your appointment"}, ["ADIOS"]),
        ({"body": "Reply VUELVO to confirm your visit"}, ["VUELVO"]),
        ({"body": "Reply ADIOS to opt out, 2 to cancel"}, []),
        ({"channel": "voice", "body": "Say YES, or press 1. Reply CANCEL to cancel."}, []),
    ],
)
async def test_a_template_is_saved_with_its_warnings(
    office: Office, changes: dict[str, Any], words: list[str]
) -> None:
    assert (await office.call("PATCH", "/v1/company", json={"consent": OWN})).status_code == 200
    made = await saved(office, **changes)
    assert len(made["warnings"]) == len(words)
    assert all(f"answer {word}" in one for word, one in zip(words, made["warnings"], strict=True))
    read = (await office.get(f"/v1/templates/{made['id']}")).json()
    [listed] = [one for one in (await office.get("/v1/templates")).json()["items"] if one["id"] == made["id"]]
    assert read == listed == made
    changed = await office.call("PATCH", f"/v1/templates/{made['id']}", json={"name": "Renamed"})
    assert changed.json()["warnings"] == made["warnings"]


async def test_an_email_of_a_sequence_is_saved_with_its_warnings(office: Office) -> None:
    await make_mailbox(office)
    where = await make_sequence(office)
    asks = {"subject": "Will you come?", "content": "Answer with CANCEL if you cannot come."}
    made = (await office.post(f"{where}/steps", asks)).json()
    assert [len(one["warnings"]) for one in made["steps"]] == [0, 1]
    assert "answer CANCEL" in made["steps"][1]["warnings"][0]
    [listed] = [one for one in (await office.get("/v1/sequences")).json()["items"] if one["id"] == made["id"]]
    assert listed["steps"] == made["steps"]
