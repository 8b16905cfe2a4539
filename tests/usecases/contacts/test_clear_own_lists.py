"""Who unsubscribed with SendGrid and returns to us is taken off its list, so that the next mail arrives."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from functions.webhooks.kit.preference_page import serve_preferences
from infra.local.simulator.outcomes import Answer
from infra.local.waiting import wait_while_moving
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import Clearing, OptOut, OptOutSource, opt_out_id
from shared.domain.contacts.preference_link import LinkedPerson, token_of
from shared.domain.job import ClearOwnLists
from shared.domain.messages.message import Message
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.companies.change_company import change_company
from shared.usecases.contacts.clear_own_lists import ROUND, clear_own_lists
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.contacts.start_deletion import start_deletion
from shared.usecases.upkeep.announce_consents import announce_clearings
from shared.views.opt_outs import provider_note
from tests.kit.architecture.asgi import a_request
from tests.kit.builders import a_step, an_email_sender, an_opt_out
from tests.kit.clinic import Clinic
from tests.kit.signed_webhooks import sendgrid_posts

ANA, PHONE = "ana@example-clinic.com", "+12125550187"
EMAIL, SMS = Channel("email"), Channel("sms")
MAIL = a_step(id="mail", channel=EMAIL, template_id="mail", sender_id="mails", address_field="email")
HOUR = timedelta(hours=1)
JOB = ClearOwnLists(company_id=Clinic.company_id)
BY_HAND = "remove the address there too, under Suppressions > Global Unsubscribes"


async def key_of(clinic: Clinic) -> str:
    return (await clinic.credentials("mails"))["api_key"]


async def mailed(clinic: Clinic) -> Message:
    """A new fire's only email."""
    await clinic.load({"When": f"12/{len(await clinic.messages()) + 1:02}/2099 14:30"})
    await clinic.ready(steps=(MAIL,))
    fire = await clinic.fire()
    return next(message for message in await clinic.messages() if message.fire_id == fire.id)


async def unsubscribes(clinic: Clinic, message: Message, **event: str) -> None:
    """Ana unsubscribes by SendGrid's own link, or as `event` says; SendGrid keeps that, and tells us."""
    now = clinic.runtime.now()
    facts = {"email": ANA, "rollcall_message_id": message.id, "timestamp": int(now.timestamp())}
    await clinic.simulator.add_listing(await key_of(clinic), ANA)
    await sendgrid_posts(clinic, [{**facts, "sg_message_id": "s", "event": "unsubscribe", **event}])
    clinic.later(HOUR)


async def known(clinic: Clinic) -> OptOut:
    return await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(EMAIL, ANA))


async def listed(clinic: Clinic) -> list[str]:
    """SendGrid's lists that Ana is on."""
    return await clinic.simulator.lists_with(await key_of(clinic), ANA)


async def status_of_last(clinic: Clinic) -> str:
    """What became of the last mail to Ana at SendGrid."""

    async def look() -> str:
        return str((await clinic.accepted(ANA))[-1]["status"])

    return await wait_while_moving("the mail's end", look, lambda status: status != "processed")


async def agrees(clinic: Clinic) -> None:
    await end_opt_out(clinic.runtime, clinic.company_id, opt_out_id(EMAIL, ANA), "on the phone", "user dana")


async def writes_start(clinic: Clinic) -> None:
    incoming = IncomingMessage(
        provider_id="1", from_address=ANA, to_address=an_email_sender().address, body="START"
    )
    await receive_reply(clinic.runtime, clinic.company_id, "mails", EMAIL, incoming)


