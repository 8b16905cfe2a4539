"""Words of doubt that doubt nothing where they stand: "ya hablé con mi cuñada y me lleva, confirmo"."""

from collections.abc import Collection, Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.matter import CANCELED, CONFIRMED, SILENT
from shared.domain.replies.sense import Mark, Sense

_THAT_DAY = frozenset({"that day", "ese dia", "esse dia", "nesse dia", "ce jour la"})
_FOR_NOW = frozenset({
    "for now", "as of now", "at the moment", "for the moment", "por ahora", "por lo pronto", "de momento",
    "por el momento", "pour l instant", "pour le moment", "por enquanto",
})  # fmt: skip
_BEFORE = ("already ", "ya ", "ja ", "deja ", "j ai deja ")  # what was done before
_CHANGES = ("chang", "cambi", "mov", "reprogram", "reschedul", "remarqu", "deplac", "rebook", "reagend")
_SAID = frozenset({"already confirmed", "deja confirme", "j ai deja confirme", "ya confirme", "ja confirmei"})
_CALLED = ("ya me llamaron", "ya me hablaron", "ya me marcaron", "ja me ligaram")
_HAD = frozenset({"ya habia", "ja tinha"})
_HAVING_SAID = ("dicho", "confirmado", "avisado", "contestado", "respondido", "dito")
_SPOKE = frozenset({"ya hable", "ja falei"})
_WITH = frozenset({"con", "com"})
_MINE = frozenset({"mi", "mis", "meu", "minha", "meus", "minhas"})
_TOLD = ("already told my", "already asked my", "already spoke to my", "already talked to my")
_OWN = frozenset({"new phone", "ya tengo"})
_BRINGING = ("llev", "traig", "lev", "trag", "bring", "apport")
_PROMISES = frozenset({Sense.COMING, Sense.YES, Sense.CHOICE, Sense.NUMBER})
_OBJECTING = frozenset({
    Sense.CANCEL, Sense.CANCEL_VERB, Sense.MOVE, Sense.NEGATION, Sense.NO, Sense.REASON, Sense.WHICH,
})  # fmt: skip


def is_idle(doubt: Mark, marks: Sequence[Mark], named: Collection[Disposition]) -> bool:
    """Whether a word of doubt leaves the answer as it is. `named` is what the reply says of the visit.

    A no or a wish for another day is not weaker for "that day" or what was done before: "N, already been
    elsewhere". A yes keeps its weight only where it is promised in a part of its own.
    """
    if doubt.sense is not Sense.DOUBT or _is_of_delay(doubt, marks):
        return doubt.sense is Sense.DOUBT
    if CONFIRMED not in named:
        is_past = f"{doubt.text} ".startswith(_BEFORE) and not any(one in doubt.text for one in _CHANGES)
        is_idle_past = is_past and CANCELED in named
        return doubt.text in _THAT_DAY or doubt.text in _FOR_NOW or is_idle_past
    if set(named) != {CONFIRMED} or any(one.sense in _OBJECTING for one in marks):
        return False
    return _is_promised(doubt, marks) and _is_said_before(doubt, marks)


def _is_of_delay(doubt: Mark, marks: Sequence[Mark]) -> bool:
    """ "I might be 10 minutes late": how late is not sure, and the rest is."""
    after = [one for one in marks if one.start >= doubt.end and one.part == doubt.part]
    weighs = [one for one in after if one.sense not in (*SILENT, Sense.NUMBER, Sense.DAY)]
    return (
        doubt.text in ("might be", "might", "may be") and weighs[:1] != [] and weighs[0].sense is Sense.LATE
    )


def _is_promised(doubt: Mark, marks: Sequence[Mark]) -> bool:
    buts = [one.start for one in marks if one.sense is Sense.BUT and one.start > doubt.start]
    promises = [one for one in marks if one.sense in _PROMISES and not one.asks]
    return any(one.part != doubt.part or any(at < one.start for at in buts) for one in promises)


def _is_said_before(doubt: Mark, marks: Sequence[Mark]) -> bool:
    """Whether it tells what was said, or had, before: "ya me llamaron", "já tinha confirmado"."""
    beside = [one for one in marks if one.part == doubt.part]
    after = " ".join(one.text for one in beside if one.start >= doubt.end).split()
    if doubt.text in _HAD:
        return bool(after) and after[0] in _HAVING_SAID
    if doubt.text in _SPOKE:
        return len(after) > 1 and after[0] in _WITH and after[1] in _MINE
    if doubt.text in _THAT_DAY:
        brings = (one.text for one in beside if one.sense is Sense.COMING)
        return any(word.startswith(_BRINGING) for text in brings for word in text.split())
    return doubt.text in _SAID or doubt.text in _OWN or doubt.text.startswith((*_CALLED, *_TOLD))
