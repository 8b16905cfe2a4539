"""What is told to a person whatever else is said, who signs a letter, and what machines write."""

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.asked import Appointment, Flag, Question, ReplyMeaning, WrittenReply
from shared.domain.replies.read_reply import read_reply
from tests.domain.replies.test_answers import OPTIONS
from tests.domain.replies.test_any_form import NOW, read

FLAGGED = [
    ("en", "everyone would be better off without me", Flag.DANGER),
    ("en", "his lips are turning blue", Flag.DANGER),
    ("es", "ya para qué vivir", Flag.DANGER),
    ("es", "se le hinchó la lengua, lengua hinchada", Flag.DANGER),
    ("fr", "autant en finir", Flag.DANGER),
    ("fr", "elle crache du sang", Flag.DANGER),
    ("pt", "queria dormir pra sempre", Flag.DANGER),
    ("pt", "meu pai perdeu os sentidos", Flag.DANGER),
    ("en", "the bus is stuck on the bridge", Flag.RUNNING_LATE),
    ("es", "se descompuso el camión, llego como a las once", Flag.RUNNING_LATE),
    ("fr", "le tram est en panne", Flag.RUNNING_LATE),
    ("pt", "o ônibus quebrou, chego lá pelas 11", Flag.RUNNING_LATE),
    ("en", "this was meant for someone else", Flag.WRONG_NUMBER),
    ("es", "esto era para otra persona", Flag.WRONG_NUMBER),
    ("fr", "ce message n'est pas pour moi", Flag.WRONG_NUMBER),
    ("pt", "era para outra pessoa", Flag.WRONG_NUMBER),
    ("en", "I won't be alive on Tuesday, I have it planned", Flag.DANGER),
    ("en", "what's the point of fixing my teeth im going to end it tonight", Flag.DANGER),
    ("en", "they took him away in an ambulance", Flag.DANGER),
    ("es", "ya junté las pastillas", Flag.DANGER),
    ("fr", "demain je ne serai plus là, j'ai préparé les cachets", Flag.DANGER),
    ("fr", "ma mère a été transportée en urgence", Flag.DANGER),
    ("pt", "pra onde eu vou não preciso de dente", Flag.DANGER),
]
UNFLAGGED = [
    ("en", "she will come by ambulance, please have a wheelchair"),
    ("en", "this toothache is killing me, yes I'll be there"),
    ("en", "Yes. My phone number changed to 555-1234"),
    ("es", "esta muela me está matando, sí voy"),
    ("es", "mi mamá llega en ambulancia de traslado"),
    ("fr", "elle viendra en ambulance"),
    ("fr", "hâte d'en finir avec cette couronne"),
    ("fr", "Vous pouvez donner ma place à quelqu'un d'autre"),
    ("pt", "essa dor vai me matar kkk confirmo sim"),
    ("pt", "minha mãe vai de ambulância, confirmo"),
]
STRANGERS = [
    ("en", "This is the front desk of Harlan Plumbing. Kindly remove it from your contact database."),
    ("en", "wrong ana. lose my digits"),
    ("en", "I am not ana i am jose, stop texting"),
    ("en", "No Ana here. Please delete the number and quit writing"),
    ("en", "Whoever Ana is, don't contact me again please."),
    ("es", "Esta línea es de una ferretería. Favor de darnos de baja de sus avisos."),
    ("es", "Ana ya no tiene este número, quítenlo y no manden más mensajes"),
    ("fr", "Je ne connais ni Ana ni Benoît, supprimez mon numéro."),
    ("fr", "pas d'Ana ici, arrêtez les sms"),
    ("pt", "Este telefone pertence à Padaria Santa Rita. Parem de mandar mensagens."),
    ("pt", "nunca ouvi falar de Ana nenhuma, parem com os avisos"),
    (
        "pt",
        "Este número pertence à Padaria Central. Solicitamos a retirada dele dos seus envios automáticos.",
    ),
]
LETTER = "Hello,\n\nI confirm I'll attend on Tuesday at 10:30.\n\nKind regards,\n{name}"


@pytest.mark.parametrize(("language", "text", "flag"), FLAGGED)
def test_what_matters_is_a_persons_and_has_a_flag(language: str, text: str, flag: Flag) -> None:
    reading = read(text, language)
    assert (reading.outcome, flag in reading.flags) == (ReplyMeaning.UNCLEAR, True)


@pytest.mark.parametrize(("language", "text"), UNFLAGGED)
def test_figures_of_speech_and_transports_have_no_flag(language: str, text: str) -> None:
    assert not read(text, language).flags & {Flag.DANGER, Flag.WRONG_NUMBER}


