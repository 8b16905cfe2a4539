"""What Meta tells the application of a message: its echo, that it arrived and was read, what people write."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from infra.local.simulator.callbacks import Webhooks
from infra.local.simulator.faults import Delays
from infra.local.simulator.meta_accounts import ACCOUNT_MARK, account_of, id_of
from infra.local.simulator.outcomes import Receipts, outcome_of_number
from infra.local.simulator.store import Statement, Store


def is_metas(message: sqlite3.Row) -> bool:
    """Whether the message goes over Meta's own API."""
    return str(message["account"]).startswith(ACCOUNT_MARK)


class MetaLife:
    """The lives of messages that Meta carries."""

    def __init__(self, store: Store, webhooks: Webhooks, delays: Delays) -> None:
        self._store = store
        self._webhooks = webhooks
        self._delays = delays

    async def sent(self, message: sqlite3.Row) -> None:
        """From accepted to arrived. Instagram tells no deliveries."""
        outcome = outcome_of_number(message["handset"])
        await asyncio.sleep(self._delays.receipt)
        await self._move(message, "sent")
        arrived = outcome.error_code is None
        if arrived:
            await asyncio.sleep(self._delays.receipt)
            await self._move(message, "delivered")
        events = [self._echo(message)]
        if arrived and message["channel"] == "messenger":
            events.append(self._delivered(message))
        repeats = 2 if outcome.receipts is Receipts.TWICE else 1
        if outcome.receipts is not Receipts.NEVER:
            for event in events[::-1] if outcome.receipts is Receipts.REORDERED else events:
                for _ in range(repeats):
                    await self.tell(message["sender"], event)
        await self._store.write(("UPDATE messages SET receipts_done = 1 WHERE id = ?", (message["id"],)))

    async def read(self, message: sqlite3.Row) -> None:
        """The person looked at it: Messenger says until when all was read, Instagram which message."""
        await self._move(message, "read")
        if message["channel"] == "messenger":
            told: Mapping[str, Any] = {"watermark": _milliseconds(self._store.now())}
        else:
            told = {"mid": message["provider_id"]}
        await self.tell(message["sender"], self._by_person(message, read=told))

    async def written(self, message: sqlite3.Row) -> None:
        """What the person wrote, or pressed. What the application does not take shows it."""
        details = json.loads(message["arguments"])
        event: dict[str, Any] = {"mid": message["provider_id"], "text": message["body"]}
        if message["choice"]:
            event["quick_reply"] = {"payload": message["choice"]}
        elif message["replied_to"]:
            event["reply_to"] = {"mid": message["replied_to"]}
        reference = details.pop("referral", "")
        if details:
            event["attachments"] = [_attachment(mid, kind) for mid, kind in details.items()]
        if reference:
            event["referral"] = {"ref": reference, "source": "SHORTLINKS", "type": "OPEN_THREAD"}
        known = {"message": event} if message["body"] or details else {"referral": event.get("referral")}
        status = await self.tell(message["sender"], self._by_person(message, **known))
        if not 200 <= status < 300:
            query = "UPDATE messages SET error_code = ? WHERE id = ?"
            await self._store.write((query, (status or 1, message["id"])))
        await self._store.write(("UPDATE messages SET receipts_done = 1 WHERE id = ?", (message["id"],)))

    async def tell(self, address: str, event: Mapping[str, Any]) -> int:
        """Post one event of the account's; the status answered."""
        account = account_of(self._store, address)
        if account is None or not account["webhook_url"]:
            return 200
        entry = {"id": id_of(address), "time": _milliseconds(self._store.now()), "messaging": [event]}
        kind = "page" if address.startswith("messenger:") else "instagram"
        post = {"object": kind, "entry": [entry]}
        return await self._webhooks.post_hub(account["webhook_url"], post, app_secret=account["app_secret"])

    def _echo(self, message: sqlite3.Row) -> dict[str, Any]:
        told = {"mid": message["provider_id"], "text": message["body"], "is_echo": True, "app_id": 1}
        if message["content_sid"]:
            told["metadata"] = message["content_sid"]
        return {
            "sender": {"id": id_of(message["sender"])},
            "recipient": {"id": id_of(message["handset"])},
            "timestamp": _milliseconds(message["created_at"]),
            "message": told,
        }

    def _delivered(self, message: sqlite3.Row) -> dict[str, Any]:
        told = {"mids": [message["provider_id"]], "watermark": _milliseconds(self._store.now())}
        return self._by_person(message, delivery=told)

    def _by_person(self, about: sqlite3.Row, **told: Any) -> dict[str, Any]:
        return {
            "sender": {"id": id_of(about["handset"])},
            "recipient": {"id": id_of(about["sender"])},
            "timestamp": _milliseconds(self._store.now()),
            **told,
        }

    async def _move(self, message: sqlite3.Row, status: str) -> None:
        query = "UPDATE messages SET status = ?, sent_at = coalesce(sent_at, ?) WHERE id = ?"
        statement: Statement = (query, (status, self._store.now(), message["id"]))
        await self._store.write(statement)


def _attachment(mid: str, kind: str) -> dict[str, Any]:
    return {"type": kind.partition("/")[0], "payload": {"url": f"https://lookaside.fbsbx.com/{mid}"}}


def _milliseconds(at: float) -> int:
    return int(at * 1000)
