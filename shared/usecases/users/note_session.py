"""Note that a session is in use, so that it does not end as idle."""

from shared.domain.companies.session import NOTED_EVERY, Session
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime


async def note_session(runtime: Runtime, company_id: str, session: Session) -> None:
    """Note it once in a while; looking at pages must not be a write each."""
    now = runtime.now()
    if now < session.seen_at + NOTED_EVERY:
        return
    writer = runtime.stores.db.batch()
    runtime.stores.sessions.change(writer, company_id, session.id, seen_at=now)
    await commit(writer)
