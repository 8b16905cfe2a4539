"""The simulators' own interface, for tests, the demo and the phone page: nothing a provider has."""

import json
import secrets
import sqlite3
from operator import itemgetter
from typing import Any

import msgspec
from aiohttp import web

from infra.local.simulator.mail_replies import headers_of, mail_answered, mail_statements
from infra.local.simulator.meta_accounts import account_of
from infra.local.simulator.meta_replies import chat_statement
from infra.local.simulator.orders import read_order
from infra.local.simulator.outcomes import CHAT_OUTCOMES, OUTCOMES
from infra.local.simulator.receipts import ReceiptSender
from infra.local.simulator.sendgrid_inbound import Written
from infra.local.simulator.store import Store, insert
from infra.local.simulator.twilio_address import TEXT_CHANNEL, channel_of
from infra.local.simulator.twilio_channels import buttons_of, message_with
from infra.local.simulator.twilio_message import opt_out_type
from infra.local.simulator.twilio_pool import opt_out_key, service_of

PAGE = 50
MESSAGES_LIMIT = 1000

_OPT_OUT_QUERIES = {
    "STOP": "INSERT OR IGNORE INTO opt_outs (sender, handset) VALUES (?, ?)",
    "START": "DELETE FROM opt_outs WHERE sender = ? AND handset = ?",
}


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


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person writes; to the sender of the last message when none is named. `media` are content types.

    `choice` is the id of a button that is pressed: then its title is the text. `replied_to` is the message
    that is answered, by its id at the provider; by default the last one with that button. In a mail,
    `subject` and `headers` stand in place of what a mail program would write; `is_raw` has it posted as it
    came. `reference` is that of the link by which somebody came to a page or Instagram account.
    """

    handset: str
    body: str = ""
    sender: str = ""
    choice: str = ""
    replied_to: str = ""
    media: tuple[str, ...] = ()
    subject: str = ""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    is_raw: bool = False
    reference: str = ""


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person looked at this handset or mailbox."""

    handset: str


