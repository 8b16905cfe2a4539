"""Notice mailboxes that went silent, or send again, though nobody edited them: their senders were paused."""

from shared.domain.lease import LeaseLost
from shared.domain.record import replace
from shared.domain.sequences.plan_change import PlanChange, merged
from shared.domain.sequences.sequence_plan import PLAN_ID, SequencePlan
from shared.domain.sequences.work import Work
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def note_silent(runtime: Runtime, company_id: str, work: Work) -> Work:
    """The work, with a change of its plan where a sender stopped, came back or is gone since the last look.

    So the people of a mailbox that cannot sign in any more are shared out at once. Raises LeaseLost.
    """
    plans, ours = runtime.stores.sequence_plans, work.plan
    silent = tuple(sorted(one for one in work.mailboxes if not work.may_send(one)))
    if silent == ours.silent_ids:
        return work
    sends_again = any(map(work.may_send, ours.silent_ids))

    is_changed = sends_again or bool(set(silent) - set(ours.silent_ids))
    change = PlanChange(brings_forward=sends_again)
    replanning = merged(ours.replanning, change, runtime.now()) if is_changed else ours.replanning

    async def note(transaction: Transaction) -> SequencePlan | None:
        current = await plans.get(company_id, PLAN_ID, transaction)
        if current.lease_token != ours.lease_token:
            raise LeaseLost
        if current.replanning not in (ours.replanning, replanning):
            return None  # something was edited since the work was read: the next look is at that too
        noted = replace(current, silent_ids=silent, replanning=replanning)
        plans.put_changed(transaction, company_id, PLAN_ID, current, noted)
        return noted

    stored = await transact(runtime.stores.db, note)
    return work if stored is None else replace(work, plan=stored)
