"""Receipts are stored before a webhook is answered, and recorded after: none is lost, none counts twice."""

import asyncio
import random
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared import faults
from shared.domain.job import RecordReceipts
from shared.domain.messages.message import MessageState
from shared.domain.messages.receipt_bundle import RECEIPTS_PER_BUNDLE, ReceiptBundle, bundles_of, receipts_of
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.usecases.answers.record_receipts import MESSAGES_TOGETHER, record_receipts, record_together
from shared.usecases.answers.store_receipts import store_receipts
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import NOON, a_message
from tests.kit.clinic import Clinic
from tests.kit.forgetting import forgotten
from tests.kit.receipts import record_waiting, waiting_bundles, waiting_receipts


def told(number: int, kind: ReceiptKind = ReceiptKind.DELIVERED, **fields: Any) -> Receipt:
    return Receipt(message_id=f"m{number}", kind=kind, event_id=f"{number} {kind}", **fields)


async def have_sent(clinic: Clinic, count: int, state: MessageState = MessageState.SENT) -> None:
    writer = clinic.stores.db.batch()
    for number in range(count):
        message = a_message(id=f"m{number}", state=state, sent_at=NOON, address=f"+1212555{number:04}")
        clinic.stores.messages.put(writer, clinic.company_id, message.id, message)
    await writer.commit()


async def store(clinic: Clinic, *receipts: Receipt) -> None:
    await store_receipts(clinic.runtime, clinic.company_id, receipts)


async def deliveries(clinic: Clinic) -> dict[str, str | None]:
    return {message.id: message.delivery for message in await clinic.messages()}


@pytest_asyncio.fixture
async def waiting(clinic: Clinic) -> AsyncIterator[Clinic]:
    """A clinic where jobs wait to be run."""
    clinic.runs_jobs = False
    yield clinic


def test_a_bundle_holds_what_was_told() -> None:
    receipts = [told(n, reason="x" * 5_000, address="ana@example.com") for n in range(700)]
    bundles = list(bundles_of(receipts, NOON))
    assert [len(receipts_of(bundle)) for bundle in bundles] == [300, 300, 100]
    kept = [receipt for bundle in bundles for receipt in receipts_of(bundle)]
    assert [receipt.event_id for receipt in kept] == [receipt.event_id for receipt in receipts]
    assert {len(receipt.reason or "") for receipt in kept} == {1_000}


def test_a_bundle_fits_a_document_whatever_providers_write() -> None:
    """A document holds 1 MiB; the letters are drawn, as they are hard to compress."""
    draw = random.Random(1)  # noqa: S311  # not for a secret

    def text() -> str:
        return "".join(chr(draw.randrange(0x10000, 0x10FFFF)) for _ in range(1_000))

    receipts = [told(n, reason=text(), code=text()) for n in range(RECEIPTS_PER_BUNDLE)]
    [bundle] = bundles_of(receipts, NOON)
    assert len(bundle.receipts) < 2**20 * 2  # twice: nobody writes so
    ordinary = [told(n, reason="550 5.1.1 The account does not exist " * 30) for n in range(300)]
    [bundle] = bundles_of(ordinary, NOON)
    assert len(bundle.receipts) < 100_000


async def test_what_was_told_is_stored_and_recorded_by_its_job(waiting: Clinic) -> None:
    await have_sent(waiting, 3)
    await store(waiting, told(0), told(1, ReceiptKind.UNDELIVERED), told(9))
    assert set((await deliveries(waiting)).values()) == {None}
    [job] = waiting.published
    assert isinstance(job, RecordReceipts)
    await waiting.run_published()
    assert await deliveries(waiting) == {"m0": "delivered", "m1": "undelivered", "m2": None}
    assert await waiting_bundles(waiting.runtime, waiting.company_id) == []


