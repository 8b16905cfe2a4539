"""What stands below a mail is none of its writer's words; what they write themselves stays."""

import pytest

from shared.providers.kit.mail_footers import without_footers
from shared.providers.kit.mail_text import is_automatic, new_text

FOOTERS = (
    "This email and its attachments are confidential. If you are not the intended recipient, please delete.",
    "CONFIDENTIALITY NOTICE: The information contained in this e-mail message is intended only for the use\n"
    "of the recipients named above. Any copying of this message is strictly prohibited.",
    "*** This e-mail message is privileged and confidential ***",
    "If you have received this message in error, please notify us immediately and delete it.",
    "The contents of this message may be monitored. Do not reply if you are not the addressee.",
    "Este mensaje y sus anexos son confidenciales. Si usted no es el destinatario, por favor bórrelo.",
    "Si no es usted el destinatario, por favor bórrelo.",
    "Ce message est confidentiel. Si vous n'êtes pas le destinataire, merci de le détruire.",
    "Si vous avez reçu ce message par erreur, merci de le détruire.",
    "Esta mensagem é confidencial. Se não é o destinatário, por favor apague-a.",
    "Diese E-Mail ist vertraulich. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie bitte.",
    "Please consider the environment before printing this email.",
    "Piense en el medio ambiente antes de imprimir este correo.",
    "Pensez à l'environnement avant d'imprimer ce message.",
    "Pense no meio ambiente antes de imprimir.",
    "To unsubscribe from our newsletter, click here.",
    "To unsubscribe from this group and stop receiving its emails, write to\nfoo+unsubscribe@groups.example",
    "Para darse de baja de nuestro boletín, haga clic aquí.",
    "Pour vous désabonner de notre lettre, cliquez ici.",
)
WORDS = (
    "Hello,\nThis email went to the wrong recipient, please stop.",
    "Hi\nThis message was not intended for me. Remove me.",
    "1\n\nIf you are not open at nine, tell me.",
    "Hi,\nI want to unsubscribe from this list, please",
    "Yes\n\nSi vous pouvez, un peu plus tard",
    "Hola\nSi no llueve, voy.",
    "Ana\nTo opt out I would have to call?",
)


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("said", ["1", "Yes, I'll be there.\n\nThanks, Ann"])
@pytest.mark.parametrize("gap", ["\n\n", "\n", "\n\n\n\n"])
def test_a_notice_below_is_left_out(footer: str, said: str, gap: str) -> None:
    assert without_footers(f"{said}{gap}{footer}\n") == said
    assert without_footers(f"{said}{gap}{footer}\n\n{FOOTERS[0]}\n") == said


@pytest.mark.parametrize("footer", FOOTERS)
def test_what_stands_below_a_notice_stays(footer: str) -> None:
    assert without_footers(f"Hello\n\n{footer}\n\nno more mails please") == "Hello\n\n\nno more mails please"


def test_a_mail_of_nothing_else_is_kept_unless_its_subject_speaks() -> None:
    assert new_text(FOOTERS[0], "", "Re: Your visit") == FOOTERS[0]
    assert new_text(FOOTERS[0], "", "STOP") == "STOP"


def test_html_has_its_notices_left_out() -> None:
    html = f"<p>No, thanks</p><p style='color:gray'>{FOOTERS[0]}</p>"
    assert new_text("", html, "Re: Your visit").strip() == "No, thanks"


@pytest.mark.parametrize("text", WORDS)
def test_what_people_write_stays(text: str) -> None:
    assert without_footers(text) == text


@pytest.mark.parametrize(
    ("said", "is_machine"),
    [
        ("no", False),
        ("No (written by hand)", False),
        (" no ; x=1", False),
        ("auto-replied (vacation)", True),
        ("auto-generated", True),
        ("auto-notified; owner-email=a@b.c", True),
    ],
)
def test_auto_submitted_may_have_comments(said: str, is_machine: bool) -> None:
    """RFC 3834, section 5: [CFWS] stands on both sides of the word."""
    assert is_automatic({"auto-submitted": said}) is is_machine
