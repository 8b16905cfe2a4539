"""Each change raises its event once, in its own transaction; what nobody listens to costs nothing."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from google.api_core.exceptions import Aborted, ServiceUnavailable

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.contacts.contact_list import ContactList
from shared.domain.events.event import EventType
from shared.domain.fires.fire_cost import Unit
from shared.domain.job import DeliverWebhooks, Job, TellListeners
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.record import replace
from shared.metering import NO_FIRE, metered
from shared.usecases.answers.answer_reply import answer_reply
from shared.usecases.answers.record_receipts import record_receipts
from shared.usecases.answers.store_receipts import store_receipts
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.contacts.change_membership import change_membership
from shared.usecases.contacts.delete_contact import delete_contact
from shared.usecases.contacts.save_contact import create_contact, edit_contact
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.usecases.webhooks.tell_listeners import tell_listeners
from tests.kit.builders import NOON, a_contact
from tests.kit.clinic import Clinic
from tests.kit.hooks import Hooks, endpoint_at
from tests.usecases.contact_imports.office import load

ALL = [one for one in EventType if one is not EventType.TEST]
SMS = Channel("sms")
KEY = Author(ChangedBy.API_KEY, "key-1")
ANA = "+12125550187"


async def deliveries(clinic: Clinic) -> list[Any]:
    return (await clinic.stores.webhook_deliveries.page("acme", limit=200)).items


async def waiting(clinic: Clinic) -> int:
    """How many changes and events are still to be told."""
    events = (await clinic.stores.events.page("acme", limit=100)).items
    changes = (await clinic.stores.contact_changes.page("acme", limit=200)).items
    return len(events) + sum(one.due_at is not None for one in changes)


async def test_what_becomes_of_a_contact_is_told_with_the_contact_as_it_is(
    clinic: Clinic, hooks: Hooks
) -> None:
    _, secret = await endpoint_at(clinic.runtime, hooks.url(), ALL)
    await clinic.stores.contact_lists.save(
        "acme", "vips", ContactList(id="vips", name="VIPs", created_at=NOON, updated_at=NOON)
    )
    address = AddressEdit(channel=SMS, address="(212) 555-0187")
    await create_contact(clinic.runtime, "acme", "ana", ContactEdit(name="Ana", addresses=(address,)), KEY)
    await edit_contact(clinic.runtime, "acme", "ana", ContactEdit(add_tags=("vip",), language="es"), KEY)
    await change_membership(clinic.runtime, "acme", "vips", ["ana"], KEY, are_members=True)
    refusal = await save_opt_out(clinic.runtime, "acme", SMS, ANA)
    await end_opt_out(clinic.runtime, "acme", refusal.id, "she agreed")
    await delete_contact(clinic.runtime, "acme", "ana", KEY)
    assert Counter(hooks.events()) == Counter(
        [
            ("contact.created", ""),
            ("contact.changed", ""),
            ("contact.tag_attached", "vip"),
            ("contact.field_changed", "language"),
            ("contact.changed", ""),
            ("contact.list_joined", "vips"),
            ("opt_out.given", "api"),
            ("contact.unsubscribed", "sms"),
            ("opt_out.ended", "api"),
            ("contact.subscribed", "sms"),
            ("contact.list_left", "vips"),
            ("contact.tag_removed", "vip"),
            ("contact.deleted", ""),
        ]
    )
    for one in hooks.taken:
        one.check(secret)
    first = hooks.taken[0].items[0]
    assert (first["contact_id"], first["contact"]["name"]) == ("ana", "Ana")
    assert [one.items[0]["contact"] for one in hooks.taken if one.type == "contact.deleted"] == [None]
    assert await waiting(clinic) == 0


async def test_answers_refusals_and_receipts_are_told(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), ALL)
    await clinic.fire_for("(212) 555-0187")
    [message] = await clinic.messages()
    told = [
        Receipt(message_id=message.id, kind=kind, event_id=kind)
        for kind in (ReceiptKind.SENT, ReceiptKind.DELIVERED, ReceiptKind.SENT)
    ]
    await store_receipts(clinic.runtime, "acme", told)
    await store_receipts(clinic.runtime, "acme", told)
    assert hooks.events("message.delivery_changed") == [("message.delivery_changed", "delivered")]
    reply = await clinic.write(ANA, "1")
    assert hooks.events("message.disposition_changed") == [("message.disposition_changed", "confirmed")]
    assert hooks.events("reply.received") == [("reply.received", "answer")]
    [item] = next(one for one in hooks.taken if one.type == "reply.received").items
    assert (item["reply_id"], item["reply"]["body"]) == (reply.id, "1")
    [item] = next(one for one in hooks.taken if one.type == "message.disposition_changed").items
    assert item["message"]["disposition"] == Disposition.CONFIRMED
    await clinic.write(ANA, "STOP")
    assert hooks.events("opt_out.given") == [("opt_out.given", "reply")]


async def test_an_option_tells_its_event_once_also_when_a_person_settles_the_answer(
    clinic: Clinic, hooks: Hooks
) -> None:
    """Told twice at once by the provider, it changes an earlier answer, and somebody says that this holds."""
    await endpoint_at(clinic.runtime, hooks.url(), [EventType.OPTION_CHOSEN])
    came = ReplyOption(words=("1",), disposition=Disposition.CONFIRMED, event="coming")
    moves = ReplyOption(words=("2",), disposition=Disposition.RESCHEDULE_ASKED, event="moving")
    await clinic.load({})
    await clinic.ready(reply_options=(came, moves))
    await clinic.fire()
    [message] = await clinic.messages()
    await clinic.write(ANA, "2")
    told = await asyncio.gather(*(clinic.write(ANA, "1", provider_id="SM1") for _ in range(3)))
    assert (told[0].disposition, told[0].is_waiting) == (Disposition.CONFIRMED, True)
    for _ in range(2):
        await answer_reply(clinic.runtime, "acme", told[0].id, {message.id: Disposition.CONFIRMED})
    assert [what for _, what in hooks.events()] == ["moving", "coming"]
    unclear = await clinic.write(ANA, "hm, maybe")
    await answer_reply(clinic.runtime, "acme", unclear.id, {message.id: Disposition.RESCHEDULE_ASKED})
    assert [what for _, what in hooks.events()] == ["moving", "coming", "moving"]


async def test_nobody_who_listens_costs_nothing(clinic: Clinic) -> None:
    """The first change looks once who listens; none writes anything more, and none announces."""
    await create_contact(clinic.runtime, "acme", "ana", ContactEdit(name="Ana"), KEY)
    with metered() as meter:
        await edit_contact(clinic.runtime, "acme", "ana", ContactEdit(add_tags=("vip",)), KEY)
        await edit_contact(clinic.runtime, "acme", "ana", ContactEdit(language="es"), KEY)
    assert meter[NO_FIRE][Unit.WRITES] == 4
    assert await waiting(clinic) == 0
    assert not [job for job in clinic.published if isinstance(job, TellListeners | DeliverWebhooks)]


async def test_what_others_listen_to_is_not_raised(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), [EventType.REPLY_RECEIVED])
    await create_contact(clinic.runtime, "acme", "ana", ContactEdit(name="Ana"), KEY)
    await save_opt_out(clinic.runtime, "acme", SMS, ANA)
    assert await waiting(clinic) == 0
    assert not hooks.taken


async def test_a_lost_announcement_is_made_good_by_the_sweep(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), ALL)
    clock = clinic.stop_clock(NOON)
    publisher = clinic.runtime.publisher

    class Lost:
        async def publish(self, jobs: Sequence[Job]) -> None:
            raise ServiceUnavailable("nobody is there")  # type: ignore[no-untyped-call]

    clinic.runtime.publisher = Lost()
    await create_contact(clinic.runtime, "acme", "ana", ContactEdit(name="Ana"), KEY)
    await save_opt_out(clinic.runtime, "acme", SMS, ANA)
    clinic.runtime.publisher = publisher
    assert (await waiting(clinic), hooks.taken) == (2, [])
    await sweep_stalled_work(clinic.runtime, clock())  # not yet: it may be on its way
    assert await waiting(clinic) == 2
    clock.at = NOON + timedelta(minutes=10)
    await sweep_stalled_work(clinic.runtime, clock())
    assert Counter(hooks.events()) == Counter([("contact.created", ""), ("opt_out.given", "api")])
    assert await waiting(clinic) == 0


async def test_what_is_told_and_not_delivered_is_found_by_the_sweep(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), ALL)
    clinic.runs_jobs = False
    await create_contact(clinic.runtime, "acme", "ana", ContactEdit(name="Ana"), KEY)
    await tell_listeners(clinic.runtime, TellListeners(company_id="acme"))  # and its jobs are lost
    assert [one.event_count for one in await deliveries(clinic)] == [1]
    clinic.runs_jobs = True
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    assert hooks.events() == [("contact.created", "")]


async def test_jobs_that_come_twice_and_at_once_tell_once(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), ALL)
    clinic.runs_jobs = False
    for number in range(5):
        await create_contact(clinic.runtime, "acme", f"c{number}", ContactEdit(name="Ana"), KEY)
    job = TellListeners(company_id="acme")
    await asyncio.gather(*(tell_listeners(clinic.runtime, job) for _ in range(4)))
    await tell_listeners(clinic.runtime, job)
    assert sum(one.event_count for one in await deliveries(clinic)) == 5
    clinic.runs_jobs = True
    await clinic.run_published()
    assert hooks.events() == [("contact.created", "")] * 5
    assert len({item["id"] for one in hooks.taken for item in one.items}) == 5


@pytest.mark.parametrize("is_applied", [False, True], ids=["refused", "applied all the same"])
async def test_a_transaction_that_runs_again_raises_once(
    clinic: Clinic, hooks: Hooks, monkeypatch: pytest.MonkeyPatch, is_applied: bool
) -> None:
    """Its first commit reports an error: of a commit that was not applied, or of one that was."""
    from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient

    await endpoint_at(clinic.runtime, hooks.url(), ALL)
    commit, failures = FirestoreAsyncClient.commit, [1]

    async def unsure(self: Any, *args: Any, **kwargs: Any) -> Any:
        if failures:
            failures.clear()
            if is_applied:
                await commit(self, *args, **kwargs)
                raise ServiceUnavailable("the answer was lost")  # type: ignore[no-untyped-call]
            raise Aborted("somebody else was faster")  # type: ignore[no-untyped-call]
        return await commit(self, *args, **kwargs)

    clinic.runs_jobs = False
    for change in ("contact", "opt-out", "reply"):
        failures.append(1)
        with monkeypatch.context() as patch:
            patch.setattr(FirestoreAsyncClient, "commit", unsure)
            if change == "contact":
                await create_contact(clinic.runtime, "acme", "ana", ContactEdit(name="Ana"), KEY)
            elif change == "opt-out":
                await save_opt_out(clinic.runtime, "acme", SMS, ANA)
            else:
                await clinic.write("+12125550188", "hello")
    assert not failures
    clinic.runs_jobs = True
    failures.append(1)
    with monkeypatch.context() as patch:
        patch.setattr(FirestoreAsyncClient, "commit", unsure)
        await tell_listeners(clinic.runtime, TellListeners(company_id="acme"))
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now() + timedelta(minutes=20))
    assert Counter(kind for kind, _ in hooks.events()) == {
        "contact.created": 1,
        "opt_out.given": 1,
        "reply.received": 1,
    }


async def test_receipts_of_many_messages_raise_their_events_in_the_same_commits(
    clinic: Clinic, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of messages that somebody writes at the same time: those alone are read again."""
    await endpoint_at(clinic.runtime, hooks.url(), [EventType.DELIVERY_CHANGED])
    phones = [f"+1 212 555 {2000 + number}" for number in range(12)]
    await clinic.fire_for(*phones)
    messages, stores = await clinic.messages(), clinic.stores
    clinic.runs_jobs = False
    told = [Receipt(message_id=one.id, kind=ReceiptKind.DELIVERED, event_id=one.id) for one in messages]
    await store_receipts(clinic.runtime, "acme", told)
    find = stores.messages.find_versions
    touched: list[str] = []

    async def find_and_touch(company_id: str, item_ids: Any) -> Any:
        found = await find(company_id, item_ids)
        if not touched:
            touched.append(messages[3].id)
            await stores.messages.save("acme", messages[3].id, replace(messages[3], search_at=NOON))
        return found

    monkeypatch.setattr(stores.messages, "find_versions", find_and_touch)
    [job] = [one for one in clinic.published if type(one).__name__ == "RecordReceipts"]
    await record_receipts(clinic.runtime, job)  # type: ignore[arg-type]
    await record_receipts(clinic.runtime, job)  # type: ignore[arg-type]  # and once more
    clinic.runs_jobs = True
    await clinic.run_published()
    assert touched
    assert hooks.events() == [("message.delivery_changed", "delivered")] * 12
    assert len(hooks.taken) < 12
    assert {one.delivery for one in await clinic.messages()} == {"delivered"}


