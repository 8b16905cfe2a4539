"""Several appointments: each clause has its own verdict on what it names, in whatever order they stand."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.replies.asked import Appointment, Question, Reading, WrittenReply
from shared.domain.replies.read_reply import read_reply
from tests.domain.replies.test_any_form import LANGUAGES

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 30, 8, 30, tzinfo=ZONE)
OPTIONS = (
    ReplyOption(words=("1",), disposition=Disposition.CONFIRMED),
    ReplyOption(words=("2",), disposition=Disposition.CANCELED),
)
SERVICES = {
    "en": ("dentist", "hygienist"),
    "es": ("dentista", "higienista"),
    "fr": ("dentiste", "hygiéniste"),
    "pt": ("dentista", "higienista"),
}
# What is said of Ana at the dentist's on Tuesday, and of Ben at the hygienist's on Thursday.
OF_ANA = {
    "en": [("Ana is coming", "confirmed"), ("cancel the dentist", "canceled"),
           ("Tuesday is fine", "confirmed"),
           ("drop the Tuesday one", "canceled"), ("Ana can't come", "canceled")],
    "es": [("Ana sí va", "confirmed"), ("cancelen la del dentista", "canceled"),
           ("el martes sí", "confirmed"), ("Ana no puede ir", "canceled")],
    "fr": [("Ana viendra", "confirmed"), ("annulez le dentiste", "canceled"), ("mardi oui", "confirmed"),
           ("Ana ne pourra pas venir", "canceled")],
    "pt": [("a Ana vai", "confirmed"), ("cancela o dentista", "canceled"), ("na terça sim", "confirmed"),
           ("a Ana não vai", "canceled")],
}  # fmt: skip
OF_BEN = {
    "en": [("Ben isn't", "canceled"), ("keep Thursday at 2", "confirmed"), ("the hygienist yes", "confirmed"),
           ("skip the hygienist", "canceled"), ("Ben will be there", "confirmed")],
    "es": [("Ben no", "canceled"), ("dejen la del jueves", "confirmed"), ("la higienista sí", "confirmed"),
           ("quiten la higienista", "canceled")],
    "fr": [("Ben non", "canceled"), ("gardez celui de jeudi", "confirmed"), ("l'hygiéniste oui", "confirmed"),
           ("supprimez jeudi", "canceled")],
    "pt": [("o Ben não", "canceled"), ("mantém a de quinta", "confirmed"), ("a higienista sim", "confirmed"),
           ("a higienista pode tirar", "canceled")],
}  # fmt: skip
BUTS = {"en": " but ", "es": " pero ", "fr": " mais ", "pt": " mas "}


def read(text: str, language: str) -> Reading:
    """The reading where two messages are open."""
    dentist, hygienist = SERVICES[language]
    asked = [
        Question(id=key, appointments=(appointment,), options=OPTIONS, language=language)
        for key, appointment in {
            "a": Appointment(
                key="a", at=datetime(2026, 12, 1, 10, 30, tzinfo=ZONE), name="Ana", service=dentist
            ),
            "b": Appointment(
                key="b", at=datetime(2026, 12, 3, 14, 0, tzinfo=ZONE), name="Ben", service=hygienist
            ),
        }.items()
    ]
    return read_reply(asked, WrittenReply(body=text, written_at=NOW))


def answers(text: str, language: str) -> dict[str, str]:
    """What it answers of each."""
    return {one.appointment_key: str(one.disposition) for one in read(text, language).answers}


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_the_order_of_clauses_changes_nothing(language: str, data: st.DataObject) -> None:
    """It may cost the answer, where a sign less leaves two clauses in one, and never turns it."""
    ana, ben = data.draw(st.sampled_from(OF_ANA[language])), data.draw(st.sampled_from(OF_BEN[language]))
    joint = data.draw(st.sampled_from([". ", "; ", ", ", "\n", BUTS[language], f",{BUTS[language]}"]))
    said = joint.join(data.draw(st.permutations([ana[0], ben[0]])))
    assert answers(said, language) in ({}, {"a": ana[1], "b": ben[1]})


@pytest.mark.parametrize("language", LANGUAGES)
def test_clauses_between_signs_are_answers(language: str) -> None:
    found = [
        answers(said, language) == {"a": ana[1], "b": ben[1]}
        for ana in OF_ANA[language]
        for ben in OF_BEN[language]
        for said in (f"{ana[0]}. {ben[0]}", f"{ben[0]}. {ana[0]}", f"{ana[0]}{BUTS[language]}{ben[0]}")
    ]
    assert sum(found) >= 0.9 * len(found)


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "I'll skip the dentist but I do want the hygienist", {"a": "canceled", "b": "confirmed"}),
        ("en", "Cancel the dentist for Ana, Ben's hygienist is a go", {"a": "canceled", "b": "confirmed"}),
        ("es", "Solo la del jueves a las 14, la otra cancélenla", {"a": "canceled", "b": "confirmed"}),
        ("pt", "Só o dentista, a higienista pode tirar da agenda", {"a": "confirmed", "b": "canceled"}),
        ("en", "Ana and Ben will both be there on their days", {"a": "confirmed", "b": "confirmed"}),
        ("en", "Yes to the dentist, and the hygienist too", {"a": "confirmed", "b": "confirmed"}),
        ("en", "Sorry, we're sick and can't come to either of them", {"a": "canceled", "b": "canceled"}),
        ("es", "ni Ana ni Ben van a poder ir", {"a": "canceled", "b": "canceled"}),
        ("pt", "nem a Ana nem o Ben vão poder ir", {"a": "canceled", "b": "canceled"}),
        ("es", "ni Ana ni nadie va a poder ir", {}),
        ("en", "Ana yes, Ben no. I have a class on Thursday", {"a": "confirmed", "b": "canceled"}),
        ("en", "Ana is coming. I have a class on Thursday", {}),
        ("en", "can't come to either of them? which ones", {}),
        ("en", "Ana can come", {"a": "confirmed"}),
        ("en", "Cancel the dentist, Ben's hygienist is a breeze", {}),
        ("en", "Ana is coming, Ben maybe", {"a": "confirmed"}),
        ("en", "Ana is coming, Ben too?", {}),
        ("en", "Ana is coming, Ben can't, Ana can't", {}),
    ],
)
def test_what_clauses_say(language: str, text: str, meant: dict[str, str]) -> None:
    assert answers(text, language) == meant
