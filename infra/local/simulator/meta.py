"""Meta's Graph API: messages are sent, conversations listed, tokens renewed."""

import json
import secrets
import sqlite3
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from infra.local.simulator.faults import Delays, Faults, give_answer
from infra.local.simulator.meta_accounts import (
    ACCOUNT_MARK,
    NO_TOKEN,
    NOBODY,
    NOT_AVAILABLE,
    NOT_THERE,
    OUTSIDE_WINDOW,
    REFUSALS,
    MetaRefusal,
    id_of,
    node_of,
    signed_in,
)
from infra.local.simulator.outcomes import Answer, outcome_of_number
from infra.local.simulator.receipts import ReceiptSender
from infra.local.simulator.store import Store, insert

WINDOW = timedelta(hours=24)
TOLD = 20  # of a conversation's messages, the newest: what they say is shown
INSTAGRAM_BYTES, MESSENGER_CHARACTERS, MOST_QUICK_REPLIES = 1000, 2000, 13
ENDS_IN_SECONDS = 60 * 24 * 3600


class MetaApi:
    """The handlers. At Meta they are on graph.facebook.com, and graph.instagram.com for accounts alone."""

    def __init__(self, store: Store, receipts: ReceiptSender, faults: Faults, delays: Delays) -> None:
        self._store = store
        self._receipts = receipts
        self._faults = faults
        self._delays = delays

    def routes(self) -> list[web.RouteDef]:
        """Every path, under its version."""
        version = r"/{version:v\d+\.\d+}"
        return [
            web.post(version + r"/{node:\d+}/messages", self.send),
            web.get(version + r"/{node:\d+}/conversations", self.list_conversations),
            web.get(version + r"/{node:\d+|me}", self.show_account),
            web.get(version + "/oauth/access_token", self.exchange_token),
            web.get("/refresh_access_token", self.refresh_token),
        ]

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Send a text, unless the recipient's outcome or a fault says otherwise.

        https://developers.facebook.com/docs/messenger-platform/reference/send-api
        """
        account = self._account(request)
        told, person = _checked(account, await _json(request))
        channel = account["address"].partition(":")[0]
        handset = f"{channel}:{person}"
        if self._is_closed(account["address"], handset):
            raise OUTSIDE_WINDOW
        outcome = outcome_of_number(handset)
        if outcome.answer is Answer.REFUSED:
            raise NOT_AVAILABLE

        async def accept() -> web.Response:
            mid = await self._store_message(account, handset, told)
            self._receipts.start([mid])
            return web.json_response({"recipient_id": person, "message_id": mid})

        answer = self._faults.answer("meta", {handset: outcome.answer})
        return await give_answer(request, answer, accept, refusals=REFUSALS, delays=self._delays)

    async def list_conversations(self, request: web.Request) -> web.StreamResponse:
        """The account's conversations, the last used first, each with its messages.

        https://developers.facebook.com/docs/messenger-platform/conversations
        """
        account = self._account(request)
        platform, person = request.query.get("platform", ""), request.query.get("user_id", "")
        limit, start = int(request.query.get("limit", "25")), int(request.query.get("after", "0"))
        found = self._store.rows(
            "SELECT handset, max(created_at) AS used_at FROM messages WHERE sender = ? AND handset LIKE ? "
            "GROUP BY handset ORDER BY used_at DESC",
            account["address"],
            f"{platform}:{person or '%'}",
        )
        shown = [self._conversation(account, row) for row in found[start : start + limit]]
        paging: dict[str, object] = {"cursors": {"after": str(start + limit)}}
        if start + limit < len(found):
            paging["next"] = f"{request.url.origin()}{request.path}?after={start + limit}"
        return web.json_response({"data": shown, "paging": paging})

    async def show_account(self, request: web.Request) -> web.StreamResponse:
        """The account whose token this is. https://developers.facebook.com/docs/graph-api/reference/page"""
        account, node = signed_in(self._store, request), request.match_info["node"]
        if node not in ("me", node_of(account), id_of(account["address"])):
            raise NOT_THERE
        own = id_of(account["address"])
        shown = {"id": node_of(account), "user_id": own, "name": account["name"], "username": account["name"]}
        if account["page"]:
            shown["instagram_business_account"] = {"id": own}
        return web.json_response(shown)

    async def exchange_token(self, request: web.Request) -> web.StreamResponse:
        """https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived"""
        query = request.query
        account = self._with_token(query.get("fb_exchange_token", ""))
        if (query.get("client_id"), query.get("client_secret")) != (account["app_id"], account["app_secret"]):
            raise MetaRefusal(400, 101, 0, "Error validating application.")
        return await self._renewed(account)

    async def refresh_token(self, request: web.Request) -> web.StreamResponse:
        """https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token"""
        return await self._renewed(self._with_token(request.query.get("access_token", "")))

    def _with_token(self, token: str) -> sqlite3.Row:
        account = self._store.row("SELECT * FROM meta_accounts WHERE token = ?", token or "-")
        if account is None:
            raise NO_TOKEN
        return account

    async def _renewed(self, account: sqlite3.Row) -> web.Response:
        """A new token in place of the old one, which Meta would take until it ends."""
        token = secrets.token_hex(24)
        query = "UPDATE meta_accounts SET token = ? WHERE address = ?"
        await self._store.write((query, (token, account["address"])))
        return web.json_response(
            {"access_token": token, "token_type": "bearer", "expires_in": ENDS_IN_SECONDS}
        )

    def _account(self, request: web.Request) -> sqlite3.Row:
        """Who signed in, and is the node that the path names."""
        account = signed_in(self._store, request)
        if request.match_info["node"] not in (node_of(account), id_of(account["address"])):
            raise NOT_THERE
        return account

    def _is_closed(self, address: str, handset: str) -> bool:
        """Whether the person has not written to the account within a day."""
        query = "SELECT 1 FROM messages WHERE incoming = 1 AND handset = ? AND sender = ? AND created_at > ?"
        since = self._store.now() - WINDOW.total_seconds()
        return self._store.row(query, handset, address, since) is None

    async def _store_message(self, account: sqlite3.Row, handset: str, told: Mapping[str, Any]) -> str:
        mid = f"m_{secrets.token_urlsafe(24)}"
        buttons = [{"id": one["payload"], "title": one["title"]} for one in told.get("quick_replies", ())]
        await self._store.write(
            insert(
                "messages",
                provider_id=mid,
                channel=handset.partition(":")[0],
                account=f"{ACCOUNT_MARK}{account['address']}",
                handset=handset,
                sender=account["address"],
                body=told["text"],
                subject="",
                buttons=json.dumps(buttons),
                status="queued",
                content_sid=str(told.get("metadata") or ""),
                created_at=self._store.now(),
            )
        )
        return mid

    def _conversation(self, account: sqlite3.Row, row: sqlite3.Row) -> dict[str, Any]:
        messages = self._store.rows(
            "SELECT * FROM messages WHERE sender = ? AND handset = ? ORDER BY id DESC LIMIT 100",
            account["address"],
            row["handset"],
        )
        people = [{"id": id_of(row["handset"])}, {"id": id_of(account["address"])}]
        return {
            "id": f"t_{id_of(row['handset'])}",
            "updated_time": _shown_time(row["used_at"]),
            "participants": {"data": people},
            "messages": {"data": [_listed(one, place) for place, one in enumerate(messages)]},
        }


