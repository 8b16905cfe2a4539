"""Who gets the tags of an answer where several contacts share an address: whose appointment it is."""

from typing import Any

import pytest

from shared.domain.campaigns.audience import PeopleAudience, PickedContacts
from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import ContactAddress
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_keys import shard_of
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.usecases.answers.answer_reply import answer_reply
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.contacts.change_contacts import change_contacts
from tests.kit.builders import a_campaign, a_contact, a_template
from tests.kit.clinic import Clinic

MOTHER = "+12125550187"
BODY = "{% for one in appointments %}{{ one.number }}: {{ one.name }} {{ one.doctor }} {% endfor %}Yes or no?"
COMES = ReplyOption(
    words=("y",), disposition=Disposition.CONFIRMED, add_tags=("coming",), remove_tags=("asked",)
)
OPTIONS = (COMES, ReplyOption(words=("n",), disposition=Disposition.CANCELED, add_tags=("not coming",)))
ROWS = (
    {"Patient": "Ana Vega", "Phone": MOTHER, "Doctor": "Chen", "When": "12/24/2099 10:30"},
    {"Patient": "Ben Vega", "Phone": MOTHER, "Doctor": "Lopez", "When": "12/24/2099 11:00"},
)
# Two that are stored in one document, and one that is not.
MARIA = "maria"
ANA = "ana"
BEN = next(name for n in range(10_000) if shard_of(name := f"ben{n}") == shard_of(ANA))


async def know(clinic: Clinic, **names: str) -> None:
    """Contacts with the mother's phone, by id: what they are called."""
    phone = (ContactAddress(channel=Channel("sms"), address=MOTHER, is_preferred=True),)
    people = [
        a_contact(id=item_id, name=name, key="", version=0, tags=("asked",), addresses=phone)
        for item_id, name in names.items()
    ]
    edits = {one.id: lambda _, one=one: one for one in people}
    await change_contacts(clinic.runtime, clinic.company_id, edits, Author(ChangedBy.USER, "u1"))


async def know_all(clinic: Clinic) -> None:
    await know(clinic, **{MARIA: "Maria Vega", ANA: "Ana Vega", BEN: "ben vega"})


async def tags(clinic: Clinic) -> dict[str, tuple[str, ...]]:
    """The tags of those contacts, without the one they had."""
    found = await clinic.stores.contact_shards.contacts(clinic.company_id, (MARIA, ANA, BEN, "two"))
    return {item_id: one.tags for item_id, one in found.items() if one.tags != ("asked",)}


async def asked(clinic: Clinic, *rows: dict[str, str], **changes: Any) -> None:
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=BODY))
    await clinic.load(*(rows or ROWS))
    together = {"asks_together": True, "reply_options": OPTIONS, "expires_field": "appointment_at"}
    await clinic.ready(**together | changes)
    await clinic.fire()


async def by_row(clinic: Clinic) -> list[Message]:
    return [one for one in await clinic.messages() if one.campaign_id == "reminders"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 yes 2 no", {ANA: ("coming",), BEN: ("asked", "not coming")}),
        ("both", {ANA: ("coming",), BEN: ("coming",)}),
        ("only the 11:00", {BEN: ("coming",)}),
        ("Ana yes, Ben no", {ANA: ("coming",), BEN: ("asked", "not coming")}),
        ("yes", {}),  # nobody says of which
    ],
)
async def test_each_answered_appointment_tags_its_own_contact_once(
    clinic: Clinic, text: str, expected: dict[str, tuple[str, ...]]
) -> None:
    await know_all(clinic)
    await asked(clinic)
    for _ in range(2):
        reply = await clinic.write(MOTHER, text, provider_id="SM1")
    assert await tags(clinic) == expected
    assert "went to nobody" not in reply.note
    changes = (await clinic.stores.contact_changes.page(clinic.company_id, limit=9)).items
    told = [item_id for one in changes if one.by is ChangedBy.REPLY for item_id in one.contact_ids]
    assert sorted(told) == sorted(expected)


