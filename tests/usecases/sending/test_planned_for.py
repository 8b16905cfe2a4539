"""When a queued message goes out, and why a fire waits, can be seen."""

from datetime import timedelta

from tests.kit.builders import an_audience, an_sms_sender
from tests.kit.clinic import Clinic


async def test_a_fire_behind_another_says_when_it_starts(clinic: Clinic) -> None:
    await clinic.stores.senders.save(clinic.company_id, "texts", an_sms_sender(rate_per_second=0.01))
    clinic.runs_jobs = False
    first = await clinic.load(*({"Phone": f"+1 212 555 {2000 + n}"} for n in range(3)))
    second = await clinic.load({"Phone": "+1 212 555 3000"})
    clinic.published = []
    await clinic.ready(id="first", audience=an_audience(first.id))
    await clinic.ready(id="second", audience=an_audience(second.id))
    assert (await clinic.fire("first")).note == ""
    fire = await clinic.fire("second")
    assert fire.note.startswith("Starts at ")
    await clinic.run_published()
    planned = {message.address: message.planned_for for message in await clinic.messages()}
    times = [planned[f"+1212555{2000 + n}"] for n in range(3)]
    assert all(time is not None for time in times)
    last = planned["+12125553000"]
    assert last is not None
    assert times[0] is not None
    assert last - times[0] >= timedelta(seconds=290)
