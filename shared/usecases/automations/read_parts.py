"""Read what of the company's an automation's definition names."""

from shared.domain.automations.automation import Definition
from shared.domain.automations.check_automation import KnownParts
from shared.domain.automations.steps import IfStep, ListStep, WebhookStep, every_step
from shared.domain.contacts.judge_contact import parts_of
from shared.domain.contacts.segment import OnList
from shared.domain.events.event import EventType
from shared.runtime import Runtime
from shared.views.segments import read_fields

_LISTS = (EventType.LIST_JOINED, EventType.LIST_LEFT)


async def read_parts(runtime: Runtime, company_id: str, definition: Definition) -> KnownParts:
    """Those of its lists, segments, sources and endpoints that are there, and all fields and topics."""
    stores, every = runtime.stores, list(every_step(definition.steps))
    company = await stores.companies.get(company_id)
    lists = {step.list_id for step in every if isinstance(step, ListStep)}
    lists |= {event.what for event in definition.events() if event.event in _LISTS and event.what}
    criteria = [step.criterion for step in every if isinstance(step, IfStep)]
    lists |= {part.list_id for one in criteria for part in parts_of(one) if isinstance(part, OnList)}
    segments = definition.segment_ids() - {""}
    endpoints = {step.endpoint_id for step in every if isinstance(step, WebhookStep)}
    named = {event.what for event in definition.events() if event.event is EventType.ROW_LOADED}
    sources = await stores.sources.find_many(company_id, named - {""})
    asked = [sources[one] for one in sorted(definition.source_ids() & sources.keys())]
    return KnownParts(
        fields=await read_fields(runtime, company_id),
        list_ids=frozenset(await stores.contact_lists.find_many(company_id, lists)),
        segment_ids=frozenset(await stores.segments.find_many(company_id, segments)),
        source_ids=frozenset(sources),
        row_types={column.field: column.type for one in asked for column in one.columns},
        endpoint_ids=frozenset(await stores.webhook_endpoints.find_many(company_id, endpoints)),
        topics=company.consent.topics,
    )
