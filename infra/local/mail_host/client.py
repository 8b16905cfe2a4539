"""Drives the mail host from tests and demos."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp


class MailHostClient:
    """The mail host that is driven at `address`."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self._address, self._http = address, http

    async def add_mailbox(self, address: str, *, inbound_url: str = "") -> dict[str, str]:
        """Open a mailbox, or have answers to one posted elsewhere; what signs in, as Rollcall keeps it."""
        made = await self._call("POST", "mailboxes", {"address": address, "inbound_url": inbound_url})
        names = ("username", "password", "inbound_address", "inbound_secret")
        # The stack's setting puts the mail host in the place of every server.
        return {"host": "smtp.mail-host.example", **{name: str(made[name]) for name in names}}

    async def mails(self, recipient: str = "") -> list[dict[str, Any]]:
        """Every mail that it took, or those to somebody, in their order."""
        found: list[dict[str, Any]] = (await self._call("GET", f"mails?recipient={recipient}"))["mails"]
        return found

    async def forget_mails(self) -> None:
        """Have it forget every mail."""
        await self._call("DELETE", "mails")

    async def reply(self, recipient: str, body: str, headers: Mapping[str, str] | None = None) -> None:
        """Have somebody answer the last mail; `headers` are what a machine that answers says of itself."""
        order = {"recipient": recipient, "body": body, "headers": dict(headers or {})}
        await self._call("POST", "replies", order)

    async def return_mail(self, recipient: str, **facts: str) -> None:
        """Have the last mail to somebody come back; `facts` are its status, what was said, and the action."""
        await self._call("POST", "returns", {"recipient": recipient, **facts})

    async def ask_fault(self, where: str, how: str, **facts: Any) -> None:
        """Have something go wrong from now on: see faults.py."""
        await self._call("POST", "faults", {"where": where, "how": how, **facts})

    async def clear_faults(self) -> None:
        """Have nothing more go wrong."""
        await self._call("DELETE", "faults")

    async def _call(self, method: str, path: str, order: object = None) -> dict[str, Any]:
        async with self._http.request(method, f"{self._address}/{path}", json=order) as response:
            if not response.ok:
                raise ValueError(await response.text())
            found: dict[str, Any] = await response.json()
            return found


@asynccontextmanager
async def mail_host_client(address: str) -> AsyncIterator[MailHostClient]:
    """A client with connections of its own."""
    async with aiohttp.ClientSession() as http:
        yield MailHostClient(address, http)
