"""A second person's approval: of just what is frozen, by another one, and only where it is needed."""

from datetime import UTC, datetime

import pytest

from shared.domain.campaigns.approval import CampaignApproval, approved, check_others, is_above, refusal
from shared.domain.errors import Conflict
from shared.domain.record import replace

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
ASKED = CampaignApproval(content_hash="h", asked_by="user a", asked_at=NOON, recipients=501, is_needed=True)


@pytest.mark.parametrize(
    ("above", "recipients", "expected"),
    [(None, 10_000, False), (None, None, False), (500, 500, False), (500, 501, True), (0, 1, True),
     (0, 0, False), (500, None, True)],
)  # fmt: skip
def test_it_is_needed_above_the_number_and_where_nobody_can_count(
    above: int | None, recipients: int | None, expected: bool
) -> None:
    assert is_above(above, recipients) == expected
    assert (refusal(None, "h", above, recipients) is not None) == expected


def test_another_one_approves_it_once_and_just_that_content() -> None:
    given = approved(ASKED, "h", "user b", NOON)
    assert (given.approved_by, given.approved_at) == ("user b", NOON)
    assert (ASKED.is_waiting, given.is_waiting) == (True, False)
    assert approved(given, "h", "key c", NOON.replace(hour=13)) == given
    assert refusal(given, "h", 500, 501) is None
    assert refusal(given, "another", 500, 501) is not None
    assert refusal(ASKED, "h", 500, 501) is not None


@pytest.mark.parametrize(("approval", "content_hash"), [(None, "h"), (ASKED, None), (ASKED, "another")])
def test_nobody_can_approve_what_is_not_frozen(
    approval: CampaignApproval | None, content_hash: str | None
) -> None:
    with pytest.raises(Conflict):
        approved(approval, content_hash, "user b", NOON)


@pytest.mark.parametrize(
    ("askers", "approvers", "reason"),
    [
        (("a",), ("b",), None),
        (("a", "b"), ("c",), None),
        (None, ("b",), None),  # that was not kept
        (("a",), ("a",), "yourself"),
        (("a", "b"), ("b", "c"), "yourself"),
        (("a",), (), "who made this API key"),
        (None, (), "who made this API key"),
        ((), ("b",), "that made this campaign ready"),
    ],
)
def test_only_who_is_known_to_be_another_person_approves(
    askers: tuple[str, ...] | None, approvers: tuple[str, ...], reason: str | None
) -> None:
    if reason is None:
        check_others(askers, approvers)
        return
    with pytest.raises(Conflict, match=reason):
        check_others(askers, approvers)


def test_what_needs_none_does_not_wait() -> None:
    assert not replace(ASKED, is_needed=False).is_waiting
