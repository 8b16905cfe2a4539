"""Of a letter only what its writer says is read: not what is quoted, nor who signs it for what company."""

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.asked import Appointment, Question, Reading, ReplyMeaning, WrittenReply
from shared.domain.replies.kinds import own_words
from shared.domain.replies.read_reply import read_reply
from tests.domain.replies.test_any_form import AT, NOW, OPTIONS

TEXT = "Hi Ana, your dentist visit is on Tuesday, Dec 1 at 10:30. Reply 1 to confirm or 2 to cancel."
BELOW = f"> {TEXT}\n> Reply STOP to end"
OUTLOOK = (
    "{}: North <desk@north.example>\n{}: 29/11/2026 09:00\n{}: Ana\n{}: Visit\n\n" + TEXT + "\nReply STOP"
)
QUOTES = {
    "gmail": f"On Sun, Nov 29, 2026 at 9:00 AM North <desk@north.example> wrote:\n{BELOW}",
    "gmail, wrapped": f"On Sun, Nov 29, 2026 at 9:00 AM North <\ndesk@north.example> wrote:\n\n{BELOW}",
    "gmail, es": f"El dom, 29 nov 2026 a la(s) 09:00, North (<desk@north.example>)\nescribió:\n\n{BELOW}",
    "gmail, fr": f"Le dim. 29 nov. 2026 à 09:00, North <desk@north.example> a écrit :\n{BELOW}",
    "gmail, pt": f"Em dom., 29 de nov. de 2026 às 09:00, North escreveu:\n{BELOW}",
    "apple, pt": f"No dia 29/11/2026, às 09:00, North <desk@north.example> escreveu:\n\n{BELOW}",
    "apple mail": f"> On Nov 29, 2026, at 9:00 AM, North <desk@north.example> wrote:\n>\n{BELOW}",
    "yahoo": f"On Sunday, November 29, 2026 at 09:00:00 AM EST, North <a@b.example> wrote:\n\n\n{TEXT}",
    "thunderbird, fr": f"Le 29/11/2026 à 09:00, North a écrit :\n{BELOW}",
    "zoho": f"---- On Sun, 29 Nov 2026 09:00:00 +0000 North <desk@north.example> wrote ----\n\n{TEXT}",
    "name first": f"North <desk@north.example> wrote:\n{BELOW}",
    "wrapped quote": "On 29/11/2026 09:00, North wrote:\n> Hi Ana, your dentist visit is on Tuesday, Dec 1"
    "\nat 10:30. Reply 1 to confirm or 2 to cancel.\n> Reply STOP",
    "lines lost": f"On Sun, Nov 29, 2026 at 9:00 AM North <desk@north.example> wrote: > {TEXT}",
    "outlook": OUTLOOK.format("From", "Sent", "To", "Subject"),
    "outlook, es": OUTLOOK.format("De", "Enviado el", "Para", "Asunto"),
    "outlook, fr": OUTLOOK.format("De ", "Envoyé ", "À ", "Objet "),
    "outlook, pt": OUTLOOK.format("De", "Enviada em", "Para", "Assunto"),
    "outlook, html": OUTLOOK.format("*From*", "*Sent*", "*To*", "*Subject*").replace("*:", ":*"),
    "outlook, no address": f"De: Clínica\nEnviado: domingo 09:00\nPara: Ana\nAsunto: Cita\n\n{TEXT}",
    "outlook, phone": f"________________________________\n{OUTLOOK.format('De', 'Fecha', 'A', 'Asunto')}",
    "original": f"-----Original Message-----\nFrom: North\nTo: Ana\n\n{TEXT}",
    "original, es": f"-------- Mensaje original --------\n{OUTLOOK.format('De', 'Fecha', 'Para', 'Asunto')}",
    "original, fr": f"-----Message d'origine-----\n{OUTLOOK.format('De ', 'Envoyé ', 'À ', 'Objet ')}",
    "original, pt": f"-----Mensagem original-----\n{OUTLOOK.format('De', 'Enviada em', 'Para', 'Assunto')}",
}
ENDS = {
    "none": "",
    "an iPhone": "\n\nSent from my iPhone",
    "an iPhone, es": "\n\nEnviado desde mi iPhone",
    "an iPhone, fr": "\n\nEnvoyé de mon iPhone",
    "an iPhone, pt": "\n\nEnviado do meu iPhone",
    "Outlook": "\n\nGet Outlook for iOS",
    "an office": "\n\nKind regards,\nAna Petersen\nOffice Manager, Harlow & Finch\nT: 020 7946 0112",
    "an office, es": "\n\nSaludos cordiales,\nAna Beltrán\nDespacho Beltrán y Asociados\nTel. 55 5555 0199",
    "an office, fr": "\n\nBien cordialement,\n\nAna Delcourt\nAssistante de direction\nTél. 02 555 01 44",
    "an office, pt": "\n\nAtenciosamente,\nAna Siqueira\nDepto. Financeiro\n(11) 5555-0199",
    "a rule": "\n-- \nAna Petersen | Buyer | she/her\nNo Limits Ltd, 12 High Street\nStop smoking today!",
    "a long closing": "\n\nJe vous prie d'agréer, Madame, mes sentiments distingués.\nM. Roux",
    "a card": "\n\nAna Teixeira\nSolicitadora\nTlm: 91 234 56 78\nana@example.com",
    "a notice": "\n\nThanks,\nAna\n\nThis e-mail is confidential. Please delete it if it is not for you.",
}


