"""Invitations to a chat: who writes with the reference gets the message that waited, once."""

from datetime import UTC, datetime, time, timedelta

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.contacts.contact_keys import keys_of
from shared.domain.fires.fire import Fire
from shared.domain.messages.invite import is_placeholder, is_waiting, reference_in
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.contacts.save_contact import create_contact
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.views.contacts import find_contacts, get_contact
from tests.kit.builders import a_chat_step, a_page_step, a_step, a_template
from tests.kit.chat import add_chat, chat
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.kit.meta import add_meta, event, meta_posts, person, writes
from tests.usecases.files import test_following as following

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)
ANA, BEN = person(), person(2)
DESK = Author(ChangedBy.API_KEY, "key-1")
PHONE, OTHER_PHONE = "+12125552000", "+12125552001"
CHAT_STEP = a_page_step(address_field="chat_id")
INVITING = a_step(id="invite", template_id="invite", invites_to=0)


async def invited(clinic: Clinic, *rows: dict[str, str], **changes: object) -> Fire:
    """A campaign over Messenger for people whose ids nobody knows, and a text that invites them there."""
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    await add_meta(clinic)
    invite = a_template(id="invite", body="Hello {{ name }}, write to us: {{ invite_url }}")
    await clinic.stores.templates.save(clinic.company_id, invite.id, invite)
    await clinic.load(*(rows or ({"Patient": "Ana", "Phone": PHONE},)))
    await clinic.ready(**{"steps": (CHAT_STEP, INVITING)} | changes)
    return await clinic.fire()


async def waiting(clinic: Clinic, step_id: str = "page") -> list[Message]:
    return [one for one in await clinic.messages() if one.step_id == step_id]


async def references(clinic: Clinic, phone: str = PHONE) -> list[str]:
    """The references in the texts that a phone got."""
    texts = [one["body"] for one in await clinic.accepted(phone)]
    return [text.rpartition("?ref=")[2] for text in texts if "?ref=" in text]


async def pass_time(clinic: Clinic, clock: Clock, by: timedelta) -> None:
    """Move the clock on, and have what is due by then sent."""
    clock.at += by
    await dispatch_due_batches(clinic.runtime, clock.at)


async def come(clinic: Clinic, who: str, reference: str) -> None:
    """Somebody opens Messenger by the link."""
    referral = {"ref": reference, "source": "SHORTLINK", "type": "OPEN_THREAD"}
    await writes(clinic, who, "", referral=referral)


async def test_the_message_waits_until_the_person_comes_and_follows_at_once(clinic: Clinic) -> None:
    fire = await invited(clinic)
    [message] = await waiting(clinic)
    assert is_waiting(message)
    assert is_placeholder(message.address)
    [reference] = await references(clinic)
    report = await clinic.report(fire)
    assert (report.ledger.planned, report.ledger.sent, report.ledger.pending) == (2, 1, 1)

    await come(clinic, ANA, reference)
    [message] = await waiting(clinic)
    assert (message.state, message.address) == (MessageState.SENT, ANA)
    [accepted] = await clinic.accepted(f"messenger:{ANA}")
    assert accepted["body"].startswith("Hello Ana")
    report = await clinic.report(fire)
    assert (report.ledger.planned, report.ledger.sent, report.ledger.pending) == (2, 2, 0)
    [reply] = (await clinic.stores.replies.page(clinic.company_id, limit=10)).items
    assert (reply.meaning, reply.waits, reply.message_id) == (ReplyMeaning.INVITED, False, message.id)
    assert message.reply_id is None  # coming is no answer


async def test_a_reference_is_good_once_and_for_the_first_who_uses_it(clinic: Clinic) -> None:
    await invited(clinic)
    [reference] = await references(clinic)
    await come(clinic, ANA, reference)
    await come(clinic, BEN, reference)
    await come(clinic, ANA, reference)
    assert await clinic.accepted(f"messenger:{BEN}") == []
    assert len(await clinic.accepted(f"messenger:{ANA}")) == 1
    replies = (await clinic.stores.replies.page(clinic.company_id, limit=10)).items
    meant = sorted((one.address, str(one.meaning), one.waits) for one in replies)
    assert meant[-1] == (BEN, "unclear", True)
    assert [one.note for one in replies if one.address == BEN] == [
        "The link it came by had been used before."
    ]


