"""Drives the simulators from tests and the demo: accounts, replies, faults, and what was accepted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from infra.local.simulator.outcomes import Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class TwilioAccount:
    """A simulated account's credentials."""

    sid: str
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SendGridKey:
    """A simulated key, and what verifies its events."""

    key: str
    verification_key: str


def base_urls(address: str) -> dict[str, str]:
    """The simulators at `address`, by provider, as the settings take them."""
    return dict.fromkeys(("twilio", "sendgrid"), address)


class SimulatorClient:
    """The simulators at `address`."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self.address = address
        self.base_urls = base_urls(address)
        self._http = http

    async def add_account(
        self, *, sid: str = "", token: str = "", secondary: str = "", suspended: bool = False
    ) -> TwilioAccount:
        """Open a Twilio account, or change one; what is left out is made up, but for a secondary token."""
        order = {"sid": sid, "token": token, "secondary": secondary, "suspended": suspended}
        made = await self._post("accounts", order)
        return TwilioAccount(sid=made["sid"], token=made["token"])

    async def add_number(self, account: TwilioAccount, number: str, *, webhook_url: str = "") -> None:
        """Give the account a number; what people write to it goes to `webhook_url`."""
        order = {"account": account.sid, "number": number, "webhook_url": webhook_url}
        await self._post("numbers", order)

    async def add_service(
        self,
        account: TwilioAccount,
        *numbers: str,
        sid: str = "",
        inbound_url: str = "",
        smart_encoding: bool = False,
        sticky: bool = True,
        campaign: str = "",
    ) -> str:
        """A messaging service (or set one anew) whose pool are these numbers; its id."""
        order = {
            "account": account.sid,
            "sid": sid,
            "numbers": numbers,
            "inbound_url": inbound_url,
            "smart_encoding": smart_encoding,
            "sticky": sticky,
            "campaign": campaign,
        }
        return str((await self._post("services", order))["sid"])

    async def set_toll_free(self, number: str, state: str) -> None:
        """Say how far the verification of a toll-free number is, such as TWILIO_APPROVED."""
        await self._post("toll-free", {"number": number, "state": state})

    async def add_key(
        self, *, key: str = "", event_url: str = "", senders: Sequence[str] = (), signs_anew: bool = False
    ) -> SendGridKey:
        """Make a SendGrid key (or change one); without `senders` it may send from anybody."""
        order = {"key": key, "event_url": event_url, "senders": list(senders), "signs_anew": signs_anew}
        made = await self._post("keys", order)
        return SendGridKey(key=made["key"], verification_key=made["verification_key"])

    async def messages(
        self, *, handset: str = "", channel: str = "", account: str = ""
    ) -> list[dict[str, Any]]:
        """Everything accepted and everything written by people, oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["id"] if found else 0
            query = {"after": str(after), "handset": handset, "channel": channel, "account": account}
            async with self._http.get(f"{self.address}/_control/messages", params=query) as response:
                response.raise_for_status()
                page = (await response.json())["messages"]
            if not page:
                return found
            found += page

    async def reply(self, handset: str, body: str, *, sender: str = "", media: Sequence[str] = ()) -> None:
        """Write from a handset, to whom it heard from last when no `sender` is named.

        `media` are the content types of pictures and the like beside the text.
        """
        order = {"handset": handset, "body": body, "sender": sender, "media": list(media)}
        await self._post("replies", order)

    async def ask_fault(
        self, provider: str, answer: Answer, *, seconds: float = 3600, count: int = 1_000_000
    ) -> None:
        """Have `provider` (twilio or sendgrid) answer the next `count` requests to send that way."""
        order = {"provider": provider, "answer": answer.value, "seconds": seconds, "count": count}
        await self._post("faults", order)

    async def clear_faults(self) -> None:
        """Have both providers answer as usual again."""
        await self._delete("faults")

    async def clear_messages(self) -> None:
        """Forget all messages, handsets and opt-outs."""
        await self._delete("messages")

    async def _post(self, path: str, order: dict[str, Any]) -> dict[str, Any]:
        async with self._http.post(f"{self.address}/_control/{path}", json=order) as response:
            if not response.ok:
                raise ValueError(await response.text())
            made: dict[str, Any] = await response.json() if response.status != 204 else {}
            return made

    async def _delete(self, path: str) -> None:
        async with self._http.delete(f"{self.address}/_control/{path}") as response:
            response.raise_for_status()


@asynccontextmanager
async def simulator_client(address: str) -> AsyncIterator[SimulatorClient]:
    """A client with connections of its own."""
    async with aiohttp.ClientSession() as http:
        yield SimulatorClient(address, http)
