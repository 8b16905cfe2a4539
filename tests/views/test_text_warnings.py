"""Warnings of carriers' words in every text of a campaign: subjects, HTML, formats that providers keep."""

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.replies.check_options import text_warnings
from shared.domain.templates.provider_content import Approval, ContentButton, ProviderContent
from shared.views.text_warnings import campaign_warnings, content_warnings, template_warnings
from tests.kit.builders import a_chat_step, a_template
from tests.kit.chat import CHAT, add_chat
from tests.kit.clinic import Clinic
from tests.usecases.conftest import clinic

__all__ = ["clinic"]
CANCEL = "The text asks people to answer CANCEL."
OPTIONS = (ReplyOption(words=("1",), disposition=Disposition.CONFIRMED),)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Reply CANCEL to cancel"},
        {"html": "<p>reply <b>cancel</b> to cancel</p>"},
        {"content_id": "HX1", "body": "", "content_values": {"1": "Reply {% if due %}cancel{% endif %}"}},
    ],
)
def test_all_that_a_template_says_is_looked_at(changes: dict[str, object]) -> None:
    [warning] = template_warnings(a_template(channel=Channel("email"), **changes))
    assert warning.startswith(CANCEL)
    assert "coded words" in warning


def test_words_that_are_said_twice_are_warned_of_once() -> None:
    asks = "Reply CANCEL to cancel"
    html = f"<p>{asks}</p>"
    assert len(template_warnings(a_template(subject=asks, body=asks, html=html))) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Confirm? (YES/CANCEL)", ["YES", "CANCEL"]),
        ("Will you come? yes/no", ["YES"]),
        ("Reply with: yes / cancel", ["YES", "CANCEL"]),
        ("Answer: yes, no or cancel", ["YES", "CANCEL"]),
        ("RSVP YES or NO", ["YES"]),
        ("Répondez par oui ou par cancel", ["CANCEL"]),
        ("Puede contestar YES", ["YES"]),
        ("Responda sim / quit", ["QUIT"]),
        ("Reply {% if a %}1{% else %}yes{% endif %} to confirm", ["YES"]),
        ("Responda {%- if a -%} 1 {%- elsif b -%} quit {%- endif %}", ["QUIT"]),
        ("Reply to this message with yes", ["YES"]),
        ("Respond with either yes or cancel", ["YES", "CANCEL"]),
        ("Confirm (YES) or cancel (CANCEL)", ["YES", "CANCEL"]),
        ("Y to confirm; cancel to cancel", ["CANCEL"]),
        ("Can't come? CANCEL", ["CANCEL"]),
        ("[YES] [CANCEL]", ["YES", "CANCEL"]),
        ("Reply _YES_", ["YES"]),
        ("Your visit is on. See our (FAQ) page, or reply 1 (yes)", []),
        ("To cancel, call us. Quit smoking today!", []),
        ("The front end/back office is open. Reply 1/2", []),
    ],
)
def test_choices_in_a_row_are_looked_at_each(body: str, words: list[str]) -> None:
    warnings = list(text_warnings(body))
    assert [word for word in words if any(f"answer {word}." in one for one in warnings)] == words
    assert len(warnings) == len(words)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("Reply STOP to cancel your appointment.", "STOP"),
        ("Hi {{ name }}, reply STOP to cancel your {{ service }} appointment on {{ day }}", "STOP"),
        ("To cancel your visit, text STOP", "STOP"),
        ("Can't make it? Reply STOP", "STOP"),
        ("Reply Y to confirm or STOP to cancel", "STOP"),
        ("Reply 1 to confirm, “stop” to cancel.", "STOP"),
        ("Reply STOP if you cannot attend", "STOP"),
        ("Text STOP to reschedule", "STOP"),
        ("Responda BAJA para cancelar su cita", "BAJA"),
        ("Para cancelar su cita, responda BAJA", "BAJA"),
        ("Responda BAJA si no puede asistir", "BAJA"),
        ("Répondez ARRÊT pour annuler votre rendez-vous", "ARRET"),
        ("Si vous ne pouvez pas venir, répondez ARRET", "ARRET"),
        ("Responda SAIR para cancelar a sua consulta", "SAIR"),
        ("Se não puder vir, envie PARAR", "PARAR"),
        ("STOP = cancel my appointment", "STOP"),
        ("Reply STOP to opt out", ""),
        ("Reply STOP to cancel", ""),  # the usual end of a text: all of them stop
        ("Reply STOP to cancel these appointment reminders", ""),
        ("Reply 2 to cancel your appointment. Reply STOP to unsubscribe.", ""),
        ("Reply 1 to confirm your appointment, STOP to opt out", ""),
        ("Reply STOP to opt out, 2 to cancel your appointment", ""),
        ("To cancel your visit call us; to end messages text STOP", ""),
        ("To cancel your visit reply 2, or STOP to get no more texts", ""),
        ("Responda BAJA para no recibir más recordatorios de citas", ""),
        ("Répondez ARRET pour ne plus recevoir de rappels de rendez-vous", ""),
        ("Take bus 5 to our stop. To cancel your visit, reply 2", ""),
        ("To cancel your visit, reply 2. The bus has a stop outside", ""),
        ("Stop by our desk if you can't make it online", ""),
    ],
)
def test_stop_is_warned_of_only_where_it_is_to_cancel_a_visit(body: str, word: str) -> None:
    warnings = list(text_warnings(body))
    assert [one.split(" answer ")[1].split()[0] for one in warnings] == ([word] if word else [])
    assert all("the visit stays" in one for one in warnings)


def test_a_format_is_looked_at_with_its_buttons() -> None:
    content = ProviderContent(
        id="HX1", name="visit", language="en", kind="twilio/quick-reply", approval=Approval.APPROVED,
        body="Hello {{1}}, reply QUIT to stay away.",
        buttons=(ContentButton(id="no", title="Cancel"), ContentButton(id="yes", title="Yes")),
    )  # fmt: skip
    text, button = content_warnings(content)
    assert "answer QUIT" in text
    assert "'Cancel' is an opt-out" in button


async def test_a_frozen_campaign_tells_of_the_format_that_whatsapp_approved(clinic: Clinic) -> None:
    account = await add_chat(clinic)
    sid = await clinic.simulator.add_content(account, "Hello {{1}}, reply CANCEL to stay away.")
    template = a_template(
        id="chat", channel=CHAT, body="", content_id=sid, content_values={"1": "{{ name }}"}
    )
    await clinic.stores.templates.save(clinic.company_id, template.id, template)
    await clinic.load({})
    campaign = await clinic.ready(steps=(a_chat_step(),), reply_options=OPTIONS)
    [warning] = await campaign_warnings(clinic.runtime, clinic.company_id, campaign, [template])
    assert warning.startswith(CANCEL)
