"""Refusals that no phrase lists: what each rule hears, and what is next to that and refuses nothing."""

import pytest

from shared.domain.contacts.consent import WordMeaning
from shared.domain.replies.consent import consent_of
from shared.domain.replies.lexicon import LANGUAGES, lexicon_of

REFUSED = {
    "en": [
        "chill with the texts",
        "toss my number",
        "expunge us",
        "these need to stop",
        "I'd rather not see any more of these",
        "you are annoying",
        "stop hounding me",
        "if you don't stop I call my lawyer",
        "🛑",
        "next text goes to my lawyer",
        "how do I get out of this list",
        "unsuscrib me",
        "my phone is not your billboard",
        "my number is private, erase it",
        "I got this old phone please no more",
        "never use my number",
        "sick to death of hearing from you",
        "how do I stop it",
        "Stop. I'm driving.",
        "no point continuing to chase me",
    ],
    "es": [
        "quemen mi número",
        "descártenme",
        "eviten mandarme cosas",
        "me hartan",
        "prohibido escribirme",
        "mi número es privado, bórrenlo",
        "no voy a ir y bórrenme de ahí",
        "no autorizo el tratamiento de mis datos",
        "¿por qué no paran?",
    ],
    "fr": [
        "jetez mon numéro",
        "excluez-nous",
        "évitez de m'écrire",
        "vous m'emmerdez",
        "ça doit cesser",
        "je vous interdis de me contacter",
        "pourquoi vous n'arrêtez pas ?",
    ],
    "pt": [
        "joguem fora meu número",
        "me excluam",
        "evitem me mandar isso",
        "vocês incomodam",
        "isso tem que parar",
        "não precisa ficar me lembrando",
    ],
}
NOT_REFUSED = {
    "en": [
        "thanks for the texts",
        "please update my number",
        "take me off the schedule",
        "remove the allergy from my records",
        "the bleeding will stop",
        "nobody calls me back",
        "stop offering lunch",
        "I deleted your message by mistake",
        "my lawyer needs my records",
        "my phone does not ring",
        "take me off the waiting list",
        "get me off these pills",
        "do not use latex",
        "don't send me to Dr Miller",
        "do not contact my employer",
        "had to pull over and stop, will call you",
        "I'm stopping for gas",
        "should I stop eating?",
        "don't ever stop sending these",
        "take me off the gas",
        "please don't take my reminders away",
        "could you text my cell rather than calling the landline",
        "you meant to send this to somebody else",
    ],
    "es": [
        "actualicen mi número",
        "me molesta la muela",
        "borré el mensaje sin querer",
        "no me han llamado",
        "quiero que me quiten la muela",
        "dejen de cobrarme de más",
        "¿cuándo dejo de comer?",
        "no me vayan a quitar los recordatorios",
        "ya no me mande con el doctor Rivas",
    ],
    "fr": [
        "notez mon numéro",
        "je ne comprends pas votre message",
        "je suis en arrêt de travail",
        "faut-il arrêter les anticoagulants ?",
        "arrêtez de me facturer deux fois",
        "ne m'enlevez pas les rappels",
        "ne me mettez plus avec le docteur Petit",
    ],
    "pt": [
        "anotem meu número",
        "apaguei a mensagem sem querer",
        "ninguém me ligou",
        "preciso parar de comer antes?",
        "não aguento mais viver",
        "não tirem os lembretes, por favor",
    ],
}


@pytest.mark.parametrize(("language", "text"), [(one, text) for one in LANGUAGES for text in REFUSED[one]])
def test_what_is_ended_denied_or_thrown_away_refuses(language: str, text: str) -> None:
    assert consent_of(text, language) is WordMeaning.OPT_OUT


@pytest.mark.parametrize(
    ("language", "text"), [(one, text) for one in LANGUAGES for text in NOT_REFUSED[one]]
)
def test_what_speaks_of_something_else_does_not(language: str, text: str) -> None:
    assert consent_of(text, language) is None


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("es", ["borren", "borrenme", "borrar", "borrarnos", "borrando", "borrad"]),
        ("fr", ["supprimez", "supprime", "supprimer", "supprimons"]),
        ("pt", ["apaguem", "apague", "apagar", "apagando"]),
        ("en", ["delete", "deleted", "deletes"]),
    ],
)
def test_a_stem_stands_for_all_its_forms(language: str, forms: list[str]) -> None:
    assert set(forms) <= lexicon_of(language).refusal.removing
