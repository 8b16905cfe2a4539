"""Every reply belongs to a message, a fire or a person's list, in words and spellings as people send them."""

from datetime import timedelta

import pytest

from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.contacts.consent import WordMeaning
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.ids import computed_id
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import Media
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.answer_reply import answer_reply, close_reply
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.views.kit.paging import PageAsked
from shared.views.replies import list_replies
from tests.kit.builders import an_opt_out
from tests.kit.clinic import Clinic
from tests.kit.signed_webhooks import twilio_posts

ANA = "+12125550187"
SMS = Channel("sms")
Y_OR_N = (
    ReplyOption(words=("Y",), disposition=Disposition.CONFIRMED),
    ReplyOption(words=("N",), disposition=Disposition.CANCELED),
)
ONE_OR_TWO = (
    ReplyOption(words=("1",), disposition=Disposition.CONFIRMED),
    ReplyOption(words=("2",), disposition=Disposition.CANCELED),
)


async def replies(clinic: Clinic, **filters: object) -> list[Reply]:
    """As the list shows them, oldest first."""
    page = await list_replies(clinic.runtime, clinic.company_id, PageAsked(100), **filters)  # type: ignore[arg-type]  # its filters
    return sorted(page.items, key=lambda reply: reply.received_at)


async def written(clinic: Clinic, body: str, sid: str, sender: str = ANA, **fields: str) -> Reply:
    """Twilio's signed form, as it says STOP and START by itself; the reply that it became."""
    word = body.strip().lower()
    kind = {"stop": "STOP", "start": "START", "yes": "START", "unstop": "START"}.get(word)
    kinds = {"OptOutType": kind} if kind else {}
    form = {"MessageSid": sid, "From": sender, "Body": body, **kinds, **fields}
    await twilio_posts(clinic, "incoming", **form)
    return await clinic.stores.replies.get(clinic.company_id, computed_id("texts", sid))


@pytest.mark.parametrize("options", [Y_OR_N, ONE_OR_TWO])
@pytest.mark.parametrize("body", ["Yes", "Yes.", "YES!", "yes please", "Y", "y", " yes "])
async def test_yes_confirms_where_y_or_1_is_offered(
    clinic: Clinic, body: str, options: tuple[ReplyOption, ...]
) -> None:
    fire = await clinic.fire_for(ANA, reply_options=options)
    [message] = await clinic.messages()
    reply = await written(clinic, body, "SM1")
    assert (reply.meaning, reply.message_id, reply.fire_id) == (ReplyMeaning.ANSWER, message.id, fire.id)
    assert (reply.disposition, reply.consent, reply.waits) == (Disposition.CONFIRMED, None, False)
    assert (await clinic.report(fire)).dispositions == {"confirmed": 1}
    assert await clinic.stores.opt_outs.find(clinic.company_id, opt_out_id(SMS, ANA)) is None


async def test_yes_without_a_question_is_a_permission_only_of_who_opted_out(clinic: Clinic) -> None:
    reply = await written(clinic, "Yes", "SM1")
    assert (reply.meaning, reply.consent, reply.waits) == (ReplyMeaning.UNCLEAR, None, True)
    await written(clinic, "stop", "SM2")
    back = await written(clinic, "YES", "SM3")
    assert (back.meaning, back.consent) == (ReplyMeaning.OPT_IN, WordMeaning.OPT_IN)
    opt_out = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(SMS, ANA))
    assert not opt_out.is_active
    assert [change.text for change in opt_out.earlier] == ["stop"]


async def test_yes_of_who_opted_out_answers_and_ends_the_refusal_only_as_the_provider_does(
    clinic: Clinic,
) -> None:
    await clinic.fire_for(ANA, reply_options=Y_OR_N)
    await written(clinic, "stop", "SM1")
    answer = await written(clinic, "Y", "SM2")
    assert (answer.meaning, answer.consent) == (ReplyMeaning.ANSWER, None)
    key = opt_out_id(SMS, ANA)
    quiet = await written(clinic, "Yes", "SM3", OptOutType="")
    assert quiet.note == "The person has opted out and stays so: START ends that."
    assert (await clinic.stores.opt_outs.get(clinic.company_id, key)).is_active
    both = await written(clinic, "Yes", "SM4")
    assert (both.meaning, both.consent) == (ReplyMeaning.ANSWER, WordMeaning.OPT_IN)
    assert not (await clinic.stores.opt_outs.get(clinic.company_id, key)).is_active


