"""The page where people see and refuse what they get: by the link alone; looking changes nothing."""

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from starlette.responses import Response

from functions.webhooks.kit.preference_page import serve_preferences
from shared.domain.channels.channel import Channel
from shared.domain.companies.consent_rules import MOST_TOPICS, TOPIC_CHARACTERS, OptOutScope
from shared.domain.contacts.opt_out import OptOut, OptOutSource
from shared.domain.contacts.preference_link import LinkedPerson, token_of
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.usecases.companies.change_company import change_company
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.contacts.start_deletion import start_deletion
from shared.usecases.run_job import run_job
from shared.usecases.senders.change_sender import change_sender
from tests.kit.architecture.asgi import a_request
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic

SMS, EMAIL = Channel("sms"), Channel("email")
ANA, MAIL = "+12125550187", "ana@example-clinic.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link(
    kind: str, *, channel: Channel = SMS, address: str = ANA, topic: str = "", key: str = "signing-key"
) -> str:
    """The path of a person's link, after /messages/."""
    person = LinkedPerson(company_id=Clinic.company_id, channel=channel, address=address, topic=topic)
    return f"{kind}/{token_of(person, key)}"


async def visit(
    clinic: Clinic,
    path: str,
    form: Mapping[str, object] | list[tuple[str, str]] | bytes | None = None,
    *,
    method: str = "",
    language: str = "en",
    kind: str = "application/x-www-form-urlencoded",
) -> Response:
    """Open the page, or post the form; bytes are posted as they are."""
    headers = {"accept-language": language, "content-type": kind}
    body = form if isinstance(form, bytes) else urlencode(form or {}, doseq=True).encode()
    method = method or ("GET" if form is None else "POST")
    request = a_request(f"/messages/{path}", "", headers, body, method=method)
    return await serve_preferences(clinic.runtime, path, request)


async def opt_outs(clinic: Clinic) -> list[OptOut]:
    """All that are stored."""
    return list((await clinic.stores.opt_outs.page(clinic.company_id, limit=50)).items)


def text_of(response: Response) -> str:
    return bytes(response.body).decode()