async def chooses(clinic: Clinic) -> None:
    person = LinkedPerson(company_id=clinic.company_id, channel=EMAIL, address=ANA)
    path, form = f"p/{token_of(person, 'signing-key')}", urlencode({"do": "again"}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    await serve_preferences(
        clinic.runtime, path, a_request(f"/messages/{path}", "", headers, form, method="POST")
    )


@pytest.mark.parametrize("returns", [agrees, writes_start, chooses])
async def test_who_returns_gets_the_next_mail(
    clinic: Clinic, returns: Callable[[Clinic], Awaitable[None]]
) -> None:
    await unsubscribes(clinic, await mailed(clinic))
    held = await known(clinic)
    assert (held.is_active, held.source, held.clearing) == (True, OptOutSource.PROVIDER, None)
    assert provider_note(held).startswith("Once this ends here, SendGrid is asked to take the address off")
    assert (await mailed(clinic)).reason == "opted_out"
    clinic.runs_jobs = False
    await returns(clinic)
    assert clinic.published[-1] == JOB
    assert ((await known(clinic)).clearing, await listed(clinic)) == (Clearing.ASKED, ["unsubscribes"])
    note = provider_note(await known(clinic))
    assert note.startswith("SendGrid is being asked to take the address off")
    assert BY_HAND in note
    clinic.runs_jobs = True
    await clear_own_lists(clinic.runtime, JOB)
    await clear_own_lists(clinic.runtime, JOB)  # it came twice
    over = await known(clinic)
    assert (over.clearing, provider_note(over), await listed(clinic)) == (Clearing.DONE, "", [])
    assert (await mailed(clinic)).state == "sent"
    assert await status_of_last(clinic) == "delivered"


async def test_without_it_the_next_mail_is_dropped(clinic: Clinic) -> None:
    """What the simulator does as SendGrid does."""
    await mailed(clinic)
    await clinic.simulator.add_listing(await key_of(clinic), ANA.upper())
    await mailed(clinic)
    assert await status_of_last(clinic) == "dropped"


async def test_a_return_says_nothing_of_bounces_and_spam_reports(clinic: Clinic) -> None:
    await unsubscribes(clinic, await mailed(clinic), event="spamreport")
    await clinic.simulator.add_listing(await key_of(clinic), ANA, "spam_reports")
    await agrees(clinic)
    over = await known(clinic)
    assert over.clearing is Clearing.DONE  # of the list of who unsubscribed
    assert await listed(clinic) == ["spam_reports"]
    assert "Suppressions > Spam Reports" in provider_note(over)
    clinic.later(HOUR)
    hard = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 No such user"}
    await unsubscribes(clinic, await mailed(clinic), **hard)
    await agrees(clinic)  # the mailbox was mended: nobody agreed to anything
    assert ((await known(clinic)).clearing, await listed(clinic)) == (None, ["unsubscribes", "spam_reports"])


async def test_a_key_without_the_permission_leaves_it_to_a_person(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    await unsubscribes(clinic, await mailed(clinic))
    await clinic.simulator.add_key(key=await key_of(clinic), scopes=["mail.send"])
    await agrees(clinic)
    over = await known(clinic)
    assert (over.is_active, over.clearing) == (False, Clearing.REFUSED)
    assert provider_note(over).startswith("SendGrid keeps a list")
    assert BY_HAND in provider_note(over)
    logged = str([vars(entry) for entry in caplog.records])
    assert "SendGrid does not let the API key change its global unsubscribes (403)." in logged
    assert ANA not in logged
    clinic.later(HOUR)
    assert await announce_clearings(clinic.runtime, clinic.runtime.now()) == 0


@pytest.mark.parametrize(
    "answer", [Answer.ERROR, Answer.THROTTLED, Answer.ERROR_ACCEPTED, Answer.HALF_ACCEPTED]
)
async def test_what_fails_is_tried_again_by_the_sweep(clinic: Clinic, answer: Answer) -> None:
    """Where the address was taken off and the answer was lost, or the worker died: off is off."""
    await unsubscribes(clinic, await mailed(clinic))
    await clinic.simulator.ask_fault("sendgrid_lists", answer, count=1)
    await agrees(clinic)
    assert (await known(clinic)).clearing is Clearing.ASKED
    assert await announce_clearings(clinic.runtime, clinic.runtime.now()) == 0  # it may be under way
    clinic.later(HOUR)
    assert await announce_clearings(clinic.runtime, clinic.runtime.now()) == 1
    assert ((await known(clinic)).clearing, await listed(clinic)) == (Clearing.DONE, [])


async def test_after_three_days_it_is_left_to_a_person(clinic: Clinic) -> None:
    await unsubscribes(clinic, await mailed(clinic))
    await clinic.simulator.ask_fault("sendgrid_lists", Answer.ERROR)
    await agrees(clinic)
    clinic.later(3 * 24 * HOUR - HOUR)
    await clear_own_lists(clinic.runtime, JOB)
    assert (await known(clinic)).clearing is Clearing.ASKED
    clinic.later(2 * HOUR)
    await clear_own_lists(clinic.runtime, JOB)
    over = await known(clinic)
    assert over.clearing is Clearing.REFUSED
    assert provider_note(over).startswith("SendGrid keeps a list")


async def test_who_refuses_again_meanwhile_stays_on_the_list(clinic: Clinic) -> None:
    message = await mailed(clinic)
    await unsubscribes(clinic, message)
    clinic.runs_jobs = False
    await agrees(clinic)
    clinic.later(HOUR)
    await unsubscribes(clinic, message)
    again = await known(clinic)
    assert (again.is_active, again.clearing) == (True, None)
    # An older worker would not have known the mark.
    await clinic.stores.opt_outs.save(clinic.company_id, again.id, replace(again, clearing=Clearing.ASKED))
    await clear_own_lists(clinic.runtime, JOB)
    assert (await known(clinic)) == again
    assert await listed(clinic) == ["unsubscribes"]


async def test_of_who_was_forgotten_meanwhile_nothing_is_asked(clinic: Clinic) -> None:
    await unsubscribes(clinic, await mailed(clinic))
    clinic.runs_jobs = False
    await agrees(clinic)
    clinic.published.clear()
    await start_deletion(clinic.runtime, clinic.company_id, EMAIL, ANA, "api key k1")
    await clinic.run_published()
    clinic.runs_jobs = True
    await clear_own_lists(clinic.runtime, JOB)
    kept = await known(clinic)
    assert (kept.address, kept.clearing) == ("", None)
    assert await listed(clinic) == ["unsubscribes"]


async def test_nothing_is_asked_where_nothing_is_kept(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"topics": ("News",)})
    refusal = await save_opt_out(clinic.runtime, clinic.company_id, SMS, PHONE)
    await end_opt_out(clinic.runtime, clinic.company_id, refusal.id, "agreed")
    narrow = an_opt_out(id="topic", channel=EMAIL, address=ANA, topic="News")
    await clinic.stores.opt_outs.save(clinic.company_id, narrow.id, narrow)
    await end_opt_out(clinic.runtime, clinic.company_id, narrow.id, "wants the news")
    assert clinic.published == []
    await clinic.set_credentials("mails", {})
    refusal = await save_opt_out(clinic.runtime, clinic.company_id, EMAIL, ANA)
    await end_opt_out(clinic.runtime, clinic.company_id, refusal.id, "agreed")
    assert clinic.published == [JOB]
    assert (await known(clinic)).clearing is None  # no account is left


async def test_many_are_asked_for_in_rounds_and_each_account_once(clinic: Clinic) -> None:
    more = replace(an_email_sender(), id="more")
    await clinic.stores.senders.save(clinic.company_id, more.id, more)
    await clinic.set_credentials(more.id, await clinic.credentials("mails"))
    people = [f"p{number}@example-clinic.com" for number in range(ROUND + 1)]
    for address in people:
        item_id, facts = opt_out_id(EMAIL, address), {"is_active": False, "clearing": Clearing.ASKED}
        one = an_opt_out(id=item_id, channel=EMAIL, address=address, **facts)
        await clinic.stores.opt_outs.save(clinic.company_id, one.id, one)
    await clear_own_lists(clinic.runtime, JOB)
    assert clinic.published == [JOB]
    page = await clinic.stores.opt_outs.page(clinic.company_id, limit=1000)
    assert {one.clearing for one in page.items} == {Clearing.DONE}
