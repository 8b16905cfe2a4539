"""The channel `sms`."""

from decimal import Decimal

from shared.domain.channels.address_kinds import PHONE_NUMBER
from shared.domain.channels.channel_record import ChannelRecord
from shared.domain.channels.sms_parts import estimate


def _parts(text: str) -> int:
    return estimate(text).parts


SMS = ChannelRecord(
    name="sms",
    noun="a text message",
    address=PHONE_NUMBER,
    unit="sms_parts",
    units=_parts,
    # Twilio: US long code, per part (https://www.twilio.com/en-us/sms/pricing/us).
    price=Decimal("0.0083"),
    group_messages=25,  # each is a call of its own
    longest_text=1600,  # https://www.twilio.com/docs/api/errors/21617
)
