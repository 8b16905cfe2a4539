"""What is left of a person who was forgotten."""

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.fires.person import (
    FORGOTTEN,
    Person,
    forgotten_failure,
    forgotten_message,
    forgotten_opt_out,
    forgotten_reply,
    is_forgotten,
)
from shared.domain.messages.failure import Failure, FailureStep
from shared.domain.messages.message import MessageState
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import Media
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from tests.kit.builders import NOON, a_message, an_opt_out

ANA = Person(channel=Channel("sms"), address="+12125550187")
FULL = a_message(
    subject="Your visit",
    state=MessageState.SENT,
    provider_id="SM1",
    identity="id",
    explanation="By the window.",
    delivery_reason="+12125550187 was off",
    search_at=NOON,
    appointment_key="k",
    series_key="s",
    appointment_at="2026-11-30T10:00",
    about_at=NOON,
    sent_at=NOON,
    code="30003",
)


def test_of_a_message_only_what_counts_is_kept() -> None:
    assert forgotten_message(FULL) == a_message(
        state=MessageState.SENT, sent_at=NOON, code="30003", address="", body="", rendering_hash=""
    )
    assert not is_forgotten(FULL)
    assert is_forgotten(replace(FULL, address=""))


def test_a_message_that_is_being_sent_waits_until_its_outcome_is_known() -> None:
    assert forgotten_message(replace(FULL, state=MessageState.SENDING)) is None


def test_a_message_that_waits_is_skipped() -> None:
    kept = forgotten_message(a_message(state=MessageState.QUEUED))
    assert kept is not None
    assert (kept.state, kept.reason) == (MessageState.SKIPPED, SkipReason.FORGOTTEN)


@pytest.mark.parametrize(
    ("state", "reason", "kept"),
    [
        (MessageState.FAILED, "+12125550187 is no mobile", FORGOTTEN),
        (MessageState.UNKNOWN, "no answer for +12125550187", FORGOTTEN),
        (MessageState.SENT, None, None),
        (MessageState.SKIPPED, SkipReason.OPTED_OUT, SkipReason.OPTED_OUT),
    ],
)
def test_a_reason_of_ours_stays_and_another_may_hold_the_address(
    state: MessageState, reason: str | None, kept: str | None
) -> None:
    forgotten = forgotten_message(a_message(state=state, reason=reason))
    assert forgotten is not None
    assert (forgotten.state, forgotten.reason) == (state, kept)


def test_of_a_failure() -> None:
    failure = Failure(
        id="x",
        step=FailureStep.ADDRESS,
        field="phone",
        value="212 555",
        kind="phone not valid",
        reason="too short",
        created_at=NOON,
        values={"name": "Ana"},
    )
    assert forgotten_failure(failure) == replace(failure, value="", values={}, reason=FORGOTTEN)


def test_of_a_reply() -> None:
    reply = Reply(
        id="x",
        sender_id="texts",
        channel=Channel("sms"),
        address="+12125550187",
        body="Yes, Ana",
        received_at=NOON,
        meaning=ReplyMeaning("answer"),
        media=(Media(url="https://media.example/1", content_type="image/png"),),
    )
    assert forgotten_reply(reply) == replace(reply, address="", body="", note=FORGOTTEN, media=())


def test_a_refusal_outlives_the_persons_data() -> None:
    refusal = an_opt_out("+12125550187", text="stop it", message_id="m1")
    assert forgotten_opt_out(refusal) == replace(refusal, address="", text="", earlier=())
    assert forgotten_opt_out(refusal).id == ANA.key == opt_out_id(Channel("sms"), "+12125550187")


def test_a_person_is_found_in_any_spelling() -> None:
    assert ANA.is_in("Call me at (212) 555-0187")
    assert not ANA.is_in("Call me at (212) 555-0188")
    assert ANA.is_in_any(["nothing", "+1 212.555.0187"])
    assert not ANA.is_in_any(["nothing"])
    assert "+12125550187" in ANA.spellings
    assert ANA.key in ANA.opt_out_ids