async def test_an_import_is_told_in_few_webhooks_and_hardly_writes_more(clinic: Clinic, hooks: Hooks) -> None:
    content = "\n".join(["key,name", *(f"P{number},Person {number}" for number in range(600))])
    with metered() as before:
        await load(clinic, content)
    await endpoint_at(clinic.runtime, hooks.url(), [EventType.CONTACT_CREATED])
    clinic.runs_jobs = False
    other = content.replace("P", "Q")  # as many people, who fall into other shards
    with metered() as after:
        await load(clinic, other)
    plain = before[NO_FIRE][Unit.WRITES]
    # Raising is free: one write a shard would be a third more, one an event more than half. How many shards
    # the 600 fall into differs by some per cent, for their ids are random.
    assert after[NO_FIRE][Unit.WRITES] < 1.2 * plain
    clinic.runs_jobs = True
    with metered() as telling:
        await tell_listeners(clinic.runtime, TellListeners(company_id="acme"))
    assert len(hooks.events()) == 600
    assert len(hooks.taken) <= 20
    writes = sum(counts[Unit.WRITES] for counts in telling.values())
    assert writes < 0.6 * plain
    assert await waiting(clinic) == 0


async def test_a_forgotten_person_is_told_as_a_contact_that_is_gone(clinic: Clinic, hooks: Hooks) -> None:
    from shared.usecases.contacts.start_deletion import start_deletion

    await endpoint_at(clinic.runtime, hooks.url(), [EventType.CONTACT_DELETED])
    address = AddressEdit(channel=SMS, address=ANA)
    await create_contact(clinic.runtime, "acme", "ana", ContactEdit(name="Ana", addresses=(address,)), KEY)
    await start_deletion(clinic.runtime, "acme", SMS, ANA, asked_by="her")
    assert hooks.events() == [("contact.deleted", "")]
    assert [one.items[0]["contact_id"] for one in hooks.taken] == ["ana"]


async def test_companies_hear_of_their_own_alone(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), ALL, item_id="theirs", company_id="globex")
    contact = a_contact(id="ana", version=0)

    def made(_: Contact | None) -> Contact:
        return contact

    await change_contacts(clinic.runtime, "acme", {"ana": made}, KEY)
    assert not hooks.taken
    await change_contacts(clinic.runtime, "globex", {"ana": made}, KEY)
    assert "contact.created" in dict(hooks.events())
    assert {one.items[0]["contact"]["id"] for one in hooks.taken} == {"ana"}


async def test_run_job_takes_both_jobs(clinic: Clinic) -> None:
    await run_job(clinic.runtime, TellListeners(company_id="acme"))
    await run_job(clinic.runtime, DeliverWebhooks(company_id="acme", endpoint_id="none"))
    assert await deliveries(clinic) == []
