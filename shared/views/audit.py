"""The audit log: who changed what, when, and from where."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from shared.domain.companies.audit_record import SIGN_IN, AuditedField, AuditRecord
from shared.firestore.kit.audited import AUDITED
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import AUDIT_RECORDS
from shared.runtime import Runtime
from shared.views.kit.exports import Clock, csv_pieces, export_of, words
from shared.views.kit.paging import Page, PageAsked, page_of


def audited_nouns() -> tuple[str, ...]:
    """What kinds of things the log tells of, in alphabetical order."""
    return tuple(sorted((SIGN_IN, *(one.noun for one in AUDITED.values()))))


async def list_audit_records(
    runtime: Runtime, company_id: str, asked: PageAsked, *, by_id: str | None = None, noun: str | None = None
) -> Page[AuditRecord]:
    """What was changed, newest first: by one actor, or of one kind of thing. Raises InvalidInput."""
    match = (Match("nouns", noun),) if noun else ()
    return await page_of(runtime.stores.audit_records, company_id, asked, AUDIT_RECORDS, match, by_id=by_id)


async def export_audit_records(
    runtime: Runtime,
    company_id: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    **filters: Any,
) -> AsyncIterator[bytes]:
    """The list as a CSV file, piece by piece: a line for each thing. Raises InvalidInput at once."""
    clock = Clock((await runtime.stores.companies.get(company_id)).time_zone)

    async def read(asked: PageAsked) -> Page[AuditRecord]:
        return await list_audit_records(runtime, company_id, asked, **filters)

    async def lines(records: Sequence[AuditRecord]) -> list[list[str]]:
        return [line for record in records for line in _lines(record, clock)]

    header = (
        clock.heading("When"),
        *("Who", "Kind", "Who's id", "From where", "Asked for"),
        *("What", "Name", "Id", "Action", "Changes"),
    )
    return await csv_pieces(header, export_of(since, until), read, lines)


def field_words(field: AuditedField) -> str:
    """A field's change in words: its name alone where values are not kept."""
    name = words(field.name.replace(".", ": "))
    if field.before is None and field.after is None:
        return name
    return f"{name}: {field.before or 'nothing'} → {field.after or 'nothing'}"


def _lines(record: AuditRecord, clock: Clock) -> list[list[str]]:
    who = [record.by_name, words(record.by), record.by_id, record.came_from, words(record.operation)]
    return [
        [
            clock.show(record.at),
            *who,
            *(item.noun, item.name, item.id, item.action),
            "; ".join(field_words(field) for field in item.fields),
        ]
        for item in record.items
    ]
