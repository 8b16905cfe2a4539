"""Addresses as Twilio writes them: those of channels beside text messages with the channel's name before."""

TEXT_CHANNEL = "sms"


def channel_of(address: str) -> str:
    """The channel that an address is of."""
    channel, found, _ = address.partition(":")
    return channel if found else TEXT_CHANNEL
