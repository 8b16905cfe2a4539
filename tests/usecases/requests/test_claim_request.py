"""A request whose attempt died is taken over as the same request, however much later that is."""

from datetime import timedelta

import pytest

from shared.domain.idempotency import AttemptUnderWay
from shared.usecases.requests.claim_request import claim_request, give_back_request
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("later", [2 * MINUTE, 61 * MINUTE, timedelta(hours=23, minutes=59)])
async def test_a_dead_attempt_is_taken_over_with_what_its_ids_are_computed_from(
    clinic: Clinic, clock: Clock, later: timedelta
) -> None:
    first = await claim_request(clinic.runtime, clinic.company_id, "key", "hash")
    clinic.later(later)
    second = await claim_request(clinic.runtime, clinic.company_id, "key", "hash")
    assert second.token != first.token
    assert (second.id, second.expires_at) == (first.id, first.expires_at)
    stored = await clinic.stores.idempotency.get(clinic.company_id, "key")
    assert stored == second


async def test_an_attempt_that_may_live_is_left_alone(clinic: Clinic, clock: Clock) -> None:
    await claim_request(clinic.runtime, clinic.company_id, "key", "hash")
    clinic.later(2 * MINUTE - timedelta(seconds=1))
    with pytest.raises(AttemptUnderWay):
        await claim_request(clinic.runtime, clinic.company_id, "key", "hash")


async def test_after_a_day_it_is_another_request(clinic: Clinic, clock: Clock) -> None:
    first = await claim_request(clinic.runtime, clinic.company_id, "key", "hash")
    clinic.later(timedelta(hours=24))
    second = await claim_request(clinic.runtime, clinic.company_id, "key", "hash")
    assert second.expires_at - first.expires_at == timedelta(hours=24)


async def test_who_was_taken_over_gives_nothing_back(clinic: Clinic, clock: Clock) -> None:
    first = await claim_request(clinic.runtime, clinic.company_id, "key", "hash")
    clinic.later(2 * MINUTE)
    second = await claim_request(clinic.runtime, clinic.company_id, "key", "hash")
    await give_back_request(clinic.runtime, clinic.company_id, first)
    assert await clinic.stores.idempotency.find(clinic.company_id, "key") == second
    await give_back_request(clinic.runtime, clinic.company_id, second)
    assert await clinic.stores.idempotency.find(clinic.company_id, "key") is None
