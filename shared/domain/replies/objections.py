"""Why a reply that sounds like an answer is a person's all the same."""

from collections.abc import Collection, Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.clock_words import fits
from shared.domain.replies.matter import CANCELED, CLOCK, CODES, CONFIRMED, MOVED, SILENT, Matter, Votes
from shared.domain.replies.riding import rides_along
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.words import words_of

ASKS = "It asks something."
DOUBTFUL = "It is not sure."
CONDITION = "It names a condition."
OTHER_TIME = "It names another day or time."
NEGATED = "It denies something."
NOT_ONLY = "More than an answer stands there."

_ENDS = frozenset({"quit", "end", "stop", "cease"})  # of a refusal, where they stand by themselves
_TAKING_BACK = frozenset({"wait", "no", "espera", "attendez", "non", "nao", "actually", "scratch", "nvm"})
_LATENESS = frozenset({*SILENT, Sense.LATE, Sense.NUMBER})
_MOST_BEFORE = 2  # words before a yes: a name
_SENTENCE_BEGINS = frozenset({
    "and", "e", "et", "eu", "i", "je", "j", "ma", "meu", "mi", "minha", "mon", "my", "nos", "nous", "our",
    "please", "we", "y", "yo",
})  # fmt: skip
_MOST_WORDS = 25  # beside an answer; who writes more has more to say
_BECAUSE = frozenset({
    "because", "due", "since", "porque", "pues", "debido", "car", "parce", "puisque", "pois", "devido",
})  # fmt: skip
_SINCE = frozenset({"since", "depuis", "desde"})
_LAST = frozenset({"last", "pasada", "pasado", "passada", "passado", "dernier", "derniere"})
_SO = frozenset({"so", "donc", "alors", "entonces", "entao"})
_SUBJECTS = frozenset({"i", "je", "we"})
_ARTICLES = frozenset({"as", "les", "los", "mes", "mis", "my", "os", "the"})
_IFS = frozenset(
    {"if", "unless", "si", "se", "a menos que", "a moins", "sauf", "until", "siempre que", "caso"}
)
_REQUESTS = ("can you", "could you", "will you", "would you", "can u", "could u", "can we", "could we",
             "puede", "podria", "me pueden", "me puede", "pode", "podem", "poderia", "pouvez", "pourriez",
             "peux tu")  # fmt: skip


def objection(marks: Sequence[Mark], votes: Votes, matter: Matter) -> str:
    """Why no answer may be taken, whatever it says; empty when there is no reason."""
    named = {vote for _, vote in votes}
    senses = {mark.sense for mark in marks}
    if Sense.DOUBT in senses and not _is_settled(marks, named):
        return DOUBTFUL
    if _takes_back(marks, votes) or Sense.WHICH in senses:
        return DOUBTFUL
    if Sense.REASON in senses and CONFIRMED in named:
        return DOUBTFUL
    if _names_another_time(marks, votes, matter) and not _is_move(named):
        return OTHER_TIME
    if _is_unknown_time(marks, named, matter):
        return OTHER_TIME
    if _has_condition(marks, votes, named):
        return CONDITION
    if _asks(marks, votes, named):
        return ASKS
    if _has_negation(marks, named):
        return NEGATED
    if _says_more(marks, votes, named, _named(matter)):
        return NOT_ONLY
    return ""


def _is_settled(marks: Sequence[Mark], named: set[Disposition]) -> bool:
    """Whether a doubt comes after a wish for another time: "reschedule, if possible; call me"."""
    if named != {MOVED}:
        return False
    first = next(mark for mark in marks if mark.sense in (Sense.MOVE, Sense.CHOICE, Sense.NUMBER, *CLOCK))
    return all(mark.start > first.start for mark in marks if mark.sense is Sense.DOUBT)


def _takes_back(marks: Sequence[Mark], votes: Votes) -> bool:
    """Whether it ends in a correction that does not say what is right: "yes wait no"."""
    last = max(mark.start for mark, _ in votes)
    corrections = [mark for mark in marks if mark.sense is Sense.CORRECTION and mark.start > last]
    return any(set(mark.text.split()) & _TAKING_BACK for mark in corrections)


