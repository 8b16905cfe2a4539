"""What the mail host keeps: mailboxes, and every mail that it took, in one file."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS mailboxes (
  address TEXT PRIMARY KEY, username TEXT, password TEXT, inbound_address TEXT, inbound_url TEXT,
  inbound_secret TEXT
);
CREATE TABLE IF NOT EXISTS mails (
  id INTEGER PRIMARY KEY, mailbox TEXT, envelope_from TEXT, recipient TEXT, raw BLOB, received_at REAL
);
"""


class Books:
    """The file at `path`. `clock` gives the Unix time at which mails come in."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._db = sqlite3.connect(path)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_TABLES)
        self._clock = clock

    def keep_mailbox(self, **facts: str) -> None:
        """Store a mailbox, or change one."""
        self._do(
            "INSERT OR REPLACE INTO mailboxes VALUES "
            "(:address, :username, :password, :inbound_address, :inbound_url, :inbound_secret)",
            facts,
        )

    def mailbox(self, address: str) -> sqlite3.Row | None:
        """The mailbox of that address, which is its user name too, or of that inbound address."""
        query = "SELECT * FROM mailboxes WHERE ? IN (address, inbound_address)"
        row: sqlite3.Row | None = self._db.execute(query, (address,)).fetchone()
        return row

    def keep_mail(self, mailbox: str, envelope_from: str, recipient: str, raw: bytes) -> None:
        """Store a mail that was taken."""
        self._do(
            "INSERT INTO mails (mailbox, envelope_from, recipient, raw, received_at) VALUES (?, ?, ?, ?, ?)",
            (mailbox, envelope_from, recipient, raw, self._clock()),
        )

    def mails(self, recipient: str = "") -> list[sqlite3.Row]:
        """Every mail to the recipient, or to anybody, in the order they came."""
        query = "SELECT * FROM mails WHERE recipient = ? OR ? = '' ORDER BY id"
        return self._db.execute(query, (recipient, recipient)).fetchall()

    def forget_mails(self) -> None:
        """Forget every mail."""
        self._do("DELETE FROM mails")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _do(self, statement: str, values: Mapping[str, object] | tuple[object, ...] = ()) -> None:
        with self._db:
            self._db.execute(statement, values)
