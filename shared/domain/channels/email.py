"""The channel `email`."""

from decimal import Decimal

from shared.domain.channels.address_kinds import EMAIL_ADDRESS
from shared.domain.channels.channel_record import ChannelRecord


def _one(text: str) -> int:
    return 1


EMAIL = ChannelRecord(
    name="email",
    noun="an email",
    address=EMAIL_ADDRESS,
    unit="emails",
    units=_one,
    # SendGrid: Essentials plan, 50,000 mails for 19.95 (https://sendgrid.com/en-us/pricing).
    price=Decimal("0.0004"),
    group_messages=100,  # one call carries them all
    has_subject=True,
    takes_reply_to=True,
)
