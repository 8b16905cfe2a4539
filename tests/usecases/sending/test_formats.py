"""What begins a conversation: a format that the provider keeps and WhatsApp approved, with a row's values."""

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.fire import Ledger
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.templates.provider_content import FilledContent
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.campaigns.start_preview import start_preview
from shared.views.contents import list_contents
from shared.views.kit.paging import PageAsked
from shared.views.previews import list_previewed_messages
from tests.kit.builders import a_campaign, a_chat_step, a_template
from tests.kit.chat import CHAT, add_chat
from tests.kit.clinic import Clinic

BODY = "Hello {{1}}, you see {{2}} soon. Is that right?"
BUTTONS = {"cancel": "No, cancel it", "confirm": "Yes"}
OPTIONS = (
    ReplyOption(words=("confirm", "yes"), disposition=Disposition.CONFIRMED),
    ReplyOption(words=("cancel",), disposition=Disposition.CANCELED),
)


async def add_format(clinic: Clinic, status: str = "approved", **changes: object) -> str:
    account = await add_chat(clinic)
    sid = await clinic.simulator.add_content(account, BODY, buttons=BUTTONS, name="visit", status=status)
    facts = {"body": "", "content_id": sid, "content_values": {"1": "{{ name }}", "2": "{{ doctor }}"}}
    template = a_template(id="chat", channel=CHAT, **facts | changes)
    await clinic.stores.templates.save(clinic.company_id, template.id, template)
    return sid


async def test_what_is_approved_begins_a_conversation_with_the_rows_values(clinic: Clinic) -> None:
    sid = await add_format(clinic)
    await clinic.load({"Patient": "Ana\n  Vega "})
    await clinic.ready(steps=(a_chat_step(),))
    fire = await clinic.fire()
    [message] = await clinic.messages()
    assert message.state is MessageState.SENT
    assert message.content == FilledContent(content_id=sid, values={"1": "Ana Vega", "2": "Dr Vega"})
    [accepted] = await clinic.accepted()
    assert (accepted["content_sid"], accepted["body"]) == (sid, message.body)
    assert message.body == "Hello Ana Vega, you see Dr Vega soon. Is that right?"
    assert accepted["buttons"] == [{"id": key, "title": title} for key, title in BUTTONS.items()]
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, sent=1)


async def test_the_preview_shows_the_format_with_the_rows_values(clinic: Clinic) -> None:
    await add_format(clinic)
    await clinic.load({})
    await clinic.save(a_campaign(steps=(a_chat_step(),)))
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert preview.counts == {"will_send": 1}
    page = await list_previewed_messages(
        clinic.runtime, clinic.company_id, PageAsked(limit=10), preview_id=preview.id
    )
    assert [one.body for one in page.items] == ["Hello Ana, you see Dr Vega soon. Is that right?"]


@pytest.mark.parametrize(
    ("status", "changes", "reason"),
    [
        ("pending", {}, "the format 'visit' is pending, not approved"),
        ("unsubmitted", {}, "the format 'visit' is not submitted, not approved"),
        (
            "approved",
            {"content_values": {"1": "x"}},
            "the template 'Reminder' says nothing for the place '2' of 'visit'",
        ),
        (
            "approved",
            {"content_values": {"1": "x", "2": "y", "3": "z"}},
            "'3' is no place of the format 'visit'; it has: 1, 2",
        ),
        (
            "approved",
            {"content_id": "HX" + "0" * 32},
            f"the sender's account has no format 'HX{'0' * 32}' for the template 'Reminder'",
        ),
    ],
)
async def test_what_could_not_be_sent_is_refused_before(
    clinic: Clinic, status: str, changes: dict[str, object], reason: str
) -> None:
    await add_format(clinic, status, **changes)
    await clinic.load({})
    with pytest.raises(InvalidInput) as invalid:
        await clinic.ready(steps=(a_chat_step(),))
    assert [(one.field, one.reason) for one in invalid.value.problems] == [("steps[0].template_id", reason)]


async def test_a_row_with_nothing_for_a_place_fails_in_the_preview(clinic: Clinic) -> None:
    await add_format(clinic, content_values={"1": "{{ name }}", "2": "{{ doctor | default: '' }}"})
    await clinic.load({"Doctor": ""})
    await clinic.ready(steps=(a_chat_step(),))
    await clinic.fire()
    [failure] = await clinic.failures()
    assert failure.reason == "Nothing is left for the place {{2}} of the format 'visit'."


async def test_another_text_after_the_preview_is_not_frozen(clinic: Clinic) -> None:
    await add_format(clinic)
    await clinic.load({})
    await clinic.save(a_campaign(steps=(a_chat_step(),)))
    before = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    await add_format(clinic)  # the same words under another id
    after = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert before.content_hash != after.content_hash


@pytest.mark.parametrize(
    ("choice", "disposition"), [("cancel", Disposition.CANCELED), ("confirm", Disposition.CONFIRMED)]
)
async def test_a_button_is_the_answer_whatever_it_says(
    clinic: Clinic, choice: str, disposition: Disposition
) -> None:
    await add_format(clinic)
    await clinic.load({}, {"Patient": "Ben"})  # two appointments on one phone
    await clinic.ready(steps=(a_chat_step(),), reply_options=OPTIONS)
    await clinic.fire()
    first, second = await clinic.messages()
    incoming = IncomingMessage(
        provider_id="SM1",
        from_address=f"whatsapp:{first.address}",
        to_address="whatsapp:+12125550100",
        body=BUTTONS[choice],
        choice=choice,
        replies_to=second.provider_id,
    )
    reply = await receive_reply(clinic.runtime, clinic.company_id, "chats", CHAT, incoming)
    assert (reply.meaning, reply.message_id) == (ReplyMeaning.ANSWER, second.id)
    assert (reply.disposition, reply.choice, reply.consent) == (disposition, choice, None)


async def test_formats_are_listed_page_by_page_with_their_approval(clinic: Clinic) -> None:
    account = await add_chat(clinic)
    for number in range(5):
        await clinic.simulator.add_content(account, f"Text {number} {{{{name}}}}", name=f"n{number}")
    await clinic.simulator.add_content(
        account, BODY, buttons=BUTTONS, name="no", status="rejected", reason="Why"
    )
    found, after = [], None
    while True:
        asked = PageAsked(limit=4, after=after)
        page = await list_contents(clinic.runtime, clinic.company_id, asked, sender_id="chats")
        found.append(page.items)
        after = page.next_after
        if after is None:
            break
    assert [[one.name for one in items] for items in found] == [["no", "n4", "n3", "n2"], ["n1", "n0"]]
    [rejected, plain, *_] = found[0]
    assert (rejected.approval, rejected.reason, rejected.kind) == ("rejected", "Why", "twilio/quick-reply")
    assert [one.title for one in rejected.buttons] == list(BUTTONS.values())
    assert (plain.approval, plain.places, plain.kind) == ("approved", ("name",), "twilio/text")
    nothing = await list_contents(clinic.runtime, clinic.company_id, PageAsked(limit=4), sender_id="mails")
    assert nothing.items == []


async def test_a_provider_that_cannot_be_asked_is_told(clinic: Clinic) -> None:
    await add_format(clinic)
    await clinic.load({})
    await clinic.save(a_campaign(steps=(a_chat_step(),)))
    nowhere = {"twilio": "http://127.0.0.1:9"}
    clinic.runtime.settings = replace(clinic.runtime.settings, provider_base_urls=nowhere)
    with pytest.raises(Conflict, match="The format of the template 'Reminder' could not be asked for"):
        await start_preview(clinic.runtime, clinic.company_id, "reminders")
