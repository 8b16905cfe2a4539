"""What the builder of criteria offers, and the criterion that its form says."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from functions.portal.kit.lists import every
from functions.portal.kit.visit import Visit
from functions.portal.kit.wording import words
from functions.portal.segment_builder import TESTS, Built, criterion_of, place_of
from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.contact_field import ContactField
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.criterion_words import Names
from shared.domain.contacts.segment import Activity, Criterion, Told
from shared.domain.errors import InvalidInput
from shared.views.contact_fields import list_contact_fields
from shared.views.contact_lists import list_contact_lists
from shared.views.sources import list_sources


async def criteria_choices(visit: Visit, source_ids: Collection[str] = ()) -> dict[str, Any]:
    """What the builder offers to choose from; of rows, the fields of these sources."""
    row_fields, lists, own = await asyncio.gather(
        _row_fields(visit, source_ids), every(visit, list_contact_lists), every(visit, list_contact_fields)
    )
    return {
        "row_fields": row_fields,
        "tests": TESTS,
        "lists": lists,
        "fields": [*((one, words(one)) for one in Told), *((one.id, one.name) for one in own)],
        "names": names_of(lists, own),
        "channels": all_channels(),
        "consents": list(Consent),
        "activities": list(Activity),
    }


async def _row_fields(visit: Visit, source_ids: Collection[str]) -> list[tuple[str, str]]:
    """The fields of the sources' rows, each once, with the heading of its column."""
    sources = await every(visit, list_sources) if source_ids else []
    columns = [column for one in sources if one.id in source_ids for column in one.columns]
    return list({column.field: (column.field, column.column) for column in columns}.values())


def names_of(lists: Iterable[ContactList], fields: Iterable[ContactField]) -> Names:
    """What criteria call lists and fields."""
    return Names(lists={one.id: one.name for one in lists}, fields={one.id: one.name for one in fields})


def built_criterion(built: Built) -> Criterion:
    """The criterion that is typed. Raises InvalidInput."""
    try:
        return criterion_of(built)
    except (msgspec.ValidationError, ValueError):
        raise InvalidInput.at("criterion", "a condition is not filled in") from None


def criterion_place(field: str) -> str:
    """Where a problem of a criterion stands in the form; of another field, that field."""
    return (place_of(field) or "criterion") if field.startswith("criterion") else field
