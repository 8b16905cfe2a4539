"""The channel `email`."""

from decimal import Decimal

from shared.domain.channels.address_kinds import EMAIL_ADDRESS
from shared.domain.channels.channel_record import ChannelRecord, one_each
from shared.domain.channels.file_kinds import DOCUMENTS

EMAIL = ChannelRecord(
    name="email",
    noun="an email",
    address=EMAIL_ADDRESS,
    unit="emails",
    units=one_each,
    # SendGrid: Essentials plan, 50,000 mails for 19.95 (https://sendgrid.com/en-us/pricing).
    price=Decimal("0.0004"),
    group_messages=100,  # one call carries them all
    shares_calls=True,
    # SendGrid names no rate for mail/send and says with 429 when it is too much
    # (https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits, read
    # 2026-11-29). This is 100 of our requests a second.
    highest_rate=10_000.0,
    has_subject=True,
    has_unsubscribe_header=True,
    takes_reply_to=True,
    takes_html=True,
    shows_postal_address=True,
    # SendGrid: a mail has less than 30 MB with its attachments, which are a third longer in base64
    # (https://github.com/sendgrid/sendgrid-php/issues/491: the whole JSON counts; read 2026-11-29).
    most_media=10,
    most_media_bytes=20_000_000,
    media_kinds=DOCUMENTS,
    media_noun="attachment",
    # Gmail publishes no number; what senders see is 102 to 105 kB
    # (https://www.spamresource.com/2022/01/what-is-gmail-clipping-and-what-to-do.html, read 2026-11-29).
    shown_html=102_000,
)
