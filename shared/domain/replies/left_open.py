"""Appointments that a reply leaves open while it answers others: "Ana yes, Ben has to ask his boss".

What is doubted, asked or put off is about one of them only where its clause names that one. A doubt that
names none may be about all of them, and so may a condition: "Ana yes, if Ben can come".
"""

from collections.abc import Sequence

from shared.domain.replies.asides import THAT_DAY
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import SILENT
from shared.domain.replies.references import Names, References
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.splitting import VOTES, Span, spans_of

_WISHES = frozenset({Sense.MOVE, Sense.CANCEL, Sense.CANCEL_VERB})
_ABOUT = frozenset({
    "about", "da", "de", "del", "do", "for", "on", "para", "por", "pour", "pra", "pro", "regarding", "sobre",
    "sur",
})  # fmt: skip
_MAY = frozenset({"pode", "podem", "puede", "pueden"})
_OR = frozenset({"o", "or", "ou"})
_IFS = frozenset({"if", "unless", "until", "till", "only", "se", "si", "sauf", "caso", "siempre", "a menos"})
_ALSO = frozenset({"either", "neither", "plus", "tampoco"})
_TWO = 2
_TELLING = (*SILENT, Sense.WORD, Sense.ASKING, Sense.HARMLESS)


def without_open(
    marks: Sequence[Mark], references: References, lexicon: Lexicon
) -> tuple[list[Mark], frozenset[int]] | None:
    """The marks without the clauses that leave what they name open, and which those are.

    None where there are none, or where a doubt or a condition may be about another one.
    """
    named = references.names(marks)
    if _ALSO & {word for mark in marks for word in mark.text.split()}:
        return None  # "jeudi je sais pas, et mardi non plus"
    rest: list[Mark] = []
    left: frozenset[int] = frozenset()
    open_since: Mark | None = None  # the first part of an open clause, while nothing else is named
    for span in _pieces(marks, named, lexicon):
        clause, names = marks[slice(*span)], named[slice(*span)]
        if open_since is not None and not any(names):
            is_same = clause[0].clause == open_since.clause
            if any(mark.sense in (VOTES if not is_same else _WISHES) for mark in clause):
                return None
            continue  # "Ben may have a game, I'll call you"
        open_since = None
        if _is_conditional(clause, names, lexicon):
            return None
        if any(names) and _is_open(clause, names, lexicon):
            if _may_be_of_another(marks, named, span, lexicon):
                return None
            left |= frozenset().union(*(name or () for name in names))
            open_since = clause[0]
            continue
        rest += clause
    return (rest, left) if rest and left and len(left) < references.count else None


def _pieces(marks: Sequence[Mark], named: Names, lexicon: Lexicon) -> list[Span]:
    spans: list[Span] = []
    for start, end in spans_of(marks, named, lexicon):
        first = spans[-1][0] if spans else start
        is_of_it = _is_condition(marks[start], lexicon) and marks[first].part == marks[start].part
        names = named[first:start]
        if is_of_it and any(names) and not _votes(marks[first:start], names):
            spans[-1] = (first, end)  # "Ana depends on school"
        else:
            spans.append((start, end))
    return [piece for span in spans for piece in _halves(marks, named, span, lexicon)]


def _halves(marks: Sequence[Mark], named: Names, span: Span, lexicon: Lexicon) -> list[Span]:
    """A clause that names two and doubts the second one, as two: "1 yes 2 not sure"."""
    start, end = span
    names = [at for at in range(start, end) if named[at]]
    doubt = next((at for at in range(start, end) if _puts_off(marks[at], named[at], lexicon)), end)
    before = [at for at in names if at < doubt]
    votes = [at for at in range(start, doubt) if marks[at].sense in VOTES and named[at] is None]
    if len({named[at] for at in names}) < _TWO or doubt == end or not before or not votes:
        return [span]
    if len(before) > 1 and votes[0] < before[-1]:
        middle = before[-1]
        while middle - 1 > votes[0] and marks[middle - 1].sense in SILENT and named[middle - 1] is None:
            middle -= 1
        return [(start, middle), (middle, end)]
    is_or = bool({one.text for one in marks[doubt - 1 : doubt + 1]} & _OR)
    is_of_next = len(before) == 1 and before[0] < doubt and not is_or
    return [(start, doubt), (doubt, end)] if is_of_next else [span]