def _names_another_time(marks: Sequence[Mark], votes: Votes, matter: Matter) -> bool:
    chosen = {id(mark) for mark, _ in votes if mark.sense is Sense.ORDINAL}  # "the 2nd option" is no day
    dated = (*CLOCK, Sense.COMING, Sense.ORDINAL)
    said = [mark for mark in marks if mark.sense in dated and id(mark) not in chosen]
    may_be_last = all(vote is not CONFIRMED for _, vote in votes)
    said = [mark for mark in said if not _is_past(mark, marks, may_be_last)]
    if any(_is_another_hour(mark, matter) for mark in marks if _may_be_hour(mark, marks)):
        return True
    return any(fits(mark, matter.appointment, matter.written_at) is False for mark in said)


def _is_past(mark: Mark, marks: Sequence[Mark], may_be_last: bool) -> bool:
    """Whether the day is before today: "ill since Saturday", "I told you yesterday", "last week"."""
    before = next((one.text.split()[-1] for one in marks if one.end == mark.start), "")
    kind, days = mark.value if isinstance(mark.value, tuple) else ("", 0)
    is_gone = kind == "relative" and isinstance(days, int) and days < 0
    is_since = mark.sense in CLOCK and (
        before in _SINCE or (may_be_last and bool(set(mark.text.split()) & _LAST))
    )
    return is_gone or is_since


