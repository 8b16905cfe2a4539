"""Twilio's senders on channels beside text messages: numbers that are registered with WhatsApp.

https://www.twilio.com/docs/whatsapp/api/senders
"""

from twilio.rest import Client
from twilio.rest.messaging.v2.channels_sender import ChannelsSenderInstance

from shared.providers.twilio.client import read
from shared.providers.twilio.hosts import messaging

LISTED_CHANNEL = "whatsapp"  # the one whose senders Twilio lists and we send from
MOST_SENDERS = 2_000
_CAN_SEND = ("ONLINE", "ONLINE:UPDATING")


async def channel_sender_problem(client: Client, written: str) -> str | None:
    """Why the account cannot send from an address as Twilio writes it ("whatsapp:+12125550100"), or None.

    Of a page of Messenger nothing can be asked: its first message tells.
    Raises SenderRefused, ProviderUnavailable.
    """
    channel, _, address = written.partition(":")
    if channel != LISTED_CHANNEL:
        return None
    sender = await _find(client, written)
    if sender is None:
        return f"The number {address} is not registered with WhatsApp in the Twilio account."
    if sender.status in _CAN_SEND:
        return None
    why = "; ".join(_reasons(sender))
    return f"The number {address} is {sender.status} at WhatsApp, and cannot send{f': {why}' if why else '.'}"


async def _find(client: Client, written: str) -> ChannelsSenderInstance | None:
    senders = messaging(client).v2.channels_senders
    found = await read(senders.list_async(channel=LISTED_CHANNEL, limit=MOST_SENDERS))
    return next((one for one in found if one.sender_id == written), None)


def _reasons(sender: ChannelsSenderInstance) -> list[str]:
    told = [one for one in sender.offline_reasons or () if isinstance(one, dict)]
    return [str(one["message"]) for one in told if one.get("message")]
