"""The builder of segments: what is typed makes a criterion, and the criterion what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile

from functions.portal.kit.forms import Form
from functions.portal.segment_builder import (
    Built,
    Condition,
    ConditionKind,
    Group,
    built_of,
    changed,
    criterion_of,
    place_of,
    read_built,
)
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.segment import (
    Activity,
    AllOf,
    AnyOf,
    CanBeReached,
    Criterion,
    FieldIs,
    HasActivity,
    HasConsent,
    HasTag,
    Not,
    OnList,
    RowIs,
)
from shared.domain.files.row_filter import ConditionTest

LEAVES: st.SearchStrategy[Criterion] = st.sampled_from(
    [
        HasTag(value="vip"),
        OnList(list_id="list-1"),
        FieldIs(field="name", test=ConditionTest.IS_EMPTY),
        FieldIs(field="level", test=ConditionTest.IS_ONE_OF, values=("1", "2")),
        FieldIs(field="city", test=ConditionTest.CONTAINS, value="New"),
        RowIs(field="doctor", test=ConditionTest.IS_ONE_OF, values=("Lee", "Vega")),
        CanBeReached(channel=Channel("sms")),
        HasConsent(channel=Channel("email"), consent=Consent.SUBSCRIBED),
        HasActivity(activity=Activity.READ, days=30, times=2, channel=Channel("email")),
        HasActivity(activity=Activity.SENT, days=7),
    ]
)
CONDITIONS: st.SearchStrategy[Criterion] = LEAVES | LEAVES.map(lambda one: Not(criterion=one))


def _several(parts: st.SearchStrategy[Criterion]) -> st.SearchStrategy[Criterion]:
    lists = st.lists(parts, min_size=1, max_size=4).map(tuple)
    return lists.map(lambda found: AllOf(criteria=found)) | lists.map(lambda found: AnyOf(criteria=found))


GROUPS = _several(CONDITIONS) | _several(CONDITIONS).map(lambda one: Not(criterion=one))


def _typed(built: Built) -> Form:
    """The form that the builder's page would send."""
    fields: list[tuple[str, str | UploadFile]] = [("match", built.match)]
    for at, group in enumerate(built.groups):
        fields += [(f"g{at}.match", group.match), (f"g{at}.not", "not" if group.is_not else "")]
        for number, one in enumerate(group.conditions):
            place = f"c{at}.{number}"
            fields += [(f"{place}.kind", one.kind), (f"{place}.not", "not" if one.is_not else "")]
            fields += [(f"{place}.{name}", value) for name, value in one.given.items()]
    return Form(FormData(fields))


@given(_several(GROUPS))
def test_what_is_stored_comes_back_as_it_was(criterion: Criterion) -> None:
    built = built_of(criterion)
    assert built is not None
    assert criterion_of(read_built(_typed(built))) == criterion


@given(LEAVES)
def test_a_single_condition_is_a_group_of_one(criterion: Criterion) -> None:
    built = built_of(criterion)
    assert built is not None
    assert criterion_of(built) == AllOf(criteria=(AllOf(criteria=(criterion,)),))


def test_what_is_nested_deeper_is_left_alone() -> None:
    deep = AllOf(criteria=(AnyOf(criteria=(AllOf(criteria=(HasTag(value="a"),)),)),))
    assert built_of(deep) is None


def test_buttons_add_and_remove() -> None:
    built = changed(changed(Built(), "add:0"), "group")
    assert [len(group.conditions) for group in built.groups] == [2, 1]
    assert [len(group.conditions) for group in changed(built, "drop:0.1").groups] == [1, 1]
    assert len(changed(built, "drop:1.0").groups) == 1
    last = changed(Built(), "drop:0.0")
    assert last == Built()


@pytest.mark.parametrize("wish", ["", "add", "add:9", "add:x", "drop:0", "drop:0.x", "group:", "add:²"])
def test_what_no_button_says_breaks_nothing(wish: str) -> None:
    assert changed(Built(), wish).groups


@given(st.text(max_size=40))
def test_no_text_for_a_button_breaks_it(wish: str) -> None:
    assert changed(Built(), wish).groups


def test_a_condition_of_another_kind_keeps_what_fits() -> None:
    given = {"channel": "email", "consent": "subscribed"}
    one = Condition(kind=ConditionKind.CONSENT, given=given)
    made = criterion_of(Built(groups=(Group(conditions=(one,)),)))
    assert made == AllOf(
        criteria=(AllOf(criteria=(HasConsent(channel=Channel("email"), consent=Consent.SUBSCRIBED),)),)
    )


def test_a_fault_is_placed_at_its_condition() -> None:
    assert place_of("criterion.criteria[1].criterion.criteria[0].criterion.value") == "c1.0"
    assert place_of("criterion.criteria[2].criteria") == "g2"
    assert place_of("criterion") == ""
