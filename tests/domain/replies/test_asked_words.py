"""Texts that ask for words which carriers take for something else, in four languages and odd shapes."""

import re

import pytest

from shared.domain.companies.consent_rules import ConsentRules
from shared.domain.replies.check_options import text_warnings
from tests.kit.work import counting_calls

OWN = ConsentRules(opt_out_words=("Adiós", "farewell clinic"), opt_in_words=("vuelvo",))


def asked(text: str, own: ConsentRules = OWN) -> list[str]:
    """The words that are warned of; each warning says what to write instead."""
    warnings = list(text_warnings(text, own))
    assert all('"1", "2"' in one and "coded words" in one for one in warnings)
    return sorted(re.sub(r".*? answer (.+?)(?:\.| about ).*", r"\1", one) for one in warnings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('Reply "CANCEL" to cancel your visit.', "CANCEL"),
        ("Reply ‘cancel’ to cancel your visit.", "CANCEL"),
        ("Reply ″CANCEL″ to cancel", "CANCEL"),
        ("Reply (CANCEL) to cancel", "CANCEL"),
        ("Reply [CANCEL]", "CANCEL"),
        ("Reply <CANCEL> to cancel", "CANCEL"),
        ("Reply **YES** to confirm", "YES"),
        ("Reply `YES` to confirm", "YES"),
        ("Reply → CANCEL", "CANCEL"),
        ("Reply\r\n\r\nCANCEL\nto cancel", "CANCEL"),
        ("Reply:\n- YES to confirm\n- CANCEL to cancel", "CANCEL YES"),
        ("Reply YES, CANCEL or QUIT", "CANCEL QUIT YES"),
        ("Reply Confirm or Cancel", "CANCEL"),
        ("reply yes to confirm or end to finish", "END YES"),
        ("Text QUIT to leave the waiting list", "QUIT"),
        ("Please respond with the word cancel if you can't make it", "CANCEL"),
        ("If you can't make it just text us back cancel.", "CANCEL"),
        ("Replying with a simple yes is enough", "YES"),
        ("A simple yes will do: just reply", "YES"),
        ("Your reply of YES confirms the visit", "YES"),
        ("We need a YES from you: reply now", "YES"),
        ("Are you coming? Yes or no?", "YES"),
        ("Your answer (yes or cancel) by text please", "CANCEL YES"),
        ("YES: I'll come. CANCEL: I won't", "CANCEL YES"),
        ("YES - I'll come\nNO - I won't come", "YES"),
        ("Your visit is at 3 - YES to confirm, 2 to cancel", "YES"),
        ("Reply 1/YES to confirm", "YES"),
        ("Confirm: YES. Cancel: CANCEL.", "CANCEL YES"),
        ("Confirm with a YES or cancel with a NO.", "YES"),
        ("Reply REVOKE to cancel", "REVOKE"),
        ("Reply START to confirm your visit", "START"),
        ("Reply YES to confirm your appointment and receive reminders", "YES"),
        ("Reply YES to confirm you got this message", "YES"),
        ("Reply ＣＡＮＣＥＬ to cancel", "CANCEL"),
        ("Reply C\u200bANCEL or “CÁNCEL” to cancel", "CANCEL"),
        ("REPLY CANCEL TO CANCEL YOUR VISIT", "CANCEL"),
        ("REPLY YES TO CONFIRM. CALL US TO CANCEL.", "YES"),
        ("Reply {{ word | default: 'YES' }} to confirm", "YES"),
        ("{{ name }}, reply {{ code }} to confirm or CANCEL to cancel", "CANCEL"),
        ("Reply {% if a %}1{% elsif b %}YES{% else %}SI{% endif %} to confirm", "YES"),
        ("Reply HELP for directions to our office", "HELP"),
        ("Reply INFO for details of your visit", "INFO"),
        ("Reply OPT OUT to cancel your appointment", "OPT OUT"),
        ("Reply STOP to confirm your visit", "STOP"),
        ("Reply STOP or CANCEL to cancel your appointment", "CANCEL STOP"),
        ("Responda YES para confirmar su cita", "YES"),
        ("Conteste «CANCEL» si no viene", "CANCEL"),
        ("Contéstenos YES", "YES"),
        ("Confirmar respondiendo YES", "YES"),
        ("Responda SÍ o CANCEL", "CANCEL"),
        ("Escriba QUIT para salir de la lista de espera", "QUIT"),
        ("Por favor, conteste STOP si no puede asistir a su cita.", "STOP"),
        ("Mande ALTO para cancelar su cita", "ALTO"),
        ("Répondez « YES » pour confirmer", "YES"),
        ("Merci de répondre par YES ou par 2", "YES"),
        ("Confirmez en répondant YES", "YES"),
        ("Envoyez-nous YES pour confirmer", "YES"),
        ("Tapez QUIT pour quitter la file", "QUIT"),
        ("STOP pour annuler votre RDV", "STOP"),
        ("Por favor responda apenas YES", "YES"),
        ("Confirme respondendo YES", "YES"),
        ("Envie-nos CANCEL se não puder vir", "CANCEL"),
        ("Mande a palavra quit", "QUIT"),
        ("Responda com «SAIR» para desmarcar sua sessão", "SAIR"),
        ("Reply ADIOS to cancel your appointment", "ADIOS"),
        ("Reply “Farewell clinic” to cancel your visit", "FAREWELL CLINIC"),
        ("Responda VUELVO para confirmar su cita", "VUELVO"),
        ("Good news. " * 400 + "Reply CANCEL to cancel", "CANCEL"),  # longer than a reply
    ],
)
def test_what_is_asked_for_is_warned_of_by_its_name(text: str, words: str) -> None:
    assert " ".join(asked(text)) == words


