"""One appointment, asked about by several messages and on several channels: its last answer counts."""

import pytest
import pytest_asyncio

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.fires.board import SlotState, slots_of
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.usecases.answers.answer_reply import answer_reply
from shared.usecases.answers.receive_reply import receive_reply
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic
from tests.usecases.fires.ladders import HOUR, MAIL, NOON, after, fired, ticks

CONFIRMED, CANCELED = Disposition.CONFIRMED, Disposition.CANCELED
ANA, HERS = "+12125550187", "ana@example.com"
OPTIONS = (
    ReplyOption(words=("1",), disposition=CONFIRMED),
    ReplyOption(words=("2",), disposition=CANCELED),
)


@pytest_asyncio.fixture
async def asked(clinic: Clinic) -> Clinic:
    """A clinic that has asked Ana and Ben about a visit each: by text, by text again, and by mail."""
    clock = clinic.stop_clock(NOON)
    rows = [
        {"Patient": "Ana", "Phone": ANA, "Email": HERS},
        {"Patient": "Ben", "Phone": "+12125550188", "Email": "ben@example.com"},
    ]
    steps = (a_step(), after(HOUR), after(2 * HOUR, **MAIL))
    await fired(clinic, *steps, rows=rows, reply_options=OPTIONS, stop_at_answer=False)
    await ticks(clinic, clock, NOON + 4 * HOUR)
    return clinic


async def of(clinic: Clinic, address: str = ANA) -> list[Message]:
    """The messages to this address, in the order of their steps."""
    found = [one for one in await clinic.messages() if one.address == address]
    return sorted(found, key=lambda one: one.sent_at or NOON)


async def said_of_anas_visit(clinic: Clinic) -> list[Disposition | None]:
    """What each of the messages about it was answered: two texts and a mail."""
    found = [*await of(clinic), *await of(clinic, HERS)]
    assert len(found) == 3
    return [one.disposition for one in found]


async def writes(clinic: Clinic, body: str, about: Message) -> Reply:
    """Somebody answers that very message, as with a quote or a button."""
    incoming = IncomingMessage(
        provider_id=f"{body} {about.id} {clinic.runtime.now()}",
        from_address=about.address,
        to_address="+12125550100",
        body=body,
        replies_to=about.provider_id,
        answers_id=about.id if about.channel == "email" else None,
    )
    return await receive_reply(clinic.runtime, "acme", about.sender_id, about.channel, incoming)


async def test_an_older_reminders_answer_changes_the_newer_ones(asked: Clinic) -> None:
    first, second = await of(asked)
    assert (await writes(asked, "1", second)).contradicts_earlier is False
    changed = await writes(asked, "2", first)
    assert (changed.disposition, changed.contradicts_earlier, changed.waits) == (CANCELED, True, True)
    assert changed.note == "Changes the earlier answer: confirmed."
    assert await said_of_anas_visit(asked) == [CANCELED, CANCELED, None]
    back = await asked.write(ANA, "1")
    assert (back.disposition, back.contradicts_earlier) == (CONFIRMED, True)
    assert await said_of_anas_visit(asked) == [CONFIRMED, CONFIRMED, None]


@pytest.mark.parametrize("by_mail_first", [True, False])
async def test_an_answer_on_another_channel_changes_the_earlier_one(
    asked: Clinic, by_mail_first: bool
) -> None:
    [mail], text = await of(asked, HERS), (await of(asked))[-1]
    one, other = (mail, text) if by_mail_first else (text, mail)
    assert (await writes(asked, "1", one)).contradicts_earlier is False
    again = await writes(asked, "1", other)
    assert (again.disposition, again.contradicts_earlier, again.waits) == (CONFIRMED, False, False)
    changed = await writes(asked, "2", other)
    assert (changed.disposition, changed.contradicts_earlier, changed.waits) == (CANCELED, True, True)
    assert await said_of_anas_visit(asked) == [None, CANCELED, CANCELED]
    slots = {one.name: one for one in slots_of(await asked.messages(), await _names(asked))}
    assert {name: one.state for name, one in slots.items()} == {
        "Ana": SlotState.CANCELED,
        "Ben": SlotState.NO_ANSWER,
    }


async def _names(clinic: Clinic) -> dict[str, str]:
    return {one.id: "Ana" if one.address in (ANA, HERS) else "Ben" for one in await clinic.messages()}


async def test_what_a_person_decides_holds_for_all_that_asked(asked: Clinic) -> None:
    [mail], text = await of(asked, HERS), (await of(asked))[-1]
    await writes(asked, "1", mail)
    unsure = await writes(asked, "2?", text)
    assert unsure.waits
    done = await answer_reply(asked.runtime, "acme", unsure.id, {text.id: CANCELED}, "dana")
    assert (done.contradicts_earlier, done.note) == (True, "Changes the earlier answer: confirmed.")
    assert await said_of_anas_visit(asked) == [None, CANCELED, CANCELED]


async def test_two_people_of_one_appointment_answer_for_themselves(asked: Clinic) -> None:
    """Rows are people's own, also where their appointments share a time."""
    [hers], [his] = await of(asked, HERS), await of(asked, "ben@example.com")
    await writes(asked, "1", hers)
    other = await writes(asked, "2", his)
    assert other.contradicts_earlier is False
    assert await said_of_anas_visit(asked) == [None, None, CONFIRMED]
