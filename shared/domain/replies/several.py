"""An answer to several open appointments: "1 yes 2 no", "both", "only the 10:30", "yes for Ben"."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.record import replace
from shared.domain.replies.all_but import Exceptions, exceptions_of
from shared.domain.replies.answered import (
    ALSO_ASKS,
    LEAVES_OPEN,
    PAIRS,
    REST,
    UNNAMED,
    WHICH,
    Answered,
    of_numbers,
)
from shared.domain.replies.asides import without_asides
from shared.domain.replies.clauses import (
    is_not_each,
    leaves_one_open,
    told_by_clauses,
    verdict_of,
)
from shared.domain.replies.corrections import Answering, amended
from shared.domain.replies.left_open import without_open
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.open_questions import Target
from shared.domain.replies.pairs import answer_pairs, with_denials
from shared.domain.replies.pointing import pointing
from shared.domain.replies.pointing_back import pointing_back
from shared.domain.replies.references import References
from shared.domain.replies.riding import without_riding
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.short_answers import with_short_answers
from shared.domain.replies.speaker import with_speaker
from shared.domain.replies.together import (
    declines_all,
    declines_each,
    declines_either,
    said_once,
    without_apology,
)
from shared.domain.replies.verdict import WISHING

_DOUBTS = frozenset(
    {Sense.DOUBT, Sense.BUT, Sense.NEGATION, Sense.NOT_CANCEL, Sense.CORRECTION, Sense.ASKING}
)
_ARTICLES = frozenset({"the", "la", "el", "le", "a", "o"})


def answer_several(
    marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Answered:
    """What the parts of a reply say of several targets."""
    references = References(targets, written_at)
    marks = _named_by(without_apology(marks), references, lexicon)
    excepting = exceptions_of(marks, references)
    if excepting is not None:
        return _all_but(excepting, targets, written_at)

    def answer(said: Sequence[Mark]) -> Answered:
        return _answer(said, targets, written_at, lexicon)

    found = amended(marks, references, answer) or answer(marks)
    if found.answers:
        return found
    answering = without_riding(marks, references)
    asked = answer(answering) if len(answering) < len(marks) else found
    if asked.answers:
        return replace(asked, has_rest=True, has_note=True, reason=ALSO_ASKS)
    return _leaving_open(marks, references, lexicon, answer) or found


def _named_by(marks: Sequence[Mark], references: References, lexicon: Lexicon) -> list[Mark]:
    """The marks, where small words point to, answer, or say nothing, by what is named beside them."""
    marks = without_asides(pointing(marks, references, lexicon), references)
    marks = pointing_back(with_speaker(marks, references), references)
    return with_short_answers(marks, references, lexicon)


def _leaving_open(
    marks: Sequence[Mark], references: References, lexicon: Lexicon, answer: Answering
) -> Answered | None:
    """What is answered beside what stays open: "yes to the dentist, not sure about the hygienist"."""
    parted = without_open(marks, references, lexicon)
    if parted is None:
        return None
    rest, left = parted
    found = amended(rest, references, answer) or answer(rest)
    answered = {references.targets.index(target) for target, _ in found.answers}
    if not answered or answered & left:
        return None
    return replace(found, has_rest=True, has_note=True, reason=LEAVES_OPEN)


def _all_but(said: Exceptions, targets: Sequence[Target], written_at: datetime) -> Answered:
    """ "Yes to all but the first": no to that one. "Cancel all but the first" leaves it open."""
    of_all = _read_each(said.of_all, targets, written_at)
    of_them = _read_each(said.of_them, targets, written_at)
    if (said.of_all and len(of_all) < len(targets)) or (said.of_them and len(of_them) < len(targets)):
        return Answered(reason=PAIRS)
    both = dict.fromkeys(targets, Disposition.CONFIRMED) | of_all
    of_them = {} if of_them == both else of_them  # "all but the first, yes"
    is_left = not of_them and Disposition.CONFIRMED not in both.values()
    found = {
        target: of_them.get(target, Disposition.CANCELED) if number in said.numbers else both[target]
        for number, target in enumerate(targets)
        if number not in said.numbers or not is_left
    }
    return Answered(
        answers=tuple(found.items()), has_note=True, has_rest=is_left, reason=REST if is_left else ""
    )


def _read_each(
    said: Sequence[Mark], targets: Sequence[Target], written_at: datetime
) -> dict[Target, Disposition]:
    """What the parts say of each, as far as they do."""
    read = ((target, verdict_of(said, target, written_at).disposition) for target in targets)
    found = {target: one for target, one in read if one is not None}
    is_no = {mark.sense for mark in said} == {Sense.NO}
    return dict.fromkeys(targets, Disposition.CANCELED) if is_no and said else found


def _answer(
    marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Answered:
    references = References(targets, written_at)
    named = references.names(marks)
    if declines_either(marks) or declines_each(marks, named, len(targets)):
        return _none_of(targets)
    if is_not_each(marks) or _is_one_of(marks):
        return Answered(reason=PAIRS)
    if all(one is None or one for one in named):
        told = told_by_clauses(marks, named, targets, written_at, lexicon)
        if told is not None:
            is_only = any(mark.sense is Sense.ONLY for mark in marks)
            return of_numbers(told.answers, targets, has_note=told.has_note, is_only=is_only)
        if leaves_one_open(marks, named, lexicon):
            return Answered(reason=PAIRS)
    marks = with_denials(said_once(marks), references)
    named = references.names(marks)
    if _is_a_count(marks):
        return Answered(reason=WHICH.format(count=len(targets)))
    if declines_all(marks, named, targets):
        return _none_of(targets)
    if any(one is not None and not one for one in named):
        return Answered(reason=UNNAMED)
    is_wish = any(mark.sense is Sense.MOVE for mark in marks)  # "could we move both?"
    if any(_is_unsure(mark, name, is_wish) for mark, name in zip(marks, named, strict=True)):
        return _unsure(marks, targets, written_at)
    if all(name is None for name in named):
        return _unnamed(marks, targets, written_at)
    return answer_pairs(marks, named, targets, written_at, lexicon)


def _is_one_of(marks: Sequence[Mark]) -> bool:
    """ "Un seul des deux": one of them, and nobody knows which."""
    only = {mark.part for mark in marks if mark.sense is Sense.ONLY}
    return any(mark.sense is Sense.BOTH and mark.part in only for mark in marks)


def _is_unsure(mark: Mark, name: frozenset[int] | None, is_wish: bool) -> bool:
    if is_wish and mark.sense is Sense.ASKING and mark.text.split()[0] in WISHING:
        return False
    return (mark.asks and not is_wish) or (mark.sense in _DOUBTS and name is None)


def _none_of(targets: Sequence[Target]) -> Answered:
    return Answered(answers=tuple((one, Disposition.CANCELED) for one in targets), has_note=True)


def _is_a_count(marks: Sequence[Mark]) -> bool:
    """Whether the only number is in letters, and may as well say how many: "yes to one", "oui pour deux"."""
    numbers = [index for index, mark in enumerate(marks) if mark.sense is Sense.NUMBER]
    if len(numbers) != 1 or marks[numbers[0]].text.isdecimal():
        return False
    before = marks[numbers[0] - 1] if numbers[0] else None
    return before is None or (before.sense is not Sense.OPTION and before.text not in _ARTICLES)


def _unsure(marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime) -> Answered:
    read = verdict_of(marks, targets[0], written_at)
    return Answered(leaning=read.leaning, reason=read.reason or WHICH.format(count=len(targets)))


def _unnamed(marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime) -> Answered:
    """An answer that names no appointment: for the one that has none yet, else a person's.

    Where all have that answer already, it is said again of the newest.
    """
    read = [(target, verdict_of(marks, target, written_at)) for target in targets]
    offered = [(target, one.disposition, one.has_note) for target, one in read if one.disposition is not None]
    if not offered:
        return Answered(leaning=read[0][1].leaning, reason=read[0][1].reason)
    first = [one for one in offered if one[0].appointment.disposition is None]
    is_again = not first and all(target.appointment.disposition is said for target, said, _ in offered)
    if len(first) == 1 or len(offered) == 1 or is_again:
        target, said, has_note = (first or offered)[0]
        return Answered(answers=((target, said),), has_note=has_note)
    return Answered(leaning=offered[0][1], reason=WHICH.format(count=len(first) or len(offered)))
