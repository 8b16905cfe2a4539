"""Who meets a segment's criteria, and what in criteria could never work."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel
from shared.domain.contacts.check_criteria import check_criteria, normalized
from shared.domain.contacts.contact import Consent, Contact, ContactAddress
from shared.domain.contacts.contact_field import ContactField, FieldKind, check_field
from shared.domain.contacts.contact_source import contact_source
from shared.domain.contacts.judge_contact import asks_consent, judge_of
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_ids
from shared.domain.contacts.segment import (
    AllOf,
    AnyOf,
    CanBeReached,
    Criterion,
    FieldIs,
    HasConsent,
    HasTag,
    Not,
    OnList,
    Told,
)
from shared.domain.errors import InvalidInput
from shared.domain.files.row_filter import ConditionTest

NOW = datetime(2027, 3, 10, 3, 30, tzinfo=UTC)  # still 9 March in New York
SMS, EMAIL = Channel("sms"), Channel("email")
KINDS = {
    "city": FieldKind.TEXT,
    "visits": FieldKind.NUMBER,
    "birthday": FieldKind.DATE,
    "next_visit": FieldKind.MOMENT,
    "is_member": FieldKind.BOOLEAN,
}


def a_contact(**changes: Any) -> Contact:
    facts: dict[str, Any] = {
        "id": "ana",
        "created_at": datetime(2027, 1, 2, tzinfo=UTC),
        "changed_at": datetime(2027, 1, 2, tzinfo=UTC),
        "name": "Ana Díaz",
        "tags": ("dental", "vip"),
        "list_ids": ("spring",),
        "fields": {
            "city": "Boston",
            "visits": 3,
            "birthday": "1990-03-09",
            "next_visit": "2027-03-12T14:00:00Z",
            "is_member": True,
        },
        "addresses": (
            ContactAddress(channel=SMS, address="+12125550187", is_preferred=True),
            ContactAddress(channel=EMAIL, address="ana@example.com", consent=Consent.SUBSCRIBED),
        ),
    }
    return Contact(**facts | changes)


def met(
    criterion: Criterion, contact: Contact | None = None, opt_outs: Mapping[str, OptOut] | None = None
) -> bool:
    return judge_of(criterion, KINDS, NOW, "America/New_York")(contact or a_contact(), opt_outs or {})


def asked(field: str, test: str, value: str | None = None, *values: str) -> FieldIs:
    return FieldIs(field=field, test=ConditionTest(test), value=value, values=values)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (asked("city", "is", "BOSTON "), True),
        (asked("city", "is_one_of", None, "Paris", "Boston"), True),
        (asked("city", "is_not", "Boston"), False),
        (asked("street", "is_empty"), True),
        (asked("visits", "more_than", "2.5"), True),
        (asked("visits", "is", "3.0"), True),
        (asked("visits", "less_than", "3"), False),
        (asked("is_member", "is", "yes"), True),
        (asked("is_member", "is", "false"), False),
        (asked("birthday", "before", "1990-03-10"), True),
        (asked("next_visit", "in_next_days", "3"), True),  # 12 March, and today is the 9th there
        (asked("next_visit", "in_next_days", "2"), False),
        (asked("next_visit", "is", "today+3"), True),
        (asked("created_at", "in_last_days", "60"), False),  # 1 January in New York: 67 days ago
        (asked("created_at", "in_last_days", "67"), True),
        (asked("name", "contains", "díaz"), True),
        (HasTag(value="vip"), True),
        (HasTag(value="vi"), False),
        (OnList(list_id="spring"), True),
        (Not(criterion=OnList(list_id="spring")), False),
        (AllOf(criteria=(HasTag(value="vip"), Not(criterion=HasTag(value="gone")))), True),
        (AnyOf(criteria=(HasTag(value="gone"), OnList(list_id="autumn"))), False),
        (AllOf(criteria=()), True),
        (AnyOf(criteria=()), False),
    ],
)
def test_a_contact_meets_what_it_says_of_itself(criterion: Criterion, expected: bool) -> None:
    assert met(criterion) is expected


def test_days_are_those_of_the_contacts_own_zone() -> None:
    tokyo = a_contact(time_zone="Asia/Tokyo")  # where it is 10 March, and the visit on the 12th
    assert met(asked("next_visit", "is", "today+2"), tokyo)
    assert not met(asked("next_visit", "is", "today+3"), tokyo)


def test_a_refusal_counts_against_what_was_said_before() -> None:
    [opt_out_id, *_] = opt_out_ids(EMAIL, "ana@example.com")
    refusal = OptOut(
        id=opt_out_id,
        channel=EMAIL,
        address="ana@example.com",
        is_active=True,
        source=OptOutSource.REPLY,
        changed_at=NOW,
    )
    by_email = HasConsent(channel=EMAIL, consent=Consent.SUBSCRIBED)
    assert met(by_email)
    assert not met(by_email, opt_outs={opt_out_id: refusal})
    assert met(HasConsent(channel=EMAIL, consent=Consent.UNSUBSCRIBED), opt_outs={opt_out_id: refusal})
    assert met(CanBeReached(channel=EMAIL))
    assert not met(CanBeReached(channel=EMAIL), opt_outs={opt_out_id: refusal})
    assert met(CanBeReached(channel=SMS), opt_outs={opt_out_id: refusal})


def test_opt_outs_are_asked_for_only_where_consent_is() -> None:
    assert asks_consent(Not(criterion=AnyOf(criteria=(CanBeReached(channel=SMS),))))
    assert not asks_consent(AllOf(criteria=(HasTag(value="vip"), asked("city", "is", "Boston"))))


def test_what_could_never_work_is_said_with_its_place() -> None:
    criterion = AllOf(
        criteria=(
            asked("visits", "contains", "3"),
            Not(criterion=OnList(list_id="gone")),
            AnyOf(criteria=()),
            HasTag(value="  "),
            asked("citty", "is", "Boston"),
            asked("birthday", "before", "next week"),
        )
    )
    problems = {one.field: one.reason for one in check_criteria(criterion, KINDS, {"spring"})}
    assert set(problems) == {
        "criterion.criteria[0].test",
        "criterion.criteria[1].criterion.list_id",
        "criterion.criteria[2].criteria",
        "criterion.criteria[3].value",
        "criterion.criteria[4].field",
        "criterion.criteria[5].value",
    }
    assert "'citty' is not a field of contacts; there are: city" in problems["criterion.criteria[4].field"]


def test_criteria_are_bounded_in_depth_and_number() -> None:
    deep: Criterion = HasTag(value="vip")
    for _ in range(10):
        deep = Not(criterion=deep)
    [problem] = check_criteria(deep, KINDS, ())
    assert "deeper than 10" in problem.reason
    [problem] = check_criteria(AllOf(criteria=(HasTag(value="vip"),) * 100), KINDS, ())
    assert "101 criteria; 100 are taken" in problem.reason
    assert not [*check_criteria(AllOf(criteria=(HasTag(value="vip"),) * 99), KINDS, ())]


def test_tags_are_compared_in_their_one_form() -> None:
    assert met(normalized(Not(criterion=AllOf(criteria=(HasTag(value=" Gone  away"),)))))
    assert met(normalized(HasTag(value=" VIP ")))


tags = st.sampled_from(["a", "b", "c"])
trees: st.SearchStrategy[Criterion] = st.recursive(
    tags.map(lambda tag: HasTag(value=tag)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: AllOf(criteria=tuple(some))),
        st.lists(inner, max_size=3).map(lambda some: AnyOf(criteria=tuple(some))),
        inner.map(lambda one: Not(criterion=one)),
    ),
    max_leaves=8,
)


@given(trees, trees, st.sets(tags))
def test_and_or_and_not_are_those_of_logic(one: Criterion, other: Criterion, theirs: set[str]) -> None:
    contact = a_contact(tags=tuple(sorted(theirs)))
    assert met(Not(criterion=one), contact) is not met(one, contact)
    both = AllOf(criteria=(one, other))
    assert met(both, contact) is (met(one, contact) and met(other, contact))
    neither = AnyOf(criteria=(Not(criterion=one), Not(criterion=other)))
    assert met(neither, contact) is not met(both, contact)


@pytest.mark.parametrize(
    "name", sorted({column.field for column in contact_source((), NOW).columns} | {*Told})
)
def test_no_field_of_a_companys_own_hides_what_every_contact_has(name: str) -> None:
    with pytest.raises(InvalidInput, match="is taken"):
        check_field(ContactField(id=name, name="Mine", kind=FieldKind.TEXT, created_at=NOW))
