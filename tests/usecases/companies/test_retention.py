"""How long data is kept: every class has its end, opt-outs have none, and nothing at work is deleted."""

from datetime import timedelta
from typing import Any

import pytest

from infra.ops.__main__ import ops_parser
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_edit import ContactEdit
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.firestore.kit.retention import RETENTION
from shared.usecases.answers.store_receipts import store_receipts
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.contacts.save_contact import create_contact
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_campaign, an_audience
from tests.kit.clinic import Clinic
from tests.kit.documents import all_documents

pytestmark = pytest.mark.every_moment

# What stays: definitions, ledgers and refusals.
KEPT = {
    *(
        "companies",
        "api_keys",
        "audit_records",
        "users",
        "senders",
        "sender_timelines",
        "sources",
        "templates",
        "campaigns",
    ),
    *(
        "campaign_contents",
        "files",
        "file_contents",
        "fires",
        "fire_progress",
        "fire_costs",
        "group_resends",
        "opt_outs",
        "list_consents",
        "saved_replies",
        "contact_shards",
        "contact_key_shards",
        "contact_fields",
        "contact_lists",
        "contact_imports",
        "segments",
        "broadcasts",
        "deletions",
        "deletion_work",  # deleted with the last page
        "activity_notes",  # deleted as they are brought into shards
        "activity_shards",
        "conversations",
        "events",  # deleted as they are told
        "webhook_endpoints",
        "automations",
        "automation_versions",
        "sequences",
        "mailboxes",
        "enrollings",
        "sequence_plans",
    ),
}
DAY = timedelta(days=1)


async def documents(clinic: Clinic, collection: str) -> list[dict[str, Any]]:
    found = await all_documents(clinic.stores.db)
    return [fields for path, fields in found.items() if path.split("/")[-2] == collection]


async def worked(clinic: Clinic) -> None:
    """A fire with everything in it, closed."""
    file = await clinic.load({}, {"Phone": "123"}, {"When": "tomorrow"})
    await clinic.save(a_campaign(id="draft"))
    await start_preview(clinic.runtime, clinic.company_id, "draft")
    await clinic.ready(
        audience=an_audience(file.id), dedupe_key=("name", "address")
    )  # so that texts are claimed
    await clinic.fire()
    await clinic.write("+12125550187", "1")
    await save_opt_out(clinic.runtime, clinic.company_id, Channel("sms"), "+12125550188")
    edit, author = ContactEdit(name="Ana"), Author(ChangedBy.SYSTEM, "a test")
    await create_contact(clinic.runtime, clinic.company_id, "ana", edit, author)
    clinic.runs_jobs = False  # what a provider tells waits
    told = Receipt(message_id="m", kind=ReceiptKind.DELIVERED, event_id="e")
    await store_receipts(clinic.runtime, clinic.company_id, [told])


# What the work of this company does not write.
NOT_WRITTEN = {
    "history_searches",
    "enrollments",  # it has no sequences
    "scheduled_emails",
    "invites",  # nor invites anybody
    "automation_enrollments",  # nor automations
    "plan_effects",  # nor asks what a change of them would do
    "linked_files",  # nor has pictures
    "notices",
    "webhook_deliveries",  # nobody listens
    "withdrawals",  # the work of this company cancels no appointment
}


async def test_every_class_of_data_has_an_end_or_is_kept_by_decision(clinic: Clinic) -> None:
    await worked(clinic)
    found = await all_documents(clinic.stores.db)
    ends: dict[str, set[bool]] = {}
    for path, fields in found.items():
        ends.setdefault(path.split("/")[-2], set()).add("expires_at" in fields)
    assert {name for name, has in ends.items() if has == {True}} == RETENTION.keys() - NOT_WRITTEN
    assert {name for name, has in ends.items() if True not in has} <= KEPT | {"history_searches"}
    assert {collection.name for collection in clinic.stores.all()} | {"companies"} == (
        KEPT | RETENTION.keys() | {"idempotency_keys", "sessions", "invitations"}
    )


async def test_work_that_is_not_done_has_no_end(clinic: Clinic) -> None:
    clinic.runs_jobs = False
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    [chunk] = await documents(clinic, "chunks")
    assert "expires_at" not in chunk
    await clinic.run_published()
    for name in ("messages", "batches"):
        assert ["expires_at" in one for one in await documents(clinic, name)] == [False]
    await clinic.run_published()
    [message] = await documents(clinic, "messages")
    assert message["expires_at"] == message["created_at"] + 730 * DAY
    for name in ("chunks", "batches"):
        assert ["expires_at" in one for one in await documents(clinic, name)] == [True]


async def test_a_new_period_is_applied_to_what_is_stored(clinic: Clinic) -> None:
    await worked(clinic)
    for path, fields in (await all_documents(clinic.stores.db)).items():  # as an older version stored it
        fields.pop("expires_at", None)
        await clinic.stores.db.document(path).set(fields)
    before = await documents(clinic, "messages")
    assert not any("expires_at" in one for one in before)
    args = ops_parser().parse_args(["apply-retention"])
    renewed = (await args.run(clinic.runtime, args))["renewed"][clinic.company_id]
    assert renewed.keys() == RETENTION.keys() - NOT_WRITTEN
    [message] = await documents(clinic, "messages")
    assert message["expires_at"] == message["created_at"] + 730 * DAY
    assert (await args.run(clinic.runtime, args))["renewed"] == {clinic.company_id: {}}
    assert not any("expires_at" in one for one in await documents(clinic, "opt_outs"))


async def test_a_file_whose_rows_are_about_to_go_is_not_fired(clinic: Clinic) -> None:
    file = await clinic.load({})
    audience = an_audience(file.id)
    await clinic.ready(audience=audience)
    clock = clinic.stop_clock(clinic.runtime.now() + 179 * DAY)  # Firestore deletes them tomorrow
    with pytest.raises(Conflict, match=r"Upload the file again"):
        await clinic.fire()
    await clinic.save(a_campaign(id="other", audience=audience))
    with pytest.raises(InvalidInput, match="Upload the file again"):
        await start_preview(clinic.runtime, clinic.company_id, "other")
    clock.at -= 2 * DAY
    await clinic.fire()
    assert len(await clinic.accepted()) == 1


async def test_a_recurring_campaign_does_not_fall_back_on_a_file_of_last_year(clinic: Clinic) -> None:
    await clinic.load({})
    wall = clinic.runtime.now().replace(tzinfo=None)
    await clinic.ready(schedule=Schedule(kind=ScheduleKind.RECURRING, at=wall, rule="FREQ=DAILY"))
    clinic.stop_clock(clinic.runtime.now() + 300 * DAY)
    with pytest.raises(Conflict, match="No file of this source was loaded yet"):
        await clinic.fire()


async def test_the_ledger_outlives_its_messages(clinic: Clinic) -> None:
    await worked(clinic)
    [fire] = (await clinic.stores.fires.page(clinic.company_id, limit=9)).items
    before = await clinic.report(fire)
    clinic.stop_clock(fire.fired_at + 731 * DAY)
    for path in await all_documents(clinic.stores.db):  # as Firestore's TTL policy does
        if path.split("/")[-2] in RETENTION:
            await clinic.stores.db.document(path).delete()
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    after = await clinic.report(fire)
    assert (after.ledger, after.status, after.percent) == (before.ledger, before.status, before.percent)
    assert after.ledger.is_balanced
    assert "deleted" in after.note
