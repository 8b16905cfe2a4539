"""What became of messages, counted for segments: whose they are, since when, and told in any order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel
from shared.domain.contacts.activity import (
    ARRIVED,
    FAILED,
    READ,
    Tallies,
    Trace,
    by_shard_of,
    minutes_of,
    of_address,
    of_contact,
    together,
)
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.segment import Activity, HasActivity

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SMS, EMAIL = Channel("sms"), Channel("email")
PHONE = ContactAddress(channel=SMS, address="+12125550187")
ANA = Contact(id="ana", created_at=NOW, changed_at=NOW, addresses=(PHONE,), merged_ids=("anna",))
LONG_AGO = NOW - timedelta(days=1_000)


def a_trace(days_ago: float = 1, who: str = of_contact("ana"), message: str = "m1", **facts: object) -> Trace:
    at = minutes_of(NOW - timedelta(days=days_ago))
    return Trace(who=who, message=message, at=at, **{"channel": SMS, **facts})  # type: ignore[arg-type]


def count(asked: HasActivity, *traces: Trace, contact: Contact = ANA) -> int:
    tallies = Tallies([asked], NOW)
    for number, theirs in by_shard_of(traces).items():
        tallies.tally(number, theirs)
    return tallies.count(asked, contact)


@pytest.mark.parametrize(
    ("stage", "is_answered", "holds"),
    [
        (0, False, {"sent", "not_answered"}),
        (ARRIVED, True, {"sent", "delivered", "answered"}),
        (FAILED, False, {"sent", "not_delivered", "not_answered"}),
        (READ, False, {"sent", "delivered", "read", "not_answered"}),
    ],
)
def test_each_activity_holds_for_what_its_name_says(stage: int, is_answered: bool, holds: set[str]) -> None:
    trace = a_trace(stage=stage, is_answered=is_answered)
    found = {str(one) for one in Activity if count(HasActivity(activity=one, days=7), trace)}
    assert found == holds


def test_days_and_channel_bound_what_counts() -> None:
    sent = HasActivity(activity=Activity.SENT, days=7)
    traces = [
        a_trace(6.99, message="m1"),
        a_trace(7.01, message="m2"),
        a_trace(1, message="m3", channel=EMAIL),
        a_trace(-1, message="m4"),
    ]
    assert count(sent, *traces) == 2
    assert count(HasActivity(activity=Activity.SENT, days=7, channel=EMAIL), *traces) == 1
    assert count(HasActivity(activity=Activity.SENT, days=8), *traces) == 3


def test_what_names_another_contact_is_not_counted_by_its_address() -> None:
    sent = HasActivity(activity=Activity.SENT, days=7)
    by_row = a_trace(who=of_address(PHONE.search_key), message="m1")
    mine, merged = a_trace(message="m2"), a_trace(who=of_contact("anna"), message="m3")
    others = a_trace(who=of_contact("ben"), message="m4")
    assert count(sent, by_row, mine, merged, others) == 3
    ben = Contact(id="ben", created_at=NOW, changed_at=NOW, addresses=(PHONE,))
    assert count(sent, by_row, mine, merged, others, contact=ben) == 2


stages = st.builds(
    a_trace,
    st.sampled_from([1, 2, 400]),
    message=st.sampled_from(["m1", "m2"]),
    stage=st.integers(0, 3),
    is_answered=st.booleans(),
)


@given(st.lists(stages, max_size=6), st.randoms(), st.integers(0, 6))
def test_in_whatever_order_and_however_often_it_is_told_the_end_is_the_same(
    traces: list[Trace], random: object, cut: int
) -> None:
    once = together(traces, LONG_AGO)
    mixed = [*traces, *traces[:cut]]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert together(mixed, LONG_AGO) == once
    assert together([*together(mixed[:cut], LONG_AGO), *mixed[cut:]], LONG_AGO) == once


def test_what_is_too_old_is_left_out() -> None:
    assert together([a_trace(400), a_trace(1, message="m2")], NOW - timedelta(days=372)) == [
        a_trace(1, message="m2")
    ]
