"""Pausing a sender, and letting it go on, says first in numbers what that stops or lets out."""

import re

from shared.domain.automations.automation import Definition, packed_definition
from shared.domain.automations.state import AutomationState
from shared.domain.automations.steps import SendStep
from shared.domain.automations.trigger import Happened
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.channels.channel import Channel
from shared.domain.companies.user import Role
from shared.domain.events.event import EventType
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import SequenceState
from tests.kit.api.office import OURS, Office
from tests.kit.builders import a_campaign, a_message, a_step, an_automation, an_email_sender
from tests.kit.portal.visitor import text_of
from tests.kit.sequence_records import a_mailbox, a_scheduled_email, a_sequence
from tests.portal.conftest import SignedIn

HERE = "/settings/senders/desk"


async def _use(office: Office) -> None:
    """A mailbox with work of each kind, beside the same of other senders and of what is over."""
    stores = office.stores
    await stores.senders.save(OURS, "desk", an_email_sender(id="desk"))
    await stores.mailboxes.save(OURS, "desk", a_mailbox(id="desk"))
    for name, state, sender_id in (
        ("Bills", CampaignState.FIRING, "desk"),
        ("Recalls", CampaignState.SCHEDULED, "desk"),
        ("Over", CampaignState.SENT, "desk"),
        ("Other", CampaignState.FIRING, "another"),
    ):
        steps = (a_step(sender_id=sender_id, channel=Channel("email")),)
        campaign = a_campaign(id=name.lower(), name=name, state=state, steps=steps)
        await stores.campaigns.save(OURS, campaign.id, campaign)
    for number in range(3):
        message = a_message(id=f"m{number}", sender_id="desk", state=MessageState.QUEUED)
        await stores.messages.save(OURS, message.id, message)
    for message_id, sender_id, is_sent in (("sent", "desk", True), ("another", "another", False)):
        ended = MessageState.SENT if is_sent else MessageState.QUEUED
        message = a_message(id=message_id, sender_id=sender_id, state=ended)
        await stores.messages.save(OURS, message.id, message)
    for name, sends in (("Welcome", SequenceState.ACTIVE), ("Archived", SequenceState.ARCHIVED)):
        sequence = a_sequence(id=name.lower(), name=name, mailbox_ids=("desk",), state=sends)
        await stores.sequences.save(OURS, sequence.id, sequence)
    for email_id, status in (
        ("e1", EmailStatus.PENDING),
        ("e2", EmailStatus.PENDING),
        ("e3", EmailStatus.SENT),
    ):
        email = a_scheduled_email(id=email_id, mailbox_id="desk", status=status)
        await stores.scheduled_emails.save(OURS, email_id, email)
    send = SendStep(id="send", channel=Channel("email"), template_id="t", sender_id="desk")
    live = packed_definition(
        Definition(triggers=(Happened(event=EventType.TAG_ATTACHED, what="new"),), steps=(send,))
    )
    flow = an_automation(id="flow", name="Birthdays", live=live, state=AutomationState.LIVE)
    await stores.automations.save(OURS, "flow", flow)


async def test_pausing_a_sender_says_first_what_waits_and_who_uses_it(
    office: Office, signed_in: SignedIn
) -> None:
    await _use(office)
    admin = await signed_in(Role.ADMIN)
    assert f'href="{HERE}/pause"' in (await admin.get(HERE)).text
    page = await admin.get(f"{HERE}/pause")
    asked = text_of(page.text)
    assert "3 messages wait until it goes on." in asked
    assert "2 emails are planned from its mailbox" in asked
    assert "2 campaigns not over yet" in asked
    assert 'href="/campaigns/bills"' in page.text
    assert 'href="/campaigns/recalls"' in page.text
    assert "Over" not in asked
    assert "Other" not in asked
    assert "1 sequence:" in asked
    assert 'href="/sequences/welcome"' in page.text
    assert "Archived" not in asked
    assert 'href="/automations/flow"' in page.text
    assert not (await office.stores.senders.get(OURS, "desk")).is_paused  # to look changes nothing

    await admin.post(f"{HERE}/pause")
    assert (await office.stores.senders.get(OURS, "desk")).is_paused
    assert f'href="{HERE}/resume"' in (await admin.get(HERE)).text
    asked = text_of((await admin.get(f"{HERE}/resume")).text)
    assert "admin of acme paused it" in asked
    assert "3 messages go out as soon as contact window and pace allow" in asked
    assert (await office.stores.senders.get(OURS, "desk")).is_paused


async def test_a_sender_that_nobody_uses_says_so(office: Office, signed_in: SignedIn) -> None:
    admin = await signed_in(Role.ADMIN)
    asked = text_of((await admin.get(f"/settings/senders/sender-{OURS}/pause")).text)
    assert "0 messages wait" in asked
    assert "mailbox" not in asked
    assert "No campaign, sequence or automation that goes on sends from it." in asked
    assert (await admin.get("/settings/senders/nobody/pause")).status_code == 404


async def test_a_sender_says_what_to_enter_at_its_provider_so_that_answers_come_in(
    office: Office, signed_in: SignedIn
) -> None:
    await office.stores.senders.save(OURS, "desk", an_email_sender(id="desk"))
    number = await office.stores.senders.get(OURS, f"sender-{OURS}")
    await office.stores.senders.save(OURS, "caller", replace(number, id="caller", channel=Channel("voice")))
    person = await signed_in(Role.ADMIN)
    webhooks = f"{office.runtime.settings.public_url}/messages"

    async def entered(sender_id: str) -> list[str]:
        page = await person.get(f"/settings/senders/{sender_id}")
        return re.findall(r'<input value="([^"]+)" readonly', page.text)

    assert await entered("caller") == []
    [incoming] = await entered(number.id)
    assert incoming == f"{webhooks}/incoming?company={OURS}&amp;sender={number.id}"
    mails = await entered("desk")
    assert {one.partition("?")[0] for one in mails} == {f"{webhooks}/events", f"{webhooks}/incoming"}
    assert "sendgrid" not in person.says  # as it calls itself
