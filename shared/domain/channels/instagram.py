"""The channel `instagram`: direct messages to a professional account of Instagram."""

from decimal import Decimal

from shared.domain.channels.address_kinds import PAGE_SCOPED_ID
from shared.domain.channels.channel_record import ChannelRecord, one_each
from shared.domain.channels.deep_links import ig_me

INSTAGRAM = ChannelRecord(
    name="instagram",
    noun="an Instagram message",
    address=PAGE_SCOPED_ID,
    unit="instagram_messages",
    units=one_each,
    price=Decimal(0),  # Meta asks nothing for them
    group_messages=25,  # each is a call of its own
    # Meta: 300 calls a second for texts of one account
    # (https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting).
    highest_rate=300.0,
    # https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api
    longest_bytes=1000,
    conversation_hours=24,
    most_choices=13,
    confirms_opt_outs=True,
    deep_link=ig_me,
    needs_link_name=True,
)
