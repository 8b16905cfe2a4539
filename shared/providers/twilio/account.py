"""Whether a Twilio account may send from a number or service: asked before anything is sent."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from twilio.rest import Client

from shared.domain.channels.channel import Channel
from shared.domain.senders.sender import Sender
from shared.providers.kit.asking import ProviderUnavailable
from shared.providers.twilio.client import open_client, read
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.own_addresses import is_service, is_short_code

if TYPE_CHECKING:
    from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

PAGE_SIZE = 20
CALL_REMARKS = (
    "Set the sender's rate to the calls a second (CPS) of the Twilio account, or below: what is more waits "
    "at Twilio. A call that would wait until after its contact window is canceled.",
)


class TwilioAccount:
    """One Twilio account."""

    def __init__(
        self,
        credentials: TwilioCredentials,
        base_url: str,
        timeout_seconds: float,
        prefix_of: Callable[[Channel], str] = lambda _: "",
    ) -> None:
        self._prefix_of = prefix_of
        self._sid = credentials.account_sid
        self._client = open_client(credentials, base_url, timeout_seconds)

    async def problem(self, sender: Sender) -> str | None:
        """Why `sender` could not send, or None. Raises SenderRefused, ProviderUnavailable.

        https://www.twilio.com/docs/iam/api/account and
        https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
        """
        try:
            return await self._problem(sender)
        except (AttributeError, KeyError, TypeError) as error:
            raise ProviderUnavailable("Twilio's answer could not be read.") from error

    async def _problem(self, sender: Sender) -> str | None:
        account = await read(self._client.api.v2010.accounts(self._sid).fetch_async())
        if not account.status:
            raise ProviderUnavailable("Twilio's answer does not say how the account is.")
        if account.status != "active":
            return f"The Twilio account is {account.status}: it cannot send."
        if sender.channel.record.is_spoken:
            return await caller_problem(self._client, sender.address)
        return await address_problem(self._client, sender.address, self._prefix_of(sender.channel))

    async def remarks(self, sender: Sender) -> tuple[str, ...]:
        """Registration with carriers, and how a service is set. Raises SenderRefused, ProviderUnavailable."""
        try:
            if sender.channel.record.is_spoken:
                return CALL_REMARKS
            return tuple(await self._remarks(sender.address, self._prefix_of(sender.channel)))
        except (AttributeError, KeyError, TypeError) as error:
            raise ProviderUnavailable("Twilio's answer could not be read.") from error

    async def _remarks(self, address: str, prefix: str) -> list[str]:
        if prefix:
            return []  # what carriers know concerns text messages
        from shared.providers.twilio import registration, services  # here, as few senders need them

        if is_service(address):
            service = await services.find_service(self._client, address)
            pool = await services.pool_of(self._client, address) if service else ()
            return await registration.service_remarks(self._client, service, pool) if service else []
        number = await _find_number(self._client, address) if registration.is_toll_free(address) else None
        return [await registration.toll_free_remark(self._client, address, str(number.sid))] if number else []


async def address_problem(client: Client, address: str, prefix: str = "") -> str | None:
    """Why the account cannot send from the address, or None. Raises SenderRefused, ProviderUnavailable.

    `prefix` is what Twilio writes before the addresses of the channel.
    https://www.twilio.com/docs/sms/api/short-codes
    """
    if is_service(address):
        from shared.providers.twilio.services import service_problem  # a large part of the client

        return await service_problem(client, address)
    if prefix:
        from shared.providers.twilio.channel_senders import channel_sender_problem  # likewise

        return await channel_sender_problem(client, prefix + address)
    if is_short_code(address):
        codes = await read(client.short_codes.page_async(short_code=address, page_size=PAGE_SIZE))
        is_ours = any(code.short_code == address for code in codes)
        return None if is_ours else f"The short code {address} does not belong to the Twilio account."
    number = await _find_number(client, address)
    if number is None:
        return f"The number {address} does not belong to the Twilio account."
    can_text = (number.capabilities or {}).get("sms")
    return None if can_text else f"The number {address} cannot send text messages."


async def caller_problem(client: Client, address: str) -> str | None:
    """Why the account cannot call from the address, or None. Raises SenderRefused, ProviderUnavailable.

    https://www.twilio.com/docs/voice/api/outgoing-caller-ids
    """
    if is_service(address) or is_short_code(address):
        return f"Calls come from a phone number, such as +12125550100; {address} is none."
    number = await _find_number(client, address)
    if number is not None:
        can_call = (number.capabilities or {}).get("voice")
        return None if can_call else f"The number {address} cannot make calls."
    verified = await read(client.outgoing_caller_ids.page_async(phone_number=address, page_size=PAGE_SIZE))
    if any(one.phone_number == address for one in verified):
        return None
    return f"The number {address} is neither one of the Twilio account nor a verified caller id of it."


async def _find_number(client: Client, address: str) -> "IncomingPhoneNumberInstance | None":
    numbers = await read(client.incoming_phone_numbers.page_async(phone_number=address, page_size=PAGE_SIZE))
    return next((one for one in numbers if one.phone_number == address), None)  # Twilio looks for parts