async def test_a_button_answers_for_the_contact_of_its_message(clinic: Clinic) -> None:
    await know_all(clinic)
    await asked(clinic, ROWS[1])
    [message] = await by_row(clinic)
    incoming = IncomingMessage(
        provider_id="SM1",
        from_address=MOTHER,
        to_address="+12125550100",
        body="Yes, we come",
        choice="y",
        replies_to=message.provider_id,
    )
    await receive_reply(clinic.runtime, clinic.company_id, "texts", Channel("sms"), incoming)
    assert await tags(clinic) == {BEN: ("coming",)}


async def test_of_people_each_message_says_whose_it_is(clinic: Clinic) -> None:
    await know(clinic, **{ANA: "Vega", BEN: "Vega"})  # no name tells them apart
    hello = a_template(body="Hello {{ contact_id }}: reply y or n.")
    await clinic.stores.templates.save(clinic.company_id, "reminder", hello)
    people = PeopleAudience(include=(PickedContacts(contact_ids=(ANA, BEN)),))
    campaign = a_campaign(audience=people, reply_options=OPTIONS)
    await create_campaign(clinic.runtime, clinic.company_id, campaign)
    await mark_ready(clinic.runtime, clinic.company_id, campaign.id)
    await clinic.fire()
    sent = {one.contact_id: one for one in await by_row(clinic)}
    for contact_id, said in ((BEN, "y"), (ANA, "n")):
        incoming = IncomingMessage(
            provider_id=said,
            from_address=MOTHER,
            to_address="+12125550100",
            body=said,
            replies_to=sent[contact_id].provider_id,
        )
        await receive_reply(clinic.runtime, clinic.company_id, "texts", Channel("sms"), incoming)
    assert await tags(clinic) == {BEN: ("coming",), ANA: ("asked", "not coming")}


async def test_where_it_is_not_known_whose_it_is_nobody_is_tagged_and_the_reply_says_so(
    clinic: Clinic,
) -> None:
    await know(clinic, **{MARIA: "Maria Vega", ANA: "Ana Vega", "two": "Benjamin"})
    await asked(clinic)
    reply = await clinic.write(MOTHER, "both")
    assert await tags(clinic) == {ANA: ("coming",)}
    assert reply.note.endswith(
        "The tags of the answer (coming, asked) went to nobody for 1 of 2 appointments: 3 contacts have this "
        "address, and which of them it is for is not known."
    )
    assert await stored(clinic, reply) == reply
    last = await clinic.write(MOTHER, "2 no")
    assert "The tags of the answer (not coming) went to nobody: 3 contacts have" in last.note
    assert last.contradicts_earlier


async def test_an_answer_of_an_address_that_no_contact_has_says_so(clinic: Clinic) -> None:
    await asked(clinic, ROWS[0])
    reply = await clinic.write(MOTHER, "y")
    assert reply.note == "The tags of the answer (coming, asked) went to nobody: no contact has this address."
    assert not reply.is_waiting


async def test_what_a_person_decides_tags_whose_appointment_it_is(clinic: Clinic) -> None:
    await know_all(clinic)
    await asked(clinic)
    reply = await clinic.write(MOTHER, "yes")
    first, second = await by_row(clinic)
    given = {first.id: Disposition.CONFIRMED, second.id: Disposition.CANCELED}
    for _ in range(2):
        done = await answer_reply(clinic.runtime, clinic.company_id, reply.id, given, "user u1")
    assert await tags(clinic) == {ANA: ("coming",), BEN: ("asked", "not coming")}
    assert "went to nobody" not in done.note


async def test_a_correction_says_whose_tags_went_to_nobody(clinic: Clinic) -> None:
    await know(clinic, **{MARIA: "Maria Vega", "two": "Benjamin"})
    await asked(clinic, ROWS[0])
    reply = await clinic.write(MOTHER, "y")
    [message] = await by_row(clinic)
    given = {message.id: Disposition.CANCELED}
    done = await answer_reply(clinic.runtime, clinic.company_id, reply.id, given, "user u1", corrects=True)
    assert done.note.startswith("Corrected: it was taken as confirmed. The tags of the answer (not coming)")
    assert await stored(clinic, done) == done
    assert await tags(clinic) == {}


async def stored(clinic: Clinic, reply: Reply) -> Reply:
    return await clinic.stores.replies.get(clinic.company_id, reply.id)