class Control:
    """The handlers."""

    def __init__(self, store: Store, receipts: ReceiptSender) -> None:
        self._store = store
        self._receipts = receipts

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/_control/accounts", self.add_account),
            web.post("/_control/numbers", self.add_number),
            web.get("/_control/messages", self.list_messages),
            web.delete("/_control/messages", self.clear_messages),
            web.get("/_control/messages/{id}/html", self.show_html),
            web.get("/_control/handsets", self.list_handsets),
            web.post("/_control/replies", self.reply),
            web.post("/_control/readings", self.mark_read),
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
            "SELECT messages.*, mail_details.attachments "  # noqa: S608  # fixed conditions
            f"FROM messages LEFT JOIN mail_details USING (provider_id) WHERE {where} "
            f"ORDER BY id {'DESC' if 'newest' in query else 'ASC'} LIMIT ?",
            *values,
            limit,
        )
        told = [_message(row) | headers_of(self._store, row) for row in sorted(found, key=itemgetter("id"))]
        return web.json_response({"messages": told})

    async def clear_messages(self, request: web.Request) -> web.StreamResponse:
        """Forget all messages, handsets and opt-outs; accounts, numbers and keys stay."""
        tables = ("messages", "calls", "handsets", "opt_outs", "mail_details", "mail_lists", "mail_drops")
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
        if "@" in reply.handset:
            return await self._mail_reply(reply)
        reply = self._pressed(reply)
        sender = reply.sender or self._last_sender(reply.handset)
        number = self._store.row("SELECT * FROM numbers WHERE number = ?", sender)
        if account_of(self._store, sender) is not None:
            return await self._meta_reply(reply, sender)
        if number is None or not (reply.body or reply.media):
            raise web.HTTPBadRequest(text=f"A reply needs a text, and a number of ours, not {sender!r}.")
        sid, channel = f"SM{secrets.token_hex(16)}", channel_of(sender)
        service, key = service_of(self._store, sender), opt_out_key(self._store, sender)
        statements = [
            insert(
                "messages",
                provider_id=sid,
                request_id=service["sid"] if service else "",
                channel=channel,
                account=number["account"],
                handset=reply.handset,
                sender=sender,
                incoming=1,
                body=reply.body,
                status="received",
                choice=reply.choice,
                replied_to=reply.replied_to,
                arguments=json.dumps({f"ME{secrets.token_hex(16)}": kind for kind in reply.media}),
                created_at=self._store.now(),
                sent_at=self._store.now(),
            )
        ]
        kind = opt_out_type(reply.body) if channel == TEXT_CHANNEL else ""
        if query := _OPT_OUT_QUERIES.get(kind):
            statements.append((query, (key, reply.handset)))
        await self._store.write(*statements)
        self._receipts.start([sid])
        return web.json_response({"provider_id": sid}, status=201)

    async def _meta_reply(self, reply: Reply, sender: str) -> web.StreamResponse:
        if not (reply.body or reply.media or reply.reference):
            raise web.HTTPBadRequest(text="A reply needs a text, a picture or a reference.")
        facts = {"choice": reply.choice, "replied_to": reply.replied_to, "reference": reply.reference}
        mid, statement = chat_statement(
            self._store, reply.handset, sender, reply.body, media=reply.media, **facts
        )
        await self._store.write(statement)
        self._receipts.start([mid])
        return web.json_response({"provider_id": mid}, status=201)

    async def _mail_reply(self, reply: Reply) -> web.StreamResponse:
        mail = mail_answered(self._store, reply.handset, reply.sender)
        written = Written(body=reply.body, subject=reply.subject, headers=reply.headers, media=reply.media)
        provider_id, statements = mail_statements(self._store, mail, written, is_raw=reply.is_raw)
        await self._store.write(*statements)
        self._receipts.start([provider_id])
        return web.json_response({"provider_id": provider_id}, status=201)

    def _last_sender(self, handset: str) -> str:
        last = self._store.row(
            "SELECT sender FROM messages WHERE handset = ? AND channel <> 'email' ORDER BY id DESC", handset
        )
        return str(last["sender"]) if last else ""

    def _pressed(self, reply: Reply) -> Reply:
        """A reply by a button says what the button does, and answers the message that has it."""
        if not reply.choice:
            return reply
        found = message_with(self._store, reply.handset, reply.choice, reply.replied_to)
        if found is None:
            raise web.HTTPBadRequest(text=f"No message to {reply.handset} has a button {reply.choice!r}.")
        message, title = found
        meant = {"sender": message["sender"], "replied_to": message["provider_id"]}
        return msgspec.structs.replace(reply, body=title, **meant)

    async def mark_read(self, request: web.Request) -> web.StreamResponse:
        """Nothing on this handset is unread any more."""
        reading = await read_order(request, Reading)
        await self._store.write(("UPDATE handsets SET unread = 0 WHERE address = ?", (reading.handset,)))
        self._receipts.read(reading.handset)
        return web.Response(status=204)

    async def list_outcomes(self, request: web.Request) -> web.StreamResponse:
        """The recipients with a fixed outcome."""
        shown = [
            {"digits": outcome.digits, "mailbox": outcome.mailbox, "meaning": outcome.meaning}
            for outcome in (*OUTCOMES, *CHAT_OUTCOMES)
        ]
        return web.json_response({"outcomes": shown})


def _message(row: sqlite3.Row) -> dict[str, Any]:
    message = dict(row)
    parts = {"arguments": json.loads(message["arguments"]), "buttons": buttons_of(row)}
    parts["attachments"] = json.loads(message["attachments"] or "[]")
    return {**message, **parts, "incoming": bool(message["incoming"])}


def _whole(text: str | None, default: int) -> int:
    try:
        return max(int(text), 0) if text else default
    except ValueError:
        raise web.HTTPBadRequest(text=f"{text!r} is not a whole number.") from None


def _literal(text: str) -> str:
    """Text that LIKE takes as it is."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
