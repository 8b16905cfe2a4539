"""What happens to a message after it was accepted: its status moves on, receipts go to the application."""

import asyncio
import json
import sqlite3
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from infra.local.simulator.callbacks import Webhooks
from infra.local.simulator.faults import Delays
from infra.local.simulator.meta_life import MetaLife, is_metas
from infra.local.simulator.outcomes import Outcome, Receipts, outcome_of_mailbox, outcome_of_number
from infra.local.simulator.sendgrid_event import events_of
from infra.local.simulator.sendgrid_inbound import CONTENT_TYPE
from infra.local.simulator.sendgrid_lists import listings_of, outcome_of_mail
from infra.local.simulator.ses_life import notification, ses_events
from infra.local.simulator.store import Statement, Store
from infra.local.simulator.twilio_channels import window_error
from infra.local.simulator.twilio_message import incoming_fields, status_fields
from infra.local.simulator.twilio_pool import service_of

ReceiptT = TypeVar("ReceiptT")
EVENTS_AT_ONCE = 500
WEBHOOK_FAILED = 11200  # Twilio's code: the webhook did not answer with success
EVENT_STATUS = {
    "delivered": "delivered",
    "spamreport": "delivered",
    "dropped": "dropped",
    "bounce": "bounced",
    "blocked": "bounced",
    "returned": "bounced",
    "deferred": "delivered",
    "unsubscribe": "delivered",
    "group_unsubscribe": "delivered",
}


