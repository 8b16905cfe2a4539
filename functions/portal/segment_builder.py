"""The builder of a segment's criteria: groups of conditions, and the criterion that they make.

A form has groups `g0`, `g1`, …, each of which wants all or any of its conditions, `c0.0`, `c0.1`, …, or their
contrary. What programs nest deeper is shown in words and stays as it is.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct, field

from functions.portal.kit.forms import Form
from shared.domain.channels.channel import as_text, named
from shared.domain.contacts.segment import AllOf, AnyOf, Criterion, Not
from shared.domain.files.row_filter import OF_NOTHING, OF_SEVERAL, ConditionTest
from shared.domain.record import replace

MOST_GROUPS, MOST_CONDITIONS = 10, 20
NAMES = (
    *("field", "row_field", "test", "value", "tag", "list_id"),
    *("channel", "consent", "activity", "days", "times"),
)
_PLACE = re.compile(r"criteria\[(\d+)\]")


class ConditionKind(StrEnum):
    """What a condition asks about, by the criterion's own name."""

    TAG = "tag"
    LIST = "list"
    FIELD = "field"
    REACHABLE = "reachable"
    CONSENT = "consent"
    ACTIVITY = "activity"
    ROW = "row"


K = ConditionKind
_ASKS = {
    K.TAG: ("tag",),
    K.LIST: ("list_id",),
    K.FIELD: ("field", "test", "value"),
    K.REACHABLE: ("channel",),
    K.CONSENT: ("channel", "consent"),
    K.ACTIVITY: ("activity", "times", "days", "channel"),
    K.ROW: ("row_field", "test", "value"),
}
# Where the field stands that a condition compares: what is chosen of one kind is not kept as the other's.
_FIELDS = {K.FIELD: "field", K.ROW: "row_field"}


class Condition(Struct, frozen=True, kw_only=True):
    """One condition, as it is typed: `given` are texts by their names in the form."""

    kind: ConditionKind = K.TAG
    is_not: bool = False
    given: dict[str, str] = field(default_factory=dict)

    def asks(self, name: str) -> bool:
        """Whether a condition of this kind has this field."""
        return name in _ASKS[self.kind]


class Group(Struct, frozen=True, kw_only=True):
    """Conditions of which all are wanted, or any; or the contrary of that."""

    match: str = "all"
    is_not: bool = False
    conditions: tuple[Condition, ...] = (Condition(),)


class Built(Struct, frozen=True, kw_only=True):
    """All groups of which all are wanted, or any."""

    match: str = "all"
    groups: tuple[Group, ...] = (Group(),)


def read_built(form: Form) -> Built:
    """The groups as they are typed."""
    groups = tuple(_group(form, at) for at in range(MOST_GROUPS) if f"g{at}.match" in form)
    return Built(match=_match(form.given("match")), groups=groups or (Group(),))


def _group(form: Form, at: int) -> Group:
    places = [f"c{at}.{number}" for number in range(MOST_CONDITIONS) if f"c{at}.{number}.kind" in form]
    return Group(
        match=_match(form.given(f"g{at}.match")),
        is_not=form.given(f"g{at}.not") == "not",
        conditions=tuple(_condition(form, place) for place in places),
    )


def _condition(form: Form, place: str) -> Condition:
    kind = next((one for one in K if one == form.given(f"{place}.kind")), K.TAG)
    given = {name: form.given(f"{place}.{name}").strip()[:500] for name in NAMES if f"{place}.{name}" in form}
    return Condition(kind=kind, is_not=form.given(f"{place}.not") == "not", given=given)


def _match(text: str) -> str:
    return "any" if text == "any" else "all"


def changed(built: Built, wish: str) -> Built:
    """What a button makes of it: `group`, `add:0`, `drop:0.1`; any other text changes nothing."""
    verb, _, place = wish.partition(":")
    group, _, number = place.partition(".")
    at = int(group) if group.isdecimal() and len(group) < 3 else -1
    if verb == "group" and len(built.groups) < MOST_GROUPS:
        return replace(built, groups=(*built.groups, Group()))
    if not 0 <= at < len(built.groups):
        return built
    conditions = built.groups[at].conditions
    if verb == "add" and len(conditions) < MOST_CONDITIONS:
        return _with(built, at, (*conditions, Condition()))
    if verb == "drop" and number.isdecimal():
        return _with(built, at, tuple(one for place, one in enumerate(conditions) if place != int(number)))
    return built


