"""What the providers know: accounts, numbers, keys and every message, on disk before it is answered."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Statement = tuple[str, Sequence[Any]]

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (sid TEXT PRIMARY KEY, token TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS secondary_tokens (sid TEXT PRIMARY KEY, token TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS suspended_accounts (sid TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS numbers (
    number TEXT PRIMARY KEY, sid TEXT NOT NULL, account TEXT NOT NULL, webhook_url TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS services (
    sid TEXT PRIMARY KEY, account TEXT NOT NULL, inbound_url TEXT NOT NULL, smart_encoding INTEGER NOT NULL,
    sticky INTEGER NOT NULL, campaign TEXT NOT NULL  -- the state of its US campaign; empty without one
);
CREATE TABLE IF NOT EXISTS pool_numbers (number TEXT PRIMARY KEY, service TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS toll_free_states (number TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channel_states (number TEXT PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS contents (
    sid TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL,
    types TEXT NOT NULL, variables TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS mail_keys (
    key TEXT PRIMARY KEY, event_url TEXT NOT NULL, signing_key TEXT NOT NULL, senders TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ses_accounts (
    key_id TEXT PRIMARY KEY, secret TEXT NOT NULL, region TEXT NOT NULL, identities TEXT NOT NULL,
    sending_enabled INTEGER NOT NULL, is_shut_down INTEGER NOT NULL, in_sandbox INTEGER NOT NULL,
    quota REAL NOT NULL, rate REAL NOT NULL,
    topic_arn TEXT NOT NULL, event_url TEXT NOT NULL, signing_key TEXT NOT NULL, certificate TEXT NOT NULL,
    certificate_path TEXT NOT NULL, base_url TEXT NOT NULL, token TEXT NOT NULL, is_confirmed INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS mail_scopes (key TEXT PRIMARY KEY, scopes TEXT NOT NULL);  -- of a narrowed key
CREATE TABLE IF NOT EXISTS mail_lists (  -- SendGrid's own: who unsubscribed, or reported a mail as spam
    key TEXT NOT NULL, address TEXT NOT NULL, list TEXT NOT NULL, PRIMARY KEY (key, address, list)
);
CREATE TABLE IF NOT EXISTS mail_drops (provider_id TEXT PRIMARY KEY, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS inbound_settings (  -- of SendGrid's Inbound Parse
    key TEXT PRIMARY KEY, url TEXT NOT NULL, signing_key TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS mail_details (
    provider_id TEXT PRIMARY KEY,
    headers TEXT NOT NULL,      -- JSON: of a mail that was sent
    attachments TEXT NOT NULL,  -- JSON: name, type and size of each
    form BLOB NOT NULL          -- of one that a person wrote: what Inbound Parse posts
);
CREATE TABLE IF NOT EXISTS meta_accounts (
    address TEXT PRIMARY KEY,  -- messenger:<page> or instagram:<account>
    page TEXT NOT NULL,        -- that an Instagram account is linked to, if one is
    name TEXT NOT NULL, token TEXT NOT NULL, app_secret TEXT NOT NULL, app_id TEXT NOT NULL,
    webhook_url TEXT NOT NULL, verify_token TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id TEXT NOT NULL UNIQUE,
    -- of one SendGrid request, which may carry many messages; or the messaging service of a text
    request_id TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL,                -- sms, whatsapp, messenger, instagram, email or voice
    account TEXT NOT NULL,                -- account sid, or mail key
    handset TEXT NOT NULL,                -- the person's number or mailbox
    sender TEXT NOT NULL,                 -- our number or mailbox
    incoming INTEGER NOT NULL DEFAULT 0,  -- written by the person
    reply_to TEXT NOT NULL DEFAULT '',    -- where answers to a mail go, if not to the sender
    subject TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    html TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,
    error_code INTEGER,
    callback_url TEXT NOT NULL DEFAULT '',
    validity_seconds INTEGER,
    arguments TEXT NOT NULL DEFAULT '{}', -- SendGrid's custom arguments; or media by id, with content types
    content_sid TEXT NOT NULL DEFAULT '', -- the content template that it was made from
    buttons TEXT NOT NULL DEFAULT '[]',   -- below it
    choice TEXT NOT NULL DEFAULT '',      -- the id of the button that the person pressed
    replied_to TEXT NOT NULL DEFAULT '',  -- the message that the person answered with it
    created_at REAL NOT NULL,
    sent_at REAL,
    receipts_done INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS calls (
    provider_id TEXT PRIMARY KEY,           -- of the message beside it, which has everything else
    url TEXT NOT NULL, fallback_url TEXT NOT NULL, twiml TEXT NOT NULL,  -- what it says, or where to ask
    events TEXT NOT NULL,                   -- those that are told, with blanks between
    ring_seconds INTEGER NOT NULL, machine_detection TEXT NOT NULL,
    answered_by TEXT NOT NULL DEFAULT '', duration INTEGER,
    said TEXT NOT NULL DEFAULT '[]', keys TEXT NOT NULL DEFAULT ''  -- what was heard, and pressed
);
CREATE INDEX IF NOT EXISTS messages_of_handset ON messages (handset, id);
CREATE INDEX IF NOT EXISTS messages_of_account ON messages (account, id);
CREATE INDEX IF NOT EXISTS messages_without_receipts ON messages (receipts_done) WHERE receipts_done = 0;
CREATE TABLE IF NOT EXISTS handsets (
    address TEXT PRIMARY KEY, channel TEXT NOT NULL, last_id INTEGER NOT NULL,
    unread INTEGER NOT NULL, total INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS handsets_by_last ON handsets (last_id);
CREATE TABLE IF NOT EXISTS opt_outs (
    sender TEXT NOT NULL, -- a messaging service, for the numbers of its pool
    handset TEXT NOT NULL, PRIMARY KEY (sender, handset)
);
CREATE TRIGGER IF NOT EXISTS message_on_handset AFTER INSERT ON messages BEGIN
    INSERT INTO handsets (address, channel, last_id, unread, total)
    VALUES (new.handset, new.channel, new.id, 1 - new.incoming, 1)
    ON CONFLICT (address) DO UPDATE SET
        last_id = new.id, unread = unread + 1 - new.incoming, total = total + 1;
END;
"""


