"""Why somebody got nothing, by what stands in their row: staff know a name, not the bad number."""

import pytest

from shared.domain.errors import NotFound
from shared.domain.fires.explanation import Verdict
from shared.usecases.fires.explain_rows import WhyRow, explain_rows
from tests.kit.clinic import Clinic, people


async def _why(clinic: Clinic, text: str) -> list[WhyRow]:
    return await explain_rows(clinic.runtime, clinic.company_id, text, "reminders")


async def test_a_name_leads_to_the_failure_of_a_bad_number(clinic: Clinic) -> None:
    await clinic.load({"Patient": "Zoe Moss", "Phone": "call first"}, *people(2))
    await clinic.ready()
    fire = await clinic.fire()
    for text in ("zoe", "call first"):
        [found] = await _why(clinic, text)
        assert (found.row_number, found.why.fire_id) == (2, fire.id)
        [told] = found.why.explanations
        assert (told.verdict, told.failure_id is not None) == (Verdict.NOT_SENT, True)
        assert "phone" in told.words.lower()


async def test_a_name_leads_to_the_message_that_was_sent(clinic: Clinic) -> None:
    await clinic.load({"Patient": "Zoe Moss", "Phone": "+1 212 555 0187"}, *people(2))
    await clinic.ready()
    await clinic.fire()
    [found] = await _why(clinic, "Moss")
    [told] = found.why.explanations
    assert (told.address, told.message_id is not None) == ("+12125550187", True)


async def test_a_row_that_was_rejected_is_found_too(clinic: Clinic) -> None:
    await clinic.load({"Patient": "Zoe Moss", "When": "tomorrow"}, *people(2))
    await clinic.ready()
    await clinic.fire()
    [found] = await _why(clinic, "zoe moss")
    assert found.row_number is None
    assert "tomorrow" in found.why.explanations[0].words


async def test_what_stands_in_no_row_finds_nothing_and_other_campaigns_are_not_there(clinic: Clinic) -> None:
    await clinic.load(*people(2))
    await clinic.ready()
    await clinic.fire()
    assert await _why(clinic, "Nobody") == []
    with pytest.raises(NotFound):
        await explain_rows(clinic.runtime, "another", "zoe", "reminders")
