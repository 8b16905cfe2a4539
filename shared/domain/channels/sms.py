"""The channel `sms`."""

from decimal import Decimal

from shared.domain.channels.address_kinds import PHONE_NUMBER
from shared.domain.channels.channel_record import ChannelRecord
from shared.domain.channels.file_kinds import PICTURES
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
    # Twilio: 100 for a short code, 150 for a toll-free number, more by contract; 4,000 is the most it has
    # named for an account (https://support.twilio.com/hc/en-us/articles/360054080694, read 2026-11-29).
    highest_rate=4_000.0,
    most_media=10,  # https://www.twilio.com/docs/messaging/api/message-resource, MediaUrl
    # Twilio: 5 MB together with the text, and the type as its server calls it
    # (https://www.twilio.com/docs/messaging/guides/accepted-mime-types, read 2026-11-29).
    most_media_bytes=4_900_000,
    media_kinds=PICTURES,
    media_noun="picture",
    provider_fetches_media=True,
    # Twilio takes 0.022 for an MMS in the US, whatever its text: as three parts it is not reckoned too low.
    media_units=3,
    confirms_opt_outs=True,  # 47 CFR 64.1200(a)(12)
    longest_text=1600,  # https://www.twilio.com/docs/api/errors/21617
)