class Store:
    """One SQLite file. Writes that come together share one commit; reads see what is committed."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.now = clock  # what the providers take for the time, in Unix seconds
        self._path = path
        self._reader = self._connect()
        self._reader.row_factory = sqlite3.Row
        self._writer = self._connect()
        self._writer.executescript(f"BEGIN; {SCHEMA} COMMIT;")  # one commit, as each waits for the disk
        self._waiting: list[tuple[Sequence[Statement], asyncio.Future[None]]] = []
        self._commit: asyncio.Task[None] | None = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk
        return connection

    async def write(self, *statements: Statement) -> None:
        """Do `statements` as a whole. On the disk when this returns; raises sqlite3.Error when refused."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((statements, done))
        if self._commit is None or self._commit.done():
            self._commit = asyncio.create_task(self._commit_waiting())
        await done

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:  # whatever SQLite takes
        """All rows of a query."""
        return self._reader.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:  # whatever SQLite takes
        """The first row of a query, if any."""
        found: sqlite3.Row | None = self._reader.execute(query, values).fetchone()
        return found

    async def close(self) -> None:
        """Finish what waits, and close the file."""
        if self._commit is not None:
            await self._commit
        self._writer.close()
        self._reader.close()

    async def _commit_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            outcomes = await asyncio.to_thread(self._try_batch, [statements for statements, _ in batch])
            for (_, done), error in zip(batch, outcomes, strict=True):
                if done.cancelled():
                    continue
                if error is None:
                    done.set_result(None)
                else:
                    done.set_exception(error)

    def _try_batch(self, batch: Sequence[Sequence[Statement]]) -> list[sqlite3.Error | None]:
        try:
            return self._write_batch(batch)
        except sqlite3.Error as error:  # the commit failed, as on a full disk: nobody's is written
            return [error] * len(batch)

    def _write_batch(self, batch: Sequence[Sequence[Statement]]) -> list[sqlite3.Error | None]:
        """One commit for all; what one of them breaks is undone for that one only."""
        outcomes: list[sqlite3.Error | None] = []
        with self._writer:
            self._writer.execute("BEGIN")
            for statements in batch:
                self._writer.execute("SAVEPOINT one")
                try:
                    for query, values in statements:
                        self._writer.execute(query, values)
                    outcomes.append(None)
                except sqlite3.Error as error:
                    self._writer.execute("ROLLBACK TO one")
                    outcomes.append(error)
                self._writer.execute("RELEASE one")
        return outcomes


def insert(table: str, *, replaces: bool = False, **values: object) -> Statement:
    """An INSERT of named values, in place of the row there is where it `replaces` one.

    Table and columns are ours, never from a request.
    """
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    verb = "INSERT OR REPLACE" if replaces else "INSERT"
    return f"{verb} INTO {table} ({columns}) VALUES ({marks})", list(values.values())
