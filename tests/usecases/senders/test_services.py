"""Senders that are a messaging service or a short code, from preflight to reply and reconciling."""

from datetime import timedelta

import pytest

from infra.local.simulator.client import TwilioAccount
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.companies.consent_rules import OptOutScope
from shared.domain.contacts.opt_out import opt_out_id, sender_opt_out_id
from shared.domain.errors import InvalidInput
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.sending import Delivery, OutgoingMessage
from shared.domain.messages.skip_reason import SkipReason
from shared.usecases.answers.recover_replies import recover_replies
from shared.usecases.companies.change_company import change_company
from shared.usecases.senders.inspect_sender import inspect_sender, sender_remarks
from shared.usecases.senders.save_sender import save_sender
from shared.views.kit.paging import PageAsked
from shared.views.senders import list_senders
from tests.kit.builders import a_step, an_sms_sender
from tests.kit.clinic import LOST, Clinic
from tests.kit.signed_webhooks import twilio_posts

ONE, TWO, CODE = "+12125550101", "+12125550102", "12345"
OURS = "+12125550100"  # the clinic's usual number
ANA, BEN = "+12125550187", "+12125550188"
SMS = Channel("sms")


async def account(clinic: Clinic) -> TwilioAccount:
    fields = await clinic.credentials("texts")
    return TwilioAccount(sid=fields["account_sid"], token=fields["auth_token"])


async def texts_come_from(clinic: Clinic, address: str) -> None:
    sender = an_sms_sender(address=address)
    await clinic.stores.senders.save(clinic.company_id, sender.id, sender)


async def by_service(clinic: Clinic, *numbers: str, **settings: object) -> str:
    """From now on the clinic's texts come from a service with these numbers."""
    ours = await account(clinic)
    for number in numbers:
        await clinic.simulator.add_number(ours, number)
    service = await clinic.simulator.add_service(ours, *numbers, **settings)  # type: ignore[arg-type]
    await texts_come_from(clinic, service)
    return service


async def written(clinic: Clinic, body: str, sid: str, to: str, service: str, **fields: str) -> None:
    """Twilio's form for what Ana wrote to a number of the service's pool."""
    form = {"MessageSid": sid, "From": ANA, "To": to, "MessagingServiceSid": service, "Body": body, **fields}
    await twilio_posts(clinic, "incoming", **form)


async def test_a_fire_goes_out_through_the_pool_and_receipts_find_their_messages(clinic: Clinic) -> None:
    await by_service(clinic, ONE, TWO)
    fire = await clinic.fire_for(ANA, BEN)
    assert {m["handset"]: m["sender"] for m in await clinic.accepted()} == {ANA: TWO, BEN: ONE}
    assert (await clinic.report(fire)).ledger.sent == 2
    message = (await clinic.by_address())[ANA]
    await twilio_posts(
        clinic, "status", message.id, MessageSid=str(message.provider_id), MessageStatus="delivered", From=TWO
    )
    await clinic.run_published()
    assert (await clinic.by_address())[ANA].delivery is Delivery.DELIVERED


async def test_a_refusal_of_one_sender_reaches_every_sender_at_the_number_that_was_written_to(
    clinic: Clinic,
) -> None:
    """To who got texts from it, the number is one sender, whatever it is to us."""
    service = await by_service(clinic, ONE, TWO)
    alone = an_sms_sender(id="alone", address=TWO)
    await clinic.stores.senders.save(clinic.company_id, alone.id, alone)
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_scope": OptOutScope.SENDER})
    ids = [sender_opt_out_id(SMS, ANA, one) for one in ("texts", "alone")]

    async def refused() -> list[bool]:
        stored = await clinic.stores.opt_outs.find_many(clinic.company_id, ids)
        return [item_id in stored and stored[item_id].is_active for item_id in ids]

    await written(clinic, "STOP", "SM1", TWO, service)
    assert await refused() == [True, True]
    await written(clinic, "START", "SM2", TWO, service)
    assert await refused() == [False, False]
    await written(clinic, "please stop texting me", "SM3", ONE, service)
    assert await refused() == [True, False]
    assert len([one for one in await clinic.messages() if one.purpose is Purpose.OPT_OUT_CONFIRMATION]) == 1


async def test_an_answer_to_a_number_of_the_pool_is_the_services(clinic: Clinic) -> None:
    service = await by_service(clinic, ONE, TWO)
    await clinic.fire_for(ANA)
    await written(clinic, "1", "SM1", TWO, service)
    [message] = await clinic.messages()
    assert message.disposition is Disposition.CONFIRMED


