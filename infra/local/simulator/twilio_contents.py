"""Twilio's content templates: shown, listed, and made into what a message says.

https://www.twilio.com/docs/content/content-api-resources
"""

import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from infra.local.simulator.store import Store
from infra.local.simulator.twilio_accounts import signed_in
from infra.local.simulator.twilio_pages import page_of
from infra.local.simulator.twilio_refusal import TwilioRefusal

HOST = "https://content.twilio.com"
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BREAKS = re.compile(r"[\n\t]| {4}")


class TwilioContentsApi:
    """The handlers. At Twilio they are on a host of their own: content.twilio.com."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.get("/v1/Content", self.list_contents),
            web.get("/v1/ContentAndApprovals", self.list_with_approvals),
            web.get("/v1/Content/{sid}", self.show_content),
            web.get("/v1/Content/{sid}/ApprovalRequests", self.show_approval),
        ]

    async def list_contents(self, request: web.Request) -> web.StreamResponse:
        """The account's contents."""
        return page_of(request, "contents", [_resource(row) | _links(row) for row in self._all(request)])

    async def list_with_approvals(self, request: web.Request) -> web.StreamResponse:
        """The same, each with what WhatsApp says of it."""
        shown = [_resource(row) | {"approval_requests": _approval(row)} for row in self._all(request)]
        return page_of(request, "contents", shown)

    async def show_content(self, request: web.Request) -> web.StreamResponse:
        """One content."""
        row = self._one(request)
        return web.json_response(_resource(row) | _links(row))

    async def show_approval(self, request: web.Request) -> web.StreamResponse:
        """What WhatsApp says of one."""
        row = self._one(request)
        links = _links(row)["links"]
        assert isinstance(links, dict)  # noqa: S101  # as _links makes it
        facts = {"sid": row["sid"], "account_sid": row["account"], "url": links["approval_fetch"]}
        return web.json_response({**facts, "whatsapp": _approval(row)})

    def _all(self, request: web.Request) -> list[sqlite3.Row]:
        account = signed_in(self._store, request)
        return self._store.rows("SELECT * FROM contents WHERE account = ? ORDER BY rowid DESC", account)

    def _one(self, request: web.Request) -> sqlite3.Row:
        account = signed_in(self._store, request)
        query = "SELECT * FROM contents WHERE sid = ? AND account = ?"
        row = self._store.row(query, request.match_info["sid"], account)
        if row is None:
            raise TwilioRefusal(404, 20404, f"The requested resource {request.path} was not found")
        return row


def approval_of(store: Store, sid: str) -> str:
    """What WhatsApp says of a content; empty where there is none."""
    row = store.row("SELECT status FROM contents WHERE sid = ?", sid)
    return str(row["status"]) if row else ""


def said_by(store: Store, account: str, form: Mapping[str, str]) -> tuple[str, list[dict[str, str]]]:
    """The text of a new message, and the buttons below it. Raises TwilioRefusal."""
    sid = form.get("ContentSid", "")
    if not sid:
        return form["Body"], []
    row = store.row("SELECT * FROM contents WHERE sid = ? AND account = ?", sid, account)
    if row is None:
        raise TwilioRefusal(400, 21655, f"The ContentSid {sid} is invalid.")
    values = _values(row, form.get("ContentVariables", ""))
    body, buttons = _said(row)
    shown = [{name: _filled(text, values) for name, text in one.items()} for one in buttons]
    return _filled(body, values), shown


def _values(content: sqlite3.Row, text: str) -> dict[str, str]:
    """The values given, on top of the content's own. A value may be neither empty nor on several lines."""
    try:
        given = json.loads(text or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise TwilioRefusal(400, 21656, "The ContentVariables parameter is invalid.")
    if any(not one.strip() or _BREAKS.search(one) for one in given.values()):
        raise TwilioRefusal(400, 21656, "The ContentVariables parameter is invalid.")
    return {**json.loads(content["variables"]), **given}


def _said(content: sqlite3.Row) -> tuple[str, list[dict[str, str]]]:
    types: dict[str, dict[str, Any]] = json.loads(content["types"])
    parts = types.get("twilio/quick-reply") or next(iter(types.values()), {})
    actions = parts.get("actions", [])
    return parts.get("body", ""), [{"id": one["id"], "title": one["title"]} for one in actions]


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def _resource(row: sqlite3.Row) -> dict[str, object]:
    at = datetime.fromtimestamp(row["created_at"], UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "sid": row["sid"],
        "account_sid": row["account"],
        "friendly_name": row["name"],
        "language": row["language"],
        "types": json.loads(row["types"]),
        "variables": json.loads(row["variables"]),
        "date_created": at,
        "date_updated": at,
    }


def _links(row: sqlite3.Row) -> dict[str, object]:
    place = f"{HOST}/v1/Content/{row['sid']}"
    approvals = f"{place}/ApprovalRequests"
    links = {"approval_fetch": approvals, "approval_create": f"{approvals}/whatsapp"}
    return {"url": place, "links": links}


def _approval(row: sqlite3.Row) -> dict[str, object]:
    """https://www.twilio.com/docs/content/content-api-resources#fetch-an-approval-status-request"""
    return {
        "type": "whatsapp",
        "name": row["name"],
        "category": "UTILITY",
        "content_type": next(iter(json.loads(row["types"])), ""),
        "status": row["status"],
        "rejection_reason": row["reason"],
        "allow_category_change": True,
        "flows": None,
    }
