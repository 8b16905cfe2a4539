"""A person decides about a message whose outcome is unknown, over HTTP."""

from shared.domain.api_key import Scope
from shared.domain.fire import Fire
from shared.domain.message import MessageState
from tests.api.office import OURS, Office, assert_problem
from tests.builders import NOON, a_message


async def _unknown(office: Office) -> str:
    fire = Fire(
        id="open",
        campaign_id="campaign-acme",
        slot="s",
        content_hash="h",
        fired_at=NOON,
        planned=1,
        chunks_stored=True,
        is_closed=True,
    )
    message = a_message(id="lost", fire_id="open", state=MessageState.UNKNOWN, sending_at=NOON)
    await office.stores.fires.save(OURS, fire.id, fire)
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
