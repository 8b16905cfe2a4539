"""What a preview expects a fire to cost: an estimate at list prices, before carrier fees and discounts."""

from decimal import Decimal

from shared.domain.channels.channel import Channel

CURRENCY = "USD"
# Twilio: US long code, per part (https://www.twilio.com/en-us/sms/pricing/us).
# SendGrid: Essentials plan, 50,000 mails for 19.95 (https://sendgrid.com/en-us/pricing).
PRICES = {Channel.SMS: Decimal("0.0083"), Channel.EMAIL: Decimal("0.0004")}


def estimated_cost(units: dict[Channel, int]) -> Decimal:
    """The price of `units`: SMS parts and mails."""
    return sum((PRICES[channel] * count for channel, count in units.items()), Decimal(0))
