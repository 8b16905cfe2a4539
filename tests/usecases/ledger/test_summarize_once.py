"""Workers that see a fire's end at the same time: one counts, and nothing is missing in its count."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from google.cloud.firestore import Client

from shared import faults
from shared.domain.fires.fire import Fire, FireProgress, Ledger, ProgressStatus
from shared.usecases.ledger.summarize_fire import summarize_fire, summarize_once
from tests.kit.clinic import Clinic, people

WORKERS = 12


@contextmanager
def at_claims(act: Callable[[int], None]) -> Iterator[Counter[str]]:
    """Run `act` with its number just before each claim; what steps were taken, by name."""
    steps: Counter[str] = Counter()

    def hook(point: str, moment: str) -> None:
        if moment == "before":
            if point == "summarize_fire.claim":
                act(steps[point])
            steps[point] += 1

    faults.install(hook)
    try:
        yield steps
    finally:
        faults.install(None)


async def sent(clinic: Clinic) -> Fire:
    """A fire that is sent and summarized."""
    await clinic.load(*people(3))
    await clinic.ready()
    fire = await clinic.fire()
    assert (await progress_of(clinic, fire)).status is ProgressStatus.SENT
    return fire


async def progress_of(clinic: Clinic, fire: Fire) -> FireProgress:
    return await clinic.stores.fire_progress.get(clinic.company_id, fire.id)


def changing(clinic: Clinic, fire: Fire, **fields: object) -> Callable[[int], None]:
    """Somebody who writes the summary before the first claim."""
    path = clinic.stores.fire_progress.ref(clinic.company_id, fire.id).path

    def change(number: int) -> None:
        if number == 0:
            client = Client(project=clinic.runtime.settings.project_id)
            client.document(path).update(fields)
            client.close()  # type: ignore[no-untyped-call]  # as its library has it

    return change


async def test_of_many_at_once_few_count(clinic: Clinic) -> None:
    fire = await sent(clinic)
    with at_claims(lambda number: None) as steps:
        await asyncio.gather(
            *(summarize_once(clinic.runtime, clinic.company_id, fire.id) for _ in range(WORKERS))
        )
    assert steps["summarize_fire.claim"] >= WORKERS
    assert 1 <= steps["summarize_fire.store"] < WORKERS / 2  # also those that looked after the first claim


async def test_a_summary_claimed_meanwhile_is_left_to_who_claimed_it(clinic: Clinic) -> None:
    fire = await sent(clinic)
    with at_claims(changing(clinic, fire, claim="another worker's")) as steps:
        await summarize_once(clinic.runtime, clinic.company_id, fire.id)
    assert steps["summarize_fire.store"] == 0


async def test_a_summary_that_was_only_stored_meanwhile_is_counted_again(clinic: Clinic) -> None:
    """What was stored may have been counted before our work was."""
    fire = await sent(clinic)
    with at_claims(changing(clinic, fire, percent=66)) as steps:
        await summarize_once(clinic.runtime, clinic.company_id, fire.id)
    assert (steps["summarize_fire.claim"], steps["summarize_fire.store"]) == (2, 1)
    assert (await progress_of(clinic, fire)).percent == 100


async def test_storing_a_summary_keeps_who_claimed_it(clinic: Clinic) -> None:
    fire = await sent(clinic)
    await summarize_once(clinic.runtime, clinic.company_id, fire.id)
    claimed = (await progress_of(clinic, fire)).claim
    assert claimed
    await summarize_fire(clinic.runtime, clinic.company_id, fire.id)
    assert (await progress_of(clinic, fire)).claim == claimed


async def test_without_a_summary_everybody_counts(clinic: Clinic) -> None:
    fire = await sent(clinic)
    await clinic.stores.fire_progress.remove(clinic.company_id, [fire.id])
    await summarize_once(clinic.runtime, clinic.company_id, fire.id)
    assert (await progress_of(clinic, fire)).ledger == Ledger(planned=3, sent=3)
