"""What the builder of criteria offers, and the criterion that its form says."""

from typing import Any

import msgspec

from functions.portal.kit.lists import every
from functions.portal.kit.visit import Visit
from functions.portal.segment_builder import TESTS, Built, ConditionKind, criterion_of, place_of
from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.segment import Activity, Criterion, Told
from shared.domain.errors import InvalidInput
from shared.views.contact_fields import list_contact_fields
from shared.views.contact_lists import list_contact_lists


async def criteria_choices(visit: Visit) -> dict[str, Any]:
    """What the builder offers to choose from."""
    return {
        "kinds": list(ConditionKind),
        "tests": TESTS,
        "lists": await every(visit, list_contact_lists),
        "fields": [*((one, one) for one in Told), *await _own_fields(visit)],
        "channels": all_channels(),
        "consents": list(Consent),
        "activities": list(Activity),
    }


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
