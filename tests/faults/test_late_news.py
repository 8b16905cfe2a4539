"""News that comes after a fire was closed changes its ledger, even when who brings it dies half-way."""

from collections.abc import Iterator

import pytest

from shared import faults
from shared.domain.fires.fire import Ledger, ProgressStatus
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.faults import Point
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.faults.orders import Moment
from tests.faults.stories import queued, settle
from tests.faults.worker import Worker
from tests.kit.clinic import Clinic


class Died(BaseException):
    """The process ends here."""


@pytest.fixture
def deadly() -> Iterator[list[Point]]:
    """Points after which the process dies."""
    points: list[Point] = []

    def hook(point: Point, moment: Moment) -> None:
        if moment == "after" and point in points:
            raise Died

    faults.install(hook)
    yield points
    faults.install(None)


async def closed_over_unknown(clinic: Clinic) -> tuple[Worker, str]:
    """A fire whose three messages went out, which nobody knows, as their worker stopped."""
    job = await queued(clinic)
    worker = await Worker.claims(clinic, job)
    await worker.intends()
    fire_id = worker.claim.batch.fire_id
    return worker, fire_id


async def check_closed_again(clinic: Clinic, fire_id: str) -> None:
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire_id)
    assert progress.ledger == Ledger(planned=3, sent=3)
    assert progress.status is ProgressStatus.SENT
    assert (await clinic.stores.fires.get(clinic.company_id, fire_id)).is_closed


async def test_receipts_after_the_end(clinic: Clinic, deadly: list[Point]) -> None:
    worker, fire_id = await closed_over_unknown(clinic)
    await worker.calls()
    await settle(clinic)
    assert (await clinic.stores.fires.get(clinic.company_id, fire_id)).is_closed
    deadly.append("record_receipt")
    for message in await clinic.messages():
        assert message.state is MessageState.UNKNOWN
        receipt = Receipt(message_id=message.id, kind=ReceiptKind.DELIVERED, event_id=message.id)
        with pytest.raises(Died):
            await record_receipt(clinic.runtime, clinic.company_id, receipt)
    await check_closed_again(clinic, fire_id)


async def test_answers_after_the_end(clinic: Clinic, deadly: list[Point]) -> None:
    worker, fire_id = await closed_over_unknown(clinic)
    results = await worker.calls()
    await settle(clinic)
    deadly.append("record_results")
    with pytest.raises(Died):
        await worker.records(results)
    await check_closed_again(clinic, fire_id)
