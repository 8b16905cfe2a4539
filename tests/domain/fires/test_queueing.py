"""From planned rows to what is written: each row once, duplicates on one id, batches with a start."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.consent_rules import CHANNEL_WIDE
from shared.domain.contacts.opt_out import OptOut, active
from shared.domain.files.appointments import appointment_key
from shared.domain.fires.deciding import keyed
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import PlannedMessage, Planner
from shared.domain.fires.queueing import Arranged, Writes, _bytes_of, arrange
from shared.domain.fires.starts import Starts
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.messages.text_claim import TextClaim
from shared.domain.stored_size import stored_bytes
from tests.domain.campaigns.test_freezing import a_content
from tests.domain.fires.test_planning import VALUES, a_recipient
from tests.kit.builders import NOON, a_campaign, a_message, a_step, an_opt_out, an_sms_sender

FIRE = Fire(id="f1", campaign_id="reminders", slot="s", content_hash="h", fired_at=NOON)


def arranged(
    rows: list[dict[str, str]], content: CampaignContent | None = None, *, rows_before: int = 0
) -> Arranged:
    """The plans of all steps of the content for these rows, step by step."""
    content = content or a_content(content_hash="h", dedupe_key=("address",))
    recipients = [a_recipient(row, number) for number, row in enumerate(rows, rows_before + 2)]
    plans = [
        Planner(content, step, NOON).plan(recipient)
        for step in content.campaign.steps
        for recipient in recipients
    ]
    return arrange("acme", FIRE, content, plans, CHANNEL_WIDE)


def missing(
    chunk: Arranged,
    stored: dict[str, Message] | None = None,
    *,
    claims: dict[str, TextClaim] | None = None,
    failures: Collection[str] = (),
    opt_outs: Mapping[str, OptOut] | None = None,
    earlier: Mapping[str, EarlierMessage] | None = None,
    rows_before: int = 0,
    reserved_at: datetime = NOON,
    is_canceled: bool = False,
) -> Writes:
    starts = Starts(
        now=NOON,
        reserved_at=reserved_at,
        opening=NOON,
        recipients_before=rows_before,
        chunk_id="c0",
        dispatch_until=NOON + timedelta(minutes=5),
    )
    return chunk.missing(
        stored or {}, claims or {}, failures, opt_outs or {}, earlier or {}, starts, is_canceled=is_canceled
    )


def phones(*numbers: int) -> list[dict[str, str]]:
    return [{"phone": f"+1212555{number:04}"} for number in numbers]


def test_every_row_gives_one_message_or_one_failure() -> None:
    writes = missing(arranged([*phones(1, 2, 1), {"phone": "12"}]))
    assert [m.row_number for m in writes.messages if m.state is MessageState.QUEUED] == [2, 3]
    [duplicate] = [m for m in writes.messages if m.state is MessageState.SKIPPED]
    first = next(m for m in writes.messages if m.row_number == 2)
    assert (duplicate.row_number, duplicate.reason, duplicate.duplicate_of) == (4, "duplicate", first.id)
    assert [failure.row_number for failure in writes.failures] == [5]
    [batch] = writes.batches
    assert [m.id for m in writes.of_batch(batch)] == list(batch.message_ids)


def test_writing_twice_writes_nothing_more() -> None:
    chunk = arranged([*phones(1, 2, 1), {"phone": "12"}])
    first = missing(chunk)
    assert missing(chunk) == first
    stored = {message.id: message for message in first.messages}
    again = missing(chunk, stored, failures={failure.id for failure in first.failures})
    assert again == Writes(claims={})


def test_after_half_of_it_was_written_the_rest_is_what_is_missing() -> None:
    chunk = arranged(phones(1, 2, 3, 1))
    whole = missing(chunk)
    half = {message.id: message for message in whole.messages[:2]}
    rest = missing(chunk, half)
    assert {m.id for m in rest.messages} == {m.id for m in whole.messages} - set(half)


def test_a_duplicate_of_another_chunks_row_is_skipped() -> None:
    earlier = missing(arranged(phones(1)))
    chunk = arranged(phones(1, 2), rows_before=300)
    writes = missing(chunk, {m.id: m for m in earlier.messages})
    reasons = {m.row_number: m.reason for m in writes.messages}
    assert reasons == {302: SkipReason.DUPLICATE, 303: None}


def test_the_very_text_for_the_same_address_is_a_duplicate_whatever_the_dedupe_key_says() -> None:
    content = a_content(content_hash="h", dedupe_key=("number",))
    rows = [{**row, "number": str(n)} for n, row in enumerate(phones(1, 1, 2))]
    writes = missing(arranged(rows, content))
    assert {m.row_number: m.reason for m in writes.messages} == {2: None, 3: "duplicate", 4: None}
    elsewhere = arranged([{**rows[0], "number": "9"}], content, rows_before=300)
    claims = {claim.id: claim for claim in writes.claims.values()}
    [message] = missing(elsewhere, claims=claims).messages
    [first] = [m for m in writes.messages if m.row_number == 2]
    assert (message.reason, message.duplicate_of) == ("duplicate", first.id)


def test_refusals_and_cancellation_skip() -> None:
    chunk = arranged(phones(1, 2))
    refused = missing(chunk, opt_outs=active([an_opt_out("+12125550001")]))
    assert {m.row_number: m.reason for m in refused.messages} == {2: SkipReason.OPTED_OUT, 3: None}
    canceled = missing(chunk, is_canceled=True)
    assert {m.reason for m in canceled.messages} == {SkipReason.CANCELED}
    assert not canceled.batches


def test_batches_start_when_those_before_them_have_gone() -> None:
    content = a_content(
        content_hash="h", dedupe_key=("address",), senders={"texts": an_sms_sender(rate_per_second=10.0)}
    )
    reserved = NOON + timedelta(minutes=1)
    chunk = arranged(phones(*range(150)), content, rows_before=300)
    first, second = missing(chunk, rows_before=300, reserved_at=reserved).batches
    assert (len(first.message_ids), len(second.message_ids)) == (100, 50)
    assert first.planned_start == reserved + timedelta(seconds=30)
    assert second.planned_start == reserved + timedelta(seconds=40)
    assert first.state is BatchState.DISPATCHED
    assert first.dispatched_at == NOON


def test_what_starts_later_waits_for_the_tick() -> None:
    [batch] = missing(arranged(phones(1)), reserved_at=NOON + timedelta(minutes=6)).batches
    assert (batch.state, batch.dispatched_at) == (BatchState.WAITING, None)


def test_the_same_person_gets_each_step_once() -> None:
    steps = (a_step(), a_step(id="second"))
    content = a_content(content_hash="h", campaign=a_campaign(steps=steps), dedupe_key=("address",))
    writes = missing(arranged(phones(1, 1), content))
    queued = [(m.row_number, m.step_id) for m in writes.messages if m.state is MessageState.QUEUED]
    assert queued == [(2, "sms"), (2, "second")]
    assert len({m.id for m in writes.messages}) == 4


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
_KEY = st.none() | _TEXT
_LONG = st.builds(lambda text, times: text * times, _TEXT, st.integers(1, 200))


@given(body=_LONG, subject=_TEXT, address=_TEXT, key=_TEXT, words=_KEY, visit=_KEY, series=_KEY)
def test_a_message_is_never_taken_for_smaller_than_it_is(
    body: str, subject: str, address: str, key: str, words: str | None, visit: str | None, series: str | None
) -> None:
    message = a_message(
        **dict.fromkeys(("id", "fire_id", "campaign_id", "step_id", "chunk_id", "identity"), 64 * "f"),
        **dict.fromkeys(("batch_id", "file_id", "duplicate_of", "contact_id", "resend_of"), 64 * "f"),
        not_after=NOON,
        about_at=NOON,
        planned_for=NOON,
        appointment_at=visit,
        body=body,
        subject=subject,
        address=address,
        recipient_key=key,
        explanation=words,
        appointment_key=visit,
        series_key=series,
    )
    claim = TextClaim(id=message.id, message_id=message.id)
    assert _bytes_of(message) >= stored_bytes(message) + stored_bytes(claim)


def test_ids_are_those_of_the_fire() -> None:
    """The same row in two fires is two messages, be it the first of its key or a duplicate."""
    plan = Planner(a_content(content_hash="h"), a_campaign().steps[0], NOON).plan(a_recipient({}))
    assert isinstance(plan, PlannedMessage)
    first, second = keyed("f1", plan), keyed("f2", plan)
    assert len({first.key_id, first.own_id, second.key_id, second.own_id}) == 4


def test_a_message_carries_its_appointment_and_its_place() -> None:
    row = {"appointment_id": "7", "series_id": "70", "useful_until": "2026-11-30T10:00:00-05:00"}
    (message,) = missing(arranged([row])).messages
    assert (message.appointment_key, message.series_key, message.appointment_at) == (
        appointment_key("appointments", "7"),
        appointment_key("appointments", "70"),
        "2026-11-30T10:00:00-05:00",
    )
    assert (message.fire_id, message.campaign_id, message.step_id) == ("f1", "reminders", "sms")
    assert (message.chunk_id, message.file_id, message.row_number) == ("c0", "file", 2)


def test_a_failure_carries_its_place_and_its_fields() -> None:
    (failure,) = missing(arranged([{"phone": "12"}])).failures
    assert (failure.fire_id, failure.campaign_id, failure.step_id) == ("f1", "reminders", "sms")
    assert (failure.chunk_id, failure.file_id, failure.row_number) == ("c0", "file", 2)
    assert failure.values == VALUES | {"phone": "12"}
    assert failure.recipient_key


def test_a_message_that_no_commit_takes_is_its_recipients_failure() -> None:
    chunk = arranged(phones(1, 2))
    first, second = missing(chunk).messages
    rest = chunk.without([first])
    writes = missing(rest)
    assert [one.id for one in writes.messages] == [second.id]
    (failure,) = writes.failures
    assert (failure.row_number, failure.field, failure.kind) == (2, "body", "text too long")
    assert failure.value == f"{len(first.body):,} characters"
    assert failure.reason.startswith("The message is too large to be stored.")
    assert missing(arranged(phones(1, 2)).without([])).messages == missing(chunk).messages


def test_what_is_not_sent_is_in_no_batch() -> None:
    writes = missing(arranged(phones(1, 1)))
    assert [message.row_number for message in writes.without_batch()] == [3]


def test_what_other_fires_may_have_sent_is_looked_for_by_identity() -> None:
    chunk = arranged(phones(1, 2))
    assert chunk.identities() == {one.plan.identity for one in chunk.messages}
    assert len(chunk.identities()) == 2
