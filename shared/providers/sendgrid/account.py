"""Whether a SendGrid key may send from an address: asked before anything is sent."""

import asyncio
import json
from typing import Any

import aiohttp

from shared.domain.senders.sender import Sender
from shared.providers.kit import http
from shared.providers.kit.asking import NOT_SERVED_STATUSES, NotServed, ProviderUnavailable, SenderRefused

SEND_SCOPE = "mail.send"
LISTED = 200


class SendGridAccount:
    """What one API key may do."""

    def __init__(self, api_key: str, base_url: str, timeout_seconds: float) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key.strip()}"}
        self._timeout_seconds = timeout_seconds

    async def problem(self, sender: Sender) -> str | None:
        """Why `sender` could not send, or None. Raises SenderRefused, ProviderUnavailable.

        An address may send when it is a verified sender or its domain is authenticated. A key that may
        not read those lists, or lists that are empty, prove nothing: then only sending would tell.
        https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access
        """
        try:
            return await self._problem(sender)
        except (AttributeError, KeyError, TypeError) as error:
            raise ProviderUnavailable("SendGrid's answer could not be read.") from error

    async def remarks(self, sender: Sender) -> tuple[str, ...]:
        """Nothing: whether domain and address are good, `problem` says."""
        return ()

    async def _problem(self, sender: Sender) -> str | None:
        scopes = await self._get("/v3/scopes")
        if scopes is None or SEND_SCOPE not in scopes.get("scopes", ()):
            return "The SendGrid API key may not send mail: give it the permission Mail Send."
        senders, domains = await asyncio.gather(
            self._get(f"/v3/verified_senders?limit={LISTED}"),
            self._get(f"/v3/whitelabel/domains?limit={LISTED}"),
        )
        if senders is None or domains is None or not (senders.get("results") or domains):
            return None
        verified = {s["from_email"].casefold() for s in senders.get("results", ()) if s.get("verified")}
        authenticated = {str(d["domain"]).casefold() for d in domains if d.get("valid")}
        address = sender.address.casefold()
        if address in verified or address.partition("@")[2] in authenticated:
            return None
        if len(senders.get("results", ())) >= LISTED or len(domains) >= LISTED:
            return None  # it may stand on a further page
        return (
            f"SendGrid has not verified {sender.address}: verify it as a sender, or authenticate its domain."
        )

    async def _get(self, path: str) -> Any:
        """The answer's JSON; None when the key may not ask for it."""
        try:
            answer = await http.ask(
                self._base_url + path, timeout_seconds=self._timeout_seconds, headers=self._headers
            )
            if answer.status == 401:
                raise SenderRefused("SendGrid does not accept the API key.")
            if answer.status == 403:
                return None
            if answer.status in NOT_SERVED_STATUSES:
                raise NotServed(f"SendGrid answered {answer.status}.")
            if answer.status != 200:
                raise ProviderUnavailable(f"SendGrid answered {answer.status}.")
            return json.loads(answer.text)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise ProviderUnavailable(f"SendGrid could not be asked ({type(error).__name__}).") from error
