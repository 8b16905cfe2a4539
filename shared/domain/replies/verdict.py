"""What a reply says of one appointment: an answer, or why a person must read it."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.clock_words import fits
from shared.domain.replies.matter import CANCELED, CLOCK, CONFIRMED, MOVED, SILENT, Matter, Votes
from shared.domain.replies.more_said import follows, gives_reason
from shared.domain.replies.objections import ASKS, DOUBTFUL, OTHER_TIME, objection
from shared.domain.replies.restated import corrected
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.stated import BUTS, denies_trouble, goes_elsewhere, stated
from shared.domain.replies.votes import vote_of

NOT_OFFERED = "Not one of the offered answers."
IS_LATE = "It says that they are late, and not whether they come."
CONTRADICTION = "It says two things."
_OTHER_ONE = frozenset({"other", "otra", "otro", "autre", "outra", "outro"})
_OPENING = frozenset({
    "abre", "abren", "abrem", "cierra", "cierran", "close", "fecha", "fecham", "fermez", "open", "ouvrez",
})  # fmt: skip
_CANCELING = ("cancel", "annul", "anul", "desmarc")  # how the verb begins
_MOST_IN_SORRY = 2  # words
_NOTED = frozenset({Sense.WORD, Sense.NAMING, Sense.REASON, Sense.REFUSE_WORD, Sense.NOT_REFUSE})
WISHING = frozenset({
    "can", "could", "may", "do", "podra", "podran", "podremos", "puedo", "puede", "pueden", "podria",
    "podrian", "podemos", "tienen", "tiene", "hay", "puis", "peut", "avez", "pouvez", "pourriez", "auriez",
    "posso", "pode", "podem", "poderia", "tem", "tens",
})  # fmt: skip


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer, or the `reason` why there is none.

    `leaning` is what it sounds like, `heard` all that it may say.
    """

    disposition: Disposition | None = None
    leaning: Disposition | None = None
    heard: frozenset[Disposition] = frozenset()
    has_note: bool = False
    asks: bool = False
    reason: str = ""


def verdict(marks: Sequence[Mark], matter: Matter) -> Verdict:
    """What the parts say of the matter."""
    whole, said = marks, stated(marks, matter)
    marks = corrected(said, matter)
    votes = [(mark, vote) for mark in marks if (vote := vote_of(mark, marks, matter)) is not None]
    votes += [(mark, MOVED) for mark in _wishes(marks, votes, matter)]
    votes = _of_visit(votes, marks)
    named = {vote for _, vote in votes}
    if not votes:
        return Verdict(reason=_why_none(marks))
    leaning = next(iter(named)) if len(named) == 1 else None
    reason = objection(marks, votes, matter)
    decided = None if reason else _decided(marks, votes, named, matter)
    if decided is None:
        return Verdict(leaning=leaning, heard=frozenset(named), reason=reason or CONTRADICTION)
    if not matter.offers(decided):
        return Verdict(leaning=decided, reason=NOT_OFFERED)
    voting = {id(mark) for mark, _ in votes}
    beside = [mark for mark in whole if id(mark) not in voting]
    asks = any(mark.sense is Sense.HARMLESS or mark.asks for mark in marks if id(mark) not in voting)
    is_told = said is not whole or any(_is_noted(mark) for mark in beside)
    is_told = is_told or (decided is not CONFIRMED and gives_reason(whole, votes))
    return Verdict(disposition=decided, has_note=is_told or asks, asks=asks and decided is not MOVED)


def _is_noted(mark: Mark) -> bool:
    """Whether it says more than the answer; "leí mal la fecha" does, and "sorry" does not."""
    is_told = mark.sense is Sense.CORRECTION and len(mark.text.split()) > _MOST_IN_SORRY
    return mark.sense in _NOTED or is_told


def _of_visit(votes: Votes, marks: Sequence[Mark]) -> list[tuple[Mark, Disposition]]:
    """The votes, less where they go instead: "preciso remarcar, vou viajar"."""
    others = {vote for mark, vote in votes if mark.sense is not Sense.COMING} - {CONFIRMED}
    if len(others) != 1 or any(mark.sense is Sense.BUT and mark.text in BUTS for mark in marks):
        return list(votes)
    (meant,) = others
    return [(mark, vote) for mark, vote in votes if not goes_elsewhere(mark, marks, meant)]


