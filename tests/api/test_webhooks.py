"""Webhook endpoints by the API: a secret is shown once, and a company's events go to its own endpoints."""

import json
import logging
from typing import Any

import jsonschema_rs
import pytest

from shared import log
from shared.domain.companies.api_key import Scope
from shared.domain.events.event import EventType
from shared.domain.events.webhook_body import webhook_body
from shared.domain.job import DeliverWebhooks, Job, TellListeners
from shared.usecases.webhooks.tell_listeners import tell_listeners
from shared.views.event_objects import show_objects
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import an_event

BODY = {"url": "https://hooks.example.com/x", "event_types": ["reply.received", "opt_out.given"]}


async def make(office: Office, **changes: Any) -> dict[str, Any]:
    response = await office.post("/v1/webhook-endpoints", BODY | changes)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/v1/webhook-endpoints/{made['id']}"
    return made


async def test_a_secret_is_shown_once_and_never_again(office: Office) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await office.post("/v1/webhook-endpoints", BODY, headers=headers)
    made = first.json()
    assert made["secret"].startswith("whsec_")
    again = await office.post("/v1/webhook-endpoints", BODY, headers=headers)
    assert again.json() == made | {"secret": None}
    assert again.headers["Idempotent-Replayed"] == "true"
    path = f"/v1/webhook-endpoints/{made['id']}"
    rotated = (await office.post(f"{path}/rotate", {})).json()
    assert rotated["secret"] not in (None, made["secret"])
    answers = [await office.get(path), await office.get("/v1/webhook-endpoints")]
    answers.append(await office.call("PATCH", path, json={"name": "Others"}))
    answers.append(await office.post(f"{path}/pause"))
    for answer in answers:
        assert answer.status_code == 200
        assert "secret" not in answer.json()
        assert "whsec_" not in answer.text
    stored = [doc.to_dict() async for doc in office.stores.db.collection_group("webhook_endpoints").stream()]
    kept = [doc.to_dict() async for doc in office.stores.db.collection_group("idempotency_keys").stream()]
    assert "whsec_" not in repr((stored, kept))


async def test_a_secret_is_never_logged(office: Office) -> None:
    made = await make(office)
    quoted = {"msg": "somebody quotes it", "fields": {"text": f"it is {made['secret']}"}}
    line = log._JsonFormatter().format(logging.makeLogRecord(quoted))
    assert "somebody quotes it" in line
    assert made["secret"].removeprefix("whsec_") not in line


async def test_an_endpoint_is_changed_paused_resumed_and_deleted(office: Office) -> None:
    made = await make(office, name="Practice system")
    path = f"/v1/webhook-endpoints/{made['id']}"
    changed = await office.call("PATCH", path, json={"event_types": ["contact.created"]})
    assert (changed.json()["name"], changed.json()["event_types"]) == ("Practice system", ["contact.created"])
    assert (await office.post(f"{path}/pause")).json()["state"] == "paused"
    assert_problem(await office.post(f"{path}/test"), 409)
    assert (await office.post(f"{path}/resume")).json()["state"] == "active"
    sent = (await office.post(f"{path}/test")).json()
    assert (sent["event_type"], sent["state"], sent["tries"]) == ("webhook.test", "waiting", [])
    whole = (await office.get(f"/v1/webhook-deliveries/{sent['id']}")).json()
    assert [event["what"] for event in whole["events"]] == ["test"]
    assert office.published[-1] == DeliverWebhooks(company_id=OURS, endpoint_id=made["id"])
    assert (await office.call("DELETE", path)).status_code == 204
    assert_problem(await office.get(path), 404)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://u:p@hooks.example.com/"}, "url"),
        ({"event_types": []}, "event_types"),
        ({"event_types": ["webhook.test"]}, "event_types"),
        ({"event_types": ["contact.hired"]}, "event_types[0]"),
    ],
)
async def test_what_is_wrong_is_named(office: Office, changes: dict[str, Any], field: str) -> None:
    assert_problem(await office.post("/v1/webhook-endpoints", BODY | changes), 422, field)


async def test_only_admins_let_events_out(office: Office) -> None:
    writer = await office.key(Scope.WRITE, Scope.SEND)
    assert_problem(await office.post("/v1/webhook-endpoints", BODY, key=writer), 403)
    assert (await office.get("/v1/webhook-endpoints", key=writer)).status_code == 200


async def test_what_happens_in_a_company_is_told_to_its_own_endpoints(office: Office) -> None:
    office.runtime.do_jobs_here(_do(office))
    types = [str(one) for one in EventType if one is not EventType.TEST]
    await make(office, event_types=types)
    theirs = {"channel": "sms", "address": "+12125550190"}
    await office.post("/v1/opt-outs", theirs, company_id=THEIRS)
    await office.post("/v1/contacts", {"name": "Ana"}, company_id=THEIRS)
    listed = await office.get("/v1/webhook-deliveries")
    assert [one["id"] for one in listed.json()["items"]] == ["delivery-acme"]
    await office.post("/v1/opt-outs", theirs)
    listed = await office.get("/v1/webhook-deliveries", params={"event_type": "opt_out.given"})
    assert len(listed.json()["items"]) == 1
    assert len((await office.get("/v1/webhook-deliveries", company_id=THEIRS)).json()["items"]) == 1


@pytest.mark.parametrize("kind", list(EventType))
async def test_a_webhook_has_the_shape_that_the_document_promises(office: Office, kind: EventType) -> None:
    """Of a thing that is there, and of one that is gone."""
    document = (await office.get("/v1/openapi.json")).json()
    taken = document["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["schema"]
    validator = jsonschema_rs.validator_for({**taken, "components": document["components"]})
    name = f"{kind.noun.replace('_', '-')}-{OURS}"
    events = [an_event(id=item_id, type=kind, object_id=item_id) for item_id in (name, "gone")]
    body = json.loads(webhook_body(OURS, events, await show_objects(office.runtime, OURS, events)))
    validator.validate(body)
    shown, gone = (one[kind.noun] for one in body["data"]["items"])
    assert gone is None
    if kind is not EventType.TEST:
        shape = document["components"]["schemas"][f"{_camel(kind.noun)}Output"]["properties"]
        assert set(shown) == set(shape)
    with pytest.raises(jsonschema_rs.ValidationError):
        validator.validate(body | {"type": "contact.hired"})


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _do(office: Office) -> Any:
    """Tell what happened; nothing is delivered, as there is nobody to deliver to."""

    async def do(job: Job) -> None:
        if isinstance(job, TellListeners):
            await tell_listeners(office.runtime, job)

    return do


async def test_what_events_are_about_is_shown_as_the_api_shows_it(office: Office) -> None:
    """Each field of the API's answers, with its value: whoever adds one there adds it here."""
    for kind, path, item_id in (
        (EventType.DELIVERY_CHANGED, "messages", "message-acme"),
        (EventType.REPLY_RECEIVED, "replies", "reply-acme"),
        (EventType.OPT_OUT_GIVEN, "opt-outs", "opt-out-acme"),
        (EventType.CONTACT_CHANGED, "contacts", "contact-acme"),
    ):
        shown = await show_objects(office.runtime, OURS, [an_event(type=kind, object_id=item_id)])
        answered = (await office.get(f"/v1/{path}/{item_id}")).json()
        answered.pop("household", None)  # who else has the address is no part of a contact
        assert json.loads(json.dumps(shown)) == {item_id: answered}, (
            f"shared/views/event_objects.py: {path} are shown otherwise"
        )
