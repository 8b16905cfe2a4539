"""End a session, or all sessions of a user."""

from shared.domain.companies.audit_record import AuditAction
from shared.domain.companies.user import User
from shared.domain.ids import computed_id
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, commit, transact
from shared.runtime import Runtime
from shared.usecases.users.note_sign_in import note_sign_in


async def sign_out(runtime: Runtime, company_id: str, user: User, session_id: str) -> None:
    """End one session of the user; one that has ended is no error."""
    writer = runtime.stores.db.batch()
    writer.delete(runtime.stores.sessions.ref(company_id, session_id))
    note_sign_in(runtime, writer, company_id, user, AuditAction.ENDED, session_id=session_id)
    await commit(writer)


async def sign_out_everywhere(runtime: Runtime, company_id: str, user_id: str) -> User:
    """End all sessions of the user, wherever they are. Raises NotFound."""
    users, now = runtime.stores.users, runtime.now()

    async def end(transaction: Transaction) -> User:
        user = replace(await users.get(company_id, user_id, transaction), sessions_since=now)
        users.put(transaction, company_id, user_id, user)
        every = computed_id("every session", user_id, now.isoformat())
        note_sign_in(runtime, transaction, company_id, user, AuditAction.ENDED, session_id=every)
        return user

    return await transact(runtime.stores.db, end)
