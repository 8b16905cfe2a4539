"""What a step of an automation can be made of."""

from collections.abc import Sequence

from msgspec import Struct, field

from functions.portal.event_fields import Choice, date_fields, event_named, what_choices
from functions.portal.kit.lists import every
from functions.portal.kit.visit import Visit
from functions.portal.step_kinds import StepKind
from shared.domain.contacts.contact_field import ContactField
from shared.domain.senders.sender import Sender
from shared.domain.templates.template import Template
from shared.views.contact_fields import list_contact_fields
from shared.views.contact_lists import list_contact_lists
from shared.views.senders import list_senders
from shared.views.templates import list_templates
from shared.views.webhooks import list_endpoints

_K = StepKind


class Offers(Struct, frozen=True, kw_only=True):
    """What a step can be made of: no more of it than its kind asks."""

    senders: Sequence[Sender] = ()
    templates: Sequence[Template] = ()
    lists: Sequence[Choice] = ()
    fields: Sequence[ContactField] = ()
    dates: list[Choice] = field(default_factory=list)
    endpoints: Sequence[Choice] = ()
    whats: list[Choice] | None = None


async def offers_for(visit: Visit, kind: StepKind, event_text: str) -> Offers:
    """What a step of the kind can be made of."""
    match kind:
        case _K.SEND:
            senders: list[Sender] = await every(visit, list_senders)
            return Offers(senders=senders, templates=await every(visit, list_templates))
        case _K.LIST:
            lists = await every(visit, list_contact_lists)
            return Offers(lists=[(one.id, one.name) for one in lists])
        case _K.FIELD:
            return Offers(fields=await every(visit, list_contact_fields))
        case _K.WEBHOOK:
            endpoints = await every(visit, list_endpoints)
            return Offers(endpoints=[(one.id, one.name or one.url) for one in endpoints])
        case _K.UNTIL_DATE:
            return Offers(dates=await date_fields(visit))
        case _K.UNTIL_EVENT if event := event_named(event_text):
            return Offers(whats=await what_choices(visit, event))
    return Offers()