@pytest.mark.parametrize(("language", "text"), STRANGERS)
def test_who_refuses_and_was_not_asked_is_told_to_be_a_stranger(language: str, text: str) -> None:
    one = Question(
        id="q", appointments=(Appointment(key="a", name="Ana"),), options=OPTIONS, text="", language=language
    )
    reading = read_reply([one], WrittenReply(body=text, written_at=NOW))
    assert (reading.outcome, Flag.WRONG_NUMBER in reading.flags) == (ReplyMeaning.OPT_OUT, True)
    known = read_reply([one], WrittenReply(body="stop texting me, Ana", written_at=NOW))
    assert (known.outcome, known.flags) == (ReplyMeaning.OPT_OUT, frozenset())


@pytest.mark.parametrize("text", ["Wrong person. Please take it off", "numéro erroné, merci de le retirer"])
def test_a_wrong_number_that_is_to_be_taken_off_refuses(text: str) -> None:
    reading = read(text, "fr" if "numéro" in text else "en")
    assert (reading.outcome, reading.flags) == (ReplyMeaning.OPT_OUT, frozenset({Flag.WRONG_NUMBER}))
    assert read("Wrong person, I think").outcome is ReplyMeaning.UNCLEAR


@pytest.mark.parametrize("name", ["Martin Hoyle", "Ana"])
def test_who_signs_for_another_answers_the_one_question(name: str) -> None:
    at = NOW.replace(month=12, day=1, hour=10, minute=30)
    one = Question(
        id="q", appointments=(Appointment(key="a", at=at, name="Ana"),), options=OPTIONS, text="Hi Ana"
    )
    reading = read_reply([one], WrittenReply(body=LETTER.format(name=name), written_at=NOW))
    assert [answer.disposition for answer in reading.answers] == [Disposition.CONFIRMED]


def test_a_name_below_tells_several_questions_apart_and_no_other_is_guessed() -> None:
    at = NOW.replace(month=12, day=1, hour=10, minute=30)
    both = [
        Question(
            id=name,
            appointments=(Appointment(key=name, at=at, name=name),),
            options=OPTIONS,
            text=f"Hi {name}",
        )
        for name in ("Ana", "Ben")
    ]
    reading = read_reply(both, WrittenReply(body="I confirm.\n\nKind regards,\nHoyle", written_at=NOW))
    assert (reading.outcome, reading.answers) == (ReplyMeaning.UNCLEAR, ())
    reading = read_reply(both, WrittenReply(body="I confirm.\n\nKind regards,\nBen", written_at=NOW))
    assert [answer.question_id for answer in reading.answers] == ["Ben"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("We are currently closed. A member of our team will reply soon.", ReplyMeaning.AUTO_REPLY),
        ("Este buzón no se atiende.", ReplyMeaning.AUTO_REPLY),
        ("ne répondez pas à ce message automatique", ReplyMeaning.AUTO_REPLY),
        ("não me manda mais mensagem automática", ReplyMeaning.OPT_OUT),
        ("please, no more automatic texts", ReplyMeaning.OPT_OUT),
    ],
)
def test_a_machine_answers_nothing_and_who_wants_none_of_them_refuses(
    text: str, meaning: ReplyMeaning
) -> None:
    assert read(text).outcome is meaning


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving with Driving Focus turned on. I'll see your message when I get where I'm going.",
        "Estoy conduciendo. Veré tu mensaje cuando llegue a mi destino.",
        "Je suis au volant. Je verrai ton message quand j'arriverai à destination.",
        "Estou a conduzir com o modo Não Incomodar ativado.",
        "Thanks for contacting Joe's Pizza. Please let us know how we can help you.",
        "Hola, gracias por escribir a Taller Rubio. ¿En qué podemos ayudarte?",
        "Bienvenue chez Fleurs de Nantes ! Comment pouvons-nous vous aider ?",
        "Olá, bem-vindo à Padaria Santa Rita! Como podemos ajudar?",
        "I am out of the office from Nov 27 to Dec 5. In my absence please contact Priya.",
    ],
)
def test_absences_and_greetings_of_businesses_are_machines(text: str) -> None:
    assert read(text).outcome is ReplyMeaning.AUTO_REPLY


@pytest.mark.parametrize(
    "text",
    [
        "This is her daughter. Mom will be there, I'm driving her",
        "O mais je conduis un bus, chaque sms c'est un blâme",
        "Estoy manejando, luego les digo",
        "sou eu que estou dirigindo, ela vai sim",
        "Ici le standard de la mairie, ce numéro n'est pas celui d'un particulier",
        "I'm out of the office and out of the country all week, so please cancel Tuesday",
        "je suis en vacances, merci d'annuler, je vous recontacterai",
        "Estou de férias mas volto na segunda, confirmo",
        "thanks for reaching out but we are closed now, never text again",
    ],
)
def test_who_drives_or_is_away_and_says_what_for_is_no_machine(text: str) -> None:
    assert read(text).outcome is not ReplyMeaning.AUTO_REPLY
