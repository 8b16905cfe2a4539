"""Above a size nothing is fired before a second person approves just what is frozen."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.companies.api_key import Scope
from shared.domain.errors import Conflict, InvalidInput
from shared.usecases.campaigns.approve_campaign import approve_campaign
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.reopen_campaign import reopen_campaign
from shared.usecases.companies.create_api_key import create_api_key
from shared.usecases.companies.require_approval import require_approval
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from tests.kit.clinic import Clinic, people

MONDAY = datetime(2026, 11, 23, 14, tzinfo=UTC)  # 9:00 in New York
ONCE = Schedule(kind=ScheduleKind.ONCE, at=datetime(2026, 11, 24, 9))  # noqa: DTZ001
FIRST, SECOND = "user first", "user second"


async def _asked(clinic: Clinic, above: int | None) -> None:
    """A campaign for three people that the first user asked to have sent."""
    await require_approval(clinic.runtime, clinic.company_id, above, by=FIRST)
    await clinic.load(*people(3))
    await clinic.ready()
    await reopen_campaign(clinic.runtime, clinic.company_id, "reminders")
    await mark_ready(clinic.runtime, clinic.company_id, "reminders", by=FIRST)


async def _tick(clinic: Clinic) -> tuple[int, int]:
    """How many fires began, and how many were refused."""
    counts = await fire_due_campaigns(clinic.runtime, clinic.runtime.now())
    return counts["started"], counts["refused"]


async def _approve(clinic: Clinic, by: str) -> None:
    await approve_campaign(clinic.runtime, clinic.company_id, "reminders", by=by)


async def test_it_waits_until_another_one_approves_it(clinic: Clinic) -> None:
    await _asked(clinic, 2)
    approval = (await clinic.campaign()).approval
    assert approval is not None
    assert (approval.recipients, approval.is_waiting, approval.asked_by) == (3, True, FIRST)
    with pytest.raises(Conflict, match="3 recipients, and above 2"):
        await fire_campaign(clinic.runtime, clinic.company_id, "reminders")
    with pytest.raises(Conflict, match="yourself"):
        await _approve(clinic, FIRST)
    assert await clinic.messages() == []
    before = clinic.runtime.now()
    await _approve(clinic, SECOND)
    approval = (await clinic.campaign()).approval
    assert approval is not None
    assert approval.approved_by == SECOND
    assert approval.approved_at is not None
    assert before < approval.approved_at < clinic.runtime.now()
    await clinic.fire()
    assert set((await clinic.sent_counts()).values()) == {1}
    assert len(await clinic.sent_counts()) == 3


@pytest.mark.parametrize("above", [None, 3])
async def test_a_small_one_needs_nobody(clinic: Clinic, above: int | None) -> None:
    await _asked(clinic, above)
    await clinic.fire()
    assert len(await clinic.sent_counts()) == 3


async def test_a_change_after_the_approval_voids_it(clinic: Clinic) -> None:
    await _asked(clinic, 2)
    await _approve(clinic, SECOND)
    await reopen_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert (await clinic.campaign()).approval is None
    with pytest.raises(Conflict):
        await _approve(clinic, SECOND)
    await mark_ready(clinic.runtime, clinic.company_id, "reminders", by=SECOND)
    with pytest.raises(Conflict, match="second person"):
        await fire_campaign(clinic.runtime, clinic.company_id, "reminders")
    with pytest.raises(Conflict, match="yourself"):
        await _approve(clinic, SECOND)
    await _approve(clinic, FIRST)
    await clinic.fire()


async def test_one_whose_time_comes_waits_says_so_and_goes_after_the_approval(clinic: Clinic) -> None:
    await require_approval(clinic.runtime, clinic.company_id, 2, by=FIRST)
    await clinic.load(*people(3))
    clinic.stop_clock(MONDAY)
    await clinic.ready(schedule=ONCE)
    clinic.stop_clock(MONDAY + timedelta(days=1))
    for _ in range(2):
        assert await _tick(clinic) == (0, 1)
    campaign = await clinic.campaign()
    assert campaign.state is CampaignState.SCHEDULED
    assert "second person" in campaign.fire_refusal
    notices = await clinic.stores.notices.page(clinic.company_id, limit=10)
    assert len(notices.items) == 1
    await _approve(clinic, SECOND)
    assert (await clinic.campaign()).fire_refusal == ""
    assert await _tick(clinic) == (1, 0)


async def test_a_stricter_rule_holds_for_what_is_ready_already(clinic: Clinic) -> None:
    await _asked(clinic, None)
    await require_approval(clinic.runtime, clinic.company_id, 0, by=SECOND)
    with pytest.raises(Conflict, match="second person"):
        await fire_campaign(clinic.runtime, clinic.company_id, "reminders")
    for wrong in (-1, 10_000_001):
        with pytest.raises(InvalidInput):
            await require_approval(clinic.runtime, clinic.company_id, wrong, by=SECOND)


async def _key(clinic: Clinic, *made_by: str) -> str:
    """Who acts with a new key that these users made."""
    key, _ = await create_api_key(clinic.runtime, clinic.company_id, "Job", [Scope.SEND], made_by=made_by)
    return f"key {key.id}"


@pytest.mark.parametrize(
    ("asker", "approver", "reason"),
    [
        ("user", "first", "yourself"),
        ("first", "user", "yourself"),
        ("first", "first", "yourself"),
        ("first", "both", "yourself"),
        ("user", "nobody", "who made this API key"),
        ("nobody", "user", "that made this campaign ready"),
        ("nobody", "second", "that made this campaign ready"),
        ("user", "second", None),
        ("first", "second", None),
        ("second", "user", None),
    ],
)
async def test_a_key_counts_as_the_person_who_made_it(
    clinic: Clinic, asker: str, approver: str, reason: str | None
) -> None:
    keys = {
        "user": FIRST,
        "first": await _key(clinic, "first"),
        "second": await _key(clinic, "second"),
        "both": await _key(clinic, "second", "first"),
        "nobody": await _key(clinic),
    }
    await _asked(clinic, 2)
    await reopen_campaign(clinic.runtime, clinic.company_id, "reminders")
    await mark_ready(clinic.runtime, clinic.company_id, "reminders", by=keys[asker])
    if reason is None:
        await _approve(clinic, keys[approver])
        await clinic.fire()
        return
    with pytest.raises(Conflict, match=reason):
        await _approve(clinic, keys[approver])
    with pytest.raises(Conflict, match="second person"):
        await fire_campaign(clinic.runtime, clinic.company_id, "reminders")
