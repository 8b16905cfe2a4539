"""A due email as a message of the send path, alone in its batch, which starts at its exact second."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_source import address_field, values_of
from shared.domain.contacts.segment import Told
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import PlannedMessage
from shared.domain.fires.queueing import planned_fields
from shared.domain.fires.recipient import Recipient
from shared.domain.messages.batch import Batch, batch_of
from shared.domain.messages.earlier_steps import together
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.mailbox import CHANNEL
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail, message_id
from shared.domain.sequences.sequence_content import THREAD_SUBJECT


def recipient_of(
    enrollment: Enrollment, email: ScheduledEmail, contact: Contact | None, fields: Mapping[str, object]
) -> Recipient:
    """Whom the email is for, with what is known of them now, at the address that the enrollment has."""
    known = values_of(contact, fields) if contact else enrollment.values
    own = {address_field(CHANNEL): enrollment.address, THREAD_SUBJECT: enrollment.subject}
    own[str(Told.TIME_ZONE)] = email.time_zone
    return Recipient(
        key=enrollment.id,
        values={**known, **{name: text for name, text in own.items() if text}},
        contact_id=enrollment.contact_id,
        time_zone=email.time_zone,
    )


def message_of(
    company_id: str,
    fire: Fire,
    content: CampaignContent,
    enrollment: Enrollment,
    email: ScheduledEmail,
    planned: PlannedMessage,
    now: datetime,
    dispatch_until: datetime,
) -> tuple[Message, Batch, ScheduledEmail]:
    """The message with its batch, and the email that became it.

    It is of no use after its window has closed on the day: then the email is planned anew.
    """
    if email.mailbox_id is None or email.send_at is None:
        raise ValueError(f"the email {email.id} has no time yet")
    start = max(email.send_at, now)
    closes = _closing(content, planned, start)
    fields = planned_fields(planned) | {"not_after": closes, "identity": ""}
    message = Message(
        id=message_id(email),
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        step_id=email.step_id,
        recipient_key=enrollment.id,
        chunk_id="",
        contact_id=enrollment.contact_id,
        sender_id=email.mailbox_id,
        channel=planned.step.channel,
        created_at=now,
        earlier=together(enrollment.sent_ids),
        in_thread=bool(enrollment.sent_ids),
        **fields,
    )
    batch = batch_of(company_id, fire.id, email.mailbox_id, [message], start, now, dispatch_until)
    queued = replace(email, status=EmailStatus.QUEUED, message_id=message.id)
    return replace(message, batch_id=batch.id, planned_for=start), batch, queued


def _closing(content: CampaignContent, planned: PlannedMessage, start: datetime) -> datetime:
    """When the window closes on the email's day; its start where that is outside of it."""
    rules, zones = content.campaign.window, planned.where.zones
    return window.closes_at(rules, zones, start) if window.is_open(rules, zones, start) else start
