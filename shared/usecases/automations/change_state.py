"""Pause an automation, have it go on, or let it run dry."""

from shared.domain.automations.automation import Automation
from shared.domain.automations.state import AutomationState
from shared.domain.errors import Conflict
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

_FROM = {
    AutomationState.PAUSED: (AutomationState.LIVE, AutomationState.DRAINING),
    AutomationState.LIVE: (AutomationState.PAUSED, AutomationState.DRAINING),
    AutomationState.DRAINING: (AutomationState.LIVE, AutomationState.PAUSED),
}


async def change_state(
    runtime: Runtime, company_id: str, automation_id: str, state: AutomationState
) -> Automation:
    """Have the automation PAUSED, LIVE or DRAINING; in that state already, nothing changes.

    Who came to a step meanwhile goes on with the next tick. Raises NotFound, and Conflict for one that is
    not published.
    """
    stores = runtime.stores

    async def change(transaction: Transaction) -> Automation:
        current = await stores.automations.get(company_id, automation_id, transaction)
        if current.state is state:
            return current
        if current.state not in _FROM[state]:
            raise Conflict(f"An automation that is {current.state} cannot become {state}: publish it first.")
        now = runtime.now()
        due_at = None if state is AutomationState.PAUSED else now
        changed = replace(current, state=state, updated_at=now, due_at=due_at)
        stores.automations.put_changed(transaction, company_id, automation_id, current, changed)
        return changed

    return await transact(stores.db, change)
