"""What carriers were told of a sender, and what its messaging service does to texts: shown, never in the way.

Whether it matters depends on where the recipients are, so it stops nothing: it says what to expect.
"""

import re

from twilio.rest import Client
from twilio.rest.messaging.v1.service import ServiceInstance

from shared.providers.twilio.client import read
from shared.providers.twilio.own_addresses import is_short_code
from shared.providers.twilio.services import PoolNumber, messaging

_TOLL_FREE = re.compile(r"\+18(?:00|33|44|55|66|77|88)\d{7}")
MOST_ASKED = 20  # toll-free numbers of one pool
_LISTED = 20
APPROVED = "TWILIO_APPROVED"
VERIFIED = "VERIFIED"


def is_toll_free(address: str) -> bool:
    """Whether it is a toll-free number of North America."""
    return _TOLL_FREE.fullmatch(address) is not None


async def toll_free_remark(client: Client, address: str, number_id: str) -> str:
    """How far the verification of a toll-free number is. Raises SenderRefused, ProviderUnavailable.

    Unverified ones are blocked in the USA and Canada. https://www.twilio.com/docs/api/errors/30032 and
    https://www.twilio.com/docs/messaging/api/tollfree-verification-resource
    """
    found = messaging(client).tollfree_verifications
    listed = await read(
        found.list_async(tollfree_phone_number_sid=number_id, limit=_LISTED, page_size=_LISTED)
    )
    states = [str(one.status) for one in listed]
    if APPROVED in states:
        return f"The toll-free number {address} is verified."
    state = f"is {states[0]}" if states else "was never asked for"
    return (
        f"The verification of the toll-free number {address} {state}. Until it is approved, carriers in the "
        "USA and Canada block its texts."
    )


async def service_remarks(
    client: Client, service: ServiceInstance, pool: tuple[PoolNumber, ...]
) -> list[str]:
    """What is to be known of a service before it sends. Raises SenderRefused, ProviderUnavailable."""
    found = [await _campaign_remark(client, service)] if any(map(_needs_campaign, pool)) else []
    toll_free = [number for number in pool if is_toll_free(number.address)]
    for number in toll_free[:MOST_ASKED]:
        found.append(await toll_free_remark(client, number.address, number.id))
    found.append(_encoding_remark(service))
    if not service.inbound_request_url and not service.use_inbound_webhook_on_number:
        found.append(
            "The messaging service takes no replies, as its inbound request URL is empty: answers and STOP "
            "would be lost. Set it to Rollcall's incoming webhook."
        )
    return found


def _needs_campaign(number: PoolNumber) -> bool:
    """Whether it is a long code of the USA, whose carriers ask for a registered campaign (A2P 10DLC)."""
    is_long = not is_short_code(number.address) and not is_toll_free(number.address)
    return is_long and number.country == "US"


async def _campaign_remark(client: Client, service: ServiceInstance) -> str:
    """https://www.twilio.com/docs/messaging/api/usapptoperson-resource, and error 30034"""
    campaigns = messaging(client).services(str(service.sid)).us_app_to_person
    listed = await read(campaigns.list_async(limit=_LISTED, page_size=_LISTED))
    states = [str(one.campaign_status) for one in listed]
    if VERIFIED in states:
        return "The messaging service is registered for US A2P 10DLC: its campaign is verified."
    if not states and service.us_app_to_person_registered:
        return "The messaging service is registered for US A2P 10DLC."
    state = f"the campaign is {states[0]}" if states else "no campaign is registered"
    return (
        f"US A2P 10DLC: {state}. Until one is verified, US carriers block what comes from the service's US "
        "numbers."
    )


def _encoding_remark(service: ServiceInstance) -> str:
    if not service.smart_encoding:
        return "Smart encoding is off in the messaging service: what was previewed is what is sent."
    return (
        "Smart encoding is on in the messaging service. Rollcall asks Twilio not to use it; switch it off in "
        "the service too, so that no character is replaced and parts are as counted."
    )
