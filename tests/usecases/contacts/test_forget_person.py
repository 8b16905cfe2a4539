"""A person is forgotten: nothing anywhere names them, ledgers still close, and a refusal stays known."""

import asyncio
import contextlib
import io
import json
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import PermissionDenied

from infra.ops.__main__ import ops_parser
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import ContactAddress
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_keys import keys_of
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.deletion import DeletionState
from shared.domain.errors import InvalidInput
from shared.domain.files.file import FileState
from shared.domain.fires.deletion_work import Part
from shared.domain.fires.fire import Fire
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.job import ForgetPerson
from shared.domain.record import replace
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.companies.change_company import change_company
from shared.usecases.contacts import forget_person as module
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.contacts.forget_person import forget_person
from shared.usecases.contacts.start_deletion import start_deletion
from shared.usecases.senders.change_sender import change_sender
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views.contacts import find_contacts
from tests.faults.grpc_proxy import Failing, GrpcProxy
from tests.faults.orders import Moment
from tests.kit.builders import a_campaign, a_contact, a_step, an_audience
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.kit.forgetting import forgotten
from tests.kit.traces import traces

TEXTS = Channel("sms")
ANA, BEN = "+12125550187", "+12125550188"
HERS = ("Anastasia", "212 555 0187", "ana@example-clinic.com")
FEW = {"contacts": 3, "contact_changes": 4}
BOTH_STEPS = (
    a_step(),
    a_step(id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"),
)


async def worked(clinic: Clinic) -> Fire:
    """Ana got a text and a mail, answered, and refused; her rows, rejected rows and previews are kept."""
    ana = {"Patient": "Anastasia", "Email": "Ana@Example-Clinic.com"}
    ben = {"Patient": "Ben", "Phone": "212.555.0188", "Email": "ben@example-clinic.com"}
    file = await clinic.load(
        ana,
        ben,
        {**ana, "Doctor": "Dr Who", "When": "tomorrow"},  # rejected
        {**ben, "Doctor": "Dr Who", "When": "yesterday"},
        {**ana, "Doctor": ""},  # a failure: the text needs it
        {"Patient": "Carla", "Phone": "+1 212 555 0005", "Email": "carla@example-clinic.com"},  # unknown
    )
    audience = an_audience(file.id)
    await clinic.save(a_campaign(id="draft", audience=audience, steps=BOTH_STEPS))
    await start_preview(clinic.runtime, clinic.company_id, "draft")
    await clinic.ready(audience=audience, steps=BOTH_STEPS, expires_field="appointment_at")
    fire = await clinic.fire()
    await clinic.write(ANA, "1")
    await clinic.write(ANA, "Anastasia here, when?")
    await clinic.write(ANA, "STOP")
    await clinic.write(BEN, "1")
    await clinic.load_bytes(b"Anastasia\n", "a list of names.csv")
    now = clinic.runtime.now()
    kept = IdempotencyRecord(
        id="answer",
        request_hash="h",
        token="t",
        until=now,
        expires_at=now,
        status=201,
        body=json.dumps({"address": ANA}).encode(),
    )
    await clinic.stores.idempotency.save(clinic.company_id, kept.id, kept)
    await known(clinic)
    return fire


async def known(clinic: Clinic) -> None:
    """Ana is a contact, was another one once, and stands in a note about Ben."""

    def address(channel: Channel, text: str) -> ContactAddress:
        return ContactAddress(channel=channel, address=text)

    both = (address(TEXTS, ANA), address(Channel("email"), "Ana@example-clinic.com"))
    mail = address(Channel("email"), "ben@example-clinic.com")
    contacts = (
        a_contact(id="ana", key="P-ANA", name="Anastasia", addresses=both),
        a_contact(id="former", key="", name="Not she", addresses=both),
        a_contact(
            id="ben",
            name="Ben",
            key="P-BEN",
            fields={"a": "call 212/555-0187", "b": "Tue 09:30, room 212", "level": 3},
            addresses=(address(TEXTS, BEN), mail),
        ),
    )
    by = Author(ChangedBy.IMPORT, "people")
    edits = {one.id: lambda _, made=one: made for one in contacts}
    await change_contacts(clinic.runtime, clinic.company_id, edits, by)
    await change_contacts(
        clinic.runtime,
        clinic.company_id,
        {
            "former": lambda one: one and replace(one, addresses=()),
            "ben": lambda one: one and replace(one, tags=()),
        },
        by,
    )


async def forget(clinic: Clinic, channel: Channel = TEXTS, address: str = "(212) 555-0187") -> Any:
    return await forgotten(clinic, channel, address)


@pytest.mark.parametrize(
    ("channel", "address"), [(TEXTS, "(212) 555-0187"), (Channel("email"), "ana@EXAMPLE-clinic.com")]
)
async def test_nothing_names_them_any_more_and_the_ledger_closes(
    clinic: Clinic, caplog: pytest.LogCaptureFixture, channel: Channel, address: str
) -> None:
    fire = await worked(clinic)
    before = await clinic.report(fire)
    assert await traces(clinic, HERS)
    with caplog.at_level("DEBUG", logger="rollcall"):
        deletion = await forget(clinic, channel, address)
    assert deletion.state is DeletionState.DONE
    # What a person wrote, and the refusal of a number, are known by the number alone.
    hers = HERS if channel == TEXTS else (HERS[2],)
    assert await traces(clinic, hers, str([vars(record) for record in caplog.records])) == []
    expected = {"messages": 2, "failures": 2, "rows": 2, "rejected_rows": 1, "uploads": 2, "previews": 1}
    expected |= {"file_profiles": 1, "contacts": 1, "contact_changes": 3, "activity": 1}
    if channel == TEXTS:
        expected |= {"replies": 3, "opt_outs": 1, "idempotency_keys": 1}
        expected["contact_changes"] += 2  # Ben's, with the note
    assert {name: count for name, count in deletion.removed.items() if count} == expected
    after = await clinic.report(fire)
    assert (after.ledger, after.status) == (before.ledger, before.status)
    assert after.ledger.is_balanced
    assert after.dispositions == before.dispositions
    assert await traces(clinic, ["Ben", "212 555 0188", "ben@example-clinic.com"])  # others stay


async def test_others_contacts_stay_without_what_they_say_of_the_person(clinic: Clinic) -> None:
    await known(clinic)
    before = await clinic.stores.contact_shards.contacts("acme", ["ana", "ben"])
    await forget(clinic)
    assert await clinic.stores.contact_shards.contacts("acme", ["ana"]) == {}
    ben = (await clinic.stores.contact_shards.contacts("acme", ["ben"]))["ben"]
    assert ben == replace(before["ben"], version=4, fields={"b": "Tue 09:30, room 212", "level": 3})
    assert (await find_contacts(clinic.runtime, "acme", keys_of(ben))).keys() == keys_of(ben)
    assert await clinic.stores.contact_keys.ids_with("acme", keys_of(before["ana"])) == {}


async def test_what_others_were_answered_stays(clinic: Clinic) -> None:
    """Answers are of no campaign's recipient: all of them have the same key, and each an address."""
    await change_company(clinic.runtime, clinic.company_id, consent={"help_text": "Call us."})
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"keywords_at_provider": False})
    for phone in (ANA, BEN):
        await clinic.write(phone, "HELP")
    await forgotten(clinic, Channel("sms"), ANA)
    assert [(one.address, one.body) for one in await clinic.messages() if one.body] == [(BEN, "Call us.")]


