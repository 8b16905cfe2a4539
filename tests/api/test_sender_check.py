"""What the provider says of a sender, over HTTP."""

from shared.domain.companies.api_key import Scope
from tests.kit.api.office import OURS, Office, assert_problem
from tests.kit.builders import an_sms_sender

CHECK = "/v1/senders/sender-acme/check"


async def test_a_senders_provider_is_asked_now(office: Office) -> None:
    assert (await office.get(CHECK)).json() == {"problem": None, "remarks": []}
    sid, token = office.account.sid, office.account.token
    await office.simulator.add_account(sid=sid, token=token, suspended=True)
    checked = (await office.get(CHECK)).json()
    assert "suspended" in checked["problem"]
    assert checked["remarks"] == []
    assert_problem(await office.get(CHECK, key=await office.key(Scope.READ)), 403)


async def test_what_is_known_of_a_service_is_told(office: Office) -> None:
    number = an_sms_sender().address
    service = await office.simulator.add_service(office.account, number, campaign="VERIFIED")
    sender = an_sms_sender(id="sender-acme", address=service)
    await office.stores.senders.save(OURS, sender.id, sender)
    found = (await office.get("/v1/senders", params={"address": service})).json()["items"]
    assert [one["address"] for one in found] == [service]
    checked = (await office.get(CHECK)).json()
    assert checked["problem"] is None
    registered, encoding, replies = checked["remarks"]
    assert "campaign is verified" in registered
    assert "Smart encoding is off" in encoding
    assert "takes no replies" in replies
