"""What in a campaign does not go with the fields of its source."""

from collections.abc import Iterator, Mapping

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.check_steps import check_steps
from shared.domain.errors import Problem
from shared.domain.files.check_row_filter import check_row_filter
from shared.domain.files.source import FieldType

_MOMENTS = (FieldType.DATE, FieldType.DATETIME)


def check_field_kinds(campaign: Campaign, types: Mapping[str, FieldType]) -> Iterator[Problem]:
    """What is wrong with `expires_field`, `row_filter` and steps, for rows with fields of these `types`."""
    name = campaign.expires_field
    if name is not None and name in types and types[name] not in _MOMENTS:
        yield Problem(field="expires_field", reason=_no_moment(name, types[name]))
    yield from check_row_filter(campaign.row_filter, types)
    yield from check_steps(campaign, types)


def _no_moment(name: str, kind: FieldType) -> str:
    if kind is FieldType.TIME:
        return (
            f"{name!r} is a time of day without its date, so it says no moment. Combine it with the date: in "
            "the source, map the date's column as a datetime with the time's column as its time_column"
        )
    shown = kind.replace("_", " ")
    return f"{name!r} is a {shown} field; name a date, or a datetime, after which the message is of no use"
