"""What a preview shows of each recipient, and what it counts."""

from datetime import time, timedelta

import pytest

from shared.domain.campaigns.audience import FoundAudience
from shared.domain.campaigns.window import ContactWindow
from shared.domain.contacts.opt_out import active
from shared.domain.errors import Problem
from shared.domain.files.file import Row
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.fires.preview import (
    Preview,
    PreviewedMessage,
    PreviewedRow,
    PreviewState,
    Verdict,
    further_part_ids,
    preview_chunk_id,
)
from shared.domain.fires.previewing import PreviewMaking
from shared.domain.fires.recipient import recipient_of_row
from shared.domain.record import replace
from tests.domain.campaigns.test_freezing import a_content
from tests.domain.fires.test_planning import VALUES
from tests.kit.builders import NOON, a_campaign, an_opt_out

ANA, BEN, CY = "+12125550187", "+16465550188", "+17185550189"
PREVIEW = Preview(id="p1", campaign_id="reminders", content_hash="h", made_at=NOON, audience=FoundAudience())


def shown(
    *pieces: list[dict[str, str]],
    refused: tuple[str, ...] = (),
    problems: tuple[Problem, ...] = (),
    **campaign: object,
) -> tuple[list[PreviewedMessage], Preview]:
    content = a_content(content_hash="h", campaign=a_campaign(**campaign), dedupe_key=("address",))
    making = PreviewMaking("p1", content, NOON, problems=problems)
    opt_outs = active(an_opt_out(address, text="STOP") for address in refused)
    found: list[PreviewedMessage] = []
    number = 2
    for index, piece in enumerate(pieces):
        rows = [Row(number=number + place, values=VALUES | values) for place, values in enumerate(piece)]
        number += len(piece)
        plans = making.placed(making.plans([recipient_of_row("file", row) for row in rows]))
        found += making.shown(index, plans, opt_outs, {}, {})
    return found, making.totals.summed(PREVIEW)


def test_a_duplicate_is_shown_with_the_row_that_gets_the_message() -> None:
    (first, second, third), _ = shown([{"phone": ANA}, {"phone": BEN}], [{"phone": ANA}])
    assert first.same_as is second.same_as is None
    assert third.same_as == PreviewedRow(file_id="file", row_number=2, piece=0)
    assert [one.verdict for one in (first, second, third)] == [
        Verdict.WILL_SEND,
        Verdict.WILL_SEND,
        Verdict.SKIPPED,
    ]
    assert [(one.position, one.piece, one.row_number) for one in (first, second, third)] == [
        (1, 0, 2),
        (2, 0, 3),
        (3, 1, 4),
    ]


def test_a_duplicate_of_a_refused_row_has_none_that_gets_it() -> None:
    (_, second), _ = shown([{"phone": ANA}, {"phone": ANA}], refused=(ANA,))
    assert (second.verdict, second.same_as) == (Verdict.SKIPPED, None)


def test_a_refusal_is_shown_with_its_day_and_words() -> None:
    (one,), _ = shown([{"phone": ANA}], refused=(ANA,))
    assert one.kind == "opted_out"
    assert one.reason == "The person has opted out. Noted on 2026-11-23, source reply. STOP"


def test_whom_the_row_filter_does_not_take_is_shown_so() -> None:
    takes_ana = RowFilter(conditions=(RowCondition(test=ConditionTest.IS, field="name", value="Ana"),))
    (ana, ben), totals = shown([{"phone": ANA}, {"phone": BEN, "name": "Ben"}], row_filter=takes_ana)
    assert ana.verdict is Verdict.WILL_SEND
    assert ben == PreviewedMessage(
        position=2,
        step_id="sms",
        verdict=Verdict.FILTERED,
        row_number=3,
        kind="row filter",
        reason=ben.reason,
    )
    assert ben.reason
    assert totals.counts == {"will_send": 1, "filtered": 1}


def test_what_is_counted_adds_up() -> None:
    shown_rows, totals = shown(
        [{"phone": ANA}, {"phone": "12"}], [{"phone": BEN}, {"phone": CY}, {"phone": CY}], refused=(BEN,)
    )
    assert [one.verdict for one in shown_rows] == [
        Verdict.WILL_SEND,
        Verdict.MUST_BE_MENDED,
        Verdict.SKIPPED,
        Verdict.WILL_SEND,
        Verdict.SKIPPED,
    ]
    assert totals == replace(
        PREVIEW,
        state=PreviewState.DONE,
        percent=100,
        counts={"will_send": 2, "must_be_mended": 1, "skipped": 2},
        reasons={
            f"must_be_mended: {shown_rows[1].kind}": 1,
            "skipped: opted_out": 1,
            "skipped: duplicate": 1,
        },
        arrivals={"12": {"will_send": 2}},
        parts=2,
        estimated_cost=totals.estimated_cost,
    )
    assert float(totals.estimated_cost) > 0
    # Two texts of one part each cost twice as much as one.
    assert float(totals.estimated_cost) == 2 * float(shown([{"phone": ANA}])[1].estimated_cost)


@pytest.mark.parametrize(
    ("field", "is_held_back"),
    [
        ("steps[0].template_id", True),
        ("window.time_zone_field", True),
        ("steps[1].sender_id", False),
        ("steps[10].sender_id", False),
    ],
)
def test_what_cannot_be_made_ready_goes_not_out(field: str, is_held_back: bool) -> None:
    problem = Problem(field=field, reason="write it so: 1.")
    rows = [{"phone": ANA}, {"phone": "12"}, {"phone": BEN}]
    window = ContactWindow(opens=time(14), closes=time(15))
    (one, failed, refused), totals = shown(rows, refused=(BEN,), problems=(problem,), window=window)
    if is_held_back:
        assert (one.verdict, one.field, one.reason) == (Verdict.MUST_BE_MENDED, field, problem.reason)
        assert (one.until, totals.parts, totals.opens_at) == (None, 0, {})
        assert totals.counts == {"must_be_mended": 2, "skipped": 1}
    else:
        assert (one.verdict, totals.parts) == (Verdict.WILL_WAIT, 1)
    assert (failed.kind, refused.kind) == ("phone not valid", "opted_out")


def test_what_waits_for_the_window_is_shown_with_when_it_opens() -> None:
    (one,), totals = shown([{"phone": ANA}], window=ContactWindow(opens=time(14), closes=time(15)))
    opens = NOON + timedelta(hours=2)
    assert (one.verdict, one.until, one.kind) == (Verdict.WILL_WAIT, opens, "outside the contact window")
    assert totals.opens_at == {opens.isoformat(): 1}
    assert totals.arrivals == {"14": {"will_wait": 1}}
    assert totals.parts == 1


def test_the_parts_of_a_long_chunk_have_ids_of_their_own() -> None:
    ids = further_part_ids("p1", 0, 3)
    assert ids == [preview_chunk_id("p1", 0, 1), preview_chunk_id("p1", 0, 2)]
    assert further_part_ids("p1", 0, 1) == []
    assert len({preview_chunk_id("p1", 0), preview_chunk_id("p1", 1), preview_chunk_id("p2", 0), *ids}) == 5
