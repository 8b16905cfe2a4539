"""Whether words beside an answer may change it."""

from collections.abc import Collection, Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.matter import CANCELED, CONFIRMED, MOVED, Matter, Votes
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.words import words_of

_MOST_BEFORE = 2  # words before a yes: a name
_SENTENCE_BEGINS = frozenset({
    "and", "e", "et", "eu", "i", "je", "j", "ma", "meu", "mi", "minha", "mon", "my", "nos", "nous", "our",
    "please", "we", "y", "yo",
})  # fmt: skip
_MOST_WORDS = 25  # beside an answer; who writes more has more to say
_BECAUSE = frozenset({
    "because", "due", "since", "porque", "pues", "debido", "car", "parce", "puisque", "pois", "devido",
})  # fmt: skip
_SO = frozenset({"so", "donc", "alors", "entonces", "entao"})
_SAYS = frozenset({"says", "said", "dice", "dijo", "diz", "disse", "falou"})
_EVENTS = ("something ", "ja ", "ya ", "fui ", "me atend", "imposible ", "impossivel ", "impossible de ")
_SUBJECTS = frozenset({"i", "je", "we"})


def words_for(matter: Matter) -> set[str]:
    """The words for the person and the service: they say nothing new."""
    return {*words_of(matter.appointment.name), *words_of(matter.appointment.service)}


def _is_reason(word: Mark, marks: Sequence[Mark], votes: Votes) -> bool:
    """Whether it says why nobody comes: "I have to cancel because of the snow"."""
    said = max(mark.start for mark, _ in votes)
    between = (mark for mark in marks if said < mark.start < word.start and mark.part == word.part)
    return any(mark.text.split()[0] in _BECAUSE for mark in between)


def _is_lacking(word: Mark, marks: Sequence[Mark]) -> bool:
    return any(lacks(mark, marks) and mark.part == word.part for mark in marks)


def lacks(mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "No sitter", behind an answer: it says why, and answers nothing itself."""
    following = next((one for one in marks if one.start == mark.end), None)
    before = any(one.start < mark.start and one.part != mark.part for one in marks)
    is_next = following is not None and following.part == mark.part and following.sense is Sense.WORD
    return before and is_next and mark.sense is Sense.NO and mark.text == "no"


def follows(marks: Sequence[Mark], votes: Votes) -> bool:
    """Whether what was said before is why nobody comes: "my car is in the shop so I can't come"."""
    first = votes[0][0]
    before = [mark for mark in marks if mark.end <= first.start and mark.text not in _SUBJECTS]
    after = any(mark.sense is Sense.WORD and mark.start >= first.end for mark in marks)
    return first.sense in (Sense.CANCEL, Sense.NO) and bool(before) and before[-1].text in _SO and not after


def _is_told_why(marks: Sequence[Mark], votes: Votes) -> bool:
    """Whether it is said again in a part of its own: "can't come, no fuel in town, please cancel"."""
    told = {mark.part for mark in marks if mark.sense is Sense.WORD}
    sure = [mark for mark, _ in votes if mark.sense in (Sense.CANCEL, Sense.CANCEL_VERB)]
    return len({mark.part for mark in sure}) > 1 and any(mark.part not in told for mark in sure)


def is_passed_on(no: Mark, marks: Sequence[Mark]) -> bool:
    """ "Mom says no": it ends its part."""
    beside = [one for one in marks if one.part == no.part and one.sense is not Sense.GREETING]
    return (
        no.sense is Sense.NO and beside[-1] is no and len(beside) > 1 and beside[-2].text.split()[-1] in _SAYS
    )


def _opens(digit: Mark, marks: Sequence[Mark]) -> bool:
    """Whether the digit comes first, and a sentence after it: "2 my mother has died"."""
    following = next((mark for mark in marks if mark.start == digit.end), None)
    return digit.start == 0 and following is not None and following.text.split()[0] in _SENTENCE_BEGINS


def _is_code(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether an option's word begins its part: "KEEP, my car is new", and not "I'll keep an eye out"."""
    before = [one for one in marks if one.part == mark.part and one.start < mark.start]
    is_first = all(one.sense is Sense.GREETING for one in before)
    return mark.sense is Sense.CHOICE and len(mark.text) > 1 and is_first


def _is_of_delay(word: Mark, marks: Sequence[Mark]) -> bool:
    """Whether it stands behind a "but" beside how late they are: "but I'm 10 minutes late, the metro"."""
    buts = [mark for mark in marks if mark.sense is Sense.BUT and mark.start < word.start]
    return bool(buts) and any(
        mark.sense is Sense.LATE and " " in mark.text and mark.part == buts[-1].part == word.part
        for mark in marks
    )


def says_more(marks: Sequence[Mark], votes: Votes, named: set[Disposition], names: Collection[str]) -> bool:
    """Whether words beside the answer may change it; the person's own name does not."""
    words = [mark for mark in marks if mark.sense is Sense.WORD and mark.text not in names]
    words = [mark for mark in words if not _is_of_delay(mark, marks)]
    if named == {CANCELED}:
        words = [mark for mark in words if not (_is_reason(mark, marks, votes) or _is_lacking(mark, marks))]
        words = words if not (follows(marks, votes) or _is_told_why(marks, votes)) else []
    if not words:
        return False
    senses = {mark.sense for mark, _ in votes}
    if len(words) > _MOST_WORDS:
        return True
    if MOVED in named and CONFIRMED not in named:
        return False
    strong = {Sense.CANCEL} if CANCELED in named else {Sense.YES, Sense.COMING}
    if senses & strong:
        first = votes[0][0]
        if any(one.part == first.part for one in words):
            return True
        return CANCELED not in named and sum(mark.start < first.start for mark in words) > _MOST_BEFORE
    if senses == {Sense.NUMBER}:  # "1, I bring my forms"
        parts = {mark.part for mark, _ in votes if not _opens(mark, marks)}
        return any(mark.part in parts for mark in words)
    clauses = {mark.clause for mark, _ in votes}
    if any(mark.clause in clauses for mark in words):
        return not any(_is_code(mark, marks) for mark, _ in votes[:1]) or CANCELED in named
    return senses <= {Sense.OKAY, Sense.NO, Sense.CANCEL_VERB} and not is_passed_on(votes[0][0], marks)


def gives_reason(marks: Sequence[Mark], votes: Votes) -> bool:
    """Whether common words say why: "another day please, I work Tuesdays", "something came up, cancel"."""
    voting = {mark.part for mark, _ in votes}
    first: dict[int, Mark] = {}
    for mark in marks:
        if mark.sense is not Sense.GREETING and mark.part not in voting:
            first.setdefault(mark.part, mark)
    told = [one for one in first.values() if one.text.split()[0] in _SENTENCE_BEGINS]
    is_event = len(votes) > 1 and any(mark.text.startswith(_EVENTS) for mark, _ in votes)
    return bool(told) or is_event
