"""Events that nobody tells although they are announced again are stuck work, and wake somebody up."""

from datetime import timedelta

from shared.domain.events.raised_events import RaisedEvents
from shared.views.stuck_work import StuckKind, list_stuck_work
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic


async def test_events_that_wait_too_long_are_stuck_work(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    for name, age in (("old", timedelta(hours=1)), ("older", timedelta(hours=2)), ("new", timedelta())):
        waiting = RaisedEvents(id=name, due_at=NOON - age, events=b"")
        await clinic.stores.events.save(clinic.company_id, name, waiting)
    [stuck] = [one async for one in list_stuck_work(clinic.runtime, NOON)]
    assert (stuck.kind, stuck.company_id) == (StuckKind.UNTOLD_EVENTS, clinic.company_id)
    assert stuck.item_id in ("old", "older")
    assert "tell-listeners" in stuck.why
