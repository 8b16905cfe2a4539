"""A campaign's row filter: who it does not take is not planned, but counted; the preview says the same."""

import pytest

from shared.domain.errors import Conflict, InvalidInput
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.fires.fire import Ledger
from shared.domain.fires.preview import Verdict
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.views.fires import get_live_fire, list_fires
from shared.views.kit.paging import PageAsked
from shared.views.previews import get_previewed_row
from tests.kit.builders import a_campaign, a_step
from tests.kit.clinic import Clinic, people

NOT_VEGA = RowFilter(conditions=(RowCondition(field="doctor", test=ConditionTest.IS_NOT, value="dr vega"),))


async def load(clinic: Clinic) -> None:
    """Six people of whom Dr Vega sees two, and one without a number."""
    doctors = ("Dr Vega", "Dr Kim", "Dr Kim", "DR  VEGA", "Dr Kim", "Dr Kim")
    rows = [{**one, "Doctor": doctor} for one, doctor in zip(people(6), doctors, strict=True)]
    await clinic.load(*rows[:5], {**rows[5], "Phone": "12"})


async def test_who_is_not_taken_is_not_planned_but_counted_as_in_the_preview(clinic: Clinic) -> None:
    await load(clinic)
    await clinic.save(a_campaign(row_filter=NOT_VEGA))
    made = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert made.counts == {"will_send": 3, "must_be_mended": 1, "filtered": 2}
    assert made.reasons == {"filtered: row filter": 2, "must_be_mended: phone not valid": 1}
    [shown] = await get_previewed_row(clinic.runtime, clinic.company_id, made.id, 2)
    assert (shown.verdict, shown.reason) == (
        Verdict.FILTERED,
        "The campaign's row filter takes rows of which doctor is not 'dr vega'.",
    )
    await mark_ready(clinic.runtime, clinic.company_id, "reminders", made.content_hash)
    fire = await clinic.fire()
    ledger = Ledger(planned=4, sent=3, failed=1, filtered=2)
    assert (await clinic.report(fire)).ledger == ledger
    assert (await get_live_fire(clinic.runtime, clinic.company_id, fire.id)).books.ledger == ledger
    listed = await list_fires(clinic.runtime, clinic.company_id, PageAsked(10))
    assert [one.planned for one in listed.items] == [4]
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed
    assert [message.row_number for message in await clinic.messages()] == [3, 4, 6]
    assert sum((await clinic.sent_counts()).values()) == 3


async def test_the_books_balance_while_chunks_are_planned(clinic: Clinic) -> None:
    await load(clinic)
    await clinic.ready(row_filter=NOT_VEGA, steps=(a_step(), a_step(id="second")))
    clinic.runs_jobs = False
    fire = await clinic.fire()
    before = (await get_live_fire(clinic.runtime, clinic.company_id, fire.id)).books.ledger
    assert before == Ledger(planned=12, pending=12)
    clinic.runs_jobs = True
    await clinic.run_published()
    after = (await get_live_fire(clinic.runtime, clinic.company_id, fire.id)).books.ledger
    assert (after.planned, after.filtered, after.is_balanced) == (8, 4, True)


async def test_a_fire_whose_filter_takes_nobody_closes_with_all_filtered(clinic: Clinic) -> None:
    await clinic.load(*people(2))
    await clinic.ready(row_filter=NOT_VEGA)
    fire = await clinic.fire()
    assert (await clinic.report(fire)).ledger == Ledger(filtered=2)
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed


async def test_a_correction_that_the_filter_does_not_take_is_refused(clinic: Clinic) -> None:
    await load(clinic)
    await clinic.ready(row_filter=NOT_VEGA)
    await clinic.fire()
    [failure] = await clinic.failures()
    arguments = (clinic.runtime, clinic.company_id, failure.id)
    with pytest.raises(Conflict, match="row filter takes rows of which doctor is not"):
        await requeue_failure(*arguments, {"phone": "2125550199", "doctor": "Dr Vega"})
    await requeue_failure(*arguments, {"phone": "2125550199"})
    assert "+12125550199" in await clinic.sent_counts()


@pytest.mark.parametrize(
    ("condition", "field", "why"),
    [
        (RowCondition(field="state", test=ConditionTest.IS, value="x"), "field", "is not a field"),
        (RowCondition(field="doctor", test=ConditionTest.MORE_THAN, value="1"), "test", "is for numbers"),
        (RowCondition(field="appointment_at", test=ConditionTest.IS, value="soon"), "value", "is not a date"),
        (RowCondition(column="Doctor", test=ConditionTest.IS, value="x"), "column", "only a source's"),
    ],
)
async def test_a_filter_that_could_never_work_is_refused_when_saved_and_when_ready(
    clinic: Clinic, condition: RowCondition, field: str, why: str
) -> None:
    campaign = a_campaign(row_filter=RowFilter(conditions=(condition,)))
    with pytest.raises(InvalidInput, match=why) as refused:
        await create_campaign(clinic.runtime, clinic.company_id, campaign)
    assert refused.value.problems[0].field == f"row_filter.conditions[0].{field}"
    await clinic.save(campaign)
    with pytest.raises(InvalidInput, match=why):
        await mark_ready(clinic.runtime, clinic.company_id, "reminders")
