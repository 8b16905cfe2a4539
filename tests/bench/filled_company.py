"""A company that has worked for a while: a loaded file, contacts, fires with messages, answers, full lists.

The file, its preview and the contacts come in as a company's do. What sending leaves behind is stored in its
stored shapes, some commits at once: to send it all would take longer than anybody waits for a bench.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.companies.user import Role
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.fires.fire import Fire, FireProgress, Ledger, PlannedStep, ProgressStatus, StepLedger
from shared.domain.fires.fire_sums import SETTLED_AFTER, StoredSums
from shared.domain.fires.standing import TEST_CAMPAIGN
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.firestore.kit.collection import Collection
from shared.runtime import Runtime
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.count_due_sums import count_due_sums
from shared.usecases.users.create_user import create_user
from tests.bench.contacts import people
from tests.bench.intake import COMPANY, write_csv
from tests.bench.preview import prepare
from tests.kit.api.office import Office
from tests.kit.builders import a_content, a_message
from tests.kit.portal.page_addresses import NOUNS

EMAIL, PASSWORD = "admin@bench.example.org", "lamp river wagon 7"
_TOGETHER, _WRITERS = 500, 4  # writes in a commit, and commits at once
_FIRES, _SHOWN_FIRE = 30, "fire-0"
_REPLIES, _FAILURES, _REJECTED = 300, 500, 20
_KINDS = (
    *((MessageState.SENT, Delivery.DELIVERED, Disposition.CONFIRMED),) * 2,
    *((MessageState.SENT, Delivery.DELIVERED, None),) * 12,
    *((MessageState.SENT, None, None),) * 3,
    (MessageState.SENT, Delivery.UNDELIVERED, None),
    (MessageState.SKIPPED, None, None),
    (MessageState.UNKNOWN, None, None),
)


class Size(Struct, frozen=True, kw_only=True):
    """How much there is: rows of the file, contacts, messages of all fires, and of each other thing."""

    rows: int
    contacts: int
    messages: int
    others: int


async def fill(runtime: Runtime, folder: Path, size: Size) -> dict[str, str]:
    """Store all of it; what stands in the places of pages' addresses, by their names."""
    runtime.do_jobs_here(lambda job: run_job(runtime, job))
    path, now = folder / "people.csv", runtime.now()
    write_csv(path, size.rows)
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(",(201) 200-0000,,,\n" for _ in range(_REJECTED))  # without the name
    campaign_id = await prepare(runtime, path)
    await Office(runtime)._furnish(COMPANY)
    made, author = people(size.contacts, now), Author(ChangedBy.SYSTEM, "bench")
    await change_contacts(runtime, COMPANY, {one.id: always(one) for one in made}, author)
    preview = await start_preview(runtime, COMPANY, campaign_id)
    await _store_fires(runtime, campaign_id, size.messages, now)
    await _store_others(runtime, campaign_id, size.others, now)
    await count_due_sums(runtime, runtime.now())
    await create_user(runtime, COMPANY, EMAIL, "Ada", Role.ADMIN, PASSWORD)
    campaign = await runtime.stores.campaigns.get(COMPANY, campaign_id)
    assert isinstance(campaign.audience, FileAudience)
    return {f"{noun}_id": f"{noun}-{COMPANY}" for noun in NOUNS} | {
        "file_id": campaign.audience.file_id or "",
        "source_id": "people",
        "campaign_id": campaign_id,
        "preview_id": preview.id,
        "fire_id": _SHOWN_FIRE,
        "contact_id": made[0].id,
        "number": "2",
        "place": "0",
    }


def always(contact: Contact) -> Callable[[Contact | None], Contact]:
    """The change that makes this contact."""
    return lambda _: contact


async def _store_fires(runtime: Runtime, campaign_id: str, messages: int, now: datetime) -> None:
    """A fire on each of the last days, all closed but the newest, each with its share of the messages."""
    stores, share = runtime.stores, messages // _FIRES
    fire = await stores.fires.get(COMPANY, f"fire-{COMPANY}")
    content = a_content(content_hash=fire.content_hash)
    await stores.campaign_contents.keep(COMPANY, campaign_id, content)
    await _close(runtime, fire, now)
    for day in range(_FIRES):
        began = now - timedelta(days=day, minutes=1)
        step = PlannedStep(step_id="sms", planned=share, chunk_count=0)
        made = replace(
            fire, id=f"fire-{day}", campaign_id=campaign_id, slot=str(day), fired_at=began, steps=(step,),
            chunks_stored=True, is_closed=day > 0,
        )  # fmt: skip
        await stores.fires.save(COMPANY, made.id, made)
        await _put(runtime, stores.messages, _messages(made.id, campaign_id, share, began))
        await stores.fire_progress.save(COMPANY, made.id, _progress(made.id, share, now))
        if made.is_closed:
            await _close(runtime, made, now)
    resend = await stores.group_resends.get(COMPANY, f"resend-{COMPANY}")
    await stores.group_resends.save(COMPANY, resend.id, replace(resend, fire_id=_SHOWN_FIRE))


