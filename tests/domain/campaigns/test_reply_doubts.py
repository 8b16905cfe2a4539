"""An answer with a doubt in it is read by a person, whichever word the doubt is."""

import pytest
from shared.domain.campaigns.replies import read_reply

from shared.domain.campaigns.reply_option import Disposition
from tests.domain.campaigns.test_replies import OPTIONS


@pytest.mark.parametrize(
    "doubt",
    ["not", "dont", "don't", "cannot", "cant", "can't", "can", "never", "but", "however", "unless", "if"],
)
@pytest.mark.parametrize("word", ["yes", "confirm", "reschedule"])
def test_a_doubt_after_the_word_leaves_it_to_a_person(word: str, doubt: str) -> None:
    assert read_reply(f"{word} {doubt} on monday", OPTIONS) is None
    assert read_reply(f"{word} monday, {doubt}", OPTIONS) is None


@pytest.mark.parametrize("refusal", ["stop", "unsubscribe", "quit", "end"])
def test_a_refusal_after_the_word_too(refusal: str) -> None:
    assert read_reply(f"yes and {refusal}", OPTIONS) is None


def test_without_a_doubt_it_counts() -> None:
    assert read_reply("yes on monday", OPTIONS) is Disposition.CONFIRMED
    assert read_reply("reschedule to monday", OPTIONS) is Disposition.RESCHEDULE_ASKED
