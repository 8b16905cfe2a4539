"""Every way of choosing recipients in one campaign, through to the providers: each person once, none lost.

Each way brings people whom others bring too: a household, a contact of several addresses, rows and texts in
other spellings, and contacts that were merged.
"""

from collections import Counter

import pytest

from shared.domain.campaigns.audience import (
    Chosen,
    FileRows,
    ListMembers,
    PastedAddresses,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import AllOf, Criterion, HasTag, Not, Segment
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.job import SendBatch
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.contacts.merge_contacts import MergeWish, merge_contacts
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.contacts.save_segment import create_segment
from shared.usecases.run_job import run_job
from shared.views.pasted_list import read_pasted_list
from tests.kit.builders import NOON, a_step
from tests.kit.clinic import Clinic
from tests.usecases.fires.test_people import SMS, STAFF, a_person, know, ready

EMAIL = Channel("email")
ANA, BEN, CLEO, DAN, EVE, FINN, GUS, HAL = (f"+1212555018{n}" for n in range(1, 9))
HOME = "+12125550199"  # of a mother and her child
STAFF_LINE = "+12125550198"
PASTED = f"""{ANA}
(212) 555-0182; Cleo <CLEO@example.com>
+1 (212) 555-0186
212-555-0186, eve@example.com
{STAFF_LINE}
nobody@example.com
"""


def with_mail(contact: Contact, mail: str) -> Contact:
    """The contact, with a mailbox beside."""
    address = ContactAddress(channel=EMAIL, address=mail, is_preferred=True)
    return replace(contact, addresses=(*contact.addresses, address))


async def everybody(clinic: Clinic) -> tuple[list[Chosen], list[Chosen]]:
    """Whom to include and whom to exclude, in every way there is."""
    runtime, company_id = clinic.runtime, clinic.company_id
    await know(
        clinic,
        a_person("ana", ANA, "vip", list_ids=("spring",)),
        a_person("ben", BEN, "vip"),
        with_mail(a_person("cleo", CLEO, list_ids=("spring",)), "cleo@example.com"),
        a_person("dan", DAN, "vip", "moved"),
        with_mail(a_person("eve", EVE, "regular"), "eve@example.com"),
        a_person("mother", HOME, "vip", name="Mona"),
        a_person("child", HOME, list_ids=("spring",), name="Carl"),
        a_person("gus", GUS, "vip", list_ids=("staff",)),
        a_person("gustav", GUS, "regular", name="Gustav"),
        a_person("desk", STAFF_LINE, list_ids=("staff",)),
    )
    for name in ("spring", "staff"):
        made = ContactList(id=name, name=name, created_at=NOON, updated_at=NOON)
        await create_contact_list(runtime, company_id, made)
    criteria: dict[str, Criterion] = {
        "vips": AllOf(criteria=(HasTag(value="vip"), Not(criterion=HasTag(value="moved")))),
        "regulars": HasTag(value="regular"),
        "moved": HasTag(value="moved"),
    }
    for name, criterion in criteria.items():
        segment = Segment(id=name, name=name, criterion=criterion, created_at=NOON, updated_at=NOON)
        await create_segment(runtime, company_id, segment)
    file = await clinic.load(
        {"Patient": "Ana", "Phone": "212.555.0181"},
        {"Patient": "Finn", "Phone": FINN},
        {"Patient": "finn", "Phone": "(212) 555-0186"},
        {"Patient": "Mona", "Phone": HOME},
        {"Patient": "Baby", "Phone": HOME},  # a third one of the household, whom nobody knows
        {"Patient": "Hal", "Phone": HAL, "Doctor": "Dr Who"},
        {"Patient": "Dan", "Phone": DAN},
        {"Patient": "No phone", "Phone": "n/a"},
    )
    condition = RowCondition(test=ConditionTest.IS, field="doctor", value="Dr Vega")
    pasted = await read_pasted_list(runtime, company_id, PASTED)
    include: list[Chosen] = [
        FileRows(file_id=file.id, row_filter=RowFilter(conditions=(condition,))),
        ListMembers(list_id="spring"),
        SegmentMembers(segment_id="vips"),
        SegmentMembers(segment_id="regulars"),
        PickedContacts(contact_ids=("ana", "eve", "gustav")),
        *pasted.parts,
    ]
    return include, [ListMembers(list_id="staff"), SegmentMembers(segment_id="moved")]


@pytest.mark.parametrize("is_turned", [False, True])
async def test_all_ways_mixed_reach_everybody_once(clinic: Clinic, is_turned: bool) -> None:
    include, exclude = await everybody(clinic)
    await ready(clinic, *(reversed(include) if is_turned else include), exclude=tuple(exclude))
    merge = MergeWish(survivor_id="eve", other_id="gustav")
    await merge_contacts(clinic.runtime, "acme", "m1", merge, STAFF)
    fire = await clinic.fire()
    got = Counter((one["handset"], one["body"]) for one in await clinic.accepted())
    expected = {
        (ANA, "Hello Ana!"),
        (BEN, "Hello Ben!"),
        (CLEO, "Hello Cleo!"),
        (EVE, "Hello Eve!"),
        (FINN, "Hello Finn!"),
        (HOME, "Hello Mona!"),
        (HOME, "Hello Carl!"),
        (HOME, "Hello Baby!"),
    }
    assert {(phone, body.replace("finn", "Finn")) for phone, body in got} == expected
    assert set(got.values()) == {1}
    report = await clinic.report(fire)
    # Beside them the row without a phone and the mailbox of whom nobody knows are failures, and not lost.
    assert (report.ledger.planned, report.ledger.sent, report.ledger.failed) == (10, 8, 2)
    again = await clinic.report(await clinic.fire())
    assert (again.ledger.sent, again.ledger.skipped, len(await clinic.accepted())) == (0, 8, 8)


async def test_a_chunk_that_comes_twice_and_in_two_workers_queues_everybody_once(clinic: Clinic) -> None:
    include, exclude = await everybody(clinic)
    await ready(clinic, *include, exclude=tuple(exclude))
    clinic.runs_jobs = False
    await clinic.fire()
    await clinic.run_published()  # who they are is found
    chunks = list(clinic.published)
    for job in (*chunks, *chunks):
        await run_job(clinic.runtime, job)
    messages = await clinic.messages()
    keys = Counter((one.address, one.body) for one in messages if one.state is MessageState.QUEUED)
    assert set(keys.values()) == {1}
    sends = [job for job in clinic.published if isinstance(job, SendBatch)]
    for job in (*sends, *sends):
        await run_job(clinic.runtime, job)
    assert max(Counter((one["handset"], one["body"]) for one in await clinic.accepted()).values()) == 1


async def test_who_is_reached_on_two_channels_gets_one_message_on_each(clinic: Clinic) -> None:
    """A contact with two addresses on a channel gets it at the preferred one alone, however they came in."""
    second = ContactAddress(channel=SMS, address=BEN)
    ana = with_mail(a_person("ana", ANA), "ana@example.com")
    await know(clinic, replace(ana, addresses=(*ana.addresses, second)))
    pasted = PastedAddresses(channel=SMS, addresses=(ANA, BEN))
    mails = PastedAddresses(channel=EMAIL, addresses=("ANA@example.com",))
    mail = a_step(id="mail", channel=EMAIL, template_id="mail", sender_id="mails", address_field="email")
    template = await clinic.stores.templates.get("acme", "mail")
    plain = replace(template, subject="Hello", body="Hello {{ name }}!")
    await clinic.stores.templates.save("acme", "mail", plain)
    await ready(clinic, pasted, mails, PickedContacts(contact_ids=("ana",)), steps=(a_step(), mail))
    await clinic.fire()
    assert await clinic.sent_counts() == {ANA: 1, "ana@example.com": 1}
