"""Let a file's cancelations and moves hold: stored first, then for the messages that wait."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from shared.domain.files.appointments import visit_of
from shared.domain.files.file import File, FileHold, Row
from shared.domain.files.withdrawal import records_of, settled
from shared.firestore.kit.transactions import commit
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime
from shared.usecases.files.store_rows import Loaded
from shared.usecases.sending.withdraw_messages import FindRows, WithdrawnMessages, withdraw_messages


async def store_withdrawals(runtime: Runtime, company_id: str, file: File, loaded: Loaded) -> str:
    """Store them and skip what waits; what came of it, for people ("" when there is nothing to tell).

    Doing it again changes nothing, but counts only what is new.
    """
    if not loaded.withdrawals:
        return ""
    stores = runtime.stores
    last = settled(loaded.withdrawals)
    for record in records_of(file.source_id, file.id, file.created_at, last):
        writer = stores.db.batch()
        stores.withdrawals.put(writer, company_id, record.id, record)
        await commit(writer, "store_rows")
    withdrawals = [(withdrawal, file.id) for withdrawal in last]
    # What a file that is held says anew is not told to anybody; what it takes back is not told either.
    rows = _rows_of(runtime, company_id, file, loaded) if loaded.hold is FileHold.NONE else None
    return _told(loaded.canceled_count, await withdraw_messages(runtime, company_id, withdrawals, rows))


def _rows_of(runtime: Runtime, company_id: str, file: File, loaded: Loaded) -> FindRows:
    async def find(keys: Collection[str]) -> Mapping[str, Sequence[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        async for chunk in runtime.stores.row_chunks.each(company_id, file.id, loaded.chunk_count):
            for row in unpacked(chunk):
                visit = visit_of(file.source_id, row.values)
                if visit is not None and visit.key in keys:
                    found[visit.key].append(row)
        return found

    return find


def _told(canceled: int, done: WithdrawnMessages) -> str:
    if not (canceled or done.skipped or done.too_late or done.following or done.telling):
        return ""
    what = f"{canceled:,} appointments are canceled" if canceled != 1 else "1 appointment is canceled"
    skipped = f"{done.skipped:,} messages that waited were withdrawn"
    late = f"{done.too_late:,} were being sent or may have been, and are shown as what they are"
    following = f"; {done.following:,} that waited were planned anew" if done.following else ""
    telling = f"; {done.telling:,} that say so are on their way" if done.telling else ""
    return f"{what}; {skipped}{following}{telling}{f'; {late}' if done.too_late else ''}."
