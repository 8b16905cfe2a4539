"""How tests and demos drive the mail host, over HTTP: mailboxes, what came in, answers, faults."""

import base64
import secrets
import sqlite3
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web

from infra.local.mail_host.books import Books
from infra.local.mail_host.faults import Fault, Faults
from infra.local.mail_host.people import Mail, address_answered, answer_to, returned, text_of
from shared.providers.smtp.signature import ID, SIGNATURE, TIMESTAMP, signed

POST_SECONDS = 20
SECRET_BYTES = 32


class Control:
    """The routes. `clock` gives the Unix time that mails are written at."""

    def __init__(self, books: Books, faults: Faults, clock: Callable[[], float]) -> None:
        self._books, self._faults, self._clock = books, faults, clock

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/", self._alive),
            web.post("/mailboxes", self._add_mailbox),
            web.get("/mails", self._mails),
            web.delete("/mails", self._forget),
            web.post("/replies", self._reply),
            web.post("/returns", self._return),
            web.post("/faults", self._fault),
            web.delete("/faults", self._clear),
        ]

    async def deliver(self, inbound_address: str, raw: bytes) -> bool:
        """Post the mail to whom the inbound address is of, signed; whether it was taken."""
        found = self._books.mailbox(inbound_address)
        if found is None:
            return False
        # The stack's clock may be ahead of the machine's: that of the books is the stack's.
        item_id, timestamp = uuid4().hex, str(int(self._clock()))
        headers = {
            "Content-Type": "message/rfc822",
            ID: item_id,
            TIMESTAMP: timestamp,
            SIGNATURE: signed(found["inbound_secret"], item_id, timestamp, raw),
        }
        timeout = aiohttp.ClientTimeout(total=POST_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(found["inbound_url"], data=raw, headers=headers) as response,
            ):
                return response.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _alive(self, request: web.Request) -> web.Response:
        return web.json_response({"is": "the mail host"})

    async def _add_mailbox(self, request: web.Request) -> web.Response:
        order = await request.json()
        address = str(order["address"])
        facts = dict(self._books.mailbox(address) or _new_mailbox(address))
        facts["inbound_url"] = str(order.get("inbound_url") or "")
        self._books.keep_mailbox(**facts)
        return web.json_response(facts)

    async def _mails(self, request: web.Request) -> web.Response:
        found = self._books.mails(request.query.get("recipient", ""))
        return web.json_response({"mails": [_shown(one) for one in found]})

    async def _forget(self, request: web.Request) -> web.Response:
        self._books.forget_mails()
        return web.json_response({})

    async def _reply(self, request: web.Request) -> web.Response:
        order = await request.json()
        mail = self._last(str(order["recipient"]))
        raw = answer_to(mail, str(order["body"]), dict(order.get("headers") or {}), self._clock())
        return await self._delivered(address_answered(mail), raw)

    async def _return(self, request: web.Request) -> web.Response:
        order = await request.json()
        mail = self._last(str(order["recipient"]))
        status = str(order.get("status") or "5.1.1")
        said = str(order.get("said") or f"550 {status} User unknown")
        raw = returned(mail, status, said, str(order.get("action") or "failed"), self._clock())
        return await self._delivered(mail["envelope_from"], raw)

    async def _delivered(self, address: str, raw: bytes) -> web.Response:
        if not await self.deliver(address, raw):
            raise web.HTTPBadGateway(text=f"What was written to {address} was not taken.")
        return web.json_response({})

    def _last(self, recipient: str) -> Mail:
        found = self._books.mails(recipient)
        if not found:
            raise web.HTTPBadRequest(text=f"{recipient} has no mail.")
        return dict(found[-1])

    async def _fault(self, request: web.Request) -> web.Response:
        try:
            self._faults.ask(Fault.of(await request.json()))
        except (ValueError, TypeError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response({})

    async def _clear(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response({})


def _new_mailbox(address: str) -> dict[str, str]:
    return {
        "address": address,
        "username": address,
        "password": secrets.token_urlsafe(12),
        "inbound_address": f"in.{address}",
        "inbound_secret": "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode(),
    }


def _shown(mail: sqlite3.Row) -> dict[str, Any]:
    read = message_from_bytes(mail["raw"], policy=policy.default)
    return {
        "id": mail["id"],
        "mailbox": mail["mailbox"],
        "envelope_from": mail["envelope_from"],
        "recipient": mail["recipient"],
        "received_at": mail["received_at"],
        "subject": str(read["Subject"]),
        "body": text_of(mail["raw"]).strip(),
        "headers": {name: str(value) for name, value in read.items()},
    }
