"""The frequency cap, at the preview, when a fire is planned, and as each message is about to leave."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.window import ContactWindow
from shared.domain.companies.frequency_cap import FrequencyCap, WhenFull
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.firestore.kit.query import Query
from shared.firestore.queries.messages import MESSAGES_SENT_LATELY
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from tests.kit.builders import a_step, a_template
from tests.kit.clinic import Clinic, people

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)  # in New York
HOUR = timedelta(hours=1)
ONE_A_DAY = FrequencyCap(messages=1, hours=24)
DAYTIME = ContactWindow(opens=time(9), closes=time(20), time_zone_field="time_zone")
ANA = "+12125552000"


async def sent_before(clinic: Clinic) -> None:
    """Ana has had a message of another campaign, a minute ago."""
    clock = clinic.stop_clock(NOON - timedelta(minutes=1))
    await clinic.load(*people(1))
    await clinic.ready(id="earlier", name="Earlier", dedupe_scope=DedupeScope.FIRE)
    await clinic.fire("earlier")
    assert await clinic.sent_counts() == {ANA: 1}
    clock.at = NOON


async def company_allows(clinic: Clinic, cap: FrequencyCap) -> None:
    company = await clinic.stores.companies.get(clinic.company_id)
    await clinic.stores.companies.change(
        clinic.company_id, consent=replace(company.consent, frequency_cap=cap)
    )


async def test_one_too_many_is_skipped_with_its_reason_and_the_preview_says_so(clinic: Clinic) -> None:
    await sent_before(clinic)
    await company_allows(clinic, ONE_A_DAY)
    await clinic.load(*people(2))
    await clinic.ready(dedupe_scope=DedupeScope.FIRE)
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    preview = await clinic.stores.previews.get(clinic.company_id, preview.id)
    assert (preview.counts, preview.reasons) == (
        {"skipped": 1, "will_send": 1},
        {"skipped: too_many": 1},
    )
    fire = await clinic.fire()
    assert (await clinic.report(fire)).skipped == {"too_many": 1}
    assert await clinic.sent_counts() == {ANA: 1, "+12125552001": 1}


async def test_a_campaign_may_ignore_it(clinic: Clinic) -> None:
    await sent_before(clinic)
    await company_allows(clinic, ONE_A_DAY)
    await clinic.load(*people(1))
    await clinic.ready(dedupe_scope=DedupeScope.FIRE, ignores_frequency_cap=True)
    await clinic.fire()
    assert await clinic.sent_counts() == {ANA: 2}


async def test_one_too_many_may_wait_for_the_next_day_inside_the_window(clinic: Clinic) -> None:
    await sent_before(clinic)
    clock = clinic.stop_clock(NOON + 7 * HOUR)  # seven in the evening
    await clinic.load(*people(1))
    cap = FrequencyCap(messages=1, hours=12, when_full=WhenFull.WAIT)
    await clinic.ready(window=DAYTIME, frequency_cap=cap, dedupe_scope=DedupeScope.FIRE)
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    preview = await clinic.stores.previews.get(clinic.company_id, preview.id)
    assert preview.reasons == {"will_wait: the person has had as many as the frequency cap allows": 1}
    fire = await clinic.fire()
    [waiting] = [one for one in await clinic.messages() if one.fire_id == fire.id]
    assert (waiting.state, waiting.is_over_cap) == (MessageState.QUEUED, True)
    assert waiting.planned_for == datetime(2026, 11, 24, 14, tzinfo=UTC)
    clock.at = datetime(2026, 11, 24, 14, 1, tzinfo=UTC)
    await dispatch_due_batches(clinic.runtime, clock.at)
    assert await clinic.sent_counts() == {ANA: 2}


@pytest.mark.parametrize("when_full", list(WhenFull))
async def test_what_was_sent_after_the_planning_counts_at_the_intent(
    clinic: Clinic, when_full: WhenFull
) -> None:
    """Two texts of one fire to one address: as they are planned in two steps, neither knows of the other."""
    clinic.stop_clock(NOON)
    again = a_template(id="again", body="Once more, {{ name }}.")
    await clinic.stores.templates.save(clinic.company_id, again.id, again)
    await clinic.load(*people(1))
    cap = replace(ONE_A_DAY, when_full=when_full)
    steps = (a_step(), a_step(id="again", template_id="again"))
    await clinic.ready(steps=steps, frequency_cap=cap)
    await clinic.fire()
    assert await clinic.sent_counts() == {ANA: 1}
    [other] = [one for one in await clinic.messages() if one.state is not MessageState.SENT]
    if when_full is WhenFull.SKIP:
        assert (other.state, other.reason) == (MessageState.SKIPPED, SkipReason.TOO_MANY)
    else:
        assert (other.state, other.is_over_cap) == (MessageState.QUEUED, True)
        assert other.planned_for is not None
        assert other.planned_for >= NOON + 24 * HOUR


async def test_a_group_of_many_people_is_one_query_for_thirty(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.stop_clock(NOON)
    asked: list[int] = []
    among = clinic.stores.messages.among

    async def counted(company_id: str, query: Query, values: Iterable[str], *more: Any, **named: Any) -> Any:
        values = list(values)
        asked.extend([len(values)] if query is MESSAGES_SENT_LATELY else [])
        return await among(company_id, query, values, *more, **named)

    monkeypatch.setattr(clinic.stores.messages, "among", counted)
    await clinic.load(*people(25))
    await clinic.ready(frequency_cap=ONE_A_DAY)
    await clinic.fire()
    assert sum((await clinic.sent_counts()).values()) == 25
    assert asked[0] == 25
    assert len(asked) <= 3
