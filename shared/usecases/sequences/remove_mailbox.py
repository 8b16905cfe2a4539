"""Take a mailbox out of all sequences. Its sender stays."""

from shared.domain.sequences.editing import without_mailbox
from shared.domain.sequences.plan_change import PlanChange
from shared.domain.sequences.sequence import MOST_SEQUENCES
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.sequences.ask_plan import announce_plan, asked_plan


async def remove_mailbox(runtime: Runtime, company_id: str, mailbox_id: str) -> None:
    """Who was to get emails from it gets them from others of the pool.

    Raises NotFound, and Conflict where a sequence that sends would be left without any.
    """
    stores = runtime.stores
    await stores.mailboxes.get(company_id, mailbox_id)
    page = await stores.sequences.page(company_id, limit=MOST_SEQUENCES)
    naming = [one.id for one in page.items if mailbox_id in one.mailbox_ids]

    async def take_out(transaction: Transaction) -> None:
        found = await stores.sequences.find_many(company_id, naming, transaction)
        left = {one.id: without_mailbox(one, mailbox_id) for one in found.values()}
        plan = await asked_plan(runtime, company_id, PlanChange(), transaction)
        stores.sequence_plans.put(transaction, company_id, plan.id, plan)
        for sequence_id, sequence in found.items():
            stores.sequences.put_changed(transaction, company_id, sequence_id, sequence, left[sequence_id])

    await transact(stores.db, take_out)
    await stores.mailboxes.remove(company_id, [mailbox_id])
    await announce_plan(runtime, company_id)
