"""Recipients with a fixed outcome each end in the state the design demands."""

import pytest

from infra.local.simulator.outcomes import OUTCOMES, Answer
from shared.domain.channels.channel import Channel
from shared.domain.fires.fire import ProgressStatus
from shared.domain.messages.message import MessageState
from tests.kit.builders import a_chat_step, a_step, an_audience, an_email_sender
from tests.kit.chat import add_chat, chat
from tests.kit.clinic import Clinic

# What the API's answer alone decides; receipts come later and decide delivery.
EXPECTED = {
    "dropped": MessageState.FAILED,
    "foreign": MessageState.FAILED,
    "error": MessageState.UNKNOWN,
    "error-accepted": MessageState.UNKNOWN,
    "timeout-accepted": MessageState.UNKNOWN,
    "reset-accepted": MessageState.UNKNOWN,
}
# Every call to a provider that differs; Messenger's is that of WhatsApp.
STEPS = {
    Channel("sms"): a_step(),
    Channel("email"): a_step(
        id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"
    ),
    Channel("whatsapp"): a_chat_step(),
}


@pytest.mark.parametrize("channel", STEPS)
async def test_every_outcome_ends_as_designed(clinic: Clinic, channel: Channel) -> None:
    rows = [
        {
            "Patient": outcome.mailbox,
            "Phone": f"+1 212 555 {outcome.digits}",
            "Email": f"{outcome.mailbox}@example-clinic.com",
        }
        for outcome in OUTCOMES
    ]
    clinic.wait_for_providers(seconds=5)
    await clinic.load(*rows)
    # One SendGrid request has one outcome for all its recipients; at this rate each goes alone.
    await clinic.stores.senders.save(clinic.company_id, "mails", an_email_sender(rate_per_second=1.3))
    if channel.record.conversation_hours:
        await add_chat(clinic)
        for row in rows:
            await chat(clinic, row["Phone"])
    await clinic.ready(steps=(STEPS[channel],), audience=an_audience())
    fire = await clinic.fire()
    messages = {rows[(m.row_number or 0) - 2]["Patient"]: m for m in await clinic.messages()}
    for outcome in OUTCOMES:
        expected = EXPECTED.get(outcome.mailbox, MessageState.SENT)
        if channel == Channel("email") and outcome.answer is Answer.REFUSED:
            expected = MessageState.SENT  # SendGrid accepts all, and what it drops its receipt says
        assert messages[outcome.mailbox].state is expected, outcome.mailbox
    report = await clinic.report(fire)
    assert report.ledger.is_balanced
    assert report.status is ProgressStatus.NEEDS_ATTENTION
    received = [message["handset"] for message in await clinic.accepted()]
    assert len(received) == len(set(received))