def _wishes(marks: Sequence[Mark], votes: Votes, matter: Matter) -> list[Mark]:
    """Other times that are asked for: "can I come at 3?"."""
    if any(vote is CONFIRMED for _, vote in votes):
        return []
    denied = {mark.part for mark in marks if mark.sense is Sense.NEGATION}  # "can't stop sneezing"
    denied |= {mark.part for mark in marks if mark.text in _OPENING}  # "what time do you close today?"
    wishing = (one for one in marks if one.asks and one.part not in denied)
    asking = {mark.clause for mark in wishing if set(mark.text.split()[:1]) & WISHING}
    times = [mark for mark in marks if mark.sense in (Sense.TIME, Sense.DAY) and mark.asks]
    bare = {mark.part for mark in times if any(vote is CANCELED for _, vote in votes)}
    bare -= {mark.part for mark in marks if mark.sense not in SILENT and mark.sense not in CLOCK}
    times = [mark for mark in times if mark.clause in asking or mark.part in bare]  # "can't. Wednesday?"
    return [mark for mark in times if fits(mark, matter.appointment, matter.written_at) is False]


def _why_none(marks: Sequence[Mark]) -> str:
    if any(mark.asks or mark.sense in (Sense.HARMLESS, Sense.ASKING) for mark in marks):
        return ASKS
    if any(mark.sense is Sense.DOUBT for mark in marks):
        return DOUBTFUL
    if any(mark.sense in CLOCK for mark in marks):
        return OTHER_TIME
    return IS_LATE if any(mark.sense is Sense.LATE for mark in marks) else NOT_OFFERED


def _decided(
    marks: Sequence[Mark], votes: Votes, named: set[Disposition], matter: Matter
) -> Disposition | None:
    """The one disposition the parts agree on; None when they do not."""
    senses = {mark.sense for mark, _ in votes}
    weak = {id(mark) for mark, vote in votes if mark.sense is Sense.OKAY}
    if len(named) > 1 and weak:
        named = {vote for mark, vote in votes if id(mark) not in weak}
    if MOVED in named and len(named) > 1:
        return CANCELED if _cancels_instead(votes) else _moved(votes)
    if len(named) > 1:
        return CANCELED if _says_yes_cancel(votes) else CONFIRMED if denies_trouble(votes, marks) else None
    decided = next(iter(named))
    if decided is CANCELED and senses <= {Sense.NO, Sense.OKAY}:
        parts = {mark.part for mark, _ in votes}
        is_bare = not any(mark.part in parts and mark.sense in (Sense.WORD, Sense.ASKING) for mark in marks)
        return CANCELED if (is_bare or follows(marks, votes)) and matter.no_cancels() else None
    return decided


def _says_yes_cancel(votes: Votes) -> bool:
    """ "Yes please cancel", "yes, cancel my visit": the yes is to canceling."""
    senses = [mark.sense for mark, _ in votes]
    if senses not in ([Sense.YES, Sense.CANCEL], [Sense.YES, Sense.CANCEL_VERB]):
        return False
    said = votes[1][0]
    return votes[0][0].clause == said.clause and not set(said.text.split()) & _OTHER_ONE


def _cancels_instead(votes: Votes) -> bool:
    """ "Another day. No, just cancel it": what is said last, behind a no."""
    senses = [mark.sense for mark, _ in votes]
    last = votes[-1][0]
    is_order = last.sense is Sense.CANCEL_VERB or last.text.startswith(_CANCELING)
    return senses[0] is Sense.MOVE and senses[1:-1] == [Sense.NO] and is_order


def _is_no(mark: Mark, vote: Disposition) -> bool:
    """Whether an option's own word says no: "no, OTHER" where both are offered."""
    return mark.sense is Sense.CHOICE and vote is CANCELED


def _moved(votes: Votes) -> Disposition | None:
    """Asking for another time beside a "no" or "can't" is that; beside a yes only where the yes is bare."""
    others = {mark.sense for mark, vote in votes if vote is not MOVED and not _is_no(mark, vote)}
    is_move = others <= {Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB, Sense.OKAY, Sense.YES}
    return (
        MOVED
        if is_move and not (Sense.YES in others and others & {Sense.CANCEL, Sense.CANCEL_VERB})
        else None
    )
