"""What a provider refuses for now is tried again when it asked for, and not before our own back-off."""

from datetime import timedelta

import pytest

from shared.domain.messages.batch import BatchState
from shared.domain.record import replace
from shared.usecases.sending.claim_batch import claim_batch
from shared.usecases.sending.close_batch import close_batch
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock


@pytest.mark.parametrize(
    ("attempt", "asked", "seconds"),
    [(1, 0.0, 5), (1, 300.0, 300), (8, 300.0, 600), (3, 7.5, 20), (0, 0.0, 0)],
)
async def test_the_longer_of_both_waits_holds(
    clinic: Clinic, clock: Clock, attempt: int, asked: float, seconds: int
) -> None:
    await clinic.load({})
    await clinic.ready()
    _, job = await clinic.fire_and_queue()
    [message] = await clinic.messages()
    await clinic.stores.messages.save(clinic.company_id, message.id, replace(message, attempt=attempt))
    claim = await claim_batch(clinic.runtime, clinic.company_id, job.batch_id)
    assert claim is not None
    now = clinic.runtime.now()
    closed = await close_batch(
        clinic.runtime, clinic.company_id, claim, is_settled=False, is_paused=False, retry_after_seconds=asked
    )
    assert closed.state is BatchState.WAITING
    wait = closed.planned_start - now
    assert timedelta(seconds=seconds) <= wait < timedelta(seconds=seconds + 1)  # the clock goes on