class ReceiptSender:
    """Runs the life of every accepted message in the background."""

    def __init__(self, store: Store, webhooks: Webhooks, delays: Delays) -> None:
        self._store = store
        self._webhooks = webhooks
        self._delays = delays
        self.meta = MetaLife(store, webhooks, delays)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, provider_ids: list[str]) -> None:
        """Begin for messages just accepted: texts one by one, the emails of one request together."""
        marks = ", ".join("?" * len(provider_ids))
        messages = self._store.rows(
            f"SELECT * FROM messages WHERE provider_id IN ({marks})",  # noqa: S608  # question marks only
            *provider_ids,
        )
        self._start_all(messages)

    def resume(self) -> None:
        """Begin for all whose receipts were not done when the simulator was stopped."""
        self._start_all(self._store.rows("SELECT * FROM messages WHERE receipts_done = 0"))

    async def close(self) -> None:
        """Stop; what is not done is resumed at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start_all(self, messages: list[sqlite3.Row]) -> None:
        emails: dict[str, list[sqlite3.Row]] = {}
        for message in messages:
            if is_metas(message):
                self._run(self.meta.written(message) if message["incoming"] else self.meta.sent(message))
            elif message["incoming"]:
                is_mail = message["channel"] == "email"
                self._run(self._incoming_mail_life(message) if is_mail else self._incoming_life(message))
            elif message["channel"] == "voice":
                continue  # calls have a life of their own
            elif message["channel"] == "email":
                emails.setdefault(message["request_id"], []).append(message)
            else:
                self._run(self._text_life(message))
        for together in emails.values():
            self._run(self._email_life(together))

    def _run(self, life: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(life)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _text_life(self, message: sqlite3.Row) -> None:
        outcome = outcome_of_number(message["handset"])
        refusal = window_error(self._store, message)
        error = refusal or outcome.error_code
        last = "failed" if refusal else "delivered" if error is None else "undelivered"
        after = [last] if refusal else ["sent", last]
        for status in after:
            await asyncio.sleep(self._delays.receipt)
            await self._store.write(
                _moved(message, status, error if status == last else None, self._store.now())
            )
        account = self._store.row("SELECT token FROM accounts WHERE sid = ?", message["account"])
        if message["callback_url"] and account is not None:
            first = ["accepted", "queued"] if message["request_id"] else ["queued"]
            for status in in_order([*first, *after], outcome):
                fields = status_fields(message, status, error if status == last else None)
                await self._webhooks.post_form(message["callback_url"], fields, token=account["token"])
        await self._store.write(_done(message))

    def read(self, handset: str) -> None:
        """The person looked at what came over a channel that tells its sender so."""
        found = self._store.rows(
            "SELECT * FROM messages WHERE handset = ? AND incoming = 0 AND status = 'delivered' "
            "AND channel NOT IN ('sms', 'email')",
            handset,
        )
        for message in found:
            self._run(self.meta.read(message) if is_metas(message) else self._read_life(message))

    async def _read_life(self, message: sqlite3.Row) -> None:
        await self._store.write(_moved(message, "read", None, self._store.now()))
        account = self._store.row("SELECT token FROM accounts WHERE sid = ?", message["account"])
        if message["callback_url"] and account is not None:
            fields = status_fields(message, "read", None)
            await self._webhooks.post_form(message["callback_url"], fields, token=account["token"])

    async def _incoming_life(self, message: sqlite3.Row) -> None:
        """What a person wrote goes to the webhook of the number, or of the service whose pool it is in.

        What the application does not take shows it.
        """
        number = self._store.row("SELECT * FROM numbers WHERE number = ?", message["sender"])
        service = service_of(self._store, message["sender"])
        url = service["inbound_url"] if service else number["webhook_url"] if number else ""
        account = self._store.row("SELECT token FROM accounts WHERE sid = ?", message["account"])
        if account is not None and url:
            fields = incoming_fields(message)
            for _ in in_order([fields], outcome_of_number(message["handset"])) or [fields]:
                status = await self._webhooks.post_form(url, fields, token=account["token"])
            if not 200 <= status < 300:
                await self._store.write(_moved(message, "received", WEBHOOK_FAILED, self._store.now()))
        await self._store.write(_done(message))

    async def _incoming_mail_life(self, message: sqlite3.Row) -> None:
        """A mail that a person wrote goes to Inbound Parse's address of the key that sent what it answers."""
        setting = self._store.row("SELECT * FROM inbound_settings WHERE key = ?", message["account"])
        mail = self._store.row("SELECT * FROM mail_details WHERE provider_id = ?", message["provider_id"])
        if setting is not None and setting["url"] and mail is not None:
            for _ in in_order([None], outcome_of_mailbox(message["handset"])) or [None]:
                status = await self._webhooks.post_mail(
                    setting["url"], mail["form"], CONTENT_TYPE, signing_key=setting["signing_key"]
                )
            if not 200 <= status < 300:
                await self._store.write(_moved(message, "received", WEBHOOK_FAILED, self._store.now()))
        await self._store.write(_done(message))

    async def _email_life(self, messages: Sequence[sqlite3.Row]) -> None:
        await asyncio.sleep(self._delays.receipt)
        usual = [outcome_of_mailbox(message["handset"]) for message in messages]
        outcomes = [
            outcome_of_mail(self._store, message, outcome)
            for message, outcome in zip(messages, usual, strict=True)
        ]
        await self._store.write(
            *(
                _moved(message, EVENT_STATUS[outcome.event], None, self._store.now())
                for message, outcome in zip(messages, outcomes, strict=True)
            )
        )
        await self._tell_by_topic(messages, outcomes)
        key = self._store.row("SELECT * FROM mail_keys WHERE key = ?", messages[0]["account"])
        if key is not None:
            await self._store.write(*listings_of(messages, outcomes))
        if key is not None and key["event_url"]:
            queues = [
                in_order(events_of(message, outcome, self._store.now()), outcome)
                for message, outcome in zip(messages, outcomes, strict=True)
            ]
            for events in _rounds(queues):
                await self._webhooks.post_events(key["event_url"], events, signing_key=key["signing_key"])
                await asyncio.sleep(self._delays.receipt)
        await self._store.write(*(_done(message) for message in messages))

    async def _tell_by_topic(self, messages: Sequence[sqlite3.Row], outcomes: Sequence[Outcome]) -> None:
        """What an account of Amazon SES tells, once its subscription is confirmed."""
        query = "SELECT * FROM ses_accounts WHERE key_id = ? AND is_confirmed = 1"
        account = self._store.row(query, messages[0]["account"])
        if account is None:
            return
        for message, outcome in zip(messages, outcomes, strict=True):
            for event in in_order(list(ses_events(message, outcome, self._store.now())), outcome):
                post = notification(
                    dict(account),
                    account["base_url"],
                    self._store.now(),
                    Type="Notification",
                    Message=json.dumps(event),
                )
                await self._webhooks.post_notification(account["event_url"], post)


def in_order(receipts: list[ReceiptT], outcome: Outcome) -> list[ReceiptT]:
    """The receipts in the order and number the recipient's outcome says."""
    match outcome.receipts:
        case Receipts.TWICE:
            return [receipt for receipt in receipts for _ in range(2)]
        case Receipts.REORDERED:
            return receipts[::-1]
        case Receipts.NEVER:
            return []
    return receipts


def _rounds(queues: list[list[ReceiptT]]) -> list[list[ReceiptT]]:
    """The first of every queue together, then the second of every queue, in parts SendGrid would post."""
    rounds: list[list[ReceiptT]] = []
    for number in range(max(len(queue) for queue in queues)):
        events = [queue[number] for queue in queues if number < len(queue)]
        rounds += [events[first : first + EVENTS_AT_ONCE] for first in range(0, len(events), EVENTS_AT_ONCE)]
    return rounds


def _moved(message: sqlite3.Row, status: str, error_code: int | None, at: float) -> Statement:
    query = "UPDATE messages SET status = ?, error_code = ?, sent_at = coalesce(sent_at, ?) WHERE id = ?"
    return query, (status, error_code, at, message["id"])


def _done(message: sqlite3.Row) -> Statement:
    return "UPDATE messages SET receipts_done = 1 WHERE id = ?", (message["id"],)
