"""What stands beside an answer and changes nothing in it, and what looks so and does."""

from datetime import timedelta

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.replies.asked import Appointment, Flag, Question, Reading, WrittenReply
from shared.domain.replies.read_reply import read_reply
from tests.kit.builders import NOON

CONFIRMED, CANCELED, MOVED = Disposition.CONFIRMED, Disposition.CANCELED, Disposition.RESCHEDULE_ASKED
OPTIONS = tuple(
    ReplyOption(words=(word,), disposition=said)
    for word, said in (("1", CONFIRMED), ("2", CANCELED), ("3", MOVED))
)
AT = NOON.replace(hour=10, minute=30) + timedelta(days=1)


def read(text: str, language: str) -> Reading:
    """The reading of a reply to a reminder of tomorrow's visit at 10:30."""
    visit = Appointment(key="a", at=AT)
    asked = Question(id="q", appointments=(visit,), options=OPTIONS, language=language)
    return read_reply([asked], WrittenReply(body=text, written_at=NOON))


def answer(text: str, language: str) -> Disposition | None:
    answers = read(text, language).answers
    return answers[0].disposition if answers else None


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pt", "cancela não", None),
        ("pt", "cancele não por favor", None),
        ("es", "cancelar no", None),
        ("fr", "annuler non", None),
        ("en", "cancel no", None),
        ("pt", "cancela, não vou poder", CANCELED),
        ("pt", "cancela não vou", CANCELED),
        ("en", "cancel, can't come", CANCELED),
        ("fr", "annulez je ne peux pas", CANCELED),
    ],
)
def test_a_no_that_ends_the_part_behind_a_cancel_may_take_it_back(
    language: str, text: str, expected: Disposition | None
) -> None:
    assert answer(text, language) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pt", "não dá pra não ir", CONFIRMED),
        ("pt", "não posso deixar de ir", CONFIRMED),
        ("es", "no puedo no ir", CONFIRMED),
        ("en", "I can't not go", CONFIRMED),
        ("pt", "não vou não", CANCELED),
        ("pt", "não posso ir não", CANCELED),
        ("es", "no, no puedo ir", CANCELED),
        ("fr", "je ne peux plus venir", CANCELED),
        ("es", "nunca dije que no iba, claro que voy", CONFIRMED),
        ("en", "No that's fine, I'll be there", CONFIRMED),
        ("fr", "non non je viens bien", CONFIRMED),
        ("pt", "pois não, estarei lá", CONFIRMED),
        ("en", "No that's fine", None),
        ("en", "no thanks, all good, see you", None),
        ("en", "No, I'll be there", None),
    ],
)
def test_denied_twice_is_coming_and_a_no_may_be_to_trouble(
    language: str, text: str, expected: Disposition | None
) -> None:
    assert answer(text, language) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pt", "3, vou estar em viagem", MOVED),
        ("en", "3 - mornings dont suit me anymore", MOVED),
        ("en", "2, my kid is sick", CANCELED),
        ("es", "2, voy a trabajar doble turno", CANCELED),
        ("pt", "preciso remarcar, vou viajar", MOVED),
        ("es", "2, voy con mi esposo", None),
        ("en", "2, yes I'll be there", None),
        ("en", "2 unless you have something later", None),
        ("en", "3 but I'm coming", None),
        ("en", "3, wait, I can come", None),
    ],
)
def test_a_reason_behind_a_code_changes_nothing(
    language: str, text: str, expected: Disposition | None
) -> None:
    assert answer(text, language) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "je meurs de trouille mais je viens", CONFIRMED),
        ("es", "me muero de miedo pero sí voy", CONFIRMED),
        ("en", "no car, no money, no time... but yes, coming", CONFIRMED),
        ("en", "I was about to hit 2 but my daughter said she'd drive me so see you there", CONFIRMED),
        ("pt", "ia cancelar mas vou", CONFIRMED),
        ("en", "I can't but I'm coming", None),
        ("es", "no pero voy", None),
        ("en", "not sure but yes", None),
        ("en", "if it rains no but I'm coming", None),
        ("en", "I was going to come but my car died", None),
    ],
)
def test_an_aside_before_a_but_leaves_the_promise(
    language: str, text: str, expected: Disposition | None
) -> None:
    assert answer(text, language) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("es", "ya hablé con mi cuñada y me lleva, confirmo", CONFIRMED),
        ("pt", "já tinha confirmado por telefone mas confirmo de novo", CONFIRMED),
        ("es", "sí puedo el martes", CONFIRMED),
        ("es", "sí puedo el jueves", None),  # the visit is on Tuesday
        ("es", "listo, sí puedo", CONFIRMED),
        ("es", "si puedo", None),
        ("es", "confirmo por ahora", None),
        ("es", "sí puedo voy", None),
        ("en", "yes, I already cancelled", None),
        ("es", "confirmo, ese día trabajo", None),
        ("es", "ya hablé con ustedes para cambiarla", None),
    ],
)
def test_a_doubt_word_may_doubt_nothing(language: str, text: str, expected: Disposition | None) -> None:
    assert answer(text, language) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "not 1, 2", CANCELED),
        ("en", "not 1", None),
        ("es", "1. Uy espere, tengo audiencia. Entonces 3", MOVED),
        ("pt", "3... meu chefe acabou de liberar, então fica 1 mesmo", CONFIRMED),
        ("en", "1 wait", None),
        ("en", "I don't see any other times", None),
        ("en", "I should be obliged if you could find me an alternative date", MOVED),
    ],
)
def test_the_last_of_two_answers_holds(language: str, text: str, expected: Disposition | None) -> None:
    assert answer(text, language) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "will be there by 10:15", CONFIRMED),
        ("pt", "vou sair às 10 e vou", CONFIRMED),
        ("en", "I'll be there at 9", None),
    ],
)
def test_a_time_on_the_way_there_is_no_other_time(
    language: str, text: str, expected: Disposition | None
) -> None:
    assert answer(text, language) is expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Need a different day please, I work Tuesdays"),
        ("en", "Something came up, have to cancel now"),
        ("es", "estoy de baja médica, no puedo ir"),
        ("fr", "je meurs de trouille mais je viens"),
    ],
)
def test_a_reason_in_words_is_a_note(language: str, text: str) -> None:
    reading = read(text, language)
    assert reading.answers
    assert Flag.NOTE in reading.flags