async def test_order_and_repetition_do_not_matter(waiting: Clinic) -> None:
    await have_sent(waiting, 40)
    kinds = [ReceiptKind.SENT, ReceiptKind.DELIVERED, ReceiptKind.READ, ReceiptKind.UNKNOWN]
    receipts = [told(number, kind) for number in range(40) for kind in kinds] * 2
    random.Random(7).shuffle(receipts)  # noqa: S311  # not for a secret
    for start in range(0, len(receipts), 50):
        await store(waiting, *receipts[start : start + 50])
    jobs, waiting.published = waiting.published, []
    both = [job for job in [*jobs, *jobs] if isinstance(job, RecordReceipts)]
    random.Random(8).shuffle(both)  # noqa: S311  # not for a secret
    await asyncio.gather(*(record_receipts(waiting.runtime, job) for job in both))
    assert set((await deliveries(waiting)).values()) == {"read"}


@pytest.mark.parametrize("point", ["store_receipts.publish", "record_receipts", "record_receipts.finish"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_what_dies_on_its_way_is_found_by_the_sweep(
    waiting: Clinic, point: faults.Point, moment: str
) -> None:
    """The process ends there; what was stored before it was announced is announced again."""

    class Died(BaseException):
        pass

    def die(passed: faults.Point, when: str) -> None:
        if (passed, when) == (point, moment):
            raise Died

    await have_sent(waiting, 3)
    faults.install(die)
    try:
        await store(waiting, told(0), told(1), told(2))
        await waiting.run_published()
    except Died:
        waiting.published = []
    finally:
        faults.install(None)
    waiting.later(timedelta(minutes=20))
    await sweep_stalled_work(waiting.runtime, waiting.runtime.now())
    await waiting.run_published()
    assert set((await deliveries(waiting)).values()) == {"delivered"}
    assert await waiting_bundles(waiting.runtime, waiting.company_id) == []
    found = await sweep_stalled_work(waiting.runtime, waiting.runtime.now())
    assert found["receipts"] == 0


async def test_a_bundle_that_waits_for_its_job_is_not_announced_again(waiting: Clinic) -> None:
    await store(waiting, told(0))
    waiting.published = []
    found = await sweep_stalled_work(waiting.runtime, waiting.runtime.now())
    assert (found["receipts"], waiting.published) == (0, [])


async def test_what_cannot_be_stored_is_told_to_whom_it_concerns(
    waiting: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider gets no 2xx for it, and posts it again; those that come later are stored."""

    def refuse(*_: object) -> None:
        raise ConnectionError("no database")

    with monkeypatch.context() as broken:
        broken.setattr("shared.usecases.answers.store_receipts.commit", refuse)
        stored = await asyncio.gather(*(store(waiting, told(n)) for n in range(5)), return_exceptions=True)
        assert [type(error) for error in stored] == [ConnectionError] * 5
    await store(waiting, told(7))
    assert [receipt.message_id for receipt in await waiting_receipts(waiting.runtime, "acme")] == ["m7"]


async def test_unknown_outcomes_that_are_proved_close_their_fires_books_once(clinic: Clinic) -> None:
    await clinic.fire_for("+1 212 555 2000", "+1 212 555 2001", "+1 212 555 2002")
    messages = await clinic.messages()
    for message in messages[:2]:
        await clinic.lose_answer(message)
    [fire] = (await clinic.stores.fires.page(clinic.company_id, limit=9)).items
    assert (await clinic.report(fire)).ledger.unknown == 2
    receipts = [
        Receipt(message_id=message.id, kind=kind, event_id=f"{message.id} {kind}")
        for kind in (ReceiptKind.SENT, ReceiptKind.DELIVERED)
        for message in messages
    ]
    passed: list[str] = []
    faults.install(lambda point, moment: passed.append(point) if moment == "after" else None)
    try:
        await store(clinic, *receipts)
    finally:
        faults.install(None)
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire.id)
    assert (progress.ledger.sent, progress.ledger.unknown) == (3, 0)
    assert set((await deliveries(clinic)).values()) == {"delivered"}
    assert passed.count("summarize_fire.store") == 1


async def test_what_another_writes_meanwhile_is_read_again(
    waiting: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker learns the provider's answer between our reading and our writing: both count."""
    await have_sent(waiting, 3, MessageState.SENDING)
    await store(waiting, told(0), told(1), told(2))
    answer = a_message(
        id="m1", state=MessageState.SENT, provider_id="SM1", sent_at=NOON, address="+12125550001"
    )
    find_versions, reads = waiting.stores.messages.find_versions, 0

    async def read_and_be_outrun(*arguments: Any) -> Any:
        nonlocal reads
        found = await find_versions(*arguments)
        reads += len(found)
        if reads == 3:
            await waiting.stores.messages.save(waiting.company_id, "m1", answer)
        return found

    monkeypatch.setattr(waiting.stores.messages, "find_versions", read_and_be_outrun)
    await waiting.run_published()
    assert reads == 4, "only the one that was changed is read again"
    message = await waiting.stores.messages.get(waiting.company_id, "m1")
    assert (message.state, message.provider_id, message.delivery) == ("sent", "SM1", "delivered")
    assert set((await deliveries(waiting)).values()) == {"delivered"}


async def test_a_bundle_that_cannot_be_read_keeps_no_other_from_being_recorded(waiting: Clinic) -> None:
    """Those that come together are recorded together; the job of the broken one comes again."""
    await have_sent(waiting, 2)
    for number in range(2):
        await store(waiting, told(number))
    jobs = [job for job in waiting.published if isinstance(job, RecordReceipts)]
    broken = ReceiptBundle(id="broken", told_at=NOON, receipts=b"no receipts")
    await waiting.stores.receipt_bundles.save(waiting.company_id, "broken", broken)
    with pytest.raises(zlib.error):
        await record_together(
            waiting.runtime, waiting.company_id, ["broken", *(job.bundle_id for job in jobs)]
        )
    assert set((await deliveries(waiting)).values()) == {"delivered"}
    assert await waiting_bundles(waiting.runtime, waiting.company_id) == [broken]


@pytest.mark.parametrize("kind", [ReceiptKind.OPTED_OUT, ReceiptKind.COMPLAINED])
async def test_a_refusal_among_the_receipts_counts(clinic: Clinic, kind: ReceiptKind) -> None:
    """As one of more than fifty in one post: the others are taken before the post is answered."""
    await have_sent(clinic, 2)
    await store(clinic, told(0), told(1, kind))
    [opt_out] = (await clinic.stores.opt_outs.page(clinic.company_id, limit=9)).items
    assert (opt_out.address, opt_out.is_active) == ("+12125550001", True)


async def test_a_person_who_is_forgotten_is_not_in_what_waits(waiting: Clinic) -> None:
    await store(
        waiting,
        told(0, address="+12125550187"),
        told(1, reason="The number (212) 555-0187 is gone.", kind=ReceiptKind.FAILED),
        told(2, address="+12125550188", reason="Gone.", kind=ReceiptKind.FAILED),
    )
    message = a_message()
    done = await forgotten(waiting, message.channel, "+12125550187")
    assert done.removed["receipts"] == 2
    kept = await waiting_receipts(waiting.runtime, waiting.company_id)
    assert [(receipt.address, receipt.reason) for receipt in kept] == [
        (None, None),
        (None, None),
        ("+12125550188", "Gone."),
    ]


async def test_receipts_that_come_together_are_stored_together(waiting: Clinic) -> None:
    """A hundred posts at once are one document and one job."""
    await asyncio.gather(*(store(waiting, told(number)) for number in range(100)))
    [bundle] = await waiting_bundles(waiting.runtime, waiting.company_id)
    assert len({receipt.event_id for receipt in receipts_of(bundle)}) == 100
    assert len(waiting.published) == 1


async def test_companies_wait_each_for_their_own(waiting: Clinic) -> None:
    async def one(company_id: str) -> None:
        await store_receipts(waiting.runtime, company_id, [told(0)])

    await asyncio.gather(*(one(company_id) for company_id in ("acme", "globex") for _ in range(3)))
    for company_id in ("acme", "globex"):
        assert len(await waiting_receipts(waiting.runtime, company_id)) == 3


async def test_receipts_of_many_messages_share_a_commit(waiting: Clinic) -> None:
    await have_sent(waiting, 2 * MESSAGES_TOGETHER)
    await store(waiting, *(told(number) for number in range(2 * MESSAGES_TOGETHER)))
    passed: list[str] = []
    faults.install(lambda point, moment: passed.append(point) if moment == "after" else None)
    try:
        assert await record_waiting(waiting.runtime, waiting.company_id) == 1
    finally:
        faults.install(None)
    assert passed == ["record_receipts", "record_receipts", "record_receipts.finish"]
