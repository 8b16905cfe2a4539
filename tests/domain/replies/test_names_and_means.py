"""What is denied or ended and is no message: a name, what writing takes, something one cannot do."""

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.asked import Flag, ReplyMeaning
from tests.domain.replies.test_any_form import read

NAMES = [
    ("en", "Quit calling me Anna"),
    ("en", "stop calling me Mrs. Smith"),
    ("en", "stop calling it a cleaning, it's a root canal"),
    ("es", "dejen de llamarme Lupe, soy Ana"),
    ("fr", "ne m'appelez plus Anna, c'est Ana"),
    ("pt", "não me chame de senhora"),
]
MEANS = [
    ("en", "I have no minutes to call"),
    ("es", "me quedé sin crédito para mandar mensajes"),
    ("fr", "je n'ai plus de forfait pour appeler"),
    ("pt", "estou sem créditos para ligar"),
    ("en", "bus doesn't stop at our corner any more"),
    ("fr", "d'arrêter le sel"),
    ("pt", "Saí do Porto"),
]
CANNOT = [
    ("es", "no puedo abrir el enlace"),
    ("es", "no puedo llamar"),
    ("pt", "não consigo enviar a foto"),
    ("pt", "não posso ligar"),
]
REFUSALS = [
    ("en", "quit calling me"),
    ("en", "quit calling me you idiots"),
    ("en", "STOP CALLING ME NOW"),
    ("en", "Stop Calling Me Please"),
    ("es", "ya no me llamen"),
    ("es", "sus mensajes me gastan el saldo, ya no manden"),
    ("pt", "quero sair da lista"),
    ("pt", "sai do meu celular"),
]


@pytest.mark.parametrize(("language", "text"), [*NAMES, *MEANS, *CANNOT])
def test_what_is_no_message_is_no_refusal_and_cancels_nothing(language: str, text: str) -> None:
    assert read(text, language).outcome is ReplyMeaning.UNCLEAR


@pytest.mark.parametrize(("language", "text"), REFUSALS)
def test_what_is_one_stays_a_refusal(language: str, text: str) -> None:
    assert read(text, language).outcome is ReplyMeaning.OPT_OUT


def test_a_name_beside_an_answer_is_a_note() -> None:
    reading = read("1, and quit calling me Anna")
    assert [one.disposition for one in reading.answers] == [Disposition.CONFIRMED]
    assert reading.flags == {Flag.NOTE}


def test_what_cannot_be_missed_is_coming() -> None:
    reading = read("no puedo faltar", "es")
    assert [one.disposition for one in reading.answers] == [Disposition.CONFIRMED]


@pytest.mark.parametrize(
    ("language", "text", "comes"),
    [
        ("en", "yes, half past ten", True),
        ("en", "yes, quarter to eleven", False),
        ("es", "sí, a las diez y media", True),
        ("es", "sí, a las once menos cuarto", False),
        ("fr", "oui, dix heures trente", True),
        ("fr", "oui, onze heures", False),
        ("pt", "sim, dez e meia", True),
    ],
)
def test_times_in_words_are_times(language: str, text: str, *, comes: bool) -> None:
    assert bool(read(text, language).answers) is comes
