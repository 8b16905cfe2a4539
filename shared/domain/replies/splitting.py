"""Where the clauses of a reply to several questions begin and end."""

from collections.abc import Sequence

from shared.domain.replies.keeping import as_verb
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.references import Names
from shared.domain.replies.sense import Mark, Sense

VOTES = frozenset({
    Sense.CANCEL, Sense.CANCEL_VERB, Sense.CHOICE, Sense.COMING, Sense.MOVE, Sense.NO, Sense.OKAY, Sense.YES,
})  # fmt: skip
_ANDS = frozenset({"and", "e", "et", "y"})
Span = tuple[int, int]  # of marks: where a clause begins, and where the next one does


def spans_of(marks: Sequence[Mark], named: Names, lexicon: Lexicon) -> list[Span]:
    """The clauses: each begins behind a sign, at a "but", or where a part answers for another one.

    So "I keep the dentist and drop the other" and "no dentist this time just the hygienist" are two each.
    """
    starts = [
        at
        for at, mark in enumerate(marks)
        if not at or mark.part != marks[at - 1].part or mark.sense is Sense.BUT
    ]
    spans = zip(starts, [*starts, len(marks)][1:], strict=True)
    return [piece for span in spans for piece in _pieces(marks, named, span, lexicon)]


def _pieces(marks: Sequence[Mark], named: Names, span: Span, lexicon: Lexicon) -> list[Span]:
    start, end = span
    for at in range(start + 1, end):
        before, after = _of(marks, named, (start, at), lexicon), _of(marks, named, (at, end), lexicon)
        is_apart = bool(before[0] and after[0]) and not before[0] & after[0] and before[1]
        begins_other = marks[at].text in _ANDS and after[1]
        begins_only = marks[at].sense is Sense.ONLY and not after[1]
        if is_apart and (begins_other or begins_only):
            return [(start, at), *_pieces(marks, named, (at, end), lexicon)]
    return [span]


def _of(marks: Sequence[Mark], named: Names, span: Span, lexicon: Lexicon) -> tuple[frozenset[int], bool]:
    """What some marks name, and whether they say something of it."""
    here = marks[slice(*span)]
    names = named[slice(*span)]
    says = any(mark.sense in VOTES and name is None for mark, name in zip(here, names, strict=True))
    says = says or any(as_verb(here, names, at, lexicon) is not None for at in range(len(here)))
    counts = any(mark.sense is Sense.NUMBER and not mark.text.isdecimal() for mark in here)  # "one yes"
    return frozenset().union(*(name or () for name in names if not counts)), says
