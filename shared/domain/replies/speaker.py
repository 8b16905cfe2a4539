"""Who writes, beside somebody who is named: "Ben and I", "yo y Beto", "ni Benoît ni moi".

Of two people who are asked at one number the writer is then the other one.
"""

from collections.abc import Sequence

from shared.domain.replies.matter import SILENT
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.which import OTHERS

_SPEAKER = frozenset({"eu", "i", "je", "me", "mim", "moi", "myself", "yo"})
_JOINTS = frozenset({"and", "e", "et", "nem", "ni", "nor", "or", "y"})
_BEING = frozenset({"am", "es", "is", "s", "sou", "soy", "suis"})
_BEFORE = SILENT | {
    Sense.BOTH, Sense.CHOICE, Sense.COMING, Sense.NEGATION, Sense.NEITHER, Sense.NO, Sense.OKAY, Sense.YES,
}  # fmt: skip
_ARTICLES = frozenset({"a", "el", "la", "o"})
_JOINED = 2  # words: "and", and the name
_ONE_OTHER = f"{OTHERS}/1"


def with_speaker(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks, where such a word for the writer points to the other one."""
    found: list[Mark] = []
    for mark in marks:
        part = [one for one in marks if one.part == mark.part and one.text not in _ARTICLES]
        before = [one for one in part if one.end <= mark.start][-_JOINED:]
        after = [one for one in part if one.start >= mark.end][:_JOINED]
        words = mark.text.split()
        is_second = words[0] in _SPEAKER and _is_joined(before[::-1], references)
        is_second = is_second and not _is_spoken_of(part, before[0])
        is_first = words[-1:] == words[:1] and words[0] in _SPEAKER and _is_joined(after, references)
        if not (is_second or is_first):
            found.append(mark)
            continue
        found.append(mark._replace(sense=Sense.WHICH, value=_ONE_OTHER, text=words[0]))
        if len(words) > 1:
            found.append(mark)  # "I confirm"
    return found


def _is_spoken_of(part: Sequence[Mark], name: Mark) -> bool:
    """ "I'm Ben and I can't", "tell Ben and I'll come": the name is no second one who comes."""
    before = [one for one in part if one.end <= name.start]
    return any(one.sense not in _BEFORE or set(one.text.split()) & _BEING for one in before)


def _is_joined(near: Sequence[Mark], references: References) -> bool:
    """Whether an "and" is nearest, and a person's name behind it."""
    if len(near) < _JOINED or near[0].text not in _JOINTS:
        return False
    return bool(references.named(near[1])) and references.is_person(near[1])