def read(body: str) -> Reading:
    one = Question(
        id="q", appointments=(Appointment(key="a", at=AT, name="Ana"),), options=OPTIONS, text=TEXT
    )
    return read_reply([one], WrittenReply(body=body, written_at=NOW))


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_what_is_quoted_is_nobodys_word(quote: str) -> None:
    for said, meant in (("Please cancel.", Disposition.CANCELED), ("I'll be there.", Disposition.CONFIRMED)):
        reading = read(f"{said}\n\n{quote}")
        assert [answer.disposition for answer in reading.answers] == [meant], reading
    assert read(f"Please stop emailing me\n\n{quote}").outcome is ReplyMeaning.OPT_OUT
    assert own_words(f"Yes {quote}" if "lost" in quote else f"Yes\n{quote}", [TEXT]).strip() == "Yes"


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("greeting", ["", "Dear Dr Lee,\n\n", "Good morning,\n", "Prezados, bom dia.\n\n"])
def test_who_signs_changes_nothing(greeting: str, end: str) -> None:
    for said, meant in (("Please cancel.", Disposition.CANCELED), ("I'll be there.", Disposition.CONFIRMED)):
        for quote in ("", f"\n\n{QUOTES['gmail']}"):
            reading = read(f"{greeting}{said}{end}{quote}")
            assert [answer.disposition for answer in reading.answers] == [meant], reading


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_refusal_below_the_name_is_one(end: str) -> None:
    for added in ("PS: stop mailing me", "please take me off this list", "P.S. no more emails please"):
        assert read(f"I'll be there.{end}\n\n{added}").outcome is ReplyMeaning.OPT_OUT, added
    assert read(f"Regards, Ana. PS: stop mailing me{end}").outcome is ReplyMeaning.OPT_OUT


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes\nThanks\nBen is sick", "Yes\nThanks\nBen is sick"),
        ("Yes\nThanks\n2", "Yes\nThanks\n2"),
        ("No\nThanks\nnot Ben", "No\nThanks\nnot Ben"),
        ("Hi, no\nsorry", "Hi, no\nsorry"),
        ("Thanks", "Thanks"),
        ("Regards,\nAna", "Regards,\nAna"),
        ("My wife wrote: yes", "My wife wrote: yes"),
        ("De: Ana\nyes", "De: Ana\nyes"),
        (f"{QUOTES['gmail']}\n\nYes, coming", "Yes, coming"),
        (f"> {TEXT}\nYes\n> Reply STOP\nand stop mailing me", "Yes\nand stop mailing me"),
    ],
)
def test_what_is_said_is_kept_wherever_it_stands(text: str, own: str) -> None:
    assert own_words(text, [TEXT]).strip() == own


def test_who_signs_is_answered_for_only_where_nobody_is_named() -> None:
    both = [
        Question(
            id=name,
            appointments=(Appointment(key=name, at=AT.replace(day=day), name=name),),
            options=OPTIONS,
            text=f"Hi {name}, your visit is on {weekday}.",
        )
        for name, day, weekday in (("Ana", 1, "Tuesday"), ("Ben", 3, "Thursday"))
    ]
    end = ENDS["an office"]
    for said, answered in (
        ("Ben can't come.", {"Ben"}),
        ("Please cancel Thursday.", {"Ben"}),
        ("Please cancel both.", {"Ana", "Ben"}),
        ("Please cancel.", {"Ana"}),
    ):
        reading = read_reply(both, WrittenReply(body=f"Hello,\n\n{said}{end}", written_at=NOW))
        assert {one.appointment_key for one in reading.answers} == answered, said
        assert {one.disposition for one in reading.answers} == {Disposition.CANCELED}
