"""The simulators' own interface, for tests, the demo and the phone page: nothing a provider has."""

import json
import secrets
import sqlite3
from operator import itemgetter
from typing import Any

import msgspec
from aiohttp import web

from infra.local.simulator.callbacks import new_signing_key, verification_key
from infra.local.simulator.faults import Faults
from infra.local.simulator.orders import read_order
from infra.local.simulator.outcomes import OUTCOMES, Answer
from infra.local.simulator.receipts import ReceiptSender
from infra.local.simulator.store import Store, insert
from infra.local.simulator.twilio_message import opt_out_type
from infra.local.simulator.twilio_pool import opt_out_key, service_of

PAGE = 50
MESSAGES_LIMIT = 1000


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Twilio account; what is left out is made up, but for a secondary token.

    To promote a secondary token, give it as the token.
    """

    sid: str = ""
    token: str = ""
    secondary: str = ""
    suspended: bool = False


class NewNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number of an account, and where what people write to it goes."""

    account: str
    number: str
    webhook_url: str = ""


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A SendGrid key, where its events go, and whom it may send from (nobody listed: everybody)."""

    key: str = ""
    event_url: str = ""
    senders: list[str] = msgspec.field(default_factory=list)
    signs_anew: bool = False


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person writes; to the sender of the last text when none is named. `media` are content types."""

    handset: str
    body: str
    sender: str = ""
    media: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person looked at this handset or mailbox."""

    handset: str


class NewFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a provider (twilio or sendgrid) answers the next requests."""

    provider: str
    answer: Answer
    seconds: float = 3600
    count: int = 1_000_000


