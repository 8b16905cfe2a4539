"""The channel `whatsapp`."""

from decimal import Decimal

from shared.domain.channels.address_kinds import PHONE_NUMBER
from shared.domain.channels.channel_record import ChannelRecord, one_each
from shared.domain.channels.deep_links import wa_me

WHATSAPP = ChannelRecord(
    name="whatsapp",
    noun="a WhatsApp message",
    address=PHONE_NUMBER,
    unit="whatsapp_messages",
    units=one_each,
    # Twilio's own fee; Meta's for a template comes on top, by country and kind
    # (https://www.twilio.com/en-us/whatsapp/pricing).
    price=Decimal("0.005"),
    group_messages=25,  # each is a call of its own
    # 80 for a sender by default, up to 400 when asked for
    # (https://www.twilio.com/docs/whatsapp/best-practices-and-faqs).
    highest_rate=400.0,
    longest_text=1600,  # https://www.twilio.com/docs/api/errors/21617
    # https://www.twilio.com/docs/whatsapp/key-concepts#customer-service-windows
    conversation_hours=24,
    with_approval=True,
    confirms_opt_outs=True,
    deep_link=wa_me,
)