def _with(built: Built, at: int, conditions: tuple[Condition, ...]) -> Built:
    """With other conditions in a group; one without any goes, but for the last."""
    groups = [
        replace(one, conditions=conditions) if place == at else one for place, one in enumerate(built.groups)
    ]
    left = tuple(one for one in groups if one.conditions)
    return replace(built, groups=left or (Group(),))


def criterion_of(built: Built) -> Criterion:
    """The criterion. Raises msgspec.ValidationError for what the form could not have sent."""
    shape = {"kind": built.match, "criteria": [_group_shape(one) for one in built.groups]}
    made: Criterion = msgspec.convert(shape, Criterion, dec_hook=named)
    return made


def _group_shape(group: Group) -> dict[str, Any]:
    return _negated(
        {"kind": group.match, "criteria": [_shape(one) for one in group.conditions]}, group.is_not
    )


def _negated(shape: dict[str, Any], is_not: bool) -> dict[str, Any]:
    return {"kind": "not", "criterion": shape} if is_not else shape


def _shape(one: Condition) -> dict[str, Any]:
    given = {name: one.given.get(name, "") for name in _ASKS[one.kind]}
    shape: dict[str, Any] = {"kind": str(one.kind)}
    if one.kind is K.TAG:
        shape["value"] = given["tag"]
    elif one.kind in _FIELDS:
        field_id = given[_FIELDS[one.kind]]
        shape |= {"field": field_id, "test": given["test"], **_wanted(given["test"], given["value"])}
    else:
        shape |= {name: value for name, value in given.items() if value or name not in ("channel", "times")}
    for name in ("days", "times"):
        if name in shape:
            shape[name] = int(shape[name]) if shape[name].isdecimal() and len(shape[name]) < 6 else 0
    if one.kind is not K.ACTIVITY and one.asks("channel"):
        shape.setdefault("channel", "")
    return _negated(shape, one.is_not)


def _wanted(test: str, value: str) -> dict[str, Any]:
    """What a field is compared with; several values stand with commas between."""
    if test in OF_NOTHING:
        return {}
    if test in OF_SEVERAL:
        return {"values": [part.strip() for part in value.split(",") if part.strip()]}
    return {"value": value}


def place_of(problem: str) -> str:
    """Where a fault of the criterion is in the form: `c0.1`, `g0`, or empty for the whole."""
    numbers = _PLACE.findall(problem)
    return f"c{numbers[0]}.{numbers[1]}" if len(numbers) > 1 else f"g{numbers[0]}" if numbers else ""


def built_of(criterion: Criterion) -> Built | None:
    """A stored criterion in the builder; None where it is nested deeper than the builder shows."""
    parts, match = _parts(criterion)
    groups = [_group_of(part) for part in parts]
    found = tuple(one for one in groups if one is not None)
    if len(found) < len(groups) or not 1 <= len(found) <= MOST_GROUPS:
        return None
    return Built(match=match, groups=found)


def _parts(criterion: Criterion) -> tuple[Sequence[Criterion], str]:
    match criterion:
        case AllOf(criteria=criteria):
            return criteria, "all"
        case AnyOf(criteria=criteria):
            return criteria, "any"
    return (criterion,), "all"


def _group_of(criterion: Criterion) -> Group | None:
    inner, is_not = _bare(criterion)
    if not isinstance(inner, AllOf | AnyOf):
        return Group(conditions=(_condition_of(criterion),))
    parts, match = _parts(inner)
    if any(isinstance(_bare(one)[0], AllOf | AnyOf | Not) for one in parts) or len(parts) > MOST_CONDITIONS:
        return None
    return Group(match=match, is_not=is_not, conditions=tuple(map(_condition_of, parts)))


def _bare(criterion: Criterion) -> tuple[Criterion, bool]:
    return (criterion.criterion, True) if isinstance(criterion, Not) else (criterion, False)


def _condition_of(criterion: Criterion) -> Condition:
    inner, is_not = _bare(criterion)
    shape: dict[str, Any] = msgspec.to_builtins(inner, enc_hook=as_text)
    kind = K(shape.pop("kind"))
    if kind is K.TAG:
        shape["tag"] = shape.pop("value")
    if kind in _FIELDS:
        shape[_FIELDS[kind]] = shape.pop("field")
    if values := shape.pop("values", ()):
        shape["value"] = ", ".join(values)
    given = {name: "" if value is None else str(value) for name, value in shape.items()}
    return Condition(kind=kind, is_not=is_not, given=given)


TESTS = tuple(ConditionTest)