async def test_an_answer_is_for_what_is_to_come_when_the_other_visit_is_over(clinic: Clinic) -> None:
    now = clinic.runtime.now()
    soon, later = now + timedelta(days=1), now + timedelta(days=6)
    for number, day in enumerate((soon, later)):
        await clinic.load({"When": f"{day:%m/%d/%Y} 14:30", "Patient": f"P{number}"})
        await clinic.ready(reply_options=Y_OR_N)
        await clinic.fire()
    over, coming = sorted(await clinic.messages(), key=lambda message: message.about_at or now)
    both = await written(clinic, "Y", "SM1")
    assert (both.meaning, set(both.candidates)) == (ReplyMeaning.UNCLEAR, {over.id, coming.id})
    clinic.later(timedelta(days=3))
    reply = await written(clinic, "Y", "SM2")
    assert (reply.meaning, reply.message_id) == (ReplyMeaning.ANSWER, coming.id)
    changed = await written(clinic, "N", "SM3")
    assert (changed.message_id, changed.contradicts_earlier) == (coming.id, True)
    assert (changed.candidates, changed.disposition) == ((coming.id,), Disposition.CANCELED)
    kept = {message.id: message.disposition for message in await clinic.messages()}
    assert kept == {over.id: None, coming.id: Disposition.CANCELED}


async def test_a_question_about_a_visit_far_off_is_open_until_then(clinic: Clinic) -> None:
    day = clinic.runtime.now() + timedelta(days=40)
    await clinic.load({"When": f"{day:%m/%d/%Y} 14:30"})
    await clinic.ready(reply_options=Y_OR_N)
    await clinic.fire()
    clinic.later(timedelta(days=30))
    assert (await written(clinic, "Y", "SM1")).meaning is ReplyMeaning.ANSWER
    clinic.later(timedelta(days=30))
    late = await written(clinic, "N", "SM2")
    assert late.note == "The last message to this person is older than 14 days."
    assert late.fire_id is not None


async def test_a_fire_lists_and_counts_every_reply_to_it(clinic: Clinic) -> None:
    fire = await clinic.fire_for(ANA, "+12125550188", "+12125550189")
    by_address = await clinic.by_address()
    said = (("1", ANA), ("Who is this?", "+12125550188"), ("STOP", "+12125550189"), ("START", "+12125550189"))
    for number, (body, sender) in enumerate(said):
        await written(clinic, body, f"SM{number}", sender)
    found = await replies(clinic, fire_id=fire.id)
    assert {reply.body: reply.meaning for reply in found} == {
        "1": ReplyMeaning.ANSWER,
        "Who is this?": ReplyMeaning.UNCLEAR,
        "STOP": ReplyMeaning.OPT_OUT,
        "START": ReplyMeaning.OPT_IN,
    }
    assert all(reply.message_id == by_address[reply.address].id for reply in found)
    assert {reply.campaign_id for reply in found} == {"reminders"}
    report = await clinic.report(fire)
    assert report.replies == {"answer": 1, "unclear": 1, "opt_out": 1, "opt_in": 1}


async def test_a_refusal_names_the_newest_fire_and_shows_all_it_may_belong_to(clinic: Clinic) -> None:
    first = await clinic.fire_for(ANA)
    clinic.later(timedelta(hours=1))
    await clinic.load({"Phone": ANA, "When": "12/26/2099 14:30"})
    await clinic.ready()
    second = await clinic.fire()
    reply = await written(clinic, "STOP", "SM1")
    assert first.id != second.id
    assert (reply.fire_id, reply.message_id) == (second.id, None)
    theirs = {message.id for message in await clinic.messages() if message.address == ANA}
    assert set(reply.candidates) == theirs


