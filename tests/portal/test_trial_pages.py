"""Settings of a trial: a code goes to an address and is entered; the pages say by which way jobs go."""

import re
from datetime import timedelta

from shared.domain.channels.channel import Channel
from shared.domain.companies.trial import TrialCodes, code_of
from shared.domain.companies.user import Role
from shared.domain.queue_failure import QueueFailure
from shared.firestore.system import QUEUE_FAILURE
from shared.usecases.companies.change_trial import change_trial
from tests.kit.api.office import OURS, Office
from tests.portal.conftest import SignedIn

ADDRESS = "+12125550142"
HERE = "/settings/trial"


async def _codes(office: Office) -> TrialCodes:
    return (await office.stores.companies.get(OURS)).trial_codes


async def test_an_admin_verifies_an_address_by_its_code(office: Office, signed_in: SignedIn) -> None:
    person = await signed_in(Role.ADMIN)
    await person.get(HERE)
    assert "not in trial" in person.says
    await change_trial(office.runtime, OURS, is_on=True)
    await person.get("/files")
    assert "Trial: nothing goes out before an address is verified" in person.says
    fields = {"sender_id": f"sender-{OURS}", "address": "(212) 555-0142"}
    await person.post(HERE, {**fields, "address": "nobody"}, seen=HERE)
    assert person.page.status_code == 422
    assert 'aria-invalid="true"' in person.page.text
    await person.post(HERE, fields, seen=HERE)
    await person.get(HERE)
    assert f"A code is on its way to {ADDRESS}" in person.says
    [sent] = (await _codes(office)).sent
    code = code_of(sent.message_id, office.runtime.settings.link_keys[0])
    assert code not in person.page.text
    assert not re.search(code, (await person.get(f"/why?address={ADDRESS}&campaign_id=campaign-{OURS}")).text)
    entered = {"channel": "sms", "address": sent.address, "code": "0" if code != "0" else "1"}
    await person.post(f"{HERE}/verify", entered, seen=HERE)
    await person.get(HERE)
    assert "is not the one that was sent; 4 more tries are taken" in person.says
    await person.post(f"{HERE}/verify", {**entered, "code": code}, seen=HERE)
    await person.get(HERE)
    assert "is verified: messages go there" in person.says
    assert "Trial: messages go only to the one address that was verified" in person.says
    assert Channel(sent.channel) == "sms"
    for said in ("is taken away: nothing more goes there", "is none of the verified addresses"):
        await person.post(f"{HERE}/remove", {"address": sent.address}, seen=HERE)
        await person.get(HERE)
        assert said in person.says
        assert "Trial: nothing goes out before an address is verified" in person.says
    answer = await office.post("/v1/trial/remove", {"address": sent.address})
    assert answer.json()["errors"][0]["field"] == "address"


async def test_the_pages_say_that_the_queue_fails_and_since_when(office: Office, signed_in: SignedIn) -> None:
    person, now = await signed_in(Role.VIEWER), office.runtime.now()
    assert "Messages go out in the background, by the queue" in (await person.get(f"/fires/fire-{OURS}")).text
    assert "queue" not in (await person.get("/")).text
    failure = QueueFailure(id=QUEUE_FAILURE, since=now - timedelta(minutes=5), last_at=now)
    await office.stores.system.save_queue_failure(failure)
    for path in ("/", f"/fires/fire-{OURS}"):
        await person.get(path)
        assert "fails since" in person.says
    answer = await office.get("/v1/status")
    assert answer.json()["way"] == "fallen_back"
    await office.stores.system.end_queue_failure()
