"""Create a sequence, or edit it."""

from collections.abc import Callable

from shared.domain.errors import Conflict, InvalidInput
from shared.domain.record import replace
from shared.domain.sequences.editing import numbered
from shared.domain.sequences.plan_change import change_of_sequence
from shared.domain.sequences.sequence import MOST_SEQUENCES, Sequence, SequenceState
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.sequences.ask_plan import announce_plan, asked_plan
from shared.usecases.sequences.check_sequence_parts import check_sequence_parts

_TOO_MANY = f"the company has {MOST_SEQUENCES} sequences, the most that one may have"


async def create_sequence(runtime: Runtime, company_id: str, sequence: Sequence) -> Sequence:
    """Store a new sequence as a draft; with the same id again, nothing changes. Raises InvalidInput."""
    sequence = replace(sequence, steps=numbered(sequence.steps))
    await check_sequence_parts(runtime, company_id, sequence)
    stores = runtime.stores
    known = await stores.sequences.page(company_id, limit=MOST_SEQUENCES)
    if len(known.items) >= MOST_SEQUENCES and sequence.id not in {one.id for one in known.items}:
        raise InvalidInput.at("company", _TOO_MANY)
    if await stores.sequences.add(company_id, sequence.id, sequence):
        return sequence
    return await stores.sequences.get(company_id, sequence.id)


async def edit_sequence(
    runtime: Runtime, company_id: str, sequence_id: str, edit: Callable[[Sequence], Sequence]
) -> Sequence:
    """Store what `edit` makes of it, which is a function of domain/sequences/editing.py.

    Those in it are brought up to it by a job: see plan_sequences.

    Raises NotFound, InvalidInput, what `edit` raises, and Conflict when it was edited meanwhile.
    """
    stores = runtime.stores
    read = await stores.sequences.get(company_id, sequence_id)
    wanted = edit(read)
    if wanted == read:
        return read
    if read.state is SequenceState.ARCHIVED:
        raise Conflict("An archived sequence stays as it is. Make a new one.")
    wanted = replace(wanted, updated_at=runtime.now())
    await check_sequence_parts(runtime, company_id, wanted)

    change = change_of_sequence(read, wanted)

    async def store(transaction: Transaction) -> Sequence:
        current = await stores.sequences.get(company_id, sequence_id, transaction)
        if current != read and current != wanted:
            raise Conflict("The sequence was edited meanwhile. Look at it again.")
        plan = await asked_plan(runtime, company_id, change, transaction) if change else None
        stores.sequences.put_changed(transaction, company_id, sequence_id, current, wanted)
        if plan is not None:
            stores.sequence_plans.put(transaction, company_id, plan.id, plan)
        return wanted

    stored = await transact(stores.db, store)
    if change is not None:
        await announce_plan(runtime, company_id)
    return stored