def _puts_off(mark: Mark, name: frozenset[int] | None, lexicon: Lexicon) -> bool:
    """Whether it doubts, or says that an answer comes later: "waiting", "ask", "perguntar"."""
    is_plain = mark.sense is Sense.OTHER or (name is None and mark.sense in _TELLING)  # "later"
    return mark.sense is Sense.DOUBT or (is_plain and bool(lexicon.pending & set(mark.text.split())))


def _votes(clause: Sequence[Mark], names: Names, votes: frozenset[Sense] = VOTES) -> bool:
    return any(mark.sense in votes and name is None for mark, name in zip(clause, names, strict=True))


def _is_open(clause: Sequence[Mark], names: Names, lexicon: Lexicon) -> bool:
    """Whether the clause asks, doubts or puts off; a wish for another time is an answer."""
    if any(mark.asks for mark in clause):
        may = any(mark.text.split()[0] in _MAY for mark in clause)  # "pode me esperar" promises
        return not may and not any(mark.sense in _WISHES for mark in clause)
    if _depends(clause, names, lexicon) or any(mark.sense is Sense.DOUBT for mark in clause):
        return True
    later = any(_puts_off(mark, name, lexicon) for mark, name in zip(clause, names, strict=True))
    return later and not _votes(clause, names, VOTES - {Sense.OKAY})


def _depends(clause: Sequence[Mark], names: Names, lexicon: Lexicon) -> bool:
    """ "Ben if he is well": a condition behind the name, and no answer before it."""
    at = next((at for at, mark in enumerate(clause) if _is_condition(mark, lexicon)), 0)
    is_clear = at > 0 and not (
        lexicon.language == "es" and clause[at].text.split()[0] == "si"
    )  # or it is "sí"
    return is_clear and any(names[:at]) and not any(mark.sense in VOTES for mark in clause[:at])


def _is_conditional(clause: Sequence[Mark], names: Names, lexicon: Lexicon) -> bool:
    if any(_is_no_doubt(at, clause, names) for at in range(len(clause))):
        return True
    is_condition = any(_is_condition(mark, lexicon) for mark in clause)
    return is_condition and not _depends(clause, names, lexicon)


def _is_no_doubt(at: int, clause: Sequence[Mark], names: Names) -> bool:
    """ "Comptez sur Lucie, pas sur Théo", "Ben is at his dad's that day": a no, as far as can be told."""
    is_sur = clause[at].text == "pas sur" and any(names[at + 1 : at + 2])
    return clause[at].sense is Sense.DOUBT and (is_sur or clause[at].text in THAT_DAY)


def _is_condition(mark: Mark, lexicon: Lexicon) -> bool:
    is_if = mark.sense is Sense.DOUBT and mark.text.split()[0] in _IFS
    return is_if or (mark.sense is Sense.BUT and mark.text not in lexicon.buts)


def _may_be_of_another(marks: Sequence[Mark], named: Names, span: Span, lexicon: Lexicon) -> bool:
    """ "I'm coming, but let me ask Ben": behind a "but", who is asked may decide about the answer before."""
    start, end = span
    if marks[start].sense is not Sense.BUT:
        return False
    doubt = next((at for at in range(start, end) if _puts_off(marks[at], named[at], lexicon)), end)
    name = next((at for at in range(start, end) if named[at]), end)
    between = {word for mark in marks[doubt:name] for word in mark.text.split()}
    return name > doubt and not _ABOUT & between
