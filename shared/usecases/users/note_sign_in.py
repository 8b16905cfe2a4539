"""Note in the audit log who signed in or out, or was refused: when, and from which network address."""

from shared.acting import current_act
from shared.domain.companies.audit_record import (
    SIGN_IN,
    ActorKind,
    AuditAction,
    AuditedItem,
    AuditRecord,
)
from shared.domain.companies.user import User
from shared.domain.ids import computed_id, random_id
from shared.firestore.kit.transactions import commit
from shared.firestore.kit.wire import Writer
from shared.runtime import Runtime

_NOBODYS = "nobody"  # one record, written again and again, of a company that is none


def note_sign_in(
    runtime: Runtime,
    writer: Writer,
    company_id: str,
    user: User,
    action: AuditAction,
    *,
    session_id: str,
    came_from: str = "",
) -> None:
    """Have the commit note what became of this session; written twice, it is noted once.

    Whoever acts now did it; nobody does before a session has begun: then the user did, from `came_from`.
    """
    item_id = computed_id("sign-in", action, session_id)
    record = _record(runtime, item_id, user, action, came_from)
    runtime.stores.audit_records.put(writer, company_id, record.id, record)


async def note_refusal(runtime: Runtime, company_id: str, user: User | None, came_from: str) -> None:
    """Note that somebody was refused who said to be this user. Nobody's refusal is as much work."""
    item_id = random_id() if user else _NOBODYS
    record = _record(runtime, item_id, user, AuditAction.REFUSED, came_from if user else "")
    writer = runtime.stores.db.batch()
    runtime.stores.audit_records.put(writer, company_id, record.id, record)
    await commit(writer)


def _record(
    runtime: Runtime, item_id: str, user: User | None, action: AuditAction, came_from: str
) -> AuditRecord:
    act = current_act()
    user_id, email, name = (user.id, user.email, user.name) if user else ("", "", "")
    return AuditRecord(
        id=item_id,
        at=act.at if act else runtime.now(),
        by=act.kind if act else ActorKind.USER,
        by_id=act.actor_id if act else user_id,
        by_name=act.actor_name if act else name,
        came_from=act.came_from if act else came_from,
        operation=act.operation if act else "sign_in",
        nouns=(SIGN_IN,),
        items=(AuditedItem(noun=SIGN_IN, id=user_id, name=email, action=action),),
        item_count=1,
    )
