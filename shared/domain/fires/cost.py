"""What a preview expects a fire to cost: an estimate at list prices, before carrier fees and discounts."""

from collections.abc import Mapping
from decimal import Decimal

from shared.domain.channels.channel import Channel

CURRENCY = "USD"  # of the channels' list prices


def estimated_cost(units: Mapping[Channel, int]) -> Decimal:
    """The price of what providers bill: how many units of each channel."""
    return sum((channel.record.price * count for channel, count in units.items()), Decimal(0))
