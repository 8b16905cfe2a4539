"""The part of the control interface for messaging services, and for the verification of toll-free numbers."""

import secrets

import msgspec
from aiohttp import web

from infra.local.simulator.orders import read_order
from infra.local.simulator.store import Statement, Store


class NewService(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A messaging service with the numbers of its pool, which the account has already.

    `campaign` is the state of its campaign with US carriers, such as VERIFIED; empty without one.
    """

    account: str
    sid: str = ""
    numbers: tuple[str, ...] = ()
    inbound_url: str = ""
    smart_encoding: bool = False
    sticky: bool = True
    campaign: str = ""


class TollFreeState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the verification of a toll-free number is, such as TWILIO_APPROVED."""

    number: str
    state: str


class ServiceControl:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/_control/services", self.add_service),
            web.post("/_control/toll-free", self.set_toll_free),
        ]

    async def add_service(self, request: web.Request) -> web.StreamResponse:
        """Make a service, or set one anew; its pool is what is named here."""
        order = await read_order(request, NewService)
        for number in order.numbers:
            query = "SELECT 1 FROM numbers WHERE number = ? AND account = ?"
            if self._store.row(query, number, order.account) is None:
                raise web.HTTPBadRequest(text=f"The account has no number {number!r}; add it first.")
        sid = order.sid or f"MG{secrets.token_hex(16)}"
        values = (sid, order.account, order.inbound_url, order.smart_encoding, order.sticky, order.campaign)
        marks = ", ".join("?" * len(values))
        pool = "INSERT OR REPLACE INTO pool_numbers (number, service) VALUES (?, ?)"
        statements: list[Statement] = [
            (f"INSERT OR REPLACE INTO services VALUES ({marks})", values),  # noqa: S608  # question marks only
            ("DELETE FROM pool_numbers WHERE service = ?", (sid,)),
            *((pool, (number, sid)) for number in order.numbers),
        ]
        await self._store.write(*statements)
        return web.json_response({"sid": sid}, status=201)

    async def set_toll_free(self, request: web.Request) -> web.StreamResponse:
        """Say how far a number's verification is."""
        order = await read_order(request, TollFreeState)
        query = "INSERT OR REPLACE INTO toll_free_states (number, state) VALUES (?, ?)"
        await self._store.write((query, (order.number, order.state)))
        return web.Response(status=204)
