"""SendGrid's own lists: who unsubscribed from everything, and who reported a mail as spam.

What goes to them is accepted and dropped. Bounces have a list at SendGrid as well; here nobody is put on it.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from infra.local.simulator.outcomes import Outcome
from infra.local.simulator.store import Statement, Store, insert

UNSUBSCRIBES, SPAM_REPORTS = "unsubscribes", "spam_reports"
REASONS = {UNSUBSCRIBES: "Unsubscribed Address", SPAM_REPORTS: "Spam Reporting Address"}
LISTED_BY = {"unsubscribe": UNSUBSCRIBES, "spamreport": SPAM_REPORTS}


def listing(key: str, address: str, name: str) -> Statement:
    """Put an address on a list of the account; once."""
    return insert("mail_lists", replaces=True, key=key, address=address.lower(), list=name)


def unlisting(key: str, address: str, name: str) -> Statement:
    """Take an address off a list of the account."""
    return "DELETE FROM mail_lists WHERE key = ? AND address = ? AND list = ?", (key, address.lower(), name)


def is_listed(store: Store, key: str, address: str, name: str) -> bool:
    """Whether the account's list has the address."""
    query = "SELECT 1 FROM mail_lists WHERE key = ? AND address = ? AND list = ?"
    return store.row(query, key, address.lower(), name) is not None


def drop(store: Store, key: str, address: str, provider_id: str) -> list[Statement]:
    """What is noted of a mail that is accepted now and goes to somebody who is on a list."""
    reason = next((said for name, said in REASONS.items() if is_listed(store, key, address, name)), None)
    return [] if reason is None else [insert("mail_drops", provider_id=provider_id, reason=reason)]


def outcome_of_mail(store: Store, message: sqlite3.Row, usual: Outcome) -> Outcome:
    """What becomes of a mail: it was dropped as it was accepted, or the mailbox's usual outcome."""
    found = store.row("SELECT reason FROM mail_drops WHERE provider_id = ?", message["provider_id"])
    if found is None:
        return usual
    return Outcome(
        digits=usual.digits,
        mailbox=usual.mailbox,
        meaning="on a list of SendGrid's: dropped",
        receipts=usual.receipts,
        event="dropped",
        reason=found["reason"],
    )


def listings_of(messages: Sequence[sqlite3.Row], outcomes: Sequence[Outcome]) -> Iterator[Statement]:
    """What the readers of these mails do puts them on lists."""
    for message, outcome in zip(messages, outcomes, strict=True):
        if outcome.event in LISTED_BY:
            yield listing(message["account"], message["handset"], LISTED_BY[outcome.event])