def _may_be_hour(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether nothing is counted: "ten minutes late", "les 4 pneus"."""
    following = next((one.sense for one in marks if one.start == mark.end and one.part == mark.part), None)
    before = next((one.text.split()[-1] for one in marks if one.end == mark.start), "")
    is_counted = following is Sense.LATE or (following is Sense.WORD and before in _ARTICLES)
    return mark.sense is Sense.NUMBER and not is_counted


def _is_another_hour(mark: Mark, matter: Matter) -> bool:
    """Whether a number that is no option may be an hour or a day, and not the appointment's."""
    at = matter.appointment.at
    if at is None or matter.numbered(mark.value) is not None:
        return False
    clock = (at.hour * 100 + at.minute, at.hour % 12 * 100 + at.minute)  # "1030"
    return mark.value not in (at.hour, at.hour % 12, at.minute, at.day, at.month, at.year, *clock)


def _has_negation(marks: Sequence[Mark], named: set[Disposition]) -> bool:
    denied = [mark for mark in marks if mark.sense in (Sense.NEGATION, Sense.NEITHER) or mark.text in _ENDS]
    sure = [mark for mark in marks if mark.sense is Sense.CANCEL]
    if named == {CANCELED} and sure:
        return any(one.part == sure[0].part and one.start < sure[0].start for one in denied)
    if denied:
        return not _is_move(named) and not (named == {CANCELED} and _ends_denying(marks, denied))
    kept = any(mark.sense is Sense.NOT_CANCEL for mark in marks)
    return kept and named not in ({CONFIRMED}, {MOVED})


def _is_move(named: set[Disposition]) -> bool:
    """Whether another time is asked for; "can't" beside it says why."""
    return MOVED in named and CONFIRMED not in named


def _ends_denying(marks: Sequence[Mark], denied: Sequence[Mark]) -> bool:
    """Whether a "can't" is all that follows a no: "nope, can't"."""
    ends = {mark.part: mark for mark in marks if mark.sense not in SILENT}
    return all(ends.get(one.part) is one and one.text == "not" for one in denied)


def _has_condition(marks: Sequence[Mark], votes: Votes, named: set[Disposition]) -> bool:
    """A "but" is none where only running late follows, or nothing is confirmed: "I'd like to but can't"."""
    harmless = {mark.clause for mark in marks if mark.sense is Sense.HARMLESS}
    if CANCELED in named and any(_is_if(mark, marks) for mark in marks):
        return True
    for index, mark in enumerate(marks):
        if mark.sense is not Sense.BUT or mark.clause in harmless or _is_of_late(mark, marks):
            continue
        after = [
            one.sense
            for one in marks[index + 1 :]
            if one.sense not in SILENT and one.sense not in (Sense.WORD, Sense.NUMBER)
        ]
        if CONFIRMED in named and (after[:1] != [Sense.LATE] or mark.text in _IFS):
            return True
        if CANCELED in named and mark.text in _IFS and index and marks[index - 1].sense is not Sense.BUT:
            return True
    return named == {MOVED} and _is_supposed(votes[0][0], marks)


def _is_if(mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "Si llueve no voy": no yes, though "sí" is one of the options."""
    following = next((one for one in marks if one.start == mark.end and one.part == mark.part), None)
    return (
        mark.sense is Sense.CHOICE
        and mark.text in _IFS
        and following is not None
        and following.sense is Sense.WORD
    )


def _is_of_late(but: Mark, marks: Sequence[Mark]) -> bool:
    """ "10 minutes late but yes": what stands before the "but" says only how late."""
    before = [one for one in marks if one.start < but.start]
    return any(one.sense is Sense.LATE for one in before) and all(one.sense in _LATENESS for one in before)


def _is_supposed(said: Mark, marks: Sequence[Mark]) -> bool:
    """ "If I pick 3": nothing but small words stand between the condition and what is said."""
    before = [mark for mark in marks if mark.end <= said.start and mark.clause == said.clause]
    ifs = [at for at, mark in enumerate(before) if mark.text in _IFS and mark.sense is Sense.BUT]
    return bool(ifs) and all(mark.sense in SILENT for mark in before[ifs[-1] + 1 :])


def _is_unknown_time(marks: Sequence[Mark], named: set[Disposition], matter: Matter) -> bool:
    """Whether it confirms for a time, and nobody knows whether that is the appointment's."""
    if CONFIRMED not in named or matter.appointment.at is not None:
        return False
    saying = [mark for mark in marks if mark.sense in CLOCK]
    return bool(saying) and not any(mark.sense is Sense.COMING for mark in marks)


def _asks(marks: Sequence[Mark], votes: Votes, named: set[Disposition]) -> bool:
    """Whether it asks for anything that must be known first. Asking for another day is no such question."""
    if MOVED in named and CONFIRMED not in named:
        return all(mark.asks and mark.sense in CODES for mark, _ in votes)
    if rides_along(marks, votes):
        return False
    harmless = {mark.clause for mark in marks if mark.sense is Sense.HARMLESS}
    if any(mark.asks for mark, _ in votes if mark.clause not in harmless and not _is_request(mark)):
        return True
    asked = {mark.clause for mark in marks if mark.asks and not _is_request(mark)}
    requests = {mark.clause for mark in marks if _is_request(mark)}
    return bool(asked - harmless - requests)


def _is_request(mark: Mark) -> bool:
    """ "Can you cancel my visit?" asks for nothing but that."""
    return mark.sense is Sense.CANCEL and mark.text.startswith(_REQUESTS)


def _named(matter: Matter) -> set[str]:
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


def _follows(marks: Sequence[Mark], votes: Votes) -> bool:
    """Whether what was said before is why nobody comes: "my car is in the shop so I can't come"."""
    first = votes[0][0]
    before = [mark for mark in marks if mark.end <= first.start and mark.text not in _SUBJECTS]
    after = any(mark.sense is Sense.WORD and mark.start >= first.end for mark in marks)
    return first.sense is Sense.CANCEL and bool(before) and before[-1].text in _SO and not after


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


def _says_more(marks: Sequence[Mark], votes: Votes, named: set[Disposition], names: Collection[str]) -> bool:
    """Whether words beside the answer may change it; the person's own name does not."""
    words = [mark for mark in marks if mark.sense is Sense.WORD and mark.text not in names]
    words = [mark for mark in words if not _is_of_delay(mark, marks)]
    if named == {CANCELED}:
        words = [mark for mark in words if not (_is_reason(mark, marks, votes) or _is_lacking(mark, marks))]
        words = words if not _follows(marks, votes) else []
    if not words:
        return False
    senses = {mark.sense for mark, _ in votes}
    if len(words) > _MOST_WORDS:
        return True
    if _is_move(named):
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
    return senses <= {Sense.OKAY, Sense.NO, Sense.CANCEL_VERB}
