"""Take back the last change of an automation's draft."""

from shared.domain.automations.automation import Automation
from shared.domain.errors import Conflict
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def undo_edit(
    runtime: Runtime, company_id: str, automation_id: str, *, over: bytes | None = None
) -> Automation:
    """The automation with the draft of before its last change; undone again, the change is back.

    What runs stays as it is. Raises NotFound, and Conflict where nothing was changed yet, or where the draft
    is not `over` any more.
    """
    stores = runtime.stores

    async def undo(transaction: Transaction) -> Automation:
        current = await stores.automations.get(company_id, automation_id, transaction)
        if over is not None and current.draft != over:
            raise Conflict("The draft was edited meanwhile. Look at it again.")
        if not current.draft_before:
            raise Conflict("Nothing was changed in this draft: there is nothing to undo.")
        undone = replace(
            current, draft=current.draft_before, draft_before=current.draft, updated_at=runtime.now()
        )
        stores.automations.put_changed(transaction, company_id, automation_id, current, undone)
        return undone

    return await transact(stores.db, undo)
