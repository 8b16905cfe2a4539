"""The part of the control interface for faults: how the providers answer the next requests to send."""

import msgspec
from aiohttp import web

from infra.local.simulator.faults import Faults
from infra.local.simulator.orders import read_order
from infra.local.simulator.outcomes import Answer

FAULTY = ("twilio", "sendgrid", "sendgrid_lists", "ses", "meta")


class NewFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a provider (twilio, sendgrid, ses or meta) answers the next requests to send.

    sendgrid_lists: how SendGrid answers those to take an address off a list of its own.
    """

    provider: str
    answer: Answer
    seconds: float = 3600
    count: int = 1_000_000


class FaultControl:
    """The handlers."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/_control/faults", self.ask_fault),
            web.delete("/_control/faults", self.clear_faults),
        ]

    async def ask_fault(self, request: web.Request) -> web.StreamResponse:
        """Answer the next requests to send in a way of choice."""
        fault = await read_order(request, NewFault)
        if fault.provider not in FAULTY:
            raise web.HTTPBadRequest(
                text=f"provider must be one of {', '.join(FAULTY)}, not {fault.provider!r}."
            )
        self._faults.ask(fault.provider, fault.answer, seconds=fault.seconds, count=fault.count)
        return web.Response(status=204)

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        """Answer as usual again."""
        self._faults.clear()
        return web.Response(status=204)