def _listed(message: sqlite3.Row, place: int) -> dict[str, Any]:
    shown = {"id": message["provider_id"], "created_time": _shown_time(message["created_at"])}
    if place >= TOLD:
        return shown
    person, own = {"id": id_of(message["handset"])}, {"id": id_of(message["sender"])}
    by, to = (person, own) if message["incoming"] else (own, person)
    return {**shown, "from": by, "to": {"data": [to]}, "message": message["body"]}


def _shown_time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


async def _json(request: web.Request) -> Mapping[str, Any]:
    try:
        found = await request.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise MetaRefusal(400, 100, 0, "The body must be a JSON object.")
    return found


def _checked(account: sqlite3.Row, order: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """What is to be said, and to whom. Raises MetaRefusal."""
    told, person = order.get("message") or {}, str((order.get("recipient") or {}).get("id") or "")
    text, replies = str(told.get("text") or ""), told.get("quick_replies") or ()
    if not person.isdigit():
        raise NOBODY
    if order.get("messaging_type") != "RESPONSE" or not text:
        raise MetaRefusal(400, 100, 0, "Param messaging_type must be RESPONSE, and message have a text.")
    is_instagram = account["address"].startswith("instagram:")
    if is_instagram and ("metadata" in told or len(text.encode()) > INSTAGRAM_BYTES):
        raise MetaRefusal(400, 100, 2534025, "Length of param message[text] must be at most 1000 bytes.")
    if len(text) > MESSENGER_CHARACTERS or not _are_good(replies):
        raise MetaRefusal(400, 100, 2018109, "Length of param message[text] must be at most 2000.")
    return told, person


def _are_good(replies: Sequence[Mapping[str, Any]]) -> bool:
    is_whole = all(
        one.get("content_type") == "text" and one.get("title") and one.get("payload") for one in replies
    )
    return is_whole and len(replies) <= MOST_QUICK_REPLIES


def sent_at(message: sqlite3.Row) -> int:
    """When, as webhooks say it: in milliseconds."""
    return int((message["sent_at"] or message["created_at"] or time.time()) * 1000)