@pytest.mark.parametrize(
    "text",
    [
        "Your yes counts. Reply 1 to vote.",
        "Join our cancel culture workshop at 5. Reply 1 to join.",
        "We are at the end of the street. Reply 1 to confirm.",
        "Reply by the end of the day",
        "Answer by end of day",
        "Vote YES on measure 5! Reply 1 to volunteer",
        "{% comment %}Reply CANCEL{% endcomment %}Reply 1",
        "Send us a photo by the end of the week",
        "Reply 1. THE END",
        "SALE MUST END. Reply 1 to book",
        "START: 10:30, END: 11:00. Reply 1 to confirm.",
        "CANCEL: your visit at 3pm was cancelled. Reply 1 to rebook",
        "Reply 1 to confirm or call to cancel",
        "Reply to confirm or cancel",
        "If you need to reply, cancel the alarm first",
        "Answer our call, or cancel for free online",
        "Send your form, or cancel if you like, by mail",
        "Please answer yes or no questions in the form",
        "Say yes to a healthier you! Book at example.com",
        "Say YES to adventure! Book now.",
        "YES! We are open. Reply 1.",
        "YES, we are open. Reply 1 for a visit.",
        "YES WE ARE OPEN. Reply 1 for a visit.",
        "We hope it's a YES! Reply 1 or 2.",
        "Thank you for your YES! Reply 2 to change it.",
        "You replied YES. Reply 2 to change that.",
        "We got your answer: yes. See you!",
        "Press YES on the screen at the front desk",
        "Enter code QUIT at checkout for 10 % off",
        "Reply 1 or visit https://example.com/cancel to cancel",
        "Cancel or move it here: https://x.example/YES",
        "Write to quit@example.com or reply 1",
        "✅ to confirm reply 1, ❌ to cancel reply 2",
        "Reply 1 (YES) or 2 (NO)",
        "Reply 1 - YES, 2 - NO",
        "Reply 1=YES 2=NO",
        "Reply 'Y' for YES or 'N' for NO",
        "1: YES 2: CANCEL",
        "C = CANCEL, Y = YES",
        "Reply YES1 to confirm, NO1 to decline",
        "Reply YES-1 to confirm",
        "Reply YES{{ number }} to confirm",
        "Reply C1 to confirm, C2 to cancel",
        "Reply YES to subscribe",
        "To receive our messages, reply YES",
        "Do you want to receive our messages? Reply YES",
        "Reply START to get messages again",
        "Reply START to opt back in",
        "Reply CANCEL to opt out",
        "Reply STOP, END, CANCEL, UNSUBSCRIBE or QUIT to opt out",
        "To stop receiving these texts, reply END.",
        "If you no longer want to hear from us, reply CANCEL.",
        "Msg&data rates may apply. Reply STOP to cancel, HELP for help.",
        "Reply INFO for more information",
        "Reply 2 or STOP to end these texts",
        "Responda SI para confirmar o NO para cancelar",
        "Responda CANCELAR para cancelar su cita",
        "Su sí cuenta. Responda 1.",
        "Responda BAJA para darse de baja",
        "Responda ADIOS para no recibir más mensajes",
        "Répondez OUI pour confirmer, NON pour annuler",
        "Merci de répondre avant la fin du week-end",
        "Répondez STOP pour vous désabonner",
        "Répondez STOP pour annuler",
        "Responda SIM para confirmar ou NÃO para cancelar",
        "Responda PARAR para cancelar a inscrição",
        "",
        "   ",
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert asked(text) == []


def test_another_companys_words_are_words_as_others() -> None:
    for text in ("Reply ADIOS to cancel your appointment", "Responda VUELVO para confirmar su cita"):
        assert asked(text, ConsentRules()) == []


@pytest.mark.parametrize("piece", ["reply ", "reply yes, ", "yes or ", "(yes or ", "STOP, ", "? YES ", "{{ "])
def test_a_long_text_is_read_with_bounded_work(piece: str) -> None:
    half, whole = ((piece * 2_000)[:size] for size in (5_000, 10_000))
    _, calls = counting_calls(lambda: asked(half))
    words, more = counting_calls(lambda: asked(whole))
    assert len(words) <= 1
    assert more < 2.5 * calls  # it grows as the text does
