"""A failed row's times are shown and typed on the clock that they were read on, never in ISO form."""

from shared.domain.messages.failure import FailureState
from tests.kit.builders import a_source
from tests.kit.clinic import Clinic
from tests.kit.portal.visitor import Visitor
from tests.usecases.conftest import clinic

__all__ = ["clinic"]
PICKED = 'name="values.appointment_at" type="datetime-local" value="2099-12-24T14:30"'


async def _failed(clinic: Clinic) -> str:
    """The page of the one failure: a person's number was wrong."""
    fire = await clinic.fire_for("12")
    [failure] = await clinic.failures()
    return f"/fires/{fire.id}/failures/{failure.id}"


async def _said(clinic: Clinic) -> str:
    [message] = await clinic.accepted()
    return str(message["body"])


async def test_a_time_is_picked_on_the_companys_clock(clinic: Clinic, approver: Visitor) -> None:
    here = await _failed(clinic)
    page = await approver.get(here)
    assert PICKED in page.text
    assert "On your company's clock." in approver.says
    assert "-05:00" not in page.text
    fields = {"values.phone": "+1 212 555 0188", "values.appointment_at": "2099-12-25T09:15"}
    answer = await approver.post(here, fields)
    assert answer.status_code == 303, approver.says
    assert "on Dec 25 at 09:15" in await _said(clinic)


async def test_a_time_that_is_left_alone_stays_what_it_was(clinic: Clinic, approver: Visitor) -> None:
    here = await _failed(clinic)
    fields = {"values.phone": "+1 212 555 0188", "values.appointment_at": "2099-12-24T14:30"}
    await approver.post(here, fields, seen=here)
    assert "on Dec 24 at 14:30" in await _said(clinic)
    page = await approver.get(here)
    assert PICKED in page.text
    assert "It was corrected and queued again." in approver.says


async def test_a_bad_time_is_named_with_how_to_write_it_and_nothing_goes(
    clinic: Clinic, approver: Visitor
) -> None:
    here = await _failed(clinic)
    for bad in ("tomorrow", "2099-12-25", "2099-02-30T09:15", "9999-12-31T23:59:59-14:00"):
        fields = {"values.phone": "+1 212 555 0188", "values.appointment_at": bad}
        page = await approver.post(here, fields, seen=here)
        assert page.status_code == 422, bad
        assert 'id="appointment_at-problem"' in page.text
        wanted = (
            "Is no date with a time of day: write it as 2026-12-17 14:30, on the clock of America/New_York"
        )
        assert wanted in approver.says
        assert f'value="{bad}"' in page.text
        assert 'value="+1 212 555 0188"' in page.text
    [failure] = await clinic.failures()
    assert failure.state is FailureState.OPEN
    assert await clinic.accepted() == []


async def test_where_the_file_has_another_clock_the_page_says_which(
    clinic: Clinic, approver: Visitor
) -> None:
    source = a_source(time_zone="America/Los_Angeles")
    await clinic.stores.sources.save(clinic.company_id, source.id, source)
    here = await _failed(clinic)
    page = await approver.get(here)
    assert PICKED in page.text
    assert "As clocks in America/Los_Angeles show it." in approver.says
    fields = {"values.phone": "+1 212 555 0188", "values.appointment_at": "2099-12-24 15:00"}
    await approver.post(here, fields)
    assert "on Dec 24 at 15:00" in await _said(clinic)