async def test_the_refusal_outlives_the_person_and_a_new_one_is_taken(clinic: Clinic) -> None:
    await worked(clinic)
    await forget(clinic)
    refusal = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(TEXTS, ANA))
    assert (refusal.is_active, refusal.address, refusal.text) == (True, "", "")
    sent = len(await clinic.accepted(ANA))
    await clinic.load({"Doctor": "Dr Later"})
    await clinic.ready(id="later", name="Later")
    later = await clinic.fire("later")
    assert (await clinic.report(later)).skipped == {"opted_out": 1}
    assert len(await clinic.accepted(ANA)) == sent


async def test_forgetting_twice_changes_nothing_more(clinic: Clinic) -> None:
    await worked(clinic)
    first = await forget(clinic)
    second = await forget(clinic)
    assert second.runs == 2
    assert {name: count for name, count in second.removed.items() if count} == {
        name: count for name, count in first.removed.items() if count
    }


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_cut_short_anywhere_it_goes_on_where_it_was(
    unsure: Clinic, proxy: GrpcProxy, clock: Clock, moment: Moment
) -> None:
    """Its workers die at one of their next commits, before the database did it or after."""
    await worked(unsure)
    unsure.runs_jobs = False
    deletion = await start_deletion(unsure.runtime, "acme", TEXTS, ANA, "a test")
    runs = 0
    while deletion.state is DeletionState.RUNNING:
        runs += 1
        proxy.failing = Failing(
            code=grpc.StatusCode.PERMISSION_DENIED, moment=moment, methods=("Commit",), every=3 + runs % 8
        )
        with contextlib.suppress(PermissionDenied):
            await forget_person(unsure.runtime, ForgetPerson(company_id="acme", deletion_id=deletion.id))
        proxy.failing = None
        clock.at += timedelta(seconds=600)
        deletion = await unsure.stores.deletions.get("acme", deletion.id)
    assert runs > 5
    assert await traces(unsure, HERS) == []


