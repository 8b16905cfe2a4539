"""Rows that are one message have one key, and only those."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.dedupe import (
    TEXT_DECIDES,
    DedupeFacts,
    check_dedupe_key,
    dedupe_parts,
    dedupe_questions,
)

KEY = ("day", "person", "doctor", "address")
FIRE_DAY = date(2026, 6, 1)


def parts(
    values: dict[str, str],
    *,
    key: tuple[str, ...] = KEY,
    zone: str | None = None,
    text: str = "Hi",
    fire_day: date | None = None,
) -> tuple[str, ...]:
    facts = DedupeFacts(
        values=values,
        address="+12125550187",
        text=text,
        expires_field="at",
        time_zone=zone,
        fire_day=fire_day,
    )
    return dedupe_parts(key, facts)


def test_the_parts_are_read_from_the_row() -> None:
    row = {"at": "2026-06-04T10:30:00", "first_name": "Ana", "last_name": "Diaz", "provider": "Dr. Lee"}
    assert parts(row) == ("2026-06-04", "ana diaz", "dr. lee", "+12125550187")


@pytest.mark.parametrize(
    ("row", "word", "expected"),
    [
        ({}, "day", "Hi"),
        ({"at": "soon"}, "day", "Hi"),
        ({"at": "2026-06-04T10:30:00-04:00"}, "time", "2026-06-04T14:30:00+00:00"),
        ({"at": "2026-06-04T14:30:00Z"}, "time", "2026-06-04T14:30:00+00:00"),
        ({"at": "2026-06-04"}, "time", "2026-06-04"),
        ({}, "time", "Hi"),
        ({"name": "Ana"}, "text", "Hi"),
        ({"name": "Ana"}, "address", "+12125550187"),
        ({"at": "2026-06-04"}, "day", "2026-06-04"),
        ({"person_id": "7", "name": "Ana"}, "person", "7"),
        ({"last_name": "Diaz", "name": "Ana"}, "person", "diaz"),
        ({"name": " ANA  Diaz "}, "person", "ana diaz"),
        ({"patient": "Ana"}, "person", "ana"),
        ({}, "person", "Hi"),
        ({"doctor": " ", "physician": "Lee"}, "doctor", "lee"),
        ({"office": "Main  St"}, "office", "main st"),
        ({}, "office", "Hi"),
    ],
)
def test_each_word(row: dict[str, str], word: str, expected: str) -> None:
    assert parts(row, key=(word,)) == (expected,)


def test_the_day_is_that_of_the_place() -> None:
    assert parts({"at": "2026-06-05T02:00:00+00:00"}, key=("day",), zone="America/New_York") == (
        "2026-06-04",
    )


def test_contents_of_before_have_the_day_of_the_fire_or_nothing() -> None:
    assert parts({}, fire_day=FIRE_DAY) == ("2026-06-01", "", "", "+12125550187")


def test_two_texts_are_two_messages_where_a_row_has_nothing_for_a_word() -> None:
    assert parts({"student": "Ana"}, text="Ana is absent") != parts({"student": "Bo"}, text="Bo is absent")
    assert parts({"student": "Ana"}, text="School is closed") == parts({}, text="School is closed")


NAMES = st.text(alphabet="abc é", min_size=1, max_size=8)


@given(first=NAMES, last=NAMES, other=NAMES)
def test_case_and_spaces_make_no_other_person_and_names_do(first: str, last: str, other: str) -> None:
    row = {"first_name": first, "last_name": last}
    same = {"first_name": f" {first.upper()} ", "last_name": last.replace(" ", "  ")}
    assert parts(row) == parts(same)
    if f"{first} {last}".split() != f"{first} {other}".split():
        assert parts(row) != parts({"first_name": first, "last_name": other})


def test_unknown_words_are_refused() -> None:
    assert check_dedupe_key(KEY, ()) == ()
    assert check_dedupe_key(("office", "address"), ("office",)) == ()
    (problem,) = check_dedupe_key(("day", "ofice", "address"), ("office",))
    assert problem.field == "dedupe_key[1]"
    assert "'ofice'" in problem.reason


@pytest.mark.parametrize("key", [(), ("day",), ("day", "doctor"), ("text",), ("time", "text")])
def test_a_key_that_makes_one_message_of_everybody_is_refused(key: tuple[str, ...]) -> None:
    assert [problem.field for problem in check_dedupe_key(key, ())] == ["dedupe_key"]


def test_what_no_column_provides_is_asked_for() -> None:
    asked = list(dedupe_questions(KEY, ("student", "phone"), None))
    assert [question.field for question in asked] == ["expires_field", "dedupe_key[1]", "dedupe_key[2]"]
    assert "no column is one of person_id, first_name and last_name, name, patient" in asked[1].question
    assert all("the text decides" in question.question for question in asked)


@pytest.mark.parametrize(
    ("key", "fields", "expires"),
    [
        (TEXT_DECIDES, (), None),
        (KEY, ("patient", "physician"), "at"),
        (("time", "address"), (), "at"),
        (("student", "address"), ("student",), None),
    ],
)
def test_nothing_is_asked_that_the_rows_provide(
    key: tuple[str, ...], fields: tuple[str, ...], expires: str | None
) -> None:
    assert list(dedupe_questions(key, fields, expires)) == []


@pytest.mark.parametrize("word", ["day", "time"])
def test_a_day_or_time_that_nothing_provides_is_asked_for(word: str) -> None:
    (question,) = dedupe_questions((word,), ("name", "phone"), None)
    assert question.field == "expires_field"
    assert question.question.startswith(f"The dedupe key names the {word}, but the campaign has no")
    assert not list(dedupe_questions((word,), ("name", "phone"), "visit"))
