"""Create an automation, or edit its draft. What runs does not change until it is published."""

from shared.domain.automations.automation import Automation, Definition, definition_in, packed_definition
from shared.domain.errors import Conflict
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.automations.check_parts import check_parts


async def create_automation(
    runtime: Runtime, company_id: str, automation_id: str, name: str, definition: Definition
) -> Automation:
    """Store a new automation as a draft; with the same id again, nothing changes. Raises InvalidInput."""
    checked = await check_parts(runtime, company_id, definition, is_draft=True)
    now = runtime.now()
    automation = Automation(
        id=automation_id, name=name, created_at=now, updated_at=now, draft=packed_definition(checked)
    )
    if await runtime.stores.automations.add(company_id, automation_id, automation):
        return automation
    return await runtime.stores.automations.get(company_id, automation_id)


async def edit_automation(
    runtime: Runtime,
    company_id: str,
    automation_id: str,
    name: str,
    definition: Definition,
    *,
    over: bytes | None = None,
) -> Automation:
    """Put this in place of the draft. Raises NotFound, InvalidInput.

    With `over`, only in place of this draft, else it raises Conflict; what was wrong in it already is let be
    until it is published.
    """
    known = definition_in(over) if over is not None else None
    checked = await check_parts(runtime, company_id, definition, is_draft=True, over=known)
    stores, draft = runtime.stores, packed_definition(checked)

    async def edit(transaction: Transaction) -> Automation:
        current = await stores.automations.get(company_id, automation_id, transaction)
        if current.draft == draft and current.name == name:
            return current
        if over is not None and current.draft != over:
            raise Conflict("The draft was edited meanwhile. Look at it again.")
        before = current.draft if current.draft != draft else current.draft_before
        edited = replace(current, name=name, draft=draft, draft_before=before, updated_at=runtime.now())
        stores.automations.put_changed(transaction, company_id, automation_id, current, edited)
        return edited

    return await transact(stores.db, edit)