async def test_stop_to_one_number_ends_what_comes_from_all(clinic: Clinic) -> None:
    service = await by_service(clinic, ONE, TWO)
    await written(clinic, "STOP", "SM1", TWO, service, OptOutType="STOP")
    await clinic.fire_for(ANA)
    [message] = await clinic.messages()
    assert (message.state, message.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)
    assert await clinic.accepted() == []


async def test_stop_over_rcs_ends_texts_and_start_brings_them_back(clinic: Clinic) -> None:
    """Twilio unites the refusals of RCS, SMS and MMS: its changelog of March 15, 2026."""
    service = await by_service(clinic, ONE, TWO)
    agent = {"to": "rcs:north_clinic_agent", "service": service, "From": f"rcs:{ANA}"}
    await written(clinic, "STOP", "SM1", **agent, OptOutType="STOP")
    opt_out = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(SMS, ANA))
    assert opt_out.is_active
    await clinic.fire_for(ANA)
    assert await clinic.accepted() == []
    await written(clinic, "START", "SM2", **agent, OptOutType="START")
    opt_out = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(SMS, ANA))
    assert not opt_out.is_active


async def test_a_refusal_that_only_twilio_knows_is_learned(clinic: Clinic) -> None:
    await by_service(clinic, ONE, TWO)
    await clinic.simulator.reply(ANA, "STOP", sender=TWO)
    await clinic.fire_for(ANA)
    opt_out = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(SMS, ANA))
    assert opt_out.is_active
    assert await clinic.accepted() == []


@pytest.mark.parametrize("told", ["service", "number"])
async def test_a_number_that_is_also_a_sender_hears_answers_for_both(clinic: Clinic, told: str) -> None:
    """Twilio tells only one of them, by where it posts."""
    service = await clinic.simulator.add_service(await account(clinic), OURS)
    alone = an_sms_sender(id="alone", address=OURS if told == "service" else service)
    await clinic.stores.senders.save(clinic.company_id, alone.id, alone)
    await clinic.set_credentials(alone.id, await clinic.credentials("texts"))
    await texts_come_from(clinic, service if told == "service" else OURS)
    await clinic.fire_for(ANA, steps=(a_step(sender_id="alone"),))
    await written(clinic, "1", "SM1", OURS, service)
    [message] = await clinic.messages()
    assert (message.sender_id, message.disposition) == ("alone", Disposition.CONFIRMED)


async def test_an_unknown_outcome_is_found_in_the_list_of_the_whole_account(clinic: Clinic) -> None:
    service = await by_service(clinic, ONE, TWO)
    await clinic.fire_for(LOST)
    [shown] = await clinic.accepted("+12125550006")
    clinic.later(timedelta(hours=1))
    assert (await clinic.reconcile())["sent"] == 1
    [message] = await clinic.messages()
    assert (message.state, message.provider_id) == (MessageState.SENT, shown["provider_id"])
    assert shown["request_id"] == service


async def test_what_another_sender_sent_to_the_person_is_no_evidence_for_a_service(clinic: Clinic) -> None:
    await by_service(clinic, ONE)
    await clinic.fire_for(ANA)
    [message] = await clinic.messages()
    await clinic.simulator.clear_messages()
    await clinic.lose_answer(message)
    await post(clinic, message, OURS)
    clinic.later(timedelta(hours=5))
    assert (await clinic.reconcile())["failed"] == 1  # the list has it not, whatever else went to the person


async def post(clinic: Clinic, message: Message, from_address: str) -> None:
    """The message's text from one of our addresses; Rollcall knows nothing of it."""
    sender = await clinic.stores.senders.get(clinic.company_id, "texts")
    credentials = await clinic.runtime.credentials(clinic.company_id, sender)
    outgoing = OutgoingMessage(
        message_id="none", from_address=from_address, to_address=message.address, body=message.body
    )
    await clinic.runtime.message_sender(sender, credentials).send([outgoing])


async def test_one_text_from_a_number_of_the_pool_may_be_the_numbers_or_the_services(clinic: Clinic) -> None:
    service = await by_service(clinic, ONE)
    alone = an_sms_sender(id="alone", address=ONE)
    await clinic.stores.senders.save(clinic.company_id, alone.id, alone)
    await clinic.set_credentials(alone.id, await clinic.credentials("texts"))
    await clinic.fire_for(ANA, steps=(a_step(), a_step(id="again", sender_id="alone")))
    both = await clinic.messages()
    assert {message.sender_id for message in both} == {"texts", "alone"}
    await clinic.simulator.clear_messages()
    await post(clinic, both[0], service)
    for message in both:
        await clinic.lose_answer(message)
    clinic.later(timedelta(hours=5))
    # Who gets no answer in time on a busy machine asks at the next tick, and only then.
    assert sum([(await clinic.reconcile())["unknown"] for _ in range(3)]) == 2
    assert {message.state for message in await clinic.messages()} == {MessageState.UNKNOWN}


