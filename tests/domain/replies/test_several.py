"""Three and four appointments: exceptions, the rest, the last two, corrections, questions that ride along."""

from datetime import datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.replies.answered import ALSO_ASKS
from shared.domain.replies.asked import Appointment, Question, Reading, WrittenReply
from shared.domain.replies.read_reply import read_reply

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 30, 8, 30, tzinfo=ZONE)
FIRST = datetime(2026, 12, 1, 9, 0, tzinfo=ZONE)
PEOPLE = ("Ana", "Ben", "Clara", "Dan")
YES, NO = Disposition.CONFIRMED, Disposition.CANCELED
OPTIONS = (
    ReplyOption(words=("yes", "sí", "oui", "sim"), disposition=YES),
    ReplyOption(words=("no", "non", "não"), disposition=NO),
)
# "Yes to all but X", "X yes, the rest no", "no to the last two, the first two are fine", by language.
ALL_BUT = {
    "en": "Yes to all but {}",
    "es": "Sí a todas menos la de {}",
    "fr": "Oui pour tous sauf {}",
    "pt": "Sim para todas menos a de {}",
}
THE_REST = {
    "en": "{} yes, the rest no",
    "es": "{} sí, los demás no",
    "fr": "{} oui, les autres non",
    "pt": "{} sim, os outros não",
}
ENDS = {
    "en": "the first two yes, the last two no",
    "es": "los dos primeros sí, los dos últimos no",
    "fr": "les deux premiers oui, les deux derniers non",
    "pt": "os dois primeiros sim, os dois últimos não",
}


def read(text: str, language: str = "en", count: int = 4, days: int = 1) -> Reading:
    """The reading of one message that numbers so many appointments, so many days apart."""
    appointments = tuple(
        Appointment(key=name, at=FIRST + timedelta(days=days * place), name=name, service="flu shot")
        for place, name in enumerate(PEOPLE[:count])
    )
    asked = Question(id="q", appointments=appointments, options=OPTIONS, language=language)
    return read_reply([asked], WrittenReply(body=text, written_at=NOW))


def answers(text: str, language: str = "en", count: int = 4, days: int = 1) -> dict[str, Disposition]:
    """What it answers of each."""
    return {one.appointment_key: one.disposition for one in read(text, language, count, days).answers}


@pytest.mark.parametrize("language", ALL_BUT)
@given(name=st.sampled_from(PEOPLE))
def test_the_exception_of_a_yes_is_a_no(language: str, name: str) -> None:
    said = answers(ALL_BUT[language].format(name), language)
    assert said == {one: NO if one == name else YES for one in PEOPLE}


@pytest.mark.parametrize("language", THE_REST)
@given(names=st.sampled_from([pair for count in (1, 2) for pair in combinations(PEOPLE, count)]))
def test_the_rest_is_what_is_not_named(language: str, names: tuple[str, ...]) -> None:
    joint = {"en": " and ", "es": " y ", "fr": " et ", "pt": " e "}[language]
    said = answers(THE_REST[language].format(joint.join(names)), language)
    assert said == {one: YES if one in names else NO for one in PEOPLE}


@pytest.mark.parametrize("language", ENDS)
def test_the_first_and_the_last_are_counted(language: str) -> None:
    assert answers(ENDS[language], language) == {"Ana": YES, "Ben": YES, "Clara": NO, "Dan": NO}
    assert answers(ENDS[language], language, count=3) in (
        {},  # three have no two first ones beside two last ones: a person's
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Cancel all but Ana", {"Ben": NO, "Clara": NO, "Dan": NO}),
        ("all but Ana, yes", {"Ana": NO, "Ben": YES, "Clara": YES, "Dan": YES}),
        ("All yes except Ben, move him please", {}),
        ("Yes to everyone but Zoe", {}),
        ("the last one no, the others yes", {"Ana": YES, "Ben": YES, "Clara": YES, "Dan": NO}),
        ("1-3 yes, 4 no", {"Ana": YES, "Ben": YES, "Clara": YES, "Dan": NO}),
        ("3-7 yes", {}),
        ("the other three yes", {}),
        ("Ana no, the other three yes", {"Ana": NO, "Ben": YES, "Clara": YES, "Dan": YES}),
        ("Ana no, the other two yes", {}),
        ("yes to all four", dict.fromkeys(PEOPLE, YES)),
        ("yes to all three", {}),
        ("the middle one is fine", {}),
    ],
)
def test_what_is_pointed_to(text: str, meant: dict[str, Disposition]) -> None:
    assert answers(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("all yes. Sorry, no for Ben", {"Ana": YES, "Ben": NO, "Clara": YES, "Dan": YES}),
        ("Ben yes... I mean Ben no, Dan yes", {"Ben": NO, "Dan": YES}),
        ("Cancel Ben, oops I meant Dan", {"Dan": NO}),
        ("Cancel Ben, I mean Dan, Ben is coming", {"Ben": YES, "Dan": NO}),
        ("Actually cancel Ben", {"Ben": NO}),
        ("Ben yes, sorry Dan yes", {}),
    ],
)
def test_what_is_corrected(text: str, meant: dict[str, Disposition]) -> None:
    assert answers(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "can Ana go first",
        "don't tell Ben about the flu shot",
        "Leave me a message with the total for all please, I'm on shift",
        "Are all with Dr. Lee?",
        "all? who is this",
        "Clara is a bit ill and Dan stays with her",
    ],
)
def test_who_is_only_named_is_not_answered_for(text: str) -> None:
    assert answers(text) == {}


def test_a_weekday_of_several_weeks_names_none_of_them() -> None:
    assert answers("Tuesday yes", days=7) == {}
    assert answers("Tuesday yes") == {"Ana": YES}
    assert answers("Tuesday the 8th yes", days=7) == {"Ben": YES}


def test_a_question_that_rides_along_is_a_persons_beside_the_answers() -> None:
    reading = read("Yes to all. Is the parking lot still closed?")
    assert {one.appointment_key for one in reading.answers} == set(PEOPLE)
    assert (reading.needs_person, reading.reason) == (True, ALSO_ASKS)
    assert answers("Yes to all. Can Ben come at 3?") == {}
