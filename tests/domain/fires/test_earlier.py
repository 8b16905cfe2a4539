"""Which messages of other fires count for one that is planned, and how people are told."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.campaigns.dedupe_scope import DedupeScope, Scope
from shared.domain.fires.earlier import EarlierMessage, counting, earlier_of
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from tests.kit.builders import NOON, a_campaign, a_message

DAY = timedelta(days=1)
FIRE, CAMPAIGN = Scope(kind=DedupeScope.FIRE), Scope(kind=DedupeScope.CAMPAIGN)
SOURCE = Scope(kind=DedupeScope.SOURCE, days=30)


def other(**changes: object) -> Message:
    """A sent message of another fire of the same campaign."""
    given = {"fire_id": "f0", "identity": "same", "state": MessageState.SENT, "sent_at": NOON - DAY}
    return a_message(**(given | changes))


def counted(*messages: Message, scope: Scope = SOURCE) -> list[str]:
    return [one.id for one in counting(messages, "f1", "reminders", scope, NOON).values()]


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (MessageState.QUEUED, True),
        (MessageState.SENDING, True),
        (MessageState.UNKNOWN, True),
        (MessageState.SENT, True),
        (MessageState.FAILED, False),
        (MessageState.SKIPPED, False),
    ],
)
def test_what_went_out_or_may_still_go_out_counts(state: MessageState, counts: bool) -> None:
    assert bool(counted(other(state=state))) is counts


@pytest.mark.parametrize(
    ("delivery", "counts"),
    [
        (Delivery.DELIVERED, True),
        (Delivery.READ, True),
        (Delivery.UNDELIVERED, False),
        (Delivery.FAILED, False),
    ],
)
def test_what_is_known_not_to_have_arrived_does_not_count(delivery: Delivery, counts: bool) -> None:
    assert bool(counted(other(delivery=delivery))) is counts


def test_messages_of_the_fire_itself_do_not_count_and_do_not_hide_others() -> None:
    assert counted(other(fire_id="f1")) == []
    assert counted(other(fire_id="f1"), other(id="m0")) == ["m0"]


@pytest.mark.parametrize(
    ("scope", "own", "others"), [(FIRE, False, False), (CAMPAIGN, True, False), (SOURCE, True, True)]
)
def test_how_far_a_scope_reaches(scope: Scope, own: bool, others: bool) -> None:
    assert bool(counted(other(), scope=scope)) is own
    assert bool(counted(other(campaign_id="c2"), scope=scope)) is others


@pytest.mark.parametrize(
    ("ago", "counts"), [(30 * DAY, True), (30 * DAY + timedelta(seconds=1), False), (365 * DAY, False)]
)
def test_another_campaigns_message_counts_for_thirty_days(ago: timedelta, counts: bool) -> None:
    assert bool(counted(other(campaign_id="c2", sent_at=NOON - ago))) is counts
    assert counted(other(sent_at=NOON - ago)) == ["m1"]  # the campaign's own, for ever


def test_of_several_the_one_that_forbids_counts_and_of_those_the_newest() -> None:
    queued = other(id="queued", state=MessageState.QUEUED, planned_for=NOON)
    leaving = other(id="leaving", state=MessageState.SENDING, sending_at=NOON)
    old, new = other(id="old", sent_at=NOON - 2 * DAY), other(id="new", sent_at=NOON - DAY)
    assert counted(queued, leaving) == counted(leaving, queued) == ["leaving"]
    assert counted(leaving, old) == counted(old, leaving) == ["old"]
    assert counted(old, new) == counted(new, old) == ["new"]


def test_unknown_and_sent_weigh_the_same() -> None:
    unknown = other(id="unknown", state=MessageState.UNKNOWN, sent_at=None, sending_at=NOON)
    assert counted(other(id="sent"), unknown) == ["unknown"]


def test_each_identity_has_its_own() -> None:
    assert counted(other(id="a", identity="a"), other(id="b", identity="b")) == ["a", "b"]


@pytest.mark.parametrize(
    ("message", "at"),
    [
        (other(state=MessageState.QUEUED, planned_for=NOON + DAY, sent_at=None), NOON + DAY),
        (other(state=MessageState.QUEUED, planned_for=None, created_at=NOON, sent_at=None), NOON),
        (other(sent_at=NOON - DAY, sending_at=NOON - 2 * DAY), NOON - DAY),
        (other(state=MessageState.UNKNOWN, sent_at=None, sending_at=NOON - 2 * DAY), NOON - 2 * DAY),
        (other(state=MessageState.UNKNOWN, sent_at=None, created_at=NOON - 3 * DAY), NOON - 3 * DAY),
    ],
)
def test_when_it_went_or_is_to_go(message: Message, at: datetime) -> None:
    assert earlier_of({"same": message}, {})["same"].at == at


def test_what_is_told_of_it() -> None:
    assert earlier_of({"same": other()}, {"reminders": a_campaign(name="June")}) == {
        "same": EarlierMessage(
            message_id="m1",
            fire_id="f0",
            campaign_id="reminders",
            campaign_name="June",
            state=MessageState.SENT,
            at=NOON - DAY,
        )
    }
    assert earlier_of({"same": other()}, {})["same"].campaign_name == ""  # a deleted one


@pytest.mark.parametrize(
    ("state", "forbids", "is_leaving", "words"),
    [
        (
            MessageState.QUEUED,
            False,
            False,
            "Queued already, for 2026-07-01 at 13:05 (America/New_York), by the campaign 'June'. "
            "Whichever is due first goes out; the other is skipped.",
        ),
        (
            MessageState.SENDING,
            False,
            True,
            "Just being sent, since 2026-07-01 at 13:05 (America/New_York), by the campaign 'June'.",
        ),
        (
            MessageState.UNKNOWN,
            True,
            False,
            "Perhaps already sent on 2026-07-01 at 13:05 (America/New_York), by the campaign 'June': nobody "
            "knows its outcome yet.",
        ),
        (
            MessageState.SENT,
            True,
            False,
            "Already sent on 2026-07-01 at 13:05 (America/New_York), by the campaign 'June'.",
        ),
    ],
)
def test_its_words_by_the_companys_clock(
    state: MessageState, forbids: bool, is_leaving: bool, words: str
) -> None:
    earlier = EarlierMessage(
        message_id="m1",
        fire_id="f0",
        campaign_id="reminders",
        campaign_name="June",
        state=state,
        at=datetime(2026, 7, 1, 17, 5, tzinfo=UTC),  # summer time: four hours
    )
    assert (earlier.forbids, earlier.is_leaving) == (forbids, is_leaving)
    assert earlier.words("America/New_York") == words