async def test_the_same_post_again_changes_nothing(clinic: Clinic) -> None:
    await invited(clinic)
    [reference] = await references(clinic)
    await writes(clinic, ANA, "Hello")
    told = event(clinic, ANA, message={"mid": "m_1", "text": "Hi", "referral": {"ref": reference}})
    for _ in range(3):
        await meta_posts(clinic, told)
    assert len(await clinic.accepted(f"messenger:{ANA}")) == 1


async def test_two_people_with_one_phone_have_a_link_each(clinic: Clinic) -> None:
    await invited(clinic, {"Patient": "Ana", "Phone": PHONE}, {"Patient": "Ben", "Phone": PHONE})
    first, second = await references(clinic)
    assert first != second
    await come(clinic, ANA, first)
    await come(clinic, ANA, second)
    bodies = sorted(one["body"][:9] for one in await clinic.accepted(f"messenger:{ANA}"))
    assert bodies == ["Hello Ana", "Hello Ben"]


async def test_who_says_stop_as_they_come_gets_nothing(clinic: Clinic) -> None:
    await invited(clinic)
    [reference] = await references(clinic)
    await writes(clinic, ANA, "Hello")
    told = {"mid": "m_1", "text": "STOP", "referral": {"ref": reference}}
    await meta_posts(clinic, event(clinic, ANA, message=told))
    [message] = await waiting(clinic)
    assert (message.state, message.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)


