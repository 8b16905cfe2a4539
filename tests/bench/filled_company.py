"""A company that has worked for a while, stored by the batch: rows, contacts, messages, answers."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.companies.user import Role
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.fires.fire import FireProgress, Ledger, PlannedStep, ProgressStatus, StepLedger
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.runtime import Runtime
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.run_job import run_job
from shared.usecases.users.create_user import create_user
from tests.bench.contacts import people
from tests.bench.intake import COMPANY, write_csv
from tests.bench.preview import prepare
from tests.kit.api.office import Office
from tests.kit.builders import a_message

TOGETHER = 500  # writes in a commit
FIRES, REPLIES, FAILURES, OTHERS = 30, 300, 500, 200
EMAIL, PASSWORD = "admin@bench.example.org", "lamp river wagon 7"
_KINDS = (
    *((MessageState.SENT, Delivery.DELIVERED, Disposition.CONFIRMED),) * 2,
    *((MessageState.SENT, Delivery.DELIVERED, None),) * 12,
    *((MessageState.SENT, None, None),) * 3,
    (MessageState.SENT, Delivery.UNDELIVERED, None),
    (MessageState.SKIPPED, None, None),
    (MessageState.UNKNOWN, None, None),
)


async def fill(runtime: Runtime, folder: Path, rows: int, contacts: int, messages: int) -> dict[str, str]:
    """Store all of it; the ids that stand in pages' addresses, by name."""
    office = Office(runtime)
    runtime.do_jobs_here(lambda job: run_job(runtime, job))
    path = folder / "people.csv"
    write_csv(path, rows)
    campaign_id = await prepare(runtime, path)
    await office._furnish(COMPANY)
    campaign = await runtime.stores.campaigns.get(COMPANY, campaign_id)
    assert isinstance(campaign.audience, FileAudience)
    now = runtime.now()
    made = people(contacts, now)
    author = Author(ChangedBy.SYSTEM, "bench")
    await change_contacts(runtime, COMPANY, {one.id: _always(one) for one in made}, author)
    preview = await start_preview(runtime, COMPANY, campaign_id)
    await _fires(runtime, campaign_id, messages, now)
    await _others(runtime, campaign_id, now)
    await create_user(runtime, COMPANY, EMAIL, "Ada", Role.ADMIN, PASSWORD)
    return {
        "file_id": campaign.audience.file_id or "",
        "source_id": "people",
        "campaign_id": campaign_id,
        "preview_id": preview.id,
        "fire_id": "fire-0",
        "contact_id": made[0].id,
    }


def _always(contact: Contact) -> Callable[[Contact | None], Contact]:
    """The change that makes this contact."""
    return lambda _: contact


async def _fires(runtime: Runtime, campaign_id: str, messages: int, now: datetime) -> None:
    """A fire on each of the last days, all closed but the newest, each with its share of the messages."""
    stores, share = runtime.stores, messages // FIRES
    fire = await stores.fires.get(COMPANY, f"fire-{COMPANY}")
    for day in range(FIRES):
        began = now - timedelta(days=day, minutes=1)
        step = PlannedStep(step_id="step", planned=share, chunk_count=0)
        made = replace(
            fire, id=f"fire-{day}", campaign_id=campaign_id, slot=str(day), fired_at=began, steps=(step,),
            chunks_stored=True, is_closed=day > 0,
        )  # fmt: skip
        await stores.fires.save(COMPANY, made.id, made)
        await _put(runtime, stores.messages, list(_messages(made.id, campaign_id, share, began)))
        await stores.fire_progress.save(COMPANY, made.id, _progress(made.id, share, now))


def _messages(fire_id: str, campaign_id: str, count: int, began: datetime) -> Iterator[Any]:
    base = a_message()
    for number in range(count):
        state, delivery, disposition = _KINDS[number % len(_KINDS)]
        yield replace(
            base, id=f"{fire_id}-{number}", fire_id=fire_id, campaign_id=campaign_id, step_id="step",
            address=f"+1212{5_550_000 + number}", created_at=began, state=state, delivery=delivery,
            disposition=disposition, reason="opted_out" if state is MessageState.SKIPPED else None,
            delivery_code="30003" if delivery is Delivery.UNDELIVERED else None,
        )  # fmt: skip


def _progress(fire_id: str, count: int, now: datetime) -> FireProgress:
    kinds = [_KINDS[number % len(_KINDS)][0] for number in range(count)]
    sent, skipped = kinds.count(MessageState.SENT), kinds.count(MessageState.SKIPPED)
    ledger = Ledger(planned=count, sent=sent, skipped=skipped, unknown=count - sent - skipped)
    return FireProgress(
        id=fire_id, fire_id=fire_id, ledger=ledger, steps=(StepLedger(step_id="step", ledger=ledger),),
        status=ProgressStatus.NEEDS_ATTENTION, percent=100, updated_at=now,
    )  # fmt: skip


async def _others(runtime: Runtime, campaign_id: str, now: datetime) -> None:
    """More of what lists show: replies that wait, failures, and so many of each other thing."""
    stores = runtime.stores
    reply = await stores.replies.get(COMPANY, f"reply-{COMPANY}")
    failure = await stores.failures.get(COMPANY, f"failure-{COMPANY}")
    waiting = [
        replace(reply, id=f"reply-{n}", waits=n % 3 == 0, received_at=now, campaign_id=campaign_id,
                fire_id=f"fire-{n % FIRES}", disposition=Disposition.CONFIRMED if n % 3 else None)
        for n in range(REPLIES)
    ]  # fmt: skip
    await _put(runtime, stores.replies, waiting)
    failed = [replace(failure, id=f"failure-{n}", fire_id="fire-0", step_id="step") for n in range(FAILURES)]
    await _put(runtime, stores.failures, failed)
    for collection, name in (
        (stores.campaigns, "campaign"), (stores.files, "file"), (stores.sources, "source"),
        (stores.templates, "template"), (stores.segments, "segment"), (stores.contact_lists, "list"),
        (stores.contact_imports, "import"), (stores.saved_replies, "saved"), (stores.users, "user"),
        (stores.api_keys, "key"), (stores.audit_records, "audit"), (stores.opt_outs, "opt-out"),
        (stores.webhook_endpoints, "endpoint"), (stores.webhook_deliveries, "delivery"),
        (stores.automations, "automation"), (stores.automation_enrollments, "enrollment"),
        (stores.broadcasts, "broadcast"),
    ):  # fmt: skip
        one: Any = await collection.get(COMPANY, f"{name}-{COMPANY}")
        await _put(runtime, collection, [replace(one, id=f"{name}-{n}") for n in range(OTHERS)])


async def _put(runtime: Runtime, collection: Any, records: Sequence[Any]) -> None:
    """Store these, some commits at once."""
    waiting = iter(records)

    async def store() -> None:
        while part := list(islice(waiting, TOGETHER)):
            writer = runtime.stores.db.batch()
            for record in part:
                collection.put(writer, COMPANY, record.id, record)
            await writer.commit()

    await asyncio.gather(*(store() for _ in range(4)))
