"""What a provider's list proves about a message whose outcome was lost, and on which days it may stand."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.evidence.history_search import days_of
from shared.domain.evidence.reconciling import Evidence, Proof, ProviderMessage, first_day, judge
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import ReceiptKind
from shared.domain.record import replace
from tests.kit.builders import a_message

CALLED = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)
LOST = a_message(state=MessageState.UNKNOWN, sending_at=CALLED)


def shown(**changes: object) -> ProviderMessage:
    """Our message as the provider shows it."""
    found = ProviderMessage(
        provider_id="SM1",
        to_address=LOST.address,
        body=LOST.body,
        created_at=CALLED + timedelta(seconds=1),
        sent_at=None,
        kind=ReceiptKind.SENT,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def proof(*listed: ProviderMessage, taken: tuple[str, ...] = (), rivals: tuple[Message, ...] = ()) -> Proof:
    return judge(LOST, listed, taken, rivals, LEASE).proof


def test_the_one_that_is_like_it_is_it() -> None:
    assert judge(LOST, [shown()], (), (), LEASE) == Evidence(proof=Proof.FOUND, found=shown())


@pytest.mark.parametrize("address", ["12125550187", "+1 212 555 0187", "whatsapp:+12125550187"])
def test_an_address_in_another_form_is_the_same(address: str) -> None:
    assert proof(shown(to_address=address)) is Proof.FOUND


@pytest.mark.parametrize(
    "listed",
    [
        [],
        [shown(created_at=CALLED - timedelta(minutes=3))],
        [shown(created_at=CALLED + timedelta(hours=1), body="Another text")],
    ],
    ids=["nothing", "an earlier one", "another, later"],
)
def test_what_proves_that_it_was_not_sent(listed: list[ProviderMessage]) -> None:
    assert proof(*listed) is Proof.ABSENT


@pytest.mark.parametrize(
    "listed",
    [
        [shown(), shown(provider_id="SM2")],
        [shown(body="")],
        [shown(body="Hello ***")],
        [shown(to_address="+1212555XXXX")],
        [shown(to_address="")],
        [shown(created_at=CALLED + timedelta(hours=1))],
    ],
    ids=["two alike", "no text", "a redacted text", "a redacted number", "no number", "a stopped worker's"],
)
def test_what_proves_nothing(listed: list[ProviderMessage]) -> None:
    assert proof(*listed) is Proof.UNCLEAR


def test_what_others_of_ours_have_or_could_be() -> None:
    rival = replace(LOST, id="m2")
    assert proof(shown(), taken=("SM1",)) is Proof.ABSENT
    assert proof(shown(), rivals=(LOST,)) is Proof.FOUND
    assert proof(shown(), rivals=(rival,)) is Proof.UNCLEAR
    assert proof(shown(), rivals=(replace(rival, body="Another text"),)) is Proof.FOUND
    assert proof(shown(), rivals=(replace(rival, state=MessageState.FAILED),)) is Proof.FOUND
    decided = replace(rival, state=MessageState.FAILED, settled_by="a person")
    assert proof(shown(), rivals=(decided,)) is Proof.UNCLEAR
    assert proof(shown(), rivals=(replace(decided, sending_at=CALLED - LEASE - LEASE),)) is Proof.FOUND


def test_days_are_those_of_gmt_whatever_the_clocks_zone() -> None:
    evening = datetime(2026, 11, 23, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert first_day(replace(LOST, sending_at=evening)) == date(2026, 11, 24)
    assert days_of(evening, evening) == [date(2026, 11, 24)]


def test_what_was_sent_just_after_midnight_may_stand_on_the_day_before() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    moment = midnight + timedelta(seconds=30)
    assert first_day(replace(LOST, sending_at=moment)) == date(2026, 11, 23)
    assert days_of(moment, moment) == [date(2026, 11, 23), date(2026, 11, 24)]


def test_what_the_provider_queues_may_stand_on_the_day_after() -> None:
    started = datetime(2026, 11, 23, 13, 50, tzinfo=UTC)
    assert days_of(started, started) == [date(2026, 11, 23)]
    assert days_of(started, started + timedelta(minutes=20)) == [date(2026, 11, 23), date(2026, 11, 24)]


def test_of_a_fire_that_took_months_the_last_days_are_searched() -> None:
    assert len(days_of(CALLED, CALLED + timedelta(days=90))) == 15


def test_a_list_without_texts_proves_by_address_and_time_alone() -> None:
    called = shown(body=None)
    assert judge(LOST, [called], (), (), LEASE) == Evidence(proof=Proof.FOUND, found=called)
    assert proof(called, shown(body=None, provider_id="CA2")) is Proof.UNCLEAR
    assert proof(shown(body=None, created_at=CALLED + timedelta(hours=1))) is Proof.UNCLEAR


def test_without_texts_any_other_call_to_the_person_may_be_it() -> None:
    other = replace(LOST, id="m2", body="Another text", state=MessageState.SENT)
    assert proof(shown(body=None), rivals=(other,)) is Proof.UNCLEAR
    assert proof(shown(), rivals=(other,)) is Proof.FOUND


def test_what_goes_another_way_is_no_rival() -> None:
    mail = replace(LOST, id="m2", channel=Channel("voice"), state=MessageState.SENT)
    assert proof(shown(), rivals=(mail,)) is Proof.FOUND
