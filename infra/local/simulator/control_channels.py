"""The part of the control interface for channels beside text messages: content templates, senders' states."""

import json
import secrets

import msgspec
from aiohttp import web

from infra.local.simulator.orders import read_order
from infra.local.simulator.store import Store, insert


class NewButton(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A button: what comes back when it is pressed, and what it says."""

    id: str
    title: str


class NewContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A content template of an account, and what WhatsApp says of it."""

    account: str
    body: str
    name: str = "simulated"
    language: str = "en"
    buttons: tuple[NewButton, ...] = ()
    variables: dict[str, str] = msgspec.field(default_factory=dict)
    status: str = "approved"
    reason: str = ""


class NewApproval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What WhatsApp says of a content template from now on, such as paused."""

    status: str


class NewStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a number ("whatsapp:+12125550100") is registered with its channel, such as OFFLINE."""

    number: str
    status: str


class ChannelControl:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/_control/contents", self.add_content),
            web.post("/_control/contents/{sid}", self.set_approval),
            web.post("/_control/channel-states", self.set_status),
        ]

    async def add_content(self, request: web.Request) -> web.StreamResponse:
        """Make a content template."""
        order = await read_order(request, NewContent)
        sid = f"HX{secrets.token_hex(16)}"
        types: dict[str, object] = {"twilio/text": {"body": order.body}}
        if order.buttons:
            actions = [{"type": "QUICK_REPLY", "id": one.id, "title": one.title} for one in order.buttons]
            types = {"twilio/quick-reply": {"body": order.body, "actions": actions}}
        made = insert(
            "contents",
            sid=sid,
            account=order.account,
            name=order.name,
            language=order.language,
            types=json.dumps(types),
            variables=json.dumps(order.variables),
            status=order.status,
            reason=order.reason,
            created_at=self._store.now(),
        )
        await self._store.write(made)
        return web.json_response({"sid": sid}, status=201)

    async def set_approval(self, request: web.Request) -> web.StreamResponse:
        """Say something else of a content template."""
        order = await read_order(request, NewApproval)
        query = "UPDATE contents SET status = ? WHERE sid = ?"
        await self._store.write((query, (order.status, request.match_info["sid"])))
        return web.Response(status=204)

    async def set_status(self, request: web.Request) -> web.StreamResponse:
        """Say how a number is registered."""
        order = await read_order(request, NewStatus)
        query = "INSERT OR REPLACE INTO channel_states (number, status) VALUES (?, ?)"
        await self._store.write((query, (order.number, order.status)))
        return web.Response(status=204)
