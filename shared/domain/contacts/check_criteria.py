"""What in a segment's criteria could never work."""

from collections.abc import Collection, Iterator, Mapping

from shared.domain.contacts.activity import MOST_DAYS
from shared.domain.contacts.contact import tag_of
from shared.domain.contacts.contact_field import FieldKind
from shared.domain.contacts.judge_contact import KINDS, TOLD, condition_of, parts_of
from shared.domain.contacts.segment import (
    MOST_CRITERIA,
    MOST_DEPTH,
    AllOf,
    AnyOf,
    Criterion,
    FieldIs,
    HasActivity,
    HasTag,
    Not,
    OnList,
    RowIs,
)
from shared.domain.errors import Problem
from shared.domain.files.check_row_filter import check_condition
from shared.domain.files.source import FieldType

MOST_TIMES = 1_000


def check_criteria(
    criterion: Criterion,
    kinds: Mapping[str, FieldKind],
    list_ids: Collection[str],
    row_types: Mapping[str, FieldType] | None = None,
) -> Iterator[Problem]:
    """What is wrong with the criteria, each with its place: `criterion.criteria[1].field`.

    `kinds` are those of the company's fields, `list_ids` its lists. `row_types` are those of the fields of
    rows that let into an automation; None outside of one.
    """
    if _depth(criterion) > MOST_DEPTH:
        yield Problem(field="criterion", reason=f"is nested deeper than {MOST_DEPTH} levels")
        return
    if (count := sum(1 for _ in parts_of(criterion))) > MOST_CRITERIA:
        yield Problem(field="criterion", reason=f"has {count} criteria; {MOST_CRITERIA} are taken")
        return
    types = {**{name: KINDS[kind] for name, kind in kinds.items()}, **TOLD}
    yield from _problems("criterion", criterion, types, list_ids)
    for where, one in _places("criterion", criterion):
        if isinstance(one, RowIs):
            yield from _row_problems(where, one, row_types)


def normalized(criterion: Criterion) -> Criterion:
    """The criteria with every tag in its one form."""
    match criterion:
        case HasTag(value=value):
            return HasTag(value=tag_of(value))
        case AllOf(criteria=criteria):
            return AllOf(criteria=tuple(map(normalized, criteria)))
        case AnyOf(criteria=criteria):
            return AnyOf(criteria=tuple(map(normalized, criteria)))
        case Not(criterion=inner):
            return Not(criterion=normalized(inner))
    return criterion


def _depth(criterion: Criterion) -> int:
    if isinstance(criterion, Not):
        return 1 + _depth(criterion.criterion)
    if isinstance(criterion, AllOf | AnyOf):
        return 1 + max(map(_depth, criterion.criteria), default=0)
    return 1


def _places(where: str, criterion: Criterion) -> Iterator[tuple[str, Criterion]]:
    """The criterion and all that it consists of, each with its place."""
    yield where, criterion
    if isinstance(criterion, Not):
        yield from _places(f"{where}.criterion", criterion.criterion)
    elif isinstance(criterion, AllOf | AnyOf):
        for index, one in enumerate(criterion.criteria):
            yield from _places(f"{where}.criteria[{index}]", one)


def _row_problems(where: str, criterion: RowIs, types: Mapping[str, FieldType] | None) -> Iterator[Problem]:
    if types is None:
        reason = "looks at the row that let the contact into an automation: here is none"
        yield Problem(field=where, reason=reason)
    elif not types:
        reason = "no row lets contacts in: add a trigger contact.row_loaded that names its source"
        yield Problem(field=where, reason=reason)
    elif criterion.field not in types:
        reason = f"{criterion.field!r} is not a field of the source; it has: {', '.join(types)}"
        yield Problem(field=f"{where}.field", reason=reason)
    else:
        yield from check_condition(where, condition_of(criterion), types[criterion.field])


def _problems(
    where: str, criterion: Criterion, types: Mapping[str, FieldType], list_ids: Collection[str]
) -> Iterator[Problem]:
    match criterion:
        case AllOf(criteria=criteria) | AnyOf(criteria=criteria):
            if not criteria:
                yield Problem(field=f"{where}.criteria", reason="give at least one criterion")
            for index, one in enumerate(criteria):
                yield from _problems(f"{where}.criteria[{index}]", one, types, list_ids)
        case Not(criterion=inner):
            yield from _problems(f"{where}.criterion", inner, types, list_ids)
        case OnList(list_id=list_id) if list_id not in list_ids:
            yield Problem(field=f"{where}.list_id", reason="there is no such list")
        case HasTag(value=value) if not tag_of(value):
            yield Problem(field=f"{where}.value", reason="is empty; name a tag")
        case HasActivity(days=days, times=times):
            if not 1 <= days <= MOST_DAYS:
                yield Problem(field=f"{where}.days", reason=f"must be from 1 to {MOST_DAYS}")
            if not 1 <= times <= MOST_TIMES:
                yield Problem(field=f"{where}.times", reason=f"must be from 1 to {MOST_TIMES:,}")
        case FieldIs(field=field):
            if field in types:
                yield from check_condition(where, condition_of(criterion), types[field])
            else:
                reason = f"{field!r} is not a field of contacts; there are: {', '.join(types)}"
                yield Problem(field=f"{where}.field", reason=reason)
