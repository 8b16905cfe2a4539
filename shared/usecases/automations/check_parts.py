"""Check an automation's definition against what the company has."""

from shared.domain.automations.automation import Definition
from shared.domain.automations.check_automation import KnownParts, check_automation, in_one_form
from shared.domain.automations.steps import IfStep, ListStep, WebhookStep, every_step
from shared.domain.contacts.judge_contact import parts_of
from shared.domain.contacts.segment import OnList
from shared.domain.errors import InvalidInput
from shared.domain.events.event import EventType
from shared.runtime import Runtime
from shared.views.segments import read_fields

_LISTS = (EventType.LIST_JOINED, EventType.LIST_LEFT)


async def check_parts(runtime: Runtime, company_id: str, definition: Definition) -> Definition:
    """The definition in its one form. Raises InvalidInput with the place of what could never work."""
    stores, every = runtime.stores, list(every_step(definition.steps))
    company = await stores.companies.get(company_id)
    lists = {step.list_id for step in every if isinstance(step, ListStep)}
    lists |= {event.what for event in definition.events() if event.event in _LISTS and event.what}
    criteria = [step.criterion for step in every if isinstance(step, IfStep)]
    lists |= {part.list_id for one in criteria for part in parts_of(one) if isinstance(part, OnList)}
    segments = definition.segment_ids() - {""}
    endpoints = {step.endpoint_id for step in every if isinstance(step, WebhookStep)}
    sources = await stores.sources.find_many(company_id, definition.source_ids())
    known = KnownParts(
        fields=await read_fields(runtime, company_id),
        list_ids=frozenset(await stores.contact_lists.find_many(company_id, lists)),
        segment_ids=frozenset(await stores.segments.find_many(company_id, segments)),
        row_types={column.field: column.type for one in sources.values() for column in one.columns},
        endpoint_ids=frozenset(await stores.webhook_endpoints.find_many(company_id, endpoints)),
        topics=company.consent.topics,
    )
    if problems := tuple(check_automation(definition, known)):
        raise InvalidInput(*problems)
    return in_one_form(definition, known.fields)
