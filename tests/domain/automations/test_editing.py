"""The contract of edits with people inside, as docs/guide/automations.md has it: each row of its table."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.automations.automation import AutomationVersion, packed_definition
from shared.domain.automations.editing import (
    ChangeKind,
    Choice,
    brought_up,
    check_choices,
    check_kinds,
    step_changes,
)
from shared.domain.automations.enrollment import (
    Completed,
    EndReason,
    Enrollment,
    EnrollmentState,
    Way,
    completing,
)
from shared.domain.automations.moving import advanced
from shared.domain.automations.next_step import next_step
from shared.domain.automations.steps import (
    OTHERWISE,
    THEN,
    AutomationStep,
    IfStep,
    Steps,
    WaitStep,
    find_step,
)
from shared.domain.contacts.segment import HasTag
from shared.domain.record import replace
from tests.kit.automations import a_definition, a_tag, a_wait
from tests.kit.builders import an_enrollment
from tests.kit.docs.markdown import ROOT

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
GUIDE = ROOT / "docs/guide/automations.md"
HEAD = "| edit | before | after | completed | stands on | chosen | then |"


def rows() -> list[tuple[str, ...]]:
    """The rows of the contract's table."""
    text = GUIDE.read_text(encoding="utf-8")
    lines = text[text.index(HEAD) :].split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


ROWS = rows()


def steps_of(text: str) -> tuple[AutomationStep, ...]:
    """Steps by their letters; a wait's and an if's are W and ?."""
    found: list[AutomationStep] = []
    for token in re.findall(r"W\d+|\?\([^)]*\)|\w", text):
        if token.startswith("W"):
            found.append(a_wait("W", int(token[1:]) * 60))
        elif token.startswith("?"):
            then, _, otherwise = token[2:-1].partition("/")
            criterion = HasTag(value="vip")
            branches = steps_of(then), steps_of(otherwise)
            found.append(IfStep(id="?", criterion=criterion, then=branches[0], otherwise=branches[1]))
        else:
            found.append(a_tag(token, token))
    return tuple(found)


def standing(completed: str, place: str) -> Enrollment:
    """Somebody who has completed these, and stands there, perhaps waiting."""
    step, _, waited = place.partition(", ")
    done = [
        Completed(step_id=letter, at=NOW, outcome=THEN if letter == "?" else "done")
        for letter in re.findall(r"[\w?]", completed.replace("?/", "? "))
    ]
    since = NOW - timedelta(minutes=int(waited or 0))
    until = since + timedelta(minutes=int(step[1:])) if step.startswith("W") else None
    way = Way(completed=tuple(done), since=since, waits_until=until)
    step_id = "W" if step.startswith("W") else step
    return an_enrollment(step_id=step_id, way=way, due_at=until or NOW, seen=1)


def version(number: int, steps: Steps, **changes: str) -> AutomationVersion:
    return AutomationVersion(
        id=f"v{number}",
        automation_id="welcome",
        number=number,
        definition=packed_definition(a_definition(*steps)),
        published_at=NOW,
        choices=changes,
    )


def what_comes(enrollment: Enrollment, steps: Steps) -> str:
    """What the contact waits for still, and the steps it does then, to the end."""
    if enrollment.end_reason is EndReason.LEFT:
        return "leaves"
    words = []
    if enrollment.waits_until is not None:
        words.append(f"waits {int((enrollment.waits_until - NOW).total_seconds() // 60)}")
        enrollment = advanced(completing(enrollment, "done", NOW), steps, NOW)
    while enrollment.state is EnrollmentState.ACTIVE:
        step = find_step(steps, enrollment.step_id)
        if step is not None:
            words.append("waits" if isinstance(step, WaitStep) else step.id)
            enrollment = completing(enrollment, THEN, NOW)
        enrollment = advanced(enrollment, steps, NOW)
    return " ".join(words) or "ends"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[5]}".strip())
def test_each_row_of_the_contract_holds(row: tuple[str, ...]) -> None:
    _, before, after, completed, place, chosen, then = row
    old, new, enrollment = steps_of(before), steps_of(after), standing(completed, place)
    choices = {enrollment.step_id: chosen} if chosen else {}
    made = brought_up(enrollment, version(1, old), version(2, new, **choices), None, NOW)
    assert what_comes(made, old if chosen == Choice.STAY else new) == then
    assert made.seen == (1 if chosen == Choice.STAY else 2)
    if made.waits_until is not None:
        assert made.due_at == made.waits_until
    if made.state is EnrollmentState.ENDED:
        assert made.due_at is None


def test_the_table_says_something_of_every_choice_and_edit() -> None:
    assert len(ROWS) > 20
    assert {row[5] for row in ROWS} >= {"", Choice.GO_ON, Choice.STAY, Choice.LEAVE}


def test_what_is_queued_on_a_wait_that_changes_begins_to_wait_by_the_new_one() -> None:
    queued = replace(standing("a", "b"), step_id="W")
    made = brought_up(queued, version(1, steps_of("a W60")), version(2, steps_of("a W30")), None, NOW)
    assert (made.step_id, made.waits_until, made.seen) == ("W", None, 2)


def test_a_step_that_is_deleted_and_put_back_below_is_a_new_one() -> None:
    first, second, third = (steps_of(text) for text in ("a W60 b", "W60 b", "W60 a b"))
    deleted = brought_up(standing("a", "W60, 10"), version(1, first), version(2, second), None, NOW)
    assert deleted.completed == ()
    again = brought_up(deleted, version(2, second), version(3, third), None, NOW)
    assert what_comes(again, third) == "waits 50 a b"


def test_changes_are_found_and_choices_are_checked() -> None:
    changes = step_changes(steps_of("a W60 b"), steps_of("W30 b c"))
    assert [(one.step_id, one.kind) for one in changes] == [
        ("a", ChangeKind.DELETED),
        ("W", ChangeKind.WAIT_CHANGED),
    ]
    assert check_choices(changes, {"a": Choice.STAY, "W": Choice.NEW_TIME}) == []
    wrong = check_choices(changes, {"a": Choice.NEW_TIME, "b": Choice.LEAVE})
    assert [problem.field for problem in wrong] == ["choices.a", "choices.b"]
    other = check_kinds(steps_of("a b"), (a_wait("a"), a_tag("b", "other")))
    assert [problem.field for problem in other] == ["steps.a.kind"]


def test_another_branch_is_taken_from_what_was_recorded() -> None:
    steps = steps_of("a ?(b/c) d")
    done = [Completed(step_id="?", at=NOW, outcome=OTHERWISE)]
    found = next_step(steps, done)
    assert found is not None
    assert found.id == "c"
