"""Why a reply that sounds like an answer is a person's all the same."""

from collections.abc import Sequence
from itertools import pairwise

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.clock_words import fits, minutes_early
from shared.domain.replies.idle_doubts import is_idle
from shared.domain.replies.matter import CANCELED, CLOCK, CODES, CONFIRMED, MOVED, SILENT, Matter, Votes
from shared.domain.replies.more_said import says_more, words_for
from shared.domain.replies.riding import rides_along
from shared.domain.replies.sense import Mark, Sense

ASKS = "It asks something."
DOUBTFUL = "It is not sure."
CONDITION = "It names a condition."
OTHER_TIME = "It names another day or time."
NEGATED = "It denies something."
NOT_ONLY = "More than an answer stands there."
UNDONE = "A no stands behind it: it may say not to."

_ENDS = frozenset({"quit", "end", "stop", "cease"})  # of a refusal, where they stand by themselves
_TAKING_BACK = frozenset({"wait", "no", "espera", "attendez", "non", "nao", "actually", "scratch", "nvm"})
_UNDOING = frozenset({Sense.CANCEL, Sense.CANCEL_VERB, Sense.MOVE})
_VERBS = ("cancel", "annul", "anul", "desmarc", "remarc", "reprogram", "reagend", "resched", "cambi", "mud")
_UNSAID = frozenset({Sense.GREETING, Sense.COMMON})
_NOT_TO = frozenset({"no", "non", "nao", "not", "pas"})
_THANKS = ("thanks", "thank you", "gracias", "obrigado", "obrigada", "merci")
_LATENESS = frozenset({*SILENT, Sense.LATE, Sense.NUMBER})
_WAY_THERE = 180  # minutes
_BY = frozenset({"by"})
_LEAVING = frozenset({
    "leave", "leaving", "finish", "paro", "quitte", "sair", "saio", "salgo", "saldre", "salimos", "sors",
    "sortir", "termino",
})  # fmt: skip
_SINCE = frozenset({"since", "depuis", "desde"})
_LAST = frozenset({"last", "pasada", "pasado", "passada", "passado", "dernier", "derniere"})
_ARTICLES = frozenset({"as", "les", "los", "mes", "mis", "my", "os", "the"})
_IFS = frozenset(
    {"if", "unless", "si", "se", "a menos que", "a moins", "sauf", "until", "siempre que", "caso"}
)
_REQUESTS = ("can you", "could you", "will you", "would you", "can u", "could u", "can we", "could we",
             "puede", "podria", "me pueden", "me puede", "pode", "podem", "poderia", "pouvez", "pourriez",
             "peux tu")  # fmt: skip


def objection(marks: Sequence[Mark], votes: Votes, matter: Matter) -> str:
    """Why no answer may be taken, whatever it says; empty when there is no reason."""
    named = _named(votes)
    senses = {mark.sense for mark in marks}
    if _is_undone(marks):
        return UNDONE
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
    if _asks(marks, votes, named, matter):
        return ASKS
    if _has_negation(marks, named):
        return NEGATED
    if says_more(marks, votes, named, words_for(matter)):
        return NOT_ONLY
    return ""


def _named(votes: Votes) -> set[Disposition]:
    """What it says, less a weak yes beside a wish for another day: "o elevador tá parado, remarquem"."""
    strong = {vote for mark, vote in votes if mark.sense is not Sense.OKAY}
    is_wish = strong == {MOVED} and any(mark.sense is Sense.MOVE for mark, _ in votes)
    return strong if is_wish else {vote for _, vote in votes}


def _is_settled(marks: Sequence[Mark], named: set[Disposition]) -> bool:
    """Whether a doubt comes after a wish for another time: "reschedule, if possible; call me"."""
    doubts = [mark for mark in marks if mark.sense is Sense.DOUBT and not is_idle(mark, marks, named)]
    if not doubts or named != {MOVED}:
        return not doubts
    first = next(mark for mark in marks if mark.sense in (Sense.MOVE, Sense.CHOICE, Sense.NUMBER, *CLOCK))
    return all(mark.start > first.start for mark in doubts)


def _is_undone(marks: Sequence[Mark]) -> bool:
    """ "Cancela não": a no behind the verb, at the end of its part, says not to cancel."""
    for verb, no in pairwise(mark for mark in marks if mark.sense not in _UNSAID):
        is_no = no.sense in (Sense.NO, Sense.NEGATION) and no.text.split()[0] in _NOT_TO
        is_next = verb.part == no.part and not no.text.endswith(_THANKS)
        is_last = not any(
            mark.start >= no.end and mark.part == no.part and mark.sense not in _UNSAID for mark in marks
        )
        is_verb = verb.sense in _UNDOING and verb.text.split()[-1].startswith(_VERBS)
        if is_verb and is_no and is_next and is_last:
            return True
    return False


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
    said = [mark for mark in said if not _is_way_there(mark, marks, matter)]
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


def _is_way_there(mark: Mark, marks: Sequence[Mark], matter: Matter) -> bool:
    """Whether the time is of what comes before: "I'll be there by 10:15", "salgo del trabajo a las 10"."""
    early = minutes_early(mark, matter.appointment)
    if early is None or not 0 < early <= _WAY_THERE:
        return False
    before = [one for one in marks if one.end <= mark.start and one.part == mark.part]
    is_arriving = bool(before) and before[-1].text.split()[-1] in _BY
    return is_arriving or any(set(one.text.split()) & _LEAVING for one in before)


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


def _asks(marks: Sequence[Mark], votes: Votes, named: set[Disposition], matter: Matter) -> bool:
    """Whether it asks for anything that must be known first. Asking for another day is no such question."""
    if MOVED in named and CONFIRMED not in named:
        return all(mark.asks and mark.sense in CODES for mark, _ in votes)
    if rides_along(marks, votes):
        return False
    harmless = {mark.clause for mark in marks if mark.sense is Sense.HARMLESS}
    if any(mark.asks for mark, _ in votes if mark.clause not in harmless and not _is_request(mark)):
        return True
    echoed = _echoes(marks, matter) if named == {CANCELED} else set()
    asked = {mark.clause for mark in marks if mark.asks and not _is_request(mark)} - echoed
    requests = {mark.clause for mark in marks if _is_request(mark)}
    return bool(asked - harmless - requests)


def _echoes(marks: Sequence[Mark], matter: Matter) -> set[int]:
    """Clauses that repeat the appointment's time and ask nothing: "terça? sem chance"."""
    rest = {one.clause for one in marks if one.sense not in SILENT and one.sense not in CLOCK}
    times = [one for one in marks if one.sense in CLOCK and one.clause not in rest]
    wrong = {one.clause for one in times if not fits(one, matter.appointment, matter.written_at)}
    return {one.clause for one in times} - wrong


def _is_request(mark: Mark) -> bool:
    """ "Can you cancel my visit?" asks for nothing but that."""
    return mark.sense is Sense.CANCEL and mark.text.startswith(_REQUESTS)