@pytest.mark.parametrize("kind", ["p", "u"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_changes_nothing(clinic: Clinic, kind: str, method: str) -> None:
    response = await visit(clinic, link(kind), method=method)
    assert response.status_code == 200
    assert await opt_outs(clinic) == []
    assert "Acme Clinics" in text_of(response)
    assert ANA not in text_of(response)
    assert "•••• 0187" in text_of(response)


async def test_the_page_keeps_to_itself(clinic: Clinic) -> None:
    headers = (await visit(clinic, link("p"))).headers
    assert "set-cookie" not in headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_one_click_refuses_all_on_the_channel(clinic: Clinic) -> None:
    path = link("u", channel=EMAIL, address=MAIL)
    for _ in range(2):
        assert (await visit(clinic, path, ONE_CLICK)).status_code == 200
    [refusal] = await opt_outs(clinic)
    assert (refusal.channel, refusal.address, refusal.is_active) == (EMAIL, MAIL, True)
    assert (refusal.source, refusal.earlier) == (OptOutSource.PAGE, ())
    await clinic.load({})
    mail = a_step(channel=EMAIL, template_id="mail", sender_id="mails", address_field="email")
    await clinic.ready(steps=(mail,))
    await clinic.fire()
    [skipped] = await clinic.messages()
    assert (skipped.state, skipped.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)


@pytest.mark.parametrize(
    ("kind", "body"),
    [  # what RFC 8058 says mail programs should and may post, and what some do
        ("multipart/form-data; boundary=b1", b'--b1\r\nContent-Disposition: form-data; '
         b'name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b1--\r\n'),
        ('Multipart/Form-Data; boundary="b 1"', b'--b 1\r\nContent-Disposition: form-data; '
         b'name="List-Unsubscribe"\r\nContent-Type: text/plain\r\n\r\nOne-Click\r\n--b 1--'),
        ("application/x-www-form-urlencoded; charset=utf-8", b"List-Unsubscribe=One-Click\r\n"),
        ("text/plain", b"List-Unsubscribe=One-Click"),
    ],
)  # fmt: skip
async def test_one_click_counts_in_every_form_it_may_have(clinic: Clinic, kind: str, body: bytes) -> None:
    path = link("u", channel=EMAIL, address=MAIL)
    assert (await visit(clinic, path, body, kind=kind)).status_code == 200
    assert [(one.address, one.is_active) for one in await opt_outs(clinic)] == [(MAIL, True)]


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=b1"])
async def test_a_form_that_cannot_be_read_changes_nothing(clinic: Clinic, kind: str) -> None:
    response = await visit(clinic, link("u"), b"--b1\r\nno header\xff", kind=kind)
    assert 400 <= response.status_code < 500
    assert await opt_outs(clinic) == []


async def test_the_link_in_a_mail_refuses_its_topic_alone(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"topics": ("Reminders", "News")})
    await clinic.load({})
    mail = a_step(channel=EMAIL, template_id="mail", sender_id="mails", address_field="email")
    await clinic.ready(steps=(mail,), topic="News")
    await clinic.fire()
    [shown] = await clinic.accepted(MAIL)
    url = shown["headers"]["List-Unsubscribe"].strip("<>")
    await visit(clinic, url.partition("/messages/")[2], ONE_CLICK)
    [refusal] = await opt_outs(clinic)
    assert (refusal.address, refusal.topic) == (MAIL, "News")


async def test_a_refused_topic_stops_that_and_nothing_else(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"topics": ("Reminders", "News")})
    await visit(clinic, link("u", topic="News"), ONE_CLICK)
    await clinic.load({})
    await clinic.ready(topic="News")
    await clinic.fire()
    [skipped] = await clinic.messages()
    assert (skipped.state, skipped.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)
    await clinic.ready(id="others", topic="Reminders")
    await clinic.fire("others")
    assert {m.campaign_id: m.state for m in await clinic.messages()} == {
        "reminders": MessageState.SKIPPED,
        "others": MessageState.SENT,
    }


async def test_the_end_of_a_refused_topic_or_sender_ends_nothing_else(clinic: Clinic) -> None:
    """Somebody of the company notes that the person wants the news again: STOP holds all the same."""
    rules = {"opt_out_scope": OptOutScope.SENDER, "topics": ("News",)}
    await change_company(clinic.runtime, clinic.company_id, consent=rules)
    await clinic.write(ANA, "STOP")
    await visit(clinic, link("u", topic="News"), ONE_CLICK)
    await save_opt_out(clinic.runtime, clinic.company_id, SMS, ANA, "on the phone")
    narrow = [one for one in await opt_outs(clinic) if one.topic or one.sender_id]
    assert len(narrow) == 2
    for one in narrow:
        over = await end_opt_out(clinic.runtime, clinic.company_id, one.id, "wants that again", "user dana")
        assert not over.is_active
    [held] = [one for one in await opt_outs(clinic) if one.is_active]
    assert (held.topic, held.sender_id, held.text) == (None, None, "on the phone")


async def test_a_topic_refused_between_planning_and_sending_is_seen(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"topics": ("News",)})
    await clinic.load({})
    await clinic.ready(topic="News")
    _, job = await clinic.fire_and_queue()
    await visit(clinic, link("u", topic="News"), ONE_CLICK)
    await run_job(clinic.runtime, job)
    [skipped] = await clinic.messages()
    assert (skipped.state, skipped.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)


async def test_topics_are_chosen_and_taken_back(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"topics": ("Reminders", "News")})
    path, shown = link("p"), [("shown", "Reminders"), ("shown", "News"), ("do", "save")]
    page = await visit(clinic, path, [*shown, ("topic", "Reminders")])
    assert "Saved." in text_of(page)
    assert [(one.topic, one.is_active) for one in await opt_outs(clinic)] == [("News", True)]
    await visit(clinic, path, [*shown, ("topic", "Reminders"), ("topic", "News")])
    assert [(one.topic, one.is_active) for one in await opt_outs(clinic)] == [("News", False)]


