"""The part of the control interface for Meta: pages and Instagram accounts, and events of any kind."""

import secrets
from typing import Any

import msgspec
from aiohttp import web

from infra.local.simulator.callbacks import Webhooks
from infra.local.simulator.meta_accounts import account_of
from infra.local.simulator.meta_life import MetaLife
from infra.local.simulator.orders import read_order
from infra.local.simulator.store import Store, insert


class NewMetaAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page ("messenger:…") or Instagram account ("instagram:…"); what is left out is made up.

    `page` is the page that an Instagram account is linked to, if it is.
    """

    address: str
    name: str = "simulated"
    page: str = ""
    token: str = ""
    app_secret: str = ""
    app_id: str = "1234567890"
    verify_token: str = ""
    webhook_url: str = ""


class NewMetaEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is told of an account, in Meta's own words."""

    address: str
    event: dict[str, Any]


class MetaControl:
    """The handlers."""

    def __init__(self, store: Store, webhooks: Webhooks, life: MetaLife) -> None:
        self._store = store
        self._webhooks = webhooks
        self._life = life

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/_control/meta-accounts", self.add_account),
            web.post("/_control/meta-events", self.tell),
            web.post("/_control/meta-subscriptions", self.subscribe),
        ]

    async def add_account(self, request: web.Request) -> web.StreamResponse:
        """Open an account, or change one."""
        order = await read_order(request, NewMetaAccount)
        made = {
            "address": order.address,
            "page": order.page,
            "name": order.name,
            "token": order.token or secrets.token_hex(24),
            "app_secret": order.app_secret or secrets.token_hex(16),
            "app_id": order.app_id,
            "webhook_url": order.webhook_url,
            "verify_token": order.verify_token or secrets.token_hex(8),
        }
        await self._store.write(insert("meta_accounts", replaces=True, **made))
        return web.json_response(made, status=201)

    async def tell(self, request: web.Request) -> web.StreamResponse:
        """Post an event; the status answered."""
        order = await read_order(request, NewMetaEvent)
        return web.json_response({"status": await self._life.tell(order.address, order.event)})

    async def subscribe(self, request: web.Request) -> web.StreamResponse:
        """Ask the application whether the account's webhook address is its own, as Meta does when it is set.

        https://developers.facebook.com/docs/graph-api/webhooks/getting-started
        """
        order = await read_order(request, NewMetaAccount)
        account = account_of(self._store, order.address)
        if account is None:
            raise web.HTTPBadRequest(text=f"There is no account {order.address!r}; add it first.")
        challenge = str(secrets.randbelow(10**9))
        asked = {
            "hub.mode": "subscribe",
            "hub.verify_token": order.verify_token or account["verify_token"],
            "hub.challenge": challenge,
        }
        status, text = await self._webhooks.ask(account["webhook_url"], asked)
        return web.json_response({"status": status, "is_confirmed": status == 200 and text == challenge})
