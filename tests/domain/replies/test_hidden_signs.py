"""A refusal is a refusal, whatever a phone adds that nobody sees."""

import pytest

from shared.domain.contacts.consent import WordMeaning
from shared.domain.replies.consent import consent_of as word_meaning
from shared.domain.replies.words import words_of


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "st\u200dop",  # a joiner
        "\u200eSTOP\u200f",  # marks of direction
        "st\u00adop",  # a soft hyphen
        "STOP\ufe0f",
        "stop!!!",
        "«stop»",
        "stop. please",
    ],
)
def test_stop_is_found(text: str) -> None:
    assert word_meaning(text) is WordMeaning.OPT_OUT


def test_a_keycap_is_its_digit_and_marks_belong_to_their_letter() -> None:
    assert words_of("1\ufe0f\u20e3") == words_of("1")
    assert len(words_of("me\u0301dico")) == 1