class Control:
    """The handlers."""

    def __init__(self, store: Store, receipts: ReceiptSender, faults: Faults) -> None:
        self._store = store
        self._receipts = receipts
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/_control/accounts", self.add_account),
            web.post("/_control/numbers", self.add_number),
            web.post("/_control/keys", self.add_key),
            web.get("/_control/messages", self.list_messages),
            web.delete("/_control/messages", self.clear_messages),
            web.get("/_control/messages/{id}/html", self.show_html),
            web.get("/_control/handsets", self.list_handsets),
            web.post("/_control/replies", self.reply),
            web.post("/_control/readings", self.mark_read),
            web.post("/_control/faults", self.ask_fault),
            web.delete("/_control/faults", self.clear_faults),
            web.get("/_control/outcomes", self.list_outcomes),
        ]

    async def add_account(self, request: web.Request) -> web.StreamResponse:
        """Open a Twilio account, change its tokens, suspend it or let it go on."""
        order = await read_order(request, NewAccount)
        sid, token = order.sid or f"AC{secrets.token_hex(16)}", order.token or secrets.token_hex(16)
        suspension = "INSERT OR IGNORE INTO suspended_accounts (sid) VALUES (?)"
        if not order.suspended:
            suspension = "DELETE FROM suspended_accounts WHERE sid = ?"
        account = ("INSERT OR REPLACE INTO accounts (sid, token) VALUES (?, ?)", (sid, token))
        # An empty one signs nobody in.
        query = "INSERT OR REPLACE INTO secondary_tokens (sid, token) VALUES (?, ?)"
        await self._store.write(account, (query, (sid, order.secondary)), (suspension, (sid,)))
        return web.json_response({"sid": sid, "token": token}, status=201)

    async def add_number(self, request: web.Request) -> web.StreamResponse:
        """Give an account a number, or change its webhook."""
        order = await read_order(request, NewNumber)
        if self._store.row("SELECT 1 FROM accounts WHERE sid = ?", order.account) is None:
            raise web.HTTPBadRequest(text=f"There is no account {order.account!r}; add it first.")
        query = (
            "INSERT INTO numbers (number, sid, account, webhook_url) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (number) "
            "DO UPDATE SET account = excluded.account, webhook_url = excluded.webhook_url"
        )
        sid = f"PN{secrets.token_hex(16)}"
        await self._store.write((query, (order.number, sid, order.account, order.webhook_url)))
        return web.json_response({"number": order.number}, status=201)

    async def add_key(self, request: web.Request) -> web.StreamResponse:
        """Make a SendGrid key, or change its webhook; unless it `signs_anew` its signing key stays."""
        order = await read_order(request, NewKey)
        key = order.key or f"SG.{secrets.token_urlsafe(16)}.{secrets.token_urlsafe(32)}"
        known = self._store.row("SELECT signing_key FROM mail_keys WHERE key = ?", key)
        signing_key = known["signing_key"] if known and not order.signs_anew else new_signing_key()
        senders = json.dumps([sender.lower() for sender in order.senders])
        query = "INSERT OR REPLACE INTO mail_keys (key, event_url, signing_key, senders) VALUES (?, ?, ?, ?)"
        await self._store.write((query, (key, order.event_url, signing_key, senders)))
        content = {"key": key, "verification_key": verification_key(signing_key)}
        return web.json_response(content, status=201)

    async def list_messages(self, request: web.Request) -> web.StreamResponse:
        """What was accepted and written, oldest first: `after` an id, of one `handset`, at most `limit`.

        With `newest` the limit leaves out the oldest ones.
        """
        query = request.query
        conditions: list[str] = ["id > ?"]
        values: list[str | int] = [_whole(query.get("after"), 0)]
        for name in ("handset", "channel", "account"):
            if value := query.get(name):
                conditions.append(f"{name} = ?")
                values.append(value)
        where = " AND ".join(conditions)
        limit = min(_whole(query.get("limit"), MESSAGES_LIMIT), MESSAGES_LIMIT)
        found = self._store.rows(
            f"SELECT * FROM messages WHERE {where} "  # noqa: S608  # fixed conditions
            f"ORDER BY id {'DESC' if 'newest' in query else 'ASC'} LIMIT ?",
            *values,
            limit,
        )
        return web.json_response({"messages": [_message(row) for row in sorted(found, key=itemgetter("id"))]})

    async def clear_messages(self, request: web.Request) -> web.StreamResponse:
        """Forget all messages, handsets and opt-outs; accounts, numbers and keys stay."""
        tables = ("messages", "handsets", "opt_outs")
        await self._store.write(*((f"DELETE FROM {table}", ()) for table in tables))  # noqa: S608  # ours
        return web.Response(status=204)

    async def show_html(self, request: web.Request) -> web.StreamResponse:
        """The HTML part of an email, for a frame in which nothing can run."""
        number = _whole(request.match_info["id"], 0)
        message = self._store.row("SELECT html FROM messages WHERE id = ?", number)
        if message is None:
            raise web.HTTPNotFound(text=f"There is no message {number}.")
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
        headers = {"Content-Security-Policy": policy}
        return web.Response(text=message["html"], content_type="text/html", headers=headers)

    async def list_handsets(self, request: web.Request) -> web.StreamResponse:
        """A page of handsets and mailboxes, the last used first; `search` is a part of the address."""
        page = _whole(request.query.get("page"), 0)
        search = f"%{_literal(request.query.get('search', ''))}%"
        found = self._store.rows(
            "SELECT handsets.*, messages.body AS last_body FROM handsets "
            "JOIN messages ON messages.id = handsets.last_id "
            "WHERE address LIKE ? ESCAPE '\\' ORDER BY last_id DESC LIMIT ? OFFSET ?",
            search,
            PAGE,
            page * PAGE,
        )
        total = self._store.row(
            "SELECT count(*) AS handsets_total, coalesce(sum(unread), 0) AS unread FROM handsets "
            "WHERE address LIKE ? ESCAPE '\\'",
            search,
        )
        assert total is not None  # noqa: S101  # an aggregate always has a row
        return web.json_response(
            {"handsets": [dict(row) for row in found], "page": page, "page_size": PAGE, **dict(total)}
        )

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Write from a handset. Twilio keeps STOP per number or service, and tells the application."""
        reply = await read_order(request, Reply)
        sender = reply.sender or self._last_sender(reply.handset)
        number = self._store.row("SELECT * FROM numbers WHERE number = ?", sender)
        if number is None or not (reply.body or reply.media):
            raise web.HTTPBadRequest(
                text=f"A reply needs a text, and a number of ours to go to, not {sender!r}."
            )
        sid = f"SM{secrets.token_hex(16)}"
        service, key = service_of(self._store, sender), opt_out_key(self._store, sender)
        statements = [
            insert(
                "messages",
                provider_id=sid,
                request_id=service["sid"] if service else "",
                channel="sms",
                account=number["account"],
                handset=reply.handset,
                sender=sender,
                incoming=1,
                body=reply.body,
                status="received",
                arguments=json.dumps({f"ME{secrets.token_hex(16)}": kind for kind in reply.media}),
                created_at=self._store.now(),
                sent_at=self._store.now(),
            )
        ]
        match opt_out_type(reply.body):
            case "STOP":
                query = "INSERT OR IGNORE INTO opt_outs (sender, handset) VALUES (?, ?)"
                statements.append((query, (key, reply.handset)))
            case "START":
                query = "DELETE FROM opt_outs WHERE sender = ? AND handset = ?"
                statements.append((query, (key, reply.handset)))
        await self._store.write(*statements)
        self._receipts.start([sid])
        return web.json_response({"provider_id": sid}, status=201)

    def _last_sender(self, handset: str) -> str:
        last = self._store.row(
            "SELECT sender FROM messages WHERE handset = ? AND channel = 'sms' ORDER BY id DESC", handset
        )
        return str(last["sender"]) if last else ""

    async def mark_read(self, request: web.Request) -> web.StreamResponse:
        """Nothing on this handset is unread any more."""
        reading = await read_order(request, Reading)
        await self._store.write(("UPDATE handsets SET unread = 0 WHERE address = ?", (reading.handset,)))
        return web.Response(status=204)

    async def ask_fault(self, request: web.Request) -> web.StreamResponse:
        """Answer the next requests to send in a way of choice."""
        fault = await read_order(request, NewFault)
        if fault.provider not in ("twilio", "sendgrid"):
            raise web.HTTPBadRequest(text=f"provider must be twilio or sendgrid, not {fault.provider!r}.")
        self._faults.ask(fault.provider, fault.answer, seconds=fault.seconds, count=fault.count)
        return web.Response(status=204)

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        """Answer as usual again."""
        self._faults.clear()
        return web.Response(status=204)

    async def list_outcomes(self, request: web.Request) -> web.StreamResponse:
        """The recipients with a fixed outcome."""
        shown = [
            {"digits": outcome.digits, "mailbox": outcome.mailbox, "meaning": outcome.meaning}
            for outcome in OUTCOMES
        ]
        return web.json_response({"outcomes": shown})


def _message(row: sqlite3.Row) -> dict[str, Any]:
    message = dict(row)
    return {**message, "arguments": json.loads(message["arguments"]), "incoming": bool(message["incoming"])}


def _whole(text: str | None, default: int) -> int:
    try:
        return max(int(text), 0) if text else default
    except ValueError:
        raise web.HTTPBadRequest(text=f"{text!r} is not a whole number.") from None


def _literal(text: str) -> str:
    """Text that LIKE takes as it is."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