async def test_as_many_topics_as_there_may_be_in_any_script_fit_the_form(clinic: Clinic) -> None:
    topics = tuple(f"{'Ж' * (TOPIC_CHARACTERS - 2)}{number:02}" for number in range(MOST_TOPICS))
    await change_company(clinic.runtime, clinic.company_id, consent={"topics": topics})
    page = await visit(clinic, link("p"), {"do": "save", "shown": topics, "topic": topics[1:]})
    assert page.status_code == 200
    assert [one.topic for one in await opt_outs(clinic)] == [topics[0]]


async def test_a_page_that_was_opened_before_keeps_what_was_refused_since(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"topics": ("News", "Visits", "Surveys")})
    await visit(clinic, link("u", topic="Surveys"), ONE_CLICK)
    before = {"do": "save", "shown": ["News", "Visits"], "topic": ["Visits"]}  # "Surveys" came later
    await visit(clinic, link("p"), before)
    held = {one.topic for one in await opt_outs(clinic) if one.is_active}
    assert held == {"News", "Surveys"}
    await visit(clinic, link("p"), {"do": "save"})
    assert {one.topic for one in await opt_outs(clinic) if one.is_active} == held


async def test_what_a_person_refused_they_take_back_but_not_what_others_noted(clinic: Clinic) -> None:
    path = link("p")
    await visit(clinic, path, {"do": "stop_all"})
    assert "Get messages again" in text_of(await visit(clinic, path))
    await visit(clinic, path, {"do": "again"})
    assert [one.is_active for one in await opt_outs(clinic)] == [False]
    await save_opt_out(clinic.runtime, clinic.company_id, SMS, ANA)
    page = text_of(await visit(clinic, path, {"do": "again"}))
    assert "please contact Acme Clinics" in page
    assert [one.is_active for one in await opt_outs(clinic)] == [True]


async def test_who_stopped_one_sender_sees_that_and_gets_its_messages_again(clinic: Clinic) -> None:
    topics = {"opt_out_scope": OptOutScope.SENDER, "topics": ("News",)}
    await change_company(clinic.runtime, clinic.company_id, consent=topics)
    await clinic.write(ANA, "STOP")
    await clinic.write("+12125550188", "STOP")
    path = link("p")
    page = text_of(await visit(clinic, path))
    assert "You have stopped the messages that come from one of" in page
    assert "Get messages again" in page
    await visit(clinic, path, {"do": "save", "shown": "News", "topic": "News"})  # says nothing of senders
    assert {(one.address, one.is_active) for one in await opt_outs(clinic)} == {
        (ANA, True),
        ("+12125550188", True),
    }
    page = text_of(await visit(clinic, path, {"do": "again"}))
    assert "Get messages again" not in page
    held = {one.address: (one.is_active, one.source) for one in await opt_outs(clinic)}
    assert held == {ANA: (False, OptOutSource.PAGE), "+12125550188": (True, OptOutSource.REPLY)}
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    assert [one.state for one in await clinic.messages()] == [MessageState.SENT]


async def test_who_stopped_all_after_one_sender_gets_everything_again_but_on_no_other_channel(
    clinic: Clinic,
) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_scope": OptOutScope.SENDER})
    await clinic.write(ANA, "STOP")
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_scope": OptOutScope.ADDRESS})
    await clinic.write(ANA, "STOP")
    others = {(Channel("whatsapp"), None), (Channel("voice"), None)}
    assert {(one.channel, one.sender_id) for one in await opt_outs(clinic) if one.is_active} == {
        (SMS, "texts"),
        (SMS, None),
        *others,
    }
    await visit(clinic, link("p"), {"do": "again"})
    assert {(one.channel, one.sender_id) for one in await opt_outs(clinic) if one.is_active} == others


