"""What of a mail is its writer's own, wherever it stands, and what no charset may do."""

import pytest

from shared.providers.kit.inbound_mail import decoded
from shared.providers.kit.mail_text import is_automatic, new_text

INTRO = "On Mon, 30 Nov 2026 at 09:00, North <desk@north-clinic.com> wrote:\n"
QUOTE = f"{INTRO}> Hello Ana\n> Reply STOP to end\n"
BELOW = {
    "en": QUOTE,
    "en, wrapped": QUOTE.replace("North <", "North\n<"),
    "de": "Am Mo., 30. Nov. 2026 um 09:00 Uhr schrieb North <desk@north-clinic.com>:\n> Hallo\n",
    "es": "El lun, 30 nov 2026 a las 9:00, North (<desk@north-clinic.com>) escribió:\n> Hola\n",
    "fr": "Le lun. 30 nov. 2026 à 09:00, North <desk@north-clinic.com> a écrit :\n> Bonjour\n",
    "a phone's words first": f"Sent from my iPhone\n\n{QUOTE}",
}


@pytest.mark.parametrize("name", BELOW)
def test_what_is_written_below_a_quote_is_the_writers(name: str) -> None:
    assert new_text(f"{BELOW[name]}\nNo, thank you\n", "", "Re: Hello") == "No, thank you"


def test_what_is_written_between_quotes_is_the_writers() -> None:
    text = f"{INTRO}> Hello Ana\nHello\n> Reply STOP to end\nno thanks\n"
    assert new_text(text, "", "Re: Hello").splitlines() == ["Hello", "no thanks"]


def test_what_stands_below_a_quote_counts_only_where_nothing_is_above() -> None:
    assert new_text(f"Yes\n\n{QUOTE}\n-- \nTo unsubscribe from this group\n", "", "Re: Hello") == "Yes"


def test_html_below_a_quote_is_the_writers() -> None:
    quoted = (
        "<blockquote type=cite>On 30 Nov 2026, at 09:00, North &lt;a@b.co&gt; wrote:<br>STOP</blockquote>"
    )
    assert new_text("", f"<div>{quoted}</div><div>No, thank you</div>", "Re: Hello") == "No, thank you"


@pytest.mark.parametrize("text", ["", "Sent from my iPhone\n", QUOTE, f"Sent from my iPhone\n\n{QUOTE}"])
def test_who_writes_in_the_subject_alone_says_that(text: str) -> None:
    assert new_text(text, "", "Unsubscribe") == "Unsubscribe"
    assert "Hello" not in new_text(text, "", "Re: Hello").partition("wrote:")[0]


@pytest.mark.parametrize(
    ("subject", "is_machine"),
    [
        ("Automatic reply: Your visit", True),
        ("Out of Office: Your visit", True),
        ("Respuesta automática: Su cita", True),
        ("Réponse automatique : Votre rendez-vous", True),
        ("Resposta automática: A sua consulta", True),
        ("Automatische Antwort: Ihr Termin", True),
        ("Re: Automatic reply: Your visit", False),
        ("Re: Your visit", False),
    ],
)
def test_an_absence_is_known_by_its_subject(subject: str, is_machine: bool) -> None:
    assert is_automatic({"subject": subject}) is is_machine


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b"Yes", "a\0b"),
        (b"xn--" + b"Yes" * 50_000, "idna"),
        (b"Yes-" * 50_000, "punycode"),
        (b"Yes \\ud800", "unicode_escape"),
        (b"Yes +2AA-", "utf-7"),
        (b"Yes", "undefined"),
    ],
)
def test_whatever_charset_is_claimed_the_text_can_be_stored(data: bytes, charset: str) -> None:
    text = decoded(data, charset)
    assert "Yes" in text
    text.encode()
