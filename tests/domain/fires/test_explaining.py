"""Every reason that the ledger knows is said in words, with what to do: a new one without them fails here."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOutSource, ended, sender_opt_out_id, topic_opt_out_id
from shared.domain.fires.explain_message import Circumstances, explain_failure, explain_message
from shared.domain.fires.explanation import Absence, Explanation, Stage, Verdict, absent, not_fired
from shared.domain.fires.fire import Fire, FireState
from shared.domain.hold import Hold
from shared.domain.messages.failure import FailureStep, failure_of, refusal_of
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.messages.skip_reason import REFUSED, SkipReason
from shared.domain.record import replace
from tests.kit.builders import NOON, a_company, a_message, an_opt_out, an_sms_sender

ANA, SMS = "+12125550187", Channel("sms")
FIRE = Fire(id="f1", campaign_id="reminders", slot="s", content_hash="h", fired_at=NOON)


def around(**changes: Any) -> Circumstances:
    facts: dict[str, Any] = {"company": a_company(), "fire": FIRE, "senders": {"texts": an_sms_sender()}}
    return Circumstances(**facts | changes)


def told(message: Message, **changes: Any) -> Explanation:
    """What is said of the message: words and advice, as sentences."""
    found = explain_message(message, around(**changes))
    assert_sentences(found)
    assert (found.message_id, found.step_id) == (message.id, message.step_id)
    return found


def assert_sentences(found: Explanation) -> None:
    for text in (found.words, found.advice):
        assert text[0].isupper(), text
        assert text.endswith("."), text
        assert "None" not in text


@pytest.mark.parametrize("reason", SkipReason)
def test_every_reason_to_skip_is_said(reason: SkipReason) -> None:
    found = told(a_message(state=MessageState.SKIPPED, reason=reason))
    assert (found.verdict, found.stage, found.kind) == (Verdict.NOT_SENT, Stage.QUEUE, reason)


def test_no_two_reasons_to_skip_are_said_alike() -> None:
    said = sorted(told(a_message(state=MessageState.SKIPPED, reason=reason)).words for reason in SkipReason)
    assert all(one != other for one, other in pairwise(said))


@pytest.mark.parametrize("state", MessageState)
def test_every_state_of_a_message_is_said(state: MessageState) -> None:
    reason = SkipReason.EXPIRED if state is MessageState.SKIPPED else "The provider was not reached."
    found = told(a_message(state=state, reason=reason, sending_at=NOON, sent_at=NOON, code="30003"))
    assert (
        found.verdict
        is {
            MessageState.QUEUED: Verdict.WAITING,
            MessageState.SENDING: Verdict.WAITING,
            MessageState.SENT: Verdict.SENT,
            MessageState.FAILED: Verdict.NOT_SENT,
            MessageState.UNKNOWN: Verdict.UNKNOWN,
            MessageState.SKIPPED: Verdict.NOT_SENT,
        }[state]
    )


@pytest.mark.parametrize("delivery", Delivery)
def test_every_delivery_is_said(delivery: Delivery) -> None:
    sent = a_message(state=MessageState.SENT, sent_at=NOON, delivery=delivery)
    found = told(replace(sent, delivery_reason="Unreachable handset.", delivery_code="30003"))
    assert (
        found.verdict
        is {
            Delivery.SENDING: Verdict.SENT,
            Delivery.SENT: Verdict.SENT,
            Delivery.DELIVERED: Verdict.GOT_IT,
            Delivery.UNDELIVERED: Verdict.NOT_DELIVERED,
            Delivery.FAILED: Verdict.NOT_DELIVERED,
            Delivery.READ: Verdict.GOT_IT,
        }[delivery]
    )
    assert "sent on 2026-11-23 at 12:00 (America/New_York)" in found.words
    assert ("Unreachable handset (30003)." in found.words) is (found.verdict is Verdict.NOT_DELIVERED)
    assert (found.kind, found.at) == (delivery, NOON)


@pytest.mark.parametrize("step", FailureStep)
def test_every_step_at_which_something_fails_is_said(step: FailureStep) -> None:
    failure = failure_of(a_message(), step, "phone", "kind", "The number is too short.", NOON)
    found = explain_failure(failure)
    assert_sentences(replace(found, words=found.words.replace(f"{ANA!r}.", "it.")))
    assert "The number is too short." in found.words
    assert (found.verdict, found.kind, found.failure_id) == (Verdict.NOT_SENT, step, failure.id)
    assert found.stage is (Stage.SENDING if step is FailureStep.SEND else Stage.PREPARING)


@pytest.mark.parametrize("absence", [one for one in Absence if one is not Absence.NOT_FIRED])
def test_every_way_of_not_being_there_has_its_advice(absence: Absence) -> None:
    found = absent(absence, "This is why.")
    assert_sentences(found)
    assert found.verdict is not Verdict.GOT_IT


@pytest.mark.parametrize("state", CampaignState)
def test_every_state_of_a_campaign_that_has_not_fired_is_said(state: CampaignState) -> None:
    found = not_fired(state, "The file is held.", "2026-11-24 at 09:00 (UTC)")
    assert_sentences(found)
    assert "The file is held. It fires on 2026-11-24 at 09:00 (UTC)." in found.words
    assert found.verdict is (
        Verdict.NOT_SENT if state in (CampaignState.SENT, CampaignState.CANCELED) else Verdict.WAITING
    )


@pytest.mark.parametrize("reason", REFUSED)
@pytest.mark.parametrize("source", OptOutSource)
def test_a_refusal_is_told_with_its_time_its_source_and_its_end(
    reason: SkipReason, source: OptOutSource
) -> None:
    refusal = an_opt_out(ANA, source=source, text="STOP it")
    skipped = a_message(state=MessageState.SKIPPED, reason=reason)
    words = told(skipped, opt_outs={refusal.id: refusal}).words
    assert "noted on 2026-11-23 at 12:00 (America/New_York), " in words
    assert words.endswith(": 'STOP it'.")
    over = ended(refusal, OptOutSource.API, NOON + timedelta(days=1))
    again = told(skipped, opt_outs={over.id: over}).words
    assert again.startswith(words)
    assert again.endswith("It ended on 2026-11-24 at 12:00 (America/New_York).")


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"topic": "News"}, "It is about 'News' alone."),
        ({"sender_id": "texts"}, "It is about messages from +12125550100 alone."),
    ],
)
def test_a_refusal_of_a_topic_or_a_sender_alone_says_so(scope: dict[str, str], said: str) -> None:
    """What holds now is told, and not what ended before."""
    ids = {"topic": topic_opt_out_id(SMS, ANA, "news"), "sender_id": sender_opt_out_id(SMS, ANA, "texts")}
    narrow = an_opt_out(ANA, id=ids[next(iter(scope))], **scope)
    over = ended(an_opt_out(ANA), OptOutSource.API, NOON + timedelta(days=1))
    skipped = a_message(state=MessageState.SKIPPED, reason=SkipReason.OPTED_OUT)
    words = told(skipped, topic="News", opt_outs={one.id: one for one in (over, narrow)}).words
    assert words.endswith(said)
    assert "It ended" not in words


def test_what_waits_says_for_what() -> None:
    queued = a_message(planned_for=NOON, reason="The provider was not reached.")
    assert told(queued).words == (
        "It is queued, and waits until 2026-11-23 at 12:00 (America/New_York). "
        "It was tried before: The provider was not reached."
    )
    held = told(
        queued,
        fire=replace(FIRE, state=FireState.PAUSED),
        company=a_company(sending_enabled=False),
        senders={"texts": an_sms_sender(is_paused=True, paused_reason="It is suspended.")},
        hold=Hold(id="hold", reason="A restore.", since=NOON),
    )
    for said in (
        "The campaign is paused.",
        "All sending is held: A restore.",
        "Sending is disabled for Acme Clinics.",
        "The sender +12125550100 is paused: It is suspended.",
    ):
        assert said in held.words
    assert held.advice == "Resume what is paused, or put right what it says."


def test_what_the_provider_refused_is_told_by_message_and_failure_alike() -> None:
    failed = a_message(state=MessageState.FAILED, reason="The number does not exist.", code="21211")
    assert "The number does not exist (21211)." in told(failed).words
    assert "The number does not exist." in explain_failure(refusal_of(failed, NOON)).words


def test_a_withdrawn_appointment_and_a_duplicate_say_their_own() -> None:
    gone = a_message(state=MessageState.SKIPPED, reason=SkipReason.WITHDRAWN, withdrawn_by="file2")
    assert told(gone).words == "A later file of the source canceled the appointment."
    same = a_message(
        state=MessageState.SKIPPED, reason=SkipReason.DUPLICATE, duplicate_of="m0", explanation="Same text."
    )
    assert (told(same).words, told(same).duplicate_of) == ("Same text.", "m0")
