"""What somebody does with a ringing phone, for tests, the demo and the phone page: nothing a provider has."""

from typing import Literal

import msgspec
from aiohttp import web

from infra.local.simulator.call_life import Calls
from infra.local.simulator.call_outcomes import CALL_OUTCOMES, CallOutcome, Deed
from infra.local.simulator.orders import read_order

KEYS = "0123456789*#"


class CallDeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done with a call: taken, declined, left to voicemail, a key pressed, or hung up."""

    do: Literal["take", "decline", "voicemail", "press", "hang_up"]
    key: str = ""


class CallPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone does by itself from now on, when it rings; `keys` are pressed one at a time."""

    handset: str
    deed: Deed = Deed.TAKEN
    keys: str = ""


_DEEDS = {"take": Deed.TAKEN, "decline": Deed.DECLINED, "voicemail": Deed.VOICEMAIL}


class CallControl:
    """The handlers."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.get("/_control/calls", self.list_calls),
            web.post("/_control/calls/{id}", self.act),
            web.post("/_control/call-plans", self.plan),
            web.get("/_control/call-outcomes", self.list_outcomes),
        ]

    async def list_calls(self, request: web.Request) -> web.StreamResponse:
        """The calls that ring or go on now, the oldest first, and the last ones that are over."""
        on, over = self._calls.lines.values(), self._calls.over
        return web.json_response(
            {"calls": [line.shown() for line in on], "over": [line.shown() for line in over]}
        )

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Do something with a call that rings or goes on."""
        order = await read_order(request, CallDeed)
        line = self._calls.lines.get(request.match_info["id"])
        if line is None:
            raise web.HTTPNotFound(text="This call is over.")
        if order.do in _DEEDS:
            if not line.do(_DEEDS[order.do], by_hand=True):
                raise web.HTTPConflict(text="This call does not ring any more.")
        elif order.do == "hang_up":
            line.hang_up()
        elif len(order.key) == 1 and order.key in KEYS:
            line.press(order.key)
        else:
            raise web.HTTPBadRequest(text=f"A key is one of {KEYS}.")
        return web.Response(status=204)

    async def plan(self, request: web.Request) -> web.StreamResponse:
        """Say what a phone does when it rings."""
        order = await read_order(request, CallPlan)
        plan = CallOutcome(digits=order.handset[-4:], meaning="as asked", deed=order.deed, keys=order.keys)
        self._calls.plans[order.handset] = plan
        return web.Response(status=204)

    async def list_outcomes(self, request: web.Request) -> web.StreamResponse:
        """The numbers that do something by themselves when they ring."""
        shown = [{"digits": one.digits, "meaning": one.meaning} for one in CALL_OUTCOMES]
        return web.json_response({"outcomes": shown})