async def test_who_had_texted_stop_is_told_that_the_provider_waits_for_start(clinic: Clinic) -> None:
    """Twilio keeps STOP until START: without it nothing would come, and nobody would say why."""
    await clinic.write(ANA, "STOP")
    page = text_of(await visit(clinic, link("p"), {"do": "again"}))
    assert "Saved. If you sent STOP, send START to the same number too" in page
    for form in ({"do": "again"}, {"do": "stop_all"}, {"do": "again"}):  # by the page alone
        assert "send START" not in text_of(await visit(clinic, link("p"), form))
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"keywords_at_provider": False})
    await clinic.write(ANA, "STOP")
    assert "send START" not in text_of(await visit(clinic, link("p"), {"do": "again"}))


@pytest.mark.parametrize("form", [{}, {"do": "anything"}, {"do": "stop_topic"}, {"x": "y"}])
async def test_a_form_that_asks_for_nothing_changes_nothing(clinic: Clinic, form: dict[str, str]) -> None:
    assert (await visit(clinic, link("p"), form)).status_code == 200
    assert await opt_outs(clinic) == []


async def test_a_link_works_after_the_person_was_deleted_and_stores_no_address(clinic: Clinic) -> None:
    topics = {"topics": ("News",)}
    await change_company(clinic.runtime, clinic.company_id, consent=topics)
    await visit(clinic, link("u", topic="News"), ONE_CLICK)
    await start_deletion(clinic.runtime, clinic.company_id, SMS, ANA, "ops")
    assert [one.address for one in await opt_outs(clinic)] == [""]
    assert (await visit(clinic, link("u"), ONE_CLICK)).status_code == 200
    stored = await opt_outs(clinic)
    assert {one.address for one in stored} == {""}
    assert len([one for one in stored if one.is_active]) == 2


@pytest.mark.parametrize("path", ["u/abc", "p/" + "a" * 2_000, link("u", key="another")])
async def test_a_link_that_is_none_of_ours_gets_a_page_that_says_what_to_do(
    clinic: Clinic, path: str
) -> None:
    for form in (None, ONE_CLICK):
        response = await visit(clinic, path, form, language="es")
        assert response.status_code == 404
        assert "Este enlace no funciona" in text_of(response)
    assert await opt_outs(clinic) == []


async def test_a_link_of_a_former_key_still_works(clinic: Clinic) -> None:
    clinic.runtime.settings = replace(clinic.runtime.settings, signing_key="new, another")
    assert (await visit(clinic, link("u", key="another"), ONE_CLICK)).status_code == 200
    assert len(await opt_outs(clinic)) == 1


async def test_a_body_without_end_is_refused(clinic: Clinic) -> None:
    response = await visit(clinic, link("u"), {"do": "x" * 33_000})
    assert response.status_code == 413
    assert await opt_outs(clinic) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_none(clinic: Clinic, method: str) -> None:
    assert (await visit(clinic, link("u"), method=method)).status_code == 405


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("fr-CA,fr;q=0.9", "Ne plus"),
        ("pt-BR", "Deixar de receber"),
        ("de, es", "Dejar"),
        ("", "Stop"),
    ],
)
async def test_it_speaks_the_language_of_the_browser(clinic: Clinic, language: str, word: str) -> None:
    assert word in text_of(await visit(clinic, link("u"), language=language))


async def test_links_stand_in_the_text_that_is_sealed_and_in_the_mails_headers(clinic: Clinic) -> None:
    template = await clinic.stores.templates.get(clinic.company_id, "mail")
    body = "Hello {{ name }}. {{ preferences_url }}"
    await clinic.stores.templates.save(clinic.company_id, "mail", replace(template, body=body))
    await clinic.load({})
    mail = a_step(channel=EMAIL, template_id="mail", sender_id="mails", address_field="email")
    await clinic.ready(steps=(mail,))
    await clinic.fire()
    [sent] = await clinic.messages()
    assert sent.state is MessageState.SENT
    [accepted] = await clinic.accepted(MAIL)
    path = link("p", channel=EMAIL, address=MAIL)
    assert accepted["body"].endswith(f"/messages/{path}")
    assert (await visit(clinic, path)).status_code == 200
