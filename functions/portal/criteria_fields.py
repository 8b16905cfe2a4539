"""What the builder of criteria offers, and the criterion that its form says."""

from collections.abc import Collection
from typing import Any

import msgspec

from functions.portal.kit.lists import every
from functions.portal.kit.visit import Visit
from functions.portal.kit.wording import words
from functions.portal.segment_builder import TESTS, Built, criterion_of, place_of
from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.segment import Activity, Criterion, Told
from shared.domain.errors import InvalidInput
from shared.views.contact_fields import list_contact_fields
from shared.views.contact_lists import list_contact_lists
from shared.views.sources import list_sources


async def criteria_choices(visit: Visit, source_ids: Collection[str] = ()) -> dict[str, Any]:
    """What the builder offers to choose from; of rows, the fields of these sources."""
    return {
        "row_fields": await _row_fields(visit, source_ids),
        "tests": TESTS,
        "lists": await every(visit, list_contact_lists),
        "fields": [*((one, words(one)) for one in Told), *await _own_fields(visit)],
        "channels": all_channels(),
        "consents": list(Consent),
        "activities": list(Activity),
    }


async def _row_fields(visit: Visit, source_ids: Collection[str]) -> list[tuple[str, str]]:
    """The fields of the sources' rows, each once, with the heading of its column."""
    sources = await every(visit, list_sources) if source_ids else []
    columns = [column for one in sources if one.id in source_ids for column in one.columns]
    return list({column.field: (column.field, column.column) for column in columns}.values())


async def _own_fields(visit: Visit) -> list[tuple[str, str]]:
    return [(one.id, one.name) for one in await every(visit, list_contact_fields)]


def built_criterion(built: Built) -> Criterion:
    """The criterion that is typed. Raises InvalidInput."""
    try:
        return criterion_of(built)
    except (msgspec.ValidationError, ValueError):
        raise InvalidInput.at("criterion", "a condition is not filled in") from None


def criterion_place(field: str) -> str:
    """Where a problem of a criterion stands in the form; of another field, that field."""
    return (place_of(field) or "criterion") if field.startswith("criterion") else field
