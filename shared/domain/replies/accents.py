"""What signs of writing tell: "sí puedo" says yes, "si puedo" names a condition; "can't wait!" is glad."""

import re
import unicodedata
from collections.abc import Sequence

from shared.domain.replies.matter import CLOCK, SILENT
from shared.domain.replies.sense import Mark, Sense

_SI = re.compile(r"\bs[ií]\b", re.IGNORECASE)
_E = re.compile(r"\b[eé]\b", re.IGNORECASE)
_ACCENTED = frozenset("íé")
_GLAD = "can not wait"
_ABLE = frozenset({"si puedo", "si llego", "si alcanzo", "si logro", "si consigo"})
_BESIDE = SILENT | {*CLOCK, Sense.NUMBER, Sense.OKAY, Sense.YES}


def with_accents(marks: Sequence[Mark], text: str) -> list[Mark]:
    """The marks, where a "si" that is written "sí" is no condition.

    People write the accent where none belongs too: "sí puedo voy". So it tells only where nothing else that
    somebody does stands beside it.
    """
    sure = _accented(marks, text, _SI, "si")
    is_ = _accented(marks, text, _E, "e")
    told = [_sure(mark, marks) if at in sure else mark for at, mark in enumerate(marks)]
    return [_is(mark) if at in is_ else mark for at, mark in enumerate(told)]


def _accented(marks: Sequence[Mark], text: str, pattern: re.Pattern[str], folded: str) -> set[int]:
    """The marks that begin with the word, where it is written with its accent; none where it is unclear."""
    whole = unicodedata.normalize("NFC", text).casefold()
    written = [not _ACCENTED.isdisjoint(one) for one in pattern.findall(whole)]
    words = (
        (at, place, word) for at, mark in enumerate(marks) for place, word in enumerate(mark.text.split())
    )
    heard = [(at, place) for at, place, word in words if word == folded]
    if len(written) != len(heard):
        return set()
    return {at for (at, place), is_accented in zip(heard, written, strict=True) if is_accented and not place}


def _is(mark: Mark) -> Mark:
    """ "É a Ana": Portuguese "é" tells who it is, and "e a Ana?" asks."""
    is_named = mark.sense is Sense.ASKING and mark.text == "e a"  # "é às 10" may ask
    return mark._replace(sense=Sense.COMMON) if is_named else mark


def with_gladness(marks: Sequence[Mark], text: str) -> list[Mark]:
    """The marks, where "can't wait!" is a yes; without the sign it may be said in pain."""
    is_all = all(mark.text in ("i", _GLAD) for mark in marks) and text.rstrip().endswith("!")
    return [mark._replace(sense=Sense.OKAY) if is_all and mark.text == _GLAD else mark for mark in marks]


def _sure(mark: Mark, marks: Sequence[Mark]) -> Mark:
    beside = [one for one in marks if one.part == mark.part and one is not mark]
    is_plain = all(one.sense in _BESIDE for one in beside)
    is_able = mark.sense is Sense.DOUBT and mark.text in _ABLE and is_plain
    return mark._replace(sense=Sense.COMING) if is_able else mark
