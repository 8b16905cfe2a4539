"""Rows of one address become one plan that asks for all; each keeps its place, and nothing is doubled."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.companies.consent_rules import CHANNEL_WIDE
from shared.domain.fires.asking_together import MOST_TOGETHER, ask_together, told_apart
from shared.domain.fires.deciding import decide, keyed
from shared.domain.fires.planning import PlannedMessage, Planner
from shared.domain.messages.skip_reason import SkipReason
from tests.domain.campaigns.test_freezing import a_content
from tests.domain.fires.test_planning import a_recipient
from tests.kit.builders import NOON, a_campaign, a_template
from tests.usecases.fires.test_asking_together import BODY, TOGETHER

ANA, BEN = "2125550187", "2125550188"


def plans(*rows: dict[str, str], withdrawn: frozenset[str] = frozenset()) -> list[PlannedMessage]:
    facts: dict[str, Any] = {
        "templates": {"reminder": a_template(body=BODY)},
        "dedupe_key": ("address", "text"),
    }
    content = a_content(content_hash="h", campaign=a_campaign(**TOGETHER), **facts)
    planner = Planner(content, content.campaign.steps[0], NOON)
    own = [planner.plan(a_recipient(row, number)) for number, row in enumerate(rows, start=2)]
    found = ask_together(planner, own, withdrawn)
    assert all(isinstance(one, PlannedMessage) for one in found)
    return [one for one in found if isinstance(one, PlannedMessage)]


def at(clock: str, phone: str = ANA, doctor: str = "Chen") -> dict[str, str]:
    return {"phone": phone, "doctor": doctor, "appointment_at": f"2026-11-24T{clock}:00-05:00"}


def decided(found: Sequence[PlannedMessage]) -> list[tuple[str, SkipReason | None, str | None]]:
    messages = [keyed("fire", one, narrowing=CHANNEL_WIDE) for one in found]
    return [(one.id, one.skip, one.duplicate_of) for one in decide(messages, {}, {}, {})]


def test_the_first_asks_for_all_and_the_others_say_so() -> None:
    found = plans(at("10:30"), at("09:00", BEN), at("11:00", doctor="Lopez"))
    assert found[0].texts.body == "1: 10:30 Chen, 2: 11:00 Lopez. Reply yes or no for each."
    assert found[1].texts.body == "1: 09:00 Chen. Reply yes or no for each."
    (first, _, _), (_, alone, _), (_, other, whose) = decided(found)
    assert (alone, other, whose) == (None, SkipReason.ASKED_TOGETHER, first)
    assert found[0].together == (found[2].recipient.key,)
    assert [one.told_apart for one in found] == ["10:30 chen", "", "11:00 lopez"]


def test_a_row_twice_is_a_duplicate_and_a_withdrawn_one_is_in_no_list() -> None:
    same = plans(at("10:30"), at("11:00"), at("10:30"))
    assert same[0].texts.body.count("10:30") == 1
    assert same[2].skip is SkipReason.DUPLICATE
    gone = a_recipient(at("11:00"), 3).key
    alone = plans(at("10:30"), at("11:00"), withdrawn=frozenset({gone}))
    assert "2:" not in alone[0].texts.body
    assert alone[1].skip is None


def test_no_message_asks_for_more_than_fit() -> None:
    found = plans(*(at(f"{10 + n // 60:02}:{n % 60:02}") for n in range(MOST_TOGETHER + 1)))
    assert [one.skip for one in found].count(None) == 2


@given(rows=st.lists(st.tuples(st.sampled_from([ANA, BEN]), st.integers(0, 5)), min_size=1, max_size=8))
def test_each_row_has_one_place_and_each_appointment_is_asked_once(rows: list[tuple[str, int]]) -> None:
    found = plans(*(at(f"{10 + hour}:00", phone) for phone, hour in rows))
    outcomes = decided(found)
    assert len({item_id for item_id, _, _ in outcomes}) == len(rows)
    sent = {item_id for item_id, skip, _ in outcomes if skip is None}
    assert len(sent) == len({phone for phone, _ in rows})
    assert all(whose in sent for _, skip, whose in outcomes if skip is not None)
    for phone in {phone for phone, _ in rows}:
        went = (one for one, (_, skip, _) in zip(found, outcomes, strict=True) if skip is None)
        [body] = [one.texts.body for one in went if one.address.endswith(phone[-4:])]
        asked = [f"{10 + hour}:00" for hour in dict.fromkeys(hour for own, hour in rows if own == phone)]
        assert [part.split()[1] for part in body.split(". ")[0].split(", ")] == asked


def test_words_that_tell_apart_are_those_that_no_other_has() -> None:
    assert told_apart(["Hi, 10:30 dentist.", "Hi, 11:00 hygienist."]) == ["10:30 dentist", "11:00 hygienist"]
