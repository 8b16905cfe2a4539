"""The channel `voice`: a call that speaks a text."""

from decimal import Decimal

from shared.domain.channels.address_kinds import PHONE_NUMBER
from shared.domain.channels.channel_record import ChannelRecord

# How fast voices read aloud, 150 words a minute, is about 15 characters a second.
CHARACTERS_A_MINUTE = 900
# What a call says besides: which keys there are, and what became of the answer.
FRAME_CHARACTERS = 250


def _minutes(text: str) -> int:
    """Minutes that are billed if somebody hears it to the end: each that was begun."""
    return -(-(len(text) + FRAME_CHARACTERS) // CHARACTERS_A_MINUTE)


VOICE = ChannelRecord(
    name="voice",
    noun="a call",
    address=PHONE_NUMBER,
    unit="call_minutes",
    units=_minutes,
    # Twilio: a call to a US number, per minute (https://www.twilio.com/en-us/voice/pricing/us).
    price=Decimal("0.0140"),
    group_messages=1,  # nobody may be called twice, so nobody else is in doubt with them
    # Twilio: 1 call a second for an account, more by request; from 30 on by contract
    # (https://www.twilio.com/docs/glossary/cps, read 2026-11-29).
    highest_rate=30.0,
    longest_text=3_000,  # over three minutes; what Amazon Polly speaks at once (its quotas page)
    # A phone rings for half a minute, Twilio may add five seconds, and calls wait for their turn there.
    closing_seconds=45,
    is_spoken=True,
    languages=frozenset({"de", "en", "es", "fr", "it", "pt"}),
)
