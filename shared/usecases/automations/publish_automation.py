"""Publish an automation's draft as its next version: from here on it runs."""

from dataclasses import replace

from shared.domain.automations.automation import (
    Automation,
    AutomationState,
    AutomationVersion,
    definition_in,
    version_id,
)
from shared.domain.errors import Conflict
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.automations.check_parts import check_parts
from shared.usecases.automations.freeze_sends import freeze_sends
from shared.usecases.outbox.find_listeners import forget_listeners


async def publish_automation(
    runtime: Runtime, company_id: str, automation_id: str, *, by: str = ""
) -> Automation:
    """The automation, running as its draft says. Raises NotFound, InvalidInput and Conflict."""
    stores = runtime.stores
    read = await stores.automations.get(company_id, automation_id)
    definition = await check_parts(runtime, company_id, definition_in(read.draft))
    contents = await freeze_sends(runtime, company_id, read, definition)

    async def publish(transaction: Transaction) -> Automation:
        current = await stores.automations.get(company_id, automation_id, transaction)
        newest = await stores.automation_versions.find(
            company_id, version_id(automation_id, current.version), transaction
        )
        if newest is not None and (newest.definition, newest.contents) == (current.draft, contents):
            return current
        if current.draft != read.draft:
            raise Conflict("The draft was edited meanwhile. Look at it again.")
        number = current.version + 1
        version = AutomationVersion(
            id=version_id(automation_id, number),
            automation_id=automation_id,
            number=number,
            definition=current.draft,
            published_at=runtime.now(),
            published_by=by,
            contents=dict(contents),
        )
        is_new = current.state in (AutomationState.DRAFT, AutomationState.ENDED)
        live = replace(
            current,
            live=current.draft,
            version=number,
            heard=tuple(sorted({one.event for one in definition.events()})),
            state=AutomationState.LIVE if is_new else current.state,
            updated_at=runtime.now(),
        )
        stores.automation_versions.put(transaction, company_id, version.id, version)
        stores.automations.put_changed(transaction, company_id, automation_id, current, live)
        return live

    published = await transact(stores.db, publish)
    forget_listeners(runtime, company_id)
    return published
