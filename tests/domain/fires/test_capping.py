"""The frequency cap: how much room there is, and what becomes of one too many."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel
from shared.domain.companies.frequency_cap import FrequencyCap, check_cap
from shared.domain.fires.capping import Room, cap_of
from shared.domain.messages.message import MessageState
from shared.domain.messages.purpose import Purpose
from tests.kit.builders import a_campaign, a_company, a_message

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SMS = Channel("sms")
OURS, THEIRS = FrequencyCap(messages=1, hours=24), FrequencyCap(messages=5, hours=48)


@given(
    sent=st.lists(st.integers(0, 72).map(lambda hours: NOON - hours * HOUR), max_size=8),
    messages=st.integers(1, 4),
    hours=st.integers(1, 48),
)
def test_when_there_is_room_again_there_is_and_a_moment_before_there_is_not(
    sent: list[datetime], messages: int, hours: int
) -> None:
    cap = FrequencyCap(messages=messages, hours=hours)
    until = cap.full_until(sent, NOON)
    if until is None:
        assert sum(moment > NOON - cap.period for moment in sent) < messages
    else:
        assert until > NOON
        assert cap.full_until(sent, until) is None
        assert cap.full_until(sent, until - timedelta(microseconds=1)) is not None


def test_a_campaigns_cap_takes_the_place_of_the_companys_and_one_may_ignore_both() -> None:
    company = a_company()
    capped = a_company(consent=type(company.consent)(frequency_cap=THEIRS))
    assert cap_of(a_campaign(), company) is None
    assert cap_of(a_campaign(), capped) == THEIRS
    assert cap_of(a_campaign(frequency_cap=OURS), capped) == OURS
    assert cap_of(a_campaign(frequency_cap=OURS, ignores_frequency_cap=True), capped) is None


def test_what_left_counts_on_its_channel_and_answers_do_not() -> None:
    ana = "+12125550187"
    sent = a_message(address=ana, state=MessageState.SENT, sending_at=NOON - HOUR)
    unknown = a_message(address=ana, state=MessageState.UNKNOWN, sending_at=NOON - 2 * HOUR)
    failed = a_message(address=ana, state=MessageState.FAILED, sending_at=NOON - HOUR)
    answer = a_message(address=ana, state=MessageState.SENT, sending_at=NOON, purpose=Purpose.HELP)
    room = Room(FrequencyCap(messages=2, hours=24), (sent, unknown, failed, answer))
    assert room.full_until(SMS, ana, NOON) == NOON + 22 * HOUR
    assert room.full_until(Channel("whatsapp"), ana, NOON) is None
    assert room.full_until(SMS, "+12125550188", NOON) is None


@pytest.mark.parametrize(("messages", "hours"), [(0, 24), (101, 24), (1, 0), (1, 745)])
def test_a_cap_that_is_none_is_refused(messages: int, hours: int) -> None:
    assert len(list(check_cap(FrequencyCap(messages=messages, hours=hours)))) == 1
    assert list(check_cap(OURS)) == list(check_cap(None)) == []