async def test_a_receipt_that_never_came_is_found_on_the_day_of_the_account(clinic: Clinic) -> None:
    await by_service(clinic, ONE)
    await clinic.fire_for(ANA)
    clinic.later(timedelta(hours=5))
    await clinic.reconcile()
    [message] = await clinic.messages()
    assert message.delivery is Delivery.DELIVERED


async def test_replies_of_an_outage_are_taken_from_the_list_for_all_numbers_of_the_pool(
    clinic: Clinic,
) -> None:
    service = await by_service(clinic, ONE, TWO)
    begun = clinic.runtime.now()
    for person, number in ((ANA, ONE), (BEN, TWO), ("+12125550189", OURS)):
        await clinic.simulator.reply(person, "STOP", sender=number)
    sender = await clinic.stores.senders.get(clinic.company_id, "texts")
    assert sender.address == service
    history = clinic.runtime.provider_history(
        sender, await clinic.runtime.credentials(clinic.company_id, sender)
    )
    assert history is not None
    assert await recover_replies(clinic.runtime, clinic.company_id, sender, history, begun) == 2
    refused = [opt_out_id(SMS, person) for person in (ANA, BEN)]
    assert len(await clinic.stores.opt_outs.find_many(clinic.company_id, refused)) == 2


async def test_a_short_code_sends_and_is_answered(clinic: Clinic) -> None:
    await clinic.simulator.add_number(await account(clinic), CODE)
    await texts_come_from(clinic, CODE)
    await clinic.fire_for(ANA, LOST)
    assert {m["sender"] for m in await clinic.accepted()} == {CODE}
    # Carriers leave the country out where the code is of one country.
    form = {"MessageSid": "SM1", "From": "2125550187", "To": CODE, "Body": "1"}
    await twilio_posts(clinic, "incoming", **form)
    assert (await clinic.by_address())[ANA].disposition is Disposition.CONFIRMED
    clinic.later(timedelta(hours=1))
    assert (await clinic.reconcile())["sent"] == 1


async def test_a_short_code_of_others_stops_the_campaign_before_it_is_ready(clinic: Clinic) -> None:
    await texts_come_from(clinic, CODE)
    with pytest.raises(InvalidInput, match="short code 12345 does not belong"):
        await clinic.fire_for(ANA)


async def test_so_does_a_service_without_numbers(clinic: Clinic) -> None:
    service = await by_service(clinic)
    with pytest.raises(InvalidInput, match=f"{service} has no number to send from"):
        await clinic.fire_for(ANA)
    await by_service(clinic, ONE, sid=service)
    await clinic.load({})
    assert (await clinic.ready()).state is CampaignState.READY


async def test_what_is_registered_is_told_and_stops_nothing(clinic: Clinic) -> None:
    await by_service(clinic, ONE, smart_encoding=True, inbound_url="https://x", campaign="IN_PROGRESS")
    await clinic.load({})
    campaign = await clinic.ready()
    registered, encoding = await sender_remarks(clinic.runtime, clinic.company_id, campaign.steps)
    assert "US A2P 10DLC: the campaign is IN_PROGRESS." in registered
    assert encoding.startswith("Smart encoding is on")
    state = await inspect_sender(clinic.runtime, clinic.company_id, "texts")
    assert (state.problem, state.remarks) == (None, (registered, encoding))


async def test_what_cannot_be_asked_is_told_instead(clinic: Clinic) -> None:
    await by_service(clinic, ONE)
    await clinic.set_credentials("texts", {})
    [remark] = await sender_remarks(clinic.runtime, clinic.company_id, (a_step(),))
    assert "could not be found out" in remark
    state = await inspect_sender(clinic.runtime, clinic.company_id, "texts")
    assert state.problem is not None
    assert state.remarks == ()


async def test_a_sender_is_saved_and_found_by_its_address_as_the_provider_has_it(clinic: Clinic) -> None:
    fields = await clinic.credentials("texts")
    service = "MG" + "0a" * 16
    for address in (service, CODE):
        sender = an_sms_sender(id=address[:5], address=address)
        await save_sender(clinic.runtime, clinic.company_id, sender, fields)
        page = await list_senders(clinic.runtime, clinic.company_id, PageAsked(10), address=f" {address} ")
        assert [one.id for one in page.items] == [address[:5]]
    with pytest.raises(InvalidInput, match="a short code's digits alone, such as 12345"):
        await save_sender(clinic.runtime, clinic.company_id, an_sms_sender(address="MG12"), fields)
