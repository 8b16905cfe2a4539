"""The control interface's part on SendGrid: its keys, and where what it tells goes."""

import json
import secrets

import msgspec
from aiohttp import web

from infra.local.simulator.callbacks import new_signing_key, verification_key
from infra.local.simulator.orders import read_order
from infra.local.simulator.sendgrid_lists import REASONS, is_listed, listing
from infra.local.simulator.store import Store, insert


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A SendGrid key, where its events go, and whom it may send from (nobody listed: everybody).

    What people write to its senders goes to `inbound_url`. With `scopes` it may do no more than these.
    """

    key: str = ""
    event_url: str = ""
    inbound_url: str = ""
    senders: list[str] = msgspec.field(default_factory=list)
    signs_anew: bool = False
    scopes: list[str] = msgspec.field(default_factory=list)


class NewListing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address that is on one of SendGrid's own lists of a key's account."""

    key: str
    address: str
    list: str


class KeyControl:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/_control/keys", self.add_key),
            web.get("/_control/forms", self.show_form),
            web.post("/_control/mail-lists", self.add_listing),
            web.get("/_control/mail-lists", self.show_listings),
        ]

    async def add_listing(self, request: web.Request) -> web.StreamResponse:
        """Put an address on a list, as its reader does by what SendGrid puts into mails."""
        order = await read_order(request, NewListing)
        if order.list not in REASONS:
            raise web.HTTPBadRequest(text=f"list must be {' or '.join(REASONS)}, not {order.list!r}.")
        await self._store.write(listing(order.key, order.address, order.list))
        return web.Response(status=204)

    async def show_listings(self, request: web.Request) -> web.StreamResponse:
        """The lists that have an address."""
        key, address = request.query.get("key", ""), request.query.get("address", "")
        found = [name for name in REASONS if is_listed(self._store, key, address, name)]
        return web.json_response({"lists": found})

    async def show_form(self, request: web.Request) -> web.StreamResponse:
        """What is posted of a mail that a person wrote."""
        query = "SELECT form FROM mail_details WHERE provider_id = ?"
        found = self._store.row(query, request.query.get("id", ""))
        if found is None:
            raise web.HTTPNotFound(text="There is no such mail.")
        return web.Response(body=found["form"])

    async def add_key(self, request: web.Request) -> web.StreamResponse:
        """Make a SendGrid key, or change its webhook; unless it `signs_anew` its signing key stays."""
        order = await read_order(request, NewKey)
        key = order.key or f"SG.{secrets.token_urlsafe(16)}.{secrets.token_urlsafe(32)}"
        known = self._store.row("SELECT signing_key FROM mail_keys WHERE key = ?", key)
        signing_key = known["signing_key"] if known and not order.signs_anew else new_signing_key()
        senders = json.dumps([sender.lower() for sender in order.senders])
        query = "INSERT OR REPLACE INTO mail_keys (key, event_url, signing_key, senders) VALUES (?, ?, ?, ?)"
        inbound = self._store.row("SELECT signing_key FROM inbound_settings WHERE key = ?", key)
        inbound_key = inbound["signing_key"] if inbound else new_signing_key()
        await self._store.write(
            (query, (key, order.event_url, signing_key, senders)),
            (
                "INSERT OR REPLACE INTO inbound_settings (key, url, signing_key) VALUES (?, ?, ?)",
                (key, order.inbound_url, inbound_key),
            ),
            ("DELETE FROM mail_scopes WHERE key = ?", (key,)),
            *([insert("mail_scopes", key=key, scopes=json.dumps(order.scopes))] if order.scopes else []),
        )
        content = {
            "key": key,
            "verification_key": verification_key(signing_key),
            "inbound_key": verification_key(inbound_key),
        }
        return web.json_response(content, status=201)
