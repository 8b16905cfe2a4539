"""Create an automation, or edit its draft. What runs does not change until it is published."""

from dataclasses import replace

from shared.domain.automations.automation import Automation, Definition, packed_definition
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.automations.check_parts import check_parts


async def create_automation(
    runtime: Runtime, company_id: str, automation_id: str, name: str, definition: Definition
) -> Automation:
    """Store a new automation as a draft; with the same id again, nothing changes. Raises InvalidInput."""
    checked, now = await check_parts(runtime, company_id, definition), runtime.now()
    automation = Automation(
        id=automation_id, name=name, created_at=now, updated_at=now, draft=packed_definition(checked)
    )
    if await runtime.stores.automations.add(company_id, automation_id, automation):
        return automation
    return await runtime.stores.automations.get(company_id, automation_id)


async def edit_automation(
    runtime: Runtime, company_id: str, automation_id: str, name: str, definition: Definition
) -> Automation:
    """Put this in place of the draft. Raises NotFound, InvalidInput."""
    checked, stores = await check_parts(runtime, company_id, definition), runtime.stores

    async def edit(transaction: Transaction) -> Automation:
        current = await stores.automations.get(company_id, automation_id, transaction)
        draft = packed_definition(checked)
        edited = replace(current, name=name, draft=draft, updated_at=runtime.now())
        stores.automations.put_changed(transaction, company_id, automation_id, current, edited)
        return edited

    return await transact(stores.db, edit)