async def _close(runtime: Runtime, fire: Fire, now: datetime) -> None:
    """Store a fire that is over, and that its sums are due."""
    await runtime.stores.fires.save(COMPANY, fire.id, replace(fire, is_closed=True))
    sums = StoredSums(id=fire.id, due_at=now - SETTLED_AFTER)
    await runtime.stores.fire_sums.save(COMPANY, fire.id, sums)


def _messages(fire_id: str, campaign_id: str, count: int, began: datetime) -> Iterator[Any]:
    base = a_message()
    for number in range(count):
        state, delivery, disposition = _KINDS[number % len(_KINDS)]
        yield replace(
            base, id=f"{fire_id}-{number}", fire_id=fire_id, campaign_id=campaign_id,
            address=f"+1212{5_550_000 + number}", created_at=began, state=state, delivery=delivery,
            disposition=disposition, reason="opted_out" if state is MessageState.SKIPPED else None,
            delivery_code="30003" if delivery is Delivery.UNDELIVERED else None,
        )  # fmt: skip


def _progress(fire_id: str, count: int, now: datetime) -> FireProgress:
    kinds = [_KINDS[number % len(_KINDS)][0] for number in range(count)]
    sent, skipped = kinds.count(MessageState.SENT), kinds.count(MessageState.SKIPPED)
    ledger = Ledger(planned=count, sent=sent, skipped=skipped, unknown=count - sent - skipped)
    return FireProgress(
        id=fire_id, fire_id=fire_id, ledger=ledger, steps=(StepLedger(step_id="sms", ledger=ledger),),
        status=ProgressStatus.NEEDS_ATTENTION, percent=100, updated_at=now,
    )  # fmt: skip


async def _store_others(runtime: Runtime, campaign_id: str, count: int, now: datetime) -> None:
    """More of what lists show: replies, of which some wait, failures, and so many of each other thing."""
    stores = runtime.stores
    reply = await stores.replies.get(COMPANY, f"reply-{COMPANY}")
    failure = await stores.failures.get(COMPANY, f"failure-{COMPANY}")
    test = await stores.messages.get(COMPANY, f"message-{COMPANY}")
    replies = (
        replace(reply, id=f"reply-{n}", waits=n % 3 == 0, received_at=now, campaign_id=campaign_id,
                fire_id=f"fire-{n % _FIRES}", disposition=Disposition.CONFIRMED if n % 3 else None)
        for n in range(_REPLIES)
    )  # fmt: skip
    failures = (
        replace(failure, id=f"failure-{n}", fire_id=_SHOWN_FIRE, step_id="sms") for n in range(_FAILURES)
    )
    await _put(runtime, stores.replies, replies)
    await _put(runtime, stores.failures, failures)
    await _put(runtime, stores.messages, [replace(test, campaign_id=TEST_CAMPAIGN)])
    for name, collection in named_collections(runtime).items():
        one: Any = await collection.get(COMPANY, f"{name}-{COMPANY}")
        await _put(runtime, collection, (replace(one, id=f"{name}-{n}") for n in range(count)))


def named_collections(runtime: Runtime) -> dict[str, Collection[Any]]:
    """Where the things of lists are, by the beginnings of their ids in the office."""
    stores = runtime.stores
    return {
        "campaign": stores.campaigns, "file": stores.files, "source": stores.sources,
        "template": stores.templates, "segment": stores.segments, "list": stores.contact_lists,
        "import": stores.contact_imports, "saved": stores.saved_replies, "user": stores.users,
        "key": stores.api_keys, "audit": stores.audit_records, "opt-out": stores.opt_outs,
        "endpoint": stores.webhook_endpoints, "delivery": stores.webhook_deliveries,
        "automation": stores.automations, "broadcast": stores.broadcasts, "sequence": stores.sequences,
        "mailbox": stores.mailboxes, "email": stores.scheduled_emails, "enrolling": stores.enrollings,
        "sender": stores.senders,
    }  # fmt: skip


async def _put(runtime: Runtime, collection: Collection[Any], records: Iterable[Any]) -> None:
    """Store these, some commits at once."""
    waiting = iter(records)

    async def store() -> None:
        while part := list(islice(waiting, _TOGETHER)):
            writer = runtime.stores.db.batch()
            for record in part:
                collection.put(writer, COMPANY, record.id, record)
            await writer.commit()

    await asyncio.gather(*(store() for _ in range(_WRITERS)))
