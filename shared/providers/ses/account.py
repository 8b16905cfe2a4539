"""Whether an account of Amazon SES may send from an address: asked before anything is sent.

In this order: the keys are valid; the identity is ready; sending is enabled; sandbox or not; quota and rate.
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetEmailIdentity.html
"""

import json
from typing import Any
from urllib.parse import quote

import aiohttp

from shared.domain.senders.sender import Sender
from shared.providers.kit.asking import NOT_SERVED_STATUSES, NotServed, ProviderUnavailable, SenderRefused
from shared.providers.ses import codes, signing
from shared.providers.ses.credentials import SesCredentials

GET_ACCOUNT = "/v2/email/account"
MOST_DOMAINS = 4  # from the address's own upwards
GET_IDENTITY = "/v2/email/identities/"
UNLIMITED = -1
SHUTDOWN = "SHUTDOWN"  # of an account whose sending Amazon has ended


class SesAccount:
    """What one access key may do."""

    def __init__(self, credentials: SesCredentials, base_url: str, timeout_seconds: float) -> None:
        self._credentials, self._base_url = credentials, base_url
        self._timeout_seconds = timeout_seconds

    async def problem(self, sender: Sender) -> str | None:
        """Why `sender` could not send, or None. Raises SenderRefused, ProviderUnavailable."""
        try:
            account = await self._get(GET_ACCOUNT)  # before all else: it shows whether the keys are valid
            if not await self._is_ready(sender.address):
                return (
                    f"Amazon SES has not verified {sender.address}: verify the address or its domain in "
                    f"{self._credentials.region}."
                )
            if not account.get("SendingEnabled") or account.get("EnforcementStatus") == SHUTDOWN:
                return "The account's sending is not enabled at Amazon SES: look at its account dashboard."
            return _over_quota(account, sender)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ProviderUnavailable("The answer of Amazon SES could not be read.") from error

    async def remarks(self, sender: Sender) -> tuple[str, ...]:
        """Whether the account is in the sandbox, and its quota and rate, as the answer has them."""
        try:
            account = await self._get(GET_ACCOUNT)
            quota = account.get("SendQuota") or {}
            most, used = float(quota["Max24HourSend"]), float(quota["SentLast24Hours"])
            rate = float(quota["MaxSendRate"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ProviderUnavailable("The answer of Amazon SES could not be read.") from error
        words = "any number of" if most == UNLIMITED else f"{most:,.0f}"
        remarks = [f"Amazon SES takes {words} mails in 24 hours, {used:,.0f} are used, {rate:,g} a second."]
        if not account.get("ProductionAccessEnabled"):
            remarks.append(
                "The account is in the sandbox: it sends to verified addresses alone. Ask Amazon for "
                "production access."
            )
        return tuple(remarks)

    async def _is_ready(self, address: str) -> bool:
        """Whether the address, the domain it is of, or one above that may send: subdomains inherit it.

        https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
        """
        labels = address.rpartition("@")[2].split(".")
        domains = [".".join(labels[place:]) for place in range(max(len(labels) - 1, 1))]
        for identity in (address, *domains[:MOST_DOMAINS]):
            try:
                found = await self._get(GET_IDENTITY + quote(identity, safe=""))
            except _NoSuchIdentity:
                continue
            if found.get("VerifiedForSendingStatus"):
                return True
        return False

    async def _get(self, path: str) -> dict[str, Any]:
        try:
            answer = await signing.get(self._base_url, path, self._credentials, self._timeout_seconds)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise ProviderUnavailable(f"Amazon SES could not be asked ({type(error).__name__}).") from error
        name, said = codes.error_of(answer)
        if name == "AccessDeniedException":
            raise SenderRefused(
                f"The access key may not ask: allow it ses:GetAccount and ses:GetEmailIdentity. "
                f"Amazon SES says: {said}"
            )
        if answer.status in (401, 403):
            raise SenderRefused(f"Amazon SES does not accept the access key. It says: {said or name}")
        if answer.status == 404 and name == "NotFoundException":
            raise _NoSuchIdentity
        if answer.status in NOT_SERVED_STATUSES:
            raise NotServed(f"Amazon SES answered {answer.status}.")
        if answer.status != 200:
            raise ProviderUnavailable(f"Amazon SES answered {answer.status} {name}.")
        found: dict[str, Any] = json.loads(answer.text)
        return found


class _NoSuchIdentity(Exception):
    """The account has no such identity."""


def _over_quota(account: dict[str, Any], sender: Sender) -> str | None:
    quota = account.get("SendQuota") or {}
    most, used, rate = (float(quota[name]) for name in ("Max24HourSend", "SentLast24Hours", "MaxSendRate"))
    if most != UNLIMITED and used >= most:
        return f"The account's quota at Amazon SES is used up: {most:,.0f} mails in 24 hours."
    if sender.rate_per_second > rate:
        return (
            f"Amazon SES takes {rate:,g} mails a second of this account, and the sender's rate is "
            f"{sender.rate_per_second:,g}: lower it."
        )
    return None
