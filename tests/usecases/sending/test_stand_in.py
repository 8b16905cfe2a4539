"""A stand-in takes over what a provider that is down has provably not accepted: once, and nothing else."""

import pytest
import pytest_asyncio

from infra.local.simulator.outcomes import Answer
from shared.domain.companies.consent_rules import OptOutScope
from shared.domain.errors import InvalidInput
from shared.domain.fires.fire import Ledger
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.domain.senders.run_limits import RunLimits
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.companies.change_company import change_company
from shared.usecases.fires.resend_messages import resend_messages
from shared.usecases.senders.change_sender import change_sender
from shared.usecases.sending import send_groups
from tests.kit.builders import an_sms_sender
from tests.kit.clinic import Clinic, people

OURS, THEIRS = "+12125550100", "+12125550900"


@pytest_asyncio.fixture
async def office(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A clinic with a second number of another account, that stands in for the first."""
    monkeypatch.setattr(send_groups, "CALLS_IN_VAIN", 1)
    account = await clinic.simulator.add_account()
    await clinic.simulator.add_number(account, THEIRS)
    second = an_sms_sender(id="second", address=THEIRS)
    await clinic.stores.senders.save(clinic.company_id, second.id, second)
    await clinic.set_credentials("second", {"account_sid": account.sid, "auth_token": account.token})
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"stand_in_id": "second"})
    return clinic


async def slow(clinic: Clinic) -> None:
    """The first number sends one message at a time."""
    sender = await clinic.stores.senders.get(clinic.company_id, "texts")
    await clinic.stores.senders.save(clinic.company_id, "texts", replace(sender, rate_per_second=1.0))


async def test_what_was_provably_not_accepted_goes_out_from_the_stand_in_once(office: Clinic) -> None:
    await office.simulator.ask_fault("twilio", Answer.THROTTLED, count=3)
    await office.load(*people(3))
    await office.ready()
    fire = await office.fire()
    assert (await office.report(fire)).ledger == Ledger(planned=3, sent=3)
    accepted = await office.accepted()
    assert sorted(one["handset"] for one in accepted) == [f"+1212555200{n}" for n in range(3)]
    assert {one["sender"] for one in accepted} == {THEIRS}
    assert {(one.sender_id, one.taken_over_from) for one in await office.messages()} == {("second", "texts")}


async def test_what_may_have_gone_out_stays_unknown_and_the_rest_is_taken_over(office: Clinic) -> None:
    await slow(office)
    await office.simulator.ask_fault("twilio", Answer.ERROR_ACCEPTED, count=1)
    await office.load(*people(3))
    await office.ready()
    fire = await office.fire()
    assert (await office.report(fire)).ledger == Ledger(planned=3, sent=2, unknown=1)
    assert await office.sent_counts() == {f"+1212555200{n}": 1 for n in range(3)}
    senders = {one.state: one.sender_id for one in await office.messages()}
    assert senders == {MessageState.UNKNOWN: "texts", MessageState.SENT: "second"}


async def test_each_text_that_goes_out_together_with_others_is_a_call(
    office: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_groups, "CALLS_IN_VAIN", 3)
    sender = await office.stores.senders.get(office.company_id, "texts")
    await office.stores.senders.save(office.company_id, "texts", replace(sender, rate_per_second=4.0))
    await office.simulator.ask_fault("twilio", Answer.ERROR, count=6)  # six leave together
    await office.load(*people(9))
    await office.ready()
    fire = await office.fire()
    assert (await office.report(fire)).ledger == Ledger(planned=9, sent=3, unknown=6)
    assert {one["sender"] for one in await office.accepted()} == {THEIRS}


async def test_a_slow_provider_is_as_bad_as_none_and_what_it_took_stays_its_own(
    office: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_groups, "SLOW_SHARE", 0.01)
    await slow(office)
    office.wait_for_providers(10.0)
    await office.simulator.ask_fault("twilio", Answer.SLOW, count=1)
    await office.load(*people(3))
    await office.ready()
    fire = await office.fire()
    assert (await office.report(fire)).ledger == Ledger(planned=3, sent=3)
    assert await office.sent_counts() == {f"+1212555200{n}": 1 for n in range(3)}
    assert [one["sender"] for one in await office.accepted()] == [OURS, THEIRS, THEIRS]


async def test_a_run_that_is_over_says_nothing_of_the_provider(office: Clinic) -> None:
    sender = await office.stores.senders.get(office.company_id, "texts")
    await office.stores.senders.save(office.company_id, "texts", replace(sender, rate_per_second=0.5))
    await office.load(*people(2))
    await office.ready(runs=RunLimits(size=2, seconds=1))
    await office.fire()
    assert not office.runtime.senders_down
    assert [one["sender"] for one in await office.accepted()][:1] == [OURS]


async def test_while_the_first_is_known_to_be_down_it_is_not_called(office: Clinic) -> None:
    office.runtime.senders_down[office.company_id, "texts"] = float("inf")
    await office.load(*people(2))
    await office.ready()
    await office.fire()
    assert {one["sender"] for one in await office.accepted()} == {THEIRS}


async def test_nothing_goes_over_twice_nor_back(office: Clinic) -> None:
    await change_sender(office.runtime, office.company_id, "second", {"stand_in_id": "texts"})
    office.runtime.senders_down[office.company_id, "texts"] = float("inf")
    office.runtime.senders_down[office.company_id, "second"] = float("inf")
    await office.load(*people(1))
    await office.ready()
    await office.fire()
    [message] = await office.messages()
    assert (message.state, message.sender_id) == (MessageState.SENT, "second")
    assert [one["sender"] for one in await office.accepted()] == [THEIRS]


async def test_a_refusal_of_the_first_alone_holds_for_the_stand_in_too(office: Clinic) -> None:
    consent = (await office.stores.companies.get(office.company_id)).consent
    rules = replace(consent, opt_out_scope=OptOutScope.SENDER)
    await office.stores.companies.change(office.company_id, consent=rules)
    office.runtime.senders_down[office.company_id, "texts"] = float("inf")
    await office.load(*people(1))
    await office.ready()
    office.runs_jobs = False
    await office.fire()
    await office.run_published()  # queued
    await office.run_published()  # handed over
    await office.write("+12125552000", "STOP")
    office.runs_jobs = True
    await office.run_published()
    [message] = await office.messages()
    assert (message.sender_id, message.reason) == ("second", SkipReason.OPTED_OUT)
    assert await office.accepted() == []


async def test_a_refusal_of_the_first_alone_holds_for_what_is_sent_again_too(office: Clinic) -> None:
    await change_company(office.runtime, office.company_id, consent={"opt_out_scope": OptOutScope.SENDER})
    office.runtime.senders_down[office.company_id, "texts"] = float("inf")
    fire = await office.fire_for("+12125552000")
    [message] = await office.messages()
    lost = Receipt(message_id=message.id, kind=ReceiptKind.UNDELIVERED, event_id="e", code="30003")
    await record_receipt(office.runtime, office.company_id, lost)
    await office.write("+12125552000", "STOP")
    [undelivered] = await office.messages()
    assert await resend_messages(office.runtime, office.company_id, fire.id, [undelivered]) == 1
    again = next(one for one in await office.messages() if one.resend_of)
    assert (again.sender_id, again.reason) == ("second", SkipReason.OPTED_OUT)
    assert len(await office.accepted()) == 1


async def test_a_sender_without_a_stand_in_waits_as_before(clinic: Clinic) -> None:
    await clinic.simulator.ask_fault("twilio", Answer.THROTTLED)
    clinic.runtime.settings = replace(
        clinic.runtime.settings, tick_interval_seconds=1.0
    )  # no further try here
    await clinic.load(*people(1))
    await clinic.ready()
    await clinic.fire()
    [message] = await clinic.messages()
    assert (message.state, message.sender_id, message.taken_over_from) == (MessageState.QUEUED, "texts", None)


@pytest.mark.parametrize("other", ["texts", "nobody", "mails"])
async def test_a_stand_in_is_another_sender_of_the_channel(clinic: Clinic, other: str) -> None:
    with pytest.raises(InvalidInput, match=r"no such other sender|is for email"):
        await change_sender(clinic.runtime, clinic.company_id, "texts", {"stand_in_id": other})