async def test_one_job_does_no_more_than_its_time_and_says_how_far_it_is(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page a job: what waits for its next one is stored, and announced."""
    await worked(clinic)
    monkeypatch.setattr(module, "SECONDS_A_JOB", 0)
    clinic.runs_jobs, clinic.published = False, []
    begun = await start_deletion(clinic.runtime, "acme", TEXTS, ANA, "a test")
    parts = []
    while begun.state is DeletionState.RUNNING:
        assert len(clinic.published) == 1
        await clinic.run_published()
        begun = await clinic.stores.deletions.get("acme", begun.id)
        parts.append(begun.part)
    assert list(dict.fromkeys(parts)) == [*list(Part)[1:], ""]
    assert clinic.published == []
    assert begun.looked_through == {**FEW, "files": 2, "rows": 4, "failures": 4, "uploads": 2}
    assert await traces(clinic, HERS) == []


async def test_what_was_lost_is_announced_by_the_sweep(clinic: Clinic, clock: Clock) -> None:
    await worked(clinic)
    clinic.runs_jobs, clinic.published = False, []
    begun = await start_deletion(clinic.runtime, "acme", TEXTS, ANA, "a test")
    clinic.published = []
    clock.at += timedelta(minutes=5)
    assert (await sweep_stalled_work(clinic.runtime, clock.at))["deletions"] == 1
    await clinic.run_published()
    assert (await clinic.stores.deletions.get("acme", begun.id)).state is DeletionState.DONE
    clock.at += timedelta(hours=2)
    assert (await sweep_stalled_work(clinic.runtime, clock.at))["deletions"] == 0


async def test_asked_for_while_it_is_under_way_it_finds_what_came_meanwhile(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    await clinic.load({})
    clinic.runs_jobs, clinic.published = False, []
    begun = await start_deletion(clinic.runtime, "acme", TEXTS, ANA, "a test")
    with monkeypatch.context() as patch:
        patch.setattr(module, "SECONDS_A_JOB", 0)
        for _ in range(3):  # past the rows
            await clinic.run_published()
    clinic.runs_jobs = True
    await clinic.load({"Doctor": "Dr Late"})
    assert await traces(clinic, HERS[1:2])
    await forget(clinic)
    assert (await clinic.stores.deletions.get("acme", begun.id)).state is DeletionState.DONE
    assert await traces(clinic, HERS[1:2]) == []


async def test_a_wrong_address_says_so(clinic: Clinic) -> None:
    with pytest.raises(InvalidInput, match="address: "):
        await forget(clinic, address="12")


async def test_ops_forget_from_standard_input(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    await worked(clinic)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ANA}\n"))
    args = ops_parser().parse_args(
        ["forget-person", "--company", "acme", "--channel", "sms", "--address", "-"]
    )
    shown = await args.run(clinic.runtime, args)
    assert shown["state"] == "done"
    assert "5550187" not in json.dumps(shown)
    refused = [
        f for f in (await clinic.stores.files.page("acme", limit=9)).items if f.state is FileState.REFUSED
    ]
    assert await asyncio.gather(*(clinic.runtime.files.find(f.object_name) for f in refused)) == [None]
