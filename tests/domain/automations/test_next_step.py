"""The next step follows from what was completed last, whatever was edited meanwhile."""

from datetime import UTC, datetime

import pytest

from shared.domain.automations.enrollment import Completed
from shared.domain.automations.next_step import next_step
from shared.domain.automations.steps import OTHERWISE, THEN, AutomationStep, IfStep, Steps
from shared.domain.contacts.segment import HasTag
from tests.kit.automations import a_tag

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)


def steps(text: str) -> tuple[AutomationStep, ...]:
    """Steps by their letters."""
    return tuple(a_tag(letter, letter) for letter in text)


def fork(then: str, otherwise: str) -> IfStep:
    return IfStep(id="if", criterion=HasTag(value="vip"), then=steps(then), otherwise=steps(otherwise))


def done(*ids: str, branch: str = THEN) -> list[Completed]:
    return [Completed(step_id=one, at=NOW, outcome=branch if one == "if" else "done") for one in ids]


@pytest.mark.parametrize(
    ("now", "completed", "following"),
    [
        (steps("abcdef"), "", "a"),  # none completed: the first
        (steps("abcdef"), "abcde", "f"),  # five completed: the sixth
        (steps("ab"), "ab", None),
        (steps("acd"), "ab", "c"),  # the last completed one was deleted
        (steps("cd"), "ab", "c"),  # all were
        (steps("axbcd"), "ab", "c"),  # inserted above: passed by
        (steps("abxc"), "ab", "x"),  # inserted below: done
        (steps("cab"), "abc", None),  # moved up: nothing is done twice
        (steps("adbc"), "ab", "c"),  # d was moved above: passed by
        (steps("bac"), "ab", "c"),
    ],
)
def test_the_next_step_is_the_first_below_the_last_completed_one(
    now: Steps, completed: str, following: str | None
) -> None:
    found = next_step(now, done(*completed))
    assert (found.id if found else None) == following


@pytest.mark.parametrize(
    ("completed", "branch", "following"),
    [
        (["a", "if"], THEN, "t"),
        (["a", "if"], OTHERWISE, "o"),
        (["a", "if", "t", "u"], THEN, "z"),
        (["a", "if", "o"], OTHERWISE, "z"),
    ],
)
def test_a_branch_leads_back_to_what_stands_below_the_if(
    completed: list[str], branch: str, following: str
) -> None:
    tree = (*steps("a"), fork("tu", "o"), *steps("z"))
    found = next_step(tree, done(*completed, branch=branch))
    assert found is not None
    assert found.id == following


def test_an_if_that_is_deleted_leads_on_below_it() -> None:
    found = next_step(steps("az"), done("a", "if", "t"))
    assert found is not None
    assert found.id == "z"


def test_an_empty_branch_leads_on_below_the_if() -> None:
    found = next_step((fork("", "o"), *steps("z")), done("if"))
    assert found is not None
    assert found.id == "z"
