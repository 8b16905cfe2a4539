"""An answer with a doubt in it is read by a person, whichever word the doubt is."""

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.asked import ReplyMeaning
from tests.domain.replies.test_answers import answer, read


@pytest.mark.parametrize(
    "doubt",
    ["not", "dont", "don't", "cannot", "cant", "can't", "can", "never", "but", "however", "unless", "if"],
)
@pytest.mark.parametrize("word", ["yes", "confirm"])
def test_a_doubt_after_the_word_leaves_it_to_a_person(word: str, doubt: str) -> None:
    assert answer(f"{word} {doubt} on monday") is None
    assert answer(f"{word} monday, {doubt}") is None


@pytest.mark.parametrize("refusal", ["stop", "unsubscribe", "quit", "end"])
def test_a_refusal_after_the_word_too(refusal: str) -> None:
    reading = read(f"yes and {refusal}")
    assert reading.answers == ()
    if refusal in ("stop", "unsubscribe"):
        assert (reading.outcome, reading.may_also_mean) == (ReplyMeaning.OPT_OUT, Disposition.CONFIRMED)


def test_without_a_doubt_it_counts() -> None:
    assert answer("yes, see you on monday") is Disposition.CONFIRMED
    assert answer("reschedule to monday") is Disposition.RESCHEDULE_ASKED
