"""From planned rows to what is written: each row once, duplicates on one id, batches with a start."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.content import CampaignContent
from shared.domain.contacts.opt_out import OptOut, active
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import Planner
from shared.domain.fires.queueing import Arranged, Starts, Writes, _bytes_of, arrange
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import Message, MessageState, SkipReason
from shared.domain.messages.text_claim import TextClaim
from shared.domain.stored_size import stored_bytes
from tests.domain.campaigns.test_freezing import a_content
from tests.domain.fires.test_planning import a_recipient
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
    return arrange("acme", FIRE, content, plans)


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
