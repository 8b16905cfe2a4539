"""One of two is answered, and what is doubted, asked or put off is of the other one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.replies.answered import LEAVES_OPEN
from shared.domain.replies.asked import Flag
from tests.domain.replies.test_any_form import LANGUAGES
from tests.domain.replies.test_clauses import OF_ANA, answers, read

# What leaves Ben, his hygienist or Thursday open, by language.
OPEN = {
    "en": ["Ben has to ask his boss", "not sure about the hygienist", "let me get back to you about Thursday",
           "waiting to hear from Ben", "Ben maybe", "Thursday depends on work", "I don't know yet about Ben"],
    "es": ["lo de Ben lo veo con su papá", "de la higienista no estoy segura", "Ben todavía no sé",
           "el jueves tengo que preguntar en el trabajo", "la del jueves les confirmo mañana"],
    "fr": ["Ben doit voir avec son chef", "pour l'hygiéniste je vous redis", "jeudi je ne sais pas encore",
           "pour Ben on verra", "l'hygiéniste peut-être"],
    "pt": ["o Ben ainda tenho que ver", "a higienista depende da escola", "quinta preciso ver com meu chefe",
           "o Ben vai responder depois", "a higienista talvez"],
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_what_is_left_open_never_turns_the_answer(language: str, data: st.DataObject) -> None:
    ana, ben = data.draw(st.sampled_from(OF_ANA[language])), data.draw(st.sampled_from(OPEN[language]))
    said = data.draw(st.sampled_from([". ", ", "])).join(data.draw(st.permutations([ana[0], ben])))
    assert answers(said, language) in ({}, {"a": ana[1]})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_one_is_answered_and_a_person_looks(language: str) -> None:
    found = [read(f"{ana[0]}. {ben}", language) for ana in OF_ANA[language] for ben in OPEN[language]]
    told = [one for one in found if one.answers]
    assert len(told) >= 0.8 * len(found)
    assert all(one.needs_person and one.reason == LEAVES_OPEN and Flag.NOTE in one.flags for one in told)


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "1 yes, Ben not sure", {}),  # a digit is of no one in two messages
        ("en", "Ana yes I think, Ben no", {"b": "canceled"}),
        ("en", "Ana is coming. Not sure", {}),
        ("en", "Ana yes, but let me check", {}),
        ("en", "Ana yes, but let me ask Ben", {}),
        ("en", "Ana yes but not sure about Ben", {"a": "confirmed"}),
        ("en", "Ana will come if Ben can come", {}),
        ("en", "Ana yes unless Ben's is moved", {}),
        ("en", "Ana yes. Who is this?", {}),
        ("en", "Ana yes. What time is Ben's again?", {"a": "confirmed"}),
        ("en", "Ana yes. Ben not sure, cancel it", {}),
        ("en", "yes to the dentist or maybe the hygienist", {}),
        ("es", "Ana sí, si Ben puede ir también", {}),
        ("fr", "Ana oui, seulement si Ben vient aussi", {}),
        ("fr", "Mardi je ne sais pas, et jeudi non plus", {}),
        ("pt", "Ana sim se o Ben puder ir", {}),
        ("pt", "por enquanto só confirmo a da Ana", {"a": "confirmed"}),
    ],
)
def test_a_doubt_that_may_be_of_the_answered_one_is_a_persons(
    language: str, text: str, meant: dict[str, str]
) -> None:
    assert answers(text, language) == meant
