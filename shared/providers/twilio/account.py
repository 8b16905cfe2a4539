"""Whether a Twilio account may send from a number: asked before anything is sent."""

from twilio.rest import Client

from shared.domain.senders.sender import Sender
from shared.providers.kit.asking import ProviderUnavailable
from shared.providers.twilio.client import open_client, read
from shared.providers.twilio.credentials import TwilioCredentials

PAGE_SIZE = 20


class TwilioAccount:
    """One Twilio account."""

    def __init__(self, credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> None:
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
        return await number_problem(self._client, sender.address)


async def number_problem(client: Client, address: str) -> str | None:
    """Why the account cannot text from the number, or None. Raises SenderRefused, ProviderUnavailable."""
    numbers = await read(client.incoming_phone_numbers.page_async(phone_number=address, page_size=PAGE_SIZE))
    for number in numbers:  # Twilio looks for parts of numbers
        if number.phone_number == address:
            can_text = (number.capabilities or {}).get("sms")
            return None if can_text else f"The number {address} cannot send text messages."
    return f"The number {address} does not belong to the Twilio account."