async def test_an_answer_ends_the_wait_and_the_books_close(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    fire = await invited(clinic)
    [reference] = await references(clinic)
    await pass_time(clinic, clock, timedelta(days=7, minutes=1))
    [message] = await waiting(clinic)
    assert (message.state, message.reason) == (MessageState.SKIPPED, SkipReason.CONVERSATION_CLOSED)
    report = await clinic.report(fire)
    assert (report.ledger.planned, report.ledger.sent, report.ledger.skipped) == (2, 1, 1)
    await come(clinic, ANA, reference)
    assert await clinic.accepted(f"messenger:{ANA}") == []
    [reply] = (await clinic.stores.replies.page(clinic.company_id, limit=10)).items
    assert (reply.waits, reply.note.partition(":")[0]) == (True, "The link it came by was no longer good")


async def test_a_reference_of_nobody_is_harmless_and_goes_to_a_person(clinic: Clinic) -> None:
    await add_meta(clinic)
    waits = {}
    for reference in ("A" * 16, "../users", "x" * 2000, "summer-sale"):
        await meta_posts(clinic, event(clinic, ANA, referral={"ref": reference}))
        replies = (await clinic.stores.replies.page(clinic.company_id, limit=20)).items
        waits[reference] = sum(one.waits for one in replies)
    assert list(waits.values()) == [1, 1, 1, 1]  # what a company's own links say concerns nobody


async def test_who_wrote_lately_is_not_invited_but_written_to(clinic: Clinic) -> None:
    clock = clinic.stop_clock(clinic.runtime.now())
    await add_meta(clinic)
    await writes(clinic, ANA)
    await invited(clinic, {"Patient": "Ana", "Doctor": ANA}, steps=(a_page_step(), INVITING))
    [message] = await waiting(clinic)
    assert message.state is MessageState.SENT
    await pass_time(clinic, clock, timedelta(minutes=2))
    [invitation] = await waiting(clinic, "invite")
    assert (invitation.state, invitation.reason) == (MessageState.SKIPPED, SkipReason.NOT_INVITED)


async def test_whatsapp_is_told_the_reference_in_the_text(clinic: Clinic) -> None:
    await add_chat(clinic)
    await invited(clinic, {"Patient": "Ana", "Phone": PHONE}, steps=(a_chat_step(), INVITING))
    [message] = await waiting(clinic, "chat")
    assert is_waiting(message)
    [text] = [one["body"] for one in await clinic.accepted(PHONE)]
    assert "https://wa.me/12125550100?text=Ref%3A%20" in text
    reference = text.rpartition("%20")[2]
    assert reference_in(f"hi, ref {reference.lower()} thanks") == (reference, "hi, thanks")
    reply = await chat(clinic, OTHER_PHONE, f"Ref: {reference}")
    assert reply.meaning is ReplyMeaning.INVITED
    [message] = await waiting(clinic, "chat")
    assert (message.state, message.address) == (MessageState.SENT, OTHER_PHONE)


async def test_who_has_no_number_yet_comes_to_whatsapp_by_a_mail(clinic: Clinic) -> None:
    """Nothing says where the person is: neither a number nor a zone in the row."""
    await add_chat(clinic)
    mail = await clinic.stores.templates.get(clinic.company_id, "mail")
    mail = replace(mail, id="invite-mail", body="{{ invite_url }}")
    await clinic.stores.templates.save(clinic.company_id, mail.id, mail)
    by_mail = a_step(
        id="invite",
        channel=Channel("email"),
        template_id=mail.id,
        sender_id="mails",
        address_field="email",
        invites_to=0,
    )
    window = ContactWindow(opens=time(0), closes=time(0), keeps_quiet_hours=True)
    row = {"Patient": "Ana", "Phone": "", "State": ""}
    await invited(clinic, row, steps=(a_chat_step(), by_mail), window=window)
    [message] = await waiting(clinic, "chat")
    assert is_placeholder(message.address)
    [sent] = await clinic.accepted("ana@example-clinic.com")
    await chat(clinic, PHONE, f"Ref: {sent['body'].rpartition('%20')[2].strip()}")
    [message] = await waiting(clinic, "chat")
    assert message.address == PHONE
    assert message.state in (MessageState.SENT, MessageState.QUEUED)  # it may be night somewhere


async def test_a_contact_gets_the_address_they_came_from(clinic: Clinic) -> None:
    edit = ContactEdit(name="Ana", addresses=(AddressEdit(channel=Channel("sms"), address=PHONE),))
    contact = await create_contact(clinic.runtime, clinic.company_id, "ana", edit, DESK)
    await invited(clinic)
    [message] = await waiting(clinic)
    await clinic.stores.messages.save(clinic.company_id, message.id, replace(message, contact_id=contact.id))
    [reference] = await references(clinic)
    await come(clinic, ANA, reference)
    known = await get_contact(clinic.runtime, clinic.company_id, contact.id)
    assert [one.address for one in known.contact.on(Channel("messenger"))] == [ANA]
    again = await find_contacts(clinic.runtime, clinic.company_id, keys_of(known.contact))
    assert all(found == [known.contact] for found in again.values())


async def test_the_preview_says_what_it_waits_for(clinic: Clinic) -> None:
    await invited(clinic)
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert preview.counts == {"will_wait": 1, "will_send": 1}
    assert preview.reasons == {"will_wait: waits for the person to write": 1}


async def invited_to_a_visit(clinic: Clinic, when: str) -> Clock:
    """Ana, whose visit is then, is invited from a table of appointments, at noon."""
    clock = clinic.stop_clock(NOON)
    await following.takes(clinic)
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    await add_meta(clinic)
    invite = a_template(id="invite", body="Hello {{ name }}, write to us: {{ invite_url }}")
    await clinic.stores.templates.save(clinic.company_id, invite.id, invite)
    file = await following.load(clinic, following.row(0, when))
    await clinic.ready(
        steps=(CHAT_STEP, INVITING),
        audience=FileAudience(source_id="appointments", file_id=file.id),
        expires_field="appointment_at",
        window=ContactWindow(opens=time(9), closes=time(20), time_zone_field="time_zone"),
    )
    await clinic.fire()
    return clock


async def test_a_link_is_good_as_long_as_its_message_waits(clinic: Clinic) -> None:
    clock = await invited_to_a_visit(clinic, "2026-11-24 14:00")
    [reference] = await references(clinic)
    clock.at += timedelta(hours=1)
    await following.load(clinic, following.row(0, "2026-11-27 09:30", "Okafor"))
    [message] = await waiting(clinic)
    friday = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
    assert (is_waiting(message), message.waits_until) == (True, friday)
    clock.at = datetime(2026, 11, 25, 17, tzinfo=UTC)  # after the time that the visit had first
    await come(clinic, ANA, reference)
    [message] = await waiting(clinic)
    assert (message.state, message.address) == (MessageState.SENT, ANA)
    assert "Okafor" in message.body


async def test_who_came_at_night_gets_the_message_though_the_visit_moves(clinic: Clinic) -> None:
    clock = await invited_to_a_visit(clinic, "2026-11-25 14:00")
    [reference] = await references(clinic)
    clock.at = datetime(2026, 11, 24, 4, tzinfo=UTC)  # eleven at night
    await come(clinic, ANA, reference)
    await following.load(clinic, following.row(0, "2026-11-27 09:30", "Okafor"))
    await pass_time(clinic, clock, timedelta(hours=10, minutes=5))
    [message] = await waiting(clinic)
    assert (message.state, message.address) == (MessageState.SENT, ANA)
    assert "Okafor" in message.body