async def test_what_no_rule_settles_waits_until_a_person_has_settled_it(clinic: Clinic) -> None:
    await clinic.fire_for(ANA)
    [message] = await clinic.messages()
    bodies = ("Who is this?", "1", "2", "cancel", "thanks", "2")
    for number, body in enumerate(bodies):
        await written(clinic, body, f"SM{number}")
    waiting = await replies(clinic, waits=True)
    assert sorted(reply.body for reply in waiting) == ["2", "Who is this?", "cancel", "thanks"]
    arguments = (clinic.runtime, clinic.company_id)
    by_body = {reply.body: reply.id for reply in waiting}
    refusal = await answer_reply(*arguments, by_body["cancel"], {message.id: Disposition.CANCELED}, by="desk")
    assert (refusal.meaning, refusal.disposition) == (ReplyMeaning.OPT_OUT, Disposition.CANCELED)
    closed = await close_reply(*arguments, by_body["thanks"], by="desk")
    assert (closed.waits, closed.settled_by, closed.settled_at is not None) == (False, "desk", True)
    assert len(await replies(clinic, waits=True)) == 2


async def test_pictures_beside_a_text_are_kept_and_not_fetched(clinic: Clinic) -> None:
    await clinic.fire_for(ANA)
    url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME"
    fields = {"MediaUrl0": f"{url}0", "MediaContentType0": "image/jpeg", "MediaUrl1": f"{url}1"}
    reply = await written(clinic, "", "MM1", NumMedia="2", **fields)
    assert reply.media == (
        Media(url=f"{url}0", content_type="image/jpeg"),
        Media(url=f"{url}1", content_type=""),
    )
    assert (reply.meaning, reply.waits) == (ReplyMeaning.UNCLEAR, True)


@pytest.mark.parametrize(
    ("filed", "sent_to", "writes_as"),
    [
        ("+52 1 55 1234 5678", "+525512345678", "+5215512345678"),
        ("+52 55 1234 5678", "+525512345678", "whatsapp:+5215512345678"),
        ("+54 9 11 2345-6789", "+5491123456789", "+541123456789"),
        ("+54 11 2345-6789", "+541123456789", "+5491123456789"),
        ("+55 11 98765-4321", "+5511987654321", "+551187654321"),
        ("+55 11 98765-4321", "+5511987654321", "whatsapp:551187654321"),
        ("+229 01 97 12 34 56", "+2290197123456", "+22997123456"),
        ("(212) 555-0187", ANA, "2125550187"),
    ],
)
async def test_one_phone_in_two_spellings_answers_and_refuses(
    clinic: Clinic, filed: str, sent_to: str, writes_as: str
) -> None:
    await clinic.fire_for(filed)
    [message] = await clinic.messages()
    assert message.address == sent_to
    reply = await written(clinic, "1", "SM1", writes_as)
    assert (reply.address, reply.message_id) == (sent_to, message.id)
    assert reply.meaning is ReplyMeaning.ANSWER
    await written(clinic, "STOP", "SM2", writes_as)
    again = await clinic.fire_for(filed, "+1 212 555 0199")
    assert (await clinic.report(again)).skipped == {"opted_out": 1}
    await written(clinic, "START", "SM3", writes_as)
    opt_out = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(SMS, sent_to))
    assert not opt_out.is_active


async def test_a_refusal_stored_by_another_spelling_still_holds_and_ends(clinic: Clinic) -> None:
    old = "+541123456789"
    stored = an_opt_out(old, id=computed_id("sms", old))
    assert stored.id != opt_out_id(SMS, old)
    await clinic.stores.opt_outs.save(clinic.company_id, stored.id, stored)
    fire = await clinic.fire_for("+54 9 11 2345-6789")
    assert (await clinic.report(fire)).skipped == {"opted_out": 1}
    assert (await save_opt_out(clinic.runtime, clinic.company_id, SMS, old)).id == stored.id
    await written(clinic, "START", "SM1", "+5491123456789")
    assert not (await clinic.stores.opt_outs.get(clinic.company_id, stored.id)).is_active


async def test_reminders_of_one_row_by_two_campaigns_are_one_question(clinic: Clinic) -> None:
    await clinic.fire_for(ANA)
    await clinic.ready(id="again", dedupe_scope=DedupeScope.FIRE)
    newest = await clinic.fire("again")
    reply = await clinic.write(ANA, "1")
    assert (reply.meaning, reply.fire_id, reply.waits) == (ReplyMeaning.ANSWER, newest.id, False)
    changed = await clinic.write(ANA, "2")
    assert (changed.fire_id, changed.contradicts_earlier, changed.waits) == (newest.id, True, True)
