"""No way to say stop goes unheard, and ordinary sentences are not taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.contacts.consent import WordMeaning
from shared.domain.replies.consent import consent_of as word_meaning

REFUSALS = [
    "stop",
    "stopall",
    "quit",
    "end",
    "revoke",
    "opt out",
    "optout",
    "cancel",
    "unsubscribe",
    "opt-out",
]
AROUND = st.text(alphabet=" .!?,;:'\"\n\t()*-_…“”\u200b\u00a0\ufe0f🙏👍", max_size=4)


@given(word=st.sampled_from(REFUSALS), before=AROUND, after=AROUND, data=st.data())
def test_every_form_of_a_refusal_is_one(word: str, before: str, after: str, data: st.DataObject) -> None:
    upper = data.draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    text = "".join(letter.upper() if up else letter for letter, up in zip(word, upper, strict=True))
    wide = data.draw(st.booleans())
    if wide:
        text = "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in text)
    assert word_meaning(before + text + after) is WordMeaning.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        "S T O P",
        "STOP ALL",
        "Stop texting me please",
        "please STOP",
        "stop stop stop",
        "STOP\u200b",
        "Opt  out.",
    ],
)
def test_clear_wordings_are_refusals(text: str) -> None:
    assert word_meaning(text) is WordMeaning.OPT_OUT


@pytest.mark.parametrize("text", ["START", "unstop.", " Yes! ", "ＹＥＳ"])
def test_permissions(text: str) -> None:
    assert word_meaning(text) is WordMeaning.OPT_IN


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "👍",
        "stop by at five",
        "bus stop",
        "cancel my appointment",
        "please cancel",
        "the end",
        "weekend",
        "nonstop",
        "yes please",
        "please",
        "thank you",
        "I quit smoking",
    ],
)
def test_ordinary_sentences_are_neither(text: str) -> None:
    assert word_meaning(text) is None


@given(text=st.text())
def test_any_text_can_be_read(text: str) -> None:
    word_meaning(text)
