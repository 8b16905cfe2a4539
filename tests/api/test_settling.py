"""A person decides about an unknown outcome, and lets a mended sender go on, over HTTP."""

from shared.domain.companies.api_key import Scope
from shared.domain.fires.fire import Fire, PlannedStep
from shared.domain.ids import computed_id
from shared.domain.messages.message import MessageState
from tests.kit.api.office import OURS, Office, assert_problem
from tests.kit.builders import NOON, a_content, a_message, an_sms_sender


async def _unknown(office: Office) -> str:
    fire = Fire(
        id="open",
        campaign_id="campaign-acme",
        slot="s",
        content_hash="h",
        fired_at=NOON,
        steps=(PlannedStep(step_id="sms", planned=1, chunk_count=0),),
        chunks_stored=True,
        is_closed=True,
    )
    message = a_message(id="lost", fire_id="open", state=MessageState.UNKNOWN, sending_at=NOON)
    await office.stores.fires.save(OURS, fire.id, fire)
    await office.stores.campaign_contents.save(OURS, computed_id(fire.campaign_id, "h"), a_content())
    await office.stores.messages.save(OURS, message.id, message)
    return "/v1/messages/lost/settle"


async def test_an_unknown_message_is_settled_once(office: Office) -> None:
    path = await _unknown(office)
    headers = {"Idempotency-Key": "decided"}
    for _ in range(2):
        answer = await office.post(path, {"as": "sent"}, headers=headers)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["state"], answer.json()["settled_by"][:8]) == ("sent", "api key ")
    assert answer.headers["idempotent-replayed"] == "true"
    assert_problem(await office.post(path, {"as": "not_sent"}), 409)


async def test_resending_makes_a_message_and_announces_it(office: Office) -> None:
    path = await _unknown(office)
    assert (await office.post(path, {"as": "resend"})).status_code == 200
    assert len(office.published) == 1
    found = (await office.get("/v1/messages", params={"fire_id": "open", "state": "queued"})).json()["items"]
    assert [message["resend_of"] for message in found] == ["lost"]
    ledger = (await office.get("/v1/fires/open")).json()["ledger"]
    assert (ledger["planned"], ledger["pending"], ledger["failed"]) == (1, 1, 0)


async def test_what_is_not_a_decision_is_refused(office: Office) -> None:
    path = await _unknown(office)
    assert_problem(await office.post(path, {"as": "perhaps"}), 422, "as")
    assert_problem(await office.post(path, {}), 422, "as")
    assert_problem(await office.post("/v1/messages/message-acme/settle", {"as": "sent"}), 409)
    assert_problem(await office.post("/v1/messages/message-globex/settle", {"as": "sent"}), 404)
    assert_problem(await office.post(path, {"as": "sent"}, key=await office.key(Scope.READ)), 403)


async def test_a_paused_sender_is_resumed_when_it_is_mended(office: Office) -> None:
    paused = an_sms_sender(id="sender-acme", is_paused=True, paused_reason="suspended")
    await office.stores.senders.save(OURS, paused.id, paused)
    sid, token = office.account.sid, office.account.token
    await office.simulator.add_account(sid=sid, token=token, suspended=True)
    refused = assert_problem(await office.post("/v1/senders/sender-acme/resume"), 409)
    assert "suspended" in refused["detail"]
    await office.simulator.add_account(sid=sid, token=token)
    resumed = await office.post("/v1/senders/sender-acme/resume")
    assert (resumed.status_code, resumed.json()["is_paused"]) == (200, False)
    assert_problem(await office.post("/v1/senders/sender-acme/resume", key=await office.key(Scope.READ)), 403)
    assert (await office.get("/v1/fires/fire-acme")).json()["waits_for"] == []
