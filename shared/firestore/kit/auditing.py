"""The audit log, written in the same commit as what it tells of, whoever wrote that: no use case can forget.

Only what somebody's request changes is noted (shared/acting.py). The documents are read once more before the
commit, for what they were before.
"""

from collections.abc import Sequence
from typing import Any

from google.cloud.firestore import AsyncClient, AsyncDocumentReference
from msgspec import Struct

from shared.acting import current_act
from shared.domain.companies.audit_record import (
    MOST_CHARACTERS,
    MOST_FIELDS,
    MOST_ITEMS,
    Act,
    AuditAction,
    AuditedField,
    AuditedItem,
    AuditRecord,
)
from shared.domain.ids import computed_id
from shared.firestore.kit import paths
from shared.firestore.kit.audited import AUDITED, COLLECTION, SILENT, Audited, flat, shown_value
from shared.firestore.kit.codec import to_document
from shared.firestore.kit.wire import Writer, add_write, full_name, plain_fields, read_documents

Fields = dict[str, Any]


class _Written(Struct, frozen=True):
    """One write of a commit that the log tells of: which document, and its fields then; None when deleted."""

    reference: AsyncDocumentReference
    company_id: str
    audited: Audited
    fields: Fields | None
    mask: tuple[str, ...] | None


async def add_audit(db: AsyncClient, writer: Writer) -> None:
    """Add to the writer's commit what the log says of it, if somebody acts."""
    act = current_act()
    if act is None:
        return
    written = [found for write in writer._write_pbs if (found := _read_write(db, write))]
    if not written:
        return
    looked_at = written[:MOST_ITEMS]
    before = {one.name: one.fields async for one in read_documents(db, [one.reference for one in looked_at])}
    items = tuple(item for one in looked_at if (item := _item_of(one, before.get(full_name(one.reference)))))
    if items:
        _add(db, writer, act, written, items)


def _add(
    db: AsyncClient, writer: Writer, act: Act, written: Sequence[_Written], items: tuple[AuditedItem, ...]
) -> None:
    company_id = written[0].company_id
    record = AuditRecord(
        # What a commit that is tried again writes again has the same id.
        id=computed_id("audit", act.id, str(items)),
        at=act.at,
        by=act.kind,
        by_id=act.actor_id,
        by_name=act.actor_name,
        came_from=act.came_from,
        operation=act.operation,
        nouns=tuple(sorted({one.audited.noun for one in written})),
        items=items,
        item_count=len(written) if len(written) > MOST_ITEMS else len(items),
    )
    add_write(writer, paths.document(db, company_id, COLLECTION, record.id), to_document(record))


def _read_write(db: AsyncClient, write: Any) -> _Written | None:
    """What a write of the protocol says, where the log tells of that collection."""
    raw = type(write).pb(write) if hasattr(type(write), "pb") else write
    is_deletion = raw.WhichOneof("operation") == "delete"
    name = raw.delete if is_deletion else raw.update.name
    parts = name.partition("/documents/")[2].split("/")
    if len(parts) not in (2, 4) or parts[0] != paths.COMPANIES:
        return None
    audited = AUDITED.get(parts[2] if len(parts) == 4 else paths.COMPANIES)
    if audited is None:
        return None
    company_id, is_company = parts[1], len(parts) == 2
    return _Written(
        reference=paths.company(db, company_id)
        if is_company
        else paths.document(db, company_id, parts[2], parts[3]),
        company_id=company_id,
        audited=audited,
        fields=None if is_deletion else plain_fields(raw.update.fields),
        mask=tuple(raw.update_mask.field_paths) if raw.HasField("update_mask") else None,
    )


def _item_of(written: _Written, before: Fields | None) -> AuditedItem | None:
    """What became of the document; None when nothing did."""
    audited, after = written.audited, written.fields
    if after is not None and written.mask is not None:
        kept = {name: value for name, value in (before or {}).items() if name not in written.mask}
        after = kept | after
    if before is None and after is None:
        return None
    before, after = before and flat(before), after and flat(after)
    action = AuditAction.CREATED if before is None else AuditAction.CHANGED
    if after is None:
        action = AuditAction.DELETED
    names = _changed(before or {}, after or {}) if after is not None else ()
    if action is AuditAction.CHANGED and not names:
        return None
    return AuditedItem(
        noun=audited.noun,
        id=written.reference.id,
        name=_name_of(audited, after or before or {}),
        action=action,
        fields=tuple(_field(audited, name, before or {}, after or {}) for name in names[:MOST_FIELDS]),
    )


def _changed(before: Fields, after: Fields) -> tuple[str, ...]:
    known = dict.fromkeys((*before, *after))
    return tuple(
        name for name in known if name not in SILENT and name != "id" and before.get(name) != after.get(name)
    )


def _field(audited: Audited, name: str, before: Fields, after: Fields) -> AuditedField:
    if not audited.keeps_values or name.partition(".")[0] in audited.conceals:
        return AuditedField(name=name)
    return AuditedField(
        name=name,
        before=shown_value(before.get(name), MOST_CHARACTERS),
        after=shown_value(after.get(name), MOST_CHARACTERS),
    )


def _name_of(audited: Audited, fields: Fields) -> str:
    return shown_value(fields.get(audited.named_by), MOST_CHARACTERS) or "" if audited.named_by else ""
