"""Let a file's cancelations and moves hold: stored first, then for the messages that wait."""

from shared.domain.files.file import File
from shared.domain.files.withdrawal import records_of
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime
from shared.usecases.files.store_rows import Loaded
from shared.usecases.sending.withdraw_messages import WithdrawnMessages, withdraw_messages


async def store_withdrawals(runtime: Runtime, company_id: str, file: File, loaded: Loaded) -> str:
    """Store them and skip what waits; what came of it, for people ("" when there is nothing to tell).

    Doing it again changes nothing, but counts only what is new.
    """
    if not loaded.withdrawals:
        return ""
    stores = runtime.stores
    for record in records_of(file.source_id, file.id, file.created_at, loaded.withdrawals):
        writer = stores.db.batch()
        stores.withdrawals.put(writer, company_id, record.id, record)
        await commit(writer, "store_rows")
    withdrawals = [(withdrawal, file.id) for withdrawal in loaded.withdrawals]
    done = await withdraw_messages(runtime, company_id, withdrawals)
    return _told(loaded.canceled_count, done)


def _told(canceled: int, done: WithdrawnMessages) -> str:
    if not canceled and not done.skipped and not done.too_late:
        return ""
    what = f"{canceled:,} appointments are canceled" if canceled != 1 else "1 appointment is canceled"
    skipped = f"{done.skipped:,} messages that waited were withdrawn"
    late = f"{done.too_late:,} were being sent or may have been, and are shown as what they are"
    return f"{what}; {skipped}{f'; {late}' if done.too_late else ''}."
