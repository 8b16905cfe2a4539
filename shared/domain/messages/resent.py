"""A message that is sent in place of another one, as a person or a policy decided."""

from datetime import datetime

from shared.domain.ids import computed_id
from shared.domain.messages.message import Message


def resend_id(message: Message) -> str:
    """The id of the message that is sent in place of this one: computed, so that it is sent once."""
    return computed_id(message.id, "resend")


def resent(message: Message, now: datetime) -> Message:
    """The same text for the same person, under the same seal, as a message that was never tried."""
    return Message(
        id=resend_id(message),
        fire_id=message.fire_id,
        campaign_id=message.campaign_id,
        step_id=message.step_id,
        recipient_key=message.recipient_key,
        chunk_id=message.chunk_id,
        row_number=message.row_number,
        file_id=message.file_id,
        contact_id=message.contact_id,
        sender_id=message.sender_id,
        channel=message.channel,
        address=message.address,
        body=message.body,
        subject=message.subject,
        packed_html=message.packed_html,
        media_urls=message.media_urls,
        rendering_hash=message.rendering_hash,
        time_zones=message.time_zones,
        places=message.places,
        told_in=message.told_in,
        created_at=now,
        not_after=message.not_after,
        resend_of=message.id,
        taken_over_from=message.taken_over_from,
        appointment_key=message.appointment_key,
        series_key=message.series_key,
        appointment_at=message.appointment_at,
        identity=message.identity,
        sends_again=message.sends_again,
        earlier=message.earlier,
        content=message.content,
    )
