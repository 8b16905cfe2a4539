"""Twilio's messaging services: their pools of numbers, and how they are set.

https://www.twilio.com/docs/messaging/api/service-resource
"""

import asyncio

from msgspec import Struct
from twilio.rest import Client
from twilio.rest.messaging.v1 import V1
from twilio.rest.messaging.v1.service import ServiceContext, ServiceInstance

from shared.providers.twilio import hosts
from shared.providers.twilio.client import NotThere, read

MOST_NUMBERS = 1_000  # of a pool; Twilio allows 400


class PoolNumber(Struct, frozen=True, kw_only=True):
    """A number or short code of a pool. `id` is Twilio's; `country` is ISO 3166, empty when not told."""

    id: str
    address: str
    country: str


def messaging(client: Client) -> V1:
    """The part of the API that knows services."""
    return hosts.messaging(client).v1


async def find_service(client: Client, address: str) -> ServiceInstance | None:
    """How the service is set; None when the account has none. Raises SenderRefused, ProviderUnavailable."""
    try:
        return await read(messaging(client).services(address).fetch_async())
    except NotThere:
        return None


async def pool_of(client: Client, address: str) -> tuple[PoolNumber, ...]:
    """The numbers and short codes that a service sends from. Raises SenderRefused, ProviderUnavailable."""
    service: ServiceContext = messaging(client).services(address)
    numbers, codes = await asyncio.gather(
        read(service.phone_numbers.list_async(limit=MOST_NUMBERS, page_size=MOST_NUMBERS)),
        read(service.short_codes.list_async(limit=MOST_NUMBERS, page_size=MOST_NUMBERS)),
    )
    found = [(one.sid, one.phone_number, one.country_code) for one in numbers]
    found += [(one.sid, one.short_code, one.country_code) for one in codes]
    return tuple(
        PoolNumber(id=str(number_id), address=str(number), country=country or "")
        for number_id, number, country in found
    )


async def service_problem(client: Client, address: str) -> str | None:
    """Why the account cannot send through the service, or None. Raises SenderRefused, ProviderUnavailable."""
    if await find_service(client, address) is None:
        return f"The messaging service {address} does not belong to the Twilio account."
    if await pool_of(client, address):
        return None
    names = messaging(client).services(address).alpha_senders
    if await read(names.list_async(limit=1, page_size=1)):
        return None
    return f"The messaging service {address} has no number to send from: add one to its sender pool."
