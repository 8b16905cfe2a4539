"""The channel `messenger`: Facebook Messenger."""

from decimal import Decimal

from shared.domain.channels.address_kinds import PAGE_SCOPED_ID
from shared.domain.channels.channel_record import ChannelRecord, one_each
from shared.domain.channels.deep_links import m_me

MESSENGER = ChannelRecord(
    name="messenger",
    noun="a Messenger message",
    address=PAGE_SCOPED_ID,
    unit="messenger_messages",
    units=one_each,
    # Twilio's own fee (https://www.twilio.com/en-us/messaging/pricing).
    price=Decimal("0.005"),
    group_messages=25,  # each is a call of its own
    # Meta: 300 calls a second for texts of one page
    # (https://developers.facebook.com/docs/messenger-platform/overview#rate_limits).
    highest_rate=300.0,
    longest_text=1600,  # Twilio; Meta takes 2,000 (https://www.twilio.com/docs/api/errors/21617)
    # https://www.twilio.com/docs/messaging/channels/facebook-messenger
    conversation_hours=24,
    most_choices=13,
    confirms_opt_outs=True,
    deep_link=m_me,
)
