"""People answer a mail from their mailbox: what Inbound Parse would make of it is kept until it is taken."""

import json
import sqlite3
from typing import Any

from aiohttp import web

from infra.local.simulator.sendgrid_inbound import Written, answer_to
from infra.local.simulator.store import Statement, Store, insert


def mail_answered(store: Store, mailbox: str, sender: str) -> sqlite3.Row:
    """The last mail the mailbox had from that sender, or from anybody."""
    found = store.row(
        "SELECT messages.*, mail_details.headers FROM messages JOIN mail_details USING (provider_id) "
        "WHERE handset = ? AND incoming = 0 AND (sender = ? OR ? = '') ORDER BY messages.id DESC",
        mailbox,
        sender,
        sender,
    )
    if found is None:
        raise web.HTTPBadRequest(text=f"{mailbox} has no mail that could be answered.")
    return found


def headers_of(store: Store, message: sqlite3.Row) -> dict[str, Any]:
    """The headers that a mail was sent with; nothing of what is no mail."""
    query = "SELECT headers FROM mail_details WHERE provider_id = ?"
    found = store.row(query, message["provider_id"]) if message["channel"] == "email" else None
    return {"headers": json.loads(found["headers"])} if found else {}


def mail_statements(
    store: Store, mail: sqlite3.Row, written: Written, *, is_raw: bool
) -> tuple[str, list[Statement]]:
    """The answer's id, and what stores it."""
    now = store.now()
    made = answer_to(mail, json.loads(mail["headers"]), written, now)
    provider_id = str(made.message["Message-ID"])
    return provider_id, [
        insert(
            "mail_details",
            provider_id=provider_id,
            headers="{}",
            attachments=json.dumps([{"type": kind} for kind in written.media]),
            form=made.form(is_raw=is_raw),
        ),
        insert(
            "messages",
            provider_id=provider_id,
            channel="email",
            account=mail["account"],
            handset=mail["handset"],
            sender=mail["sender"],
            incoming=1,
            subject=str(made.message["Subject"]),
            body=written.body,
            status="received",
            created_at=now,
            sent_at=now,
        ),
    ]
