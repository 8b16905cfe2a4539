"""Words beside a plain answer that change nothing in it: what stands before a "but", or behind a digit."""

from collections.abc import Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.idle_doubts import is_idle
from shared.domain.replies.matter import CANCELED, CLOCK, CONFIRMED, MOVED, SILENT, Matter, Votes
from shared.domain.replies.sense import Mark, Sense

BUTS = frozenset({"but", "however", "pero", "sin embargo", "mais", "cependant", "mas", "porem"})
_IFS = frozenset({"if", "unless", "si", "se", "sauf", "caso", "a menos que", "a moins", "a condition"})
_GIVEN_UP = (
    "was about ", "were about ", "was going ", "was thinking ", "was planning ", "about to ", "almost ",
    "iba a ", "estaba por ", "estuve a punto ", "casi ", "j allais ", "j ai failli ", "ia ", "quase ",
    "estava para ",
)  # fmt: skip
_SUBJECTS = frozenset({"i", "we", "yo", "eu", "je"})
_PROMISES = frozenset({Sense.YES, Sense.COMING, Sense.OKAY})
_SAYING = frozenset({
    *CLOCK, Sense.CANCEL, Sense.CANCEL_VERB, Sense.CHOICE, Sense.CORRECTION, Sense.DOUBT, Sense.HARMLESS,
    Sense.LATE, Sense.MOVE, Sense.NOT_CANCEL, Sense.NUMBER, Sense.ORDINAL, Sense.WHICH,
})  # fmt: skip
_NO_WORDS = frozenset({"n", "no", "non", "nao"})
_APOLOGIES = frozenset({
    "sorry", "perdon", "perdone", "disculpa", "disculpe", "disculpen", "desculpa", "desculpe", "desculpem",
    "pardon", "desole", "desolee",
})  # fmt: skip
_CANCELING = ("cancel", "annul", "anul", "desmarc")
_GOING = frozenset({"vou", "vamos", "vai", "voy", "voy a", "va", "vamos a", "vou estar", "voy a estar"})
_PLAIN_NO = frozenset({"no", "non", "nao", "nah"})
_FAREWELLS = ("see", "c ", "hasta", "a bientot", "a plus", "nos vemos", "ate", "te veo", "les veo", "los veo")
_FINE = ("fine", "good", "ok", "okay", "great", "bien", "bon", "bem", "perfect")
_SURELY = frozenset({"bien", "sim", "si"})
_INFINITIVES = ("ar", "er", "ir")
_MOST_WORDS = 25


def stated(marks: Sequence[Mark], matter: Matter) -> Sequence[Mark]:
    """The marks that answer, where all others are an aside; else all: "I'm scared to death but I'll come"."""
    return _behind_but(marks, matter) or _opening(marks, matter) or marks


def _behind_but(marks: Sequence[Mark], matter: Matter) -> Sequence[Mark]:
    """What stands behind the last "but", where that promises to come and nothing before it says otherwise."""
    at = max((at for at, one in enumerate(marks) if _is_but(one)), default=0)
    before, after = marks[:at], marks[at + 1 :]
    is_given_up = _is_given_up(before)
    if is_given_up and after and after[-1].sense is not Sense.WORD:
        after = [one for one in after if one.sense is not Sense.WORD]
    said = [one for one in after if one.sense not in SILENT]
    is_promise = any(_promises(one, matter) and one.sense is not Sense.OKAY for one in said)
    if not at or not is_promise or any(one.asks for one in marks):
        return ()
    if not all(_promises(one, matter) or one.sense in CLOCK for one in said):
        return ()
    return after if is_given_up or _is_aside(before, marks) else ()


def _is_but(mark: Mark) -> bool:
    return mark.sense is Sense.BUT and mark.text in BUTS


def _promises(mark: Mark, matter: Matter) -> bool:
    if mark.sense is Sense.NUMBER:
        return matter.numbered(mark.value) is CONFIRMED
    return mark.sense in _PROMISES or (mark.sense is Sense.CHOICE and mark.value is CONFIRMED)


def _is_given_up(before: Sequence[Mark]) -> bool:
    """ "I was about to hit 2 but": what somebody did not do after all."""
    words = [one for mark in before if mark.sense is not Sense.GREETING for one in mark.text.split()]
    said = " ".join(words[1:] if words[:1] and words[0] in _SUBJECTS else words)
    doubts = [one for one in before if one.sense is Sense.DOUBT]
    return said.startswith(_GIVEN_UP) and len(doubts) < 2 and len({one.part for one in before}) == 1


def _is_aside(before: Sequence[Mark], marks: Sequence[Mark]) -> bool:
    """Whether the words say nothing of the visit: "no car, no money" does not, and "no" and "can't" do."""
    said = [one for one in before if one.sense not in SILENT]
    telling = [one for one in said if one.sense in _SAYING and not is_idle(one, marks, {CONFIRMED})]
    if telling or any(one.sense is Sense.BUT and one.text in _IFS for one in said):
        return False
    denied = [one for one in said if one.sense in (Sense.NO, Sense.NEGATION)]
    return all(_is_of_thing(one, before) for one in denied)


def _is_of_thing(no: Mark, before: Sequence[Mark]) -> bool:
    """ "No time": what is lacking follows in the same part."""
    after = [one for one in before if one.start >= no.end and one.part == no.part]
    return any(one.sense is not Sense.GREETING for one in after)


def _opening(marks: Sequence[Mark], matter: Matter) -> Sequence[Mark]:
    """The first part, where it is a bare code that does not confirm, and a reason follows: "3, I'm away"."""
    said = [one for one in marks if one.sense not in SILENT]
    meant = _coded(said[0], matter) if said else None
    if meant not in (CANCELED, MOVED) or not _is_bare(said[0], marks):
        return ()
    rest = said[1:]
    words = sum(one.sense is Sense.WORD for one in rest)
    is_told = words <= _MOST_WORDS and (words > 0 or meant is MOVED)
    if not is_told or any(_contradicts(one, marks, meant, matter) for one in rest):
        return ()
    return [one for one in marks if one.part <= said[0].part]


def _is_bare(code: Mark, marks: Sequence[Mark]) -> bool:
    """Whether nothing stands beside it in its part but what names an option."""
    allowed = {Sense.GREETING, Sense.OPTION}
    allowed |= {Sense.COMMON} if code.sense is Sense.NUMBER else set()
    beside = [one for one in marks if one.part <= code.part and one is not code]
    return all(one.sense in allowed or (one.sense in SILENT and one.part < code.part) for one in beside)


def _coded(mark: Mark, matter: Matter) -> Disposition | None:
    if mark.sense is Sense.NUMBER:
        return matter.numbered(mark.value)
    if mark.sense is Sense.CHOICE:
        return mark.value if isinstance(mark.value, Disposition) else None
    is_no = mark.sense is Sense.NO and mark.text in _NO_WORDS and matter.no_cancels()
    return CANCELED if is_no else None


def _contradicts(mark: Mark, marks: Sequence[Mark], meant: Disposition, matter: Matter) -> bool:
    """Whether what follows the code may change it."""
    beside = [one for one in marks if one.part == mark.part]
    following = next((one for one in beside if one.start == mark.end), None)
    is_amid = beside[0] is not mark and any(one.sense is Sense.WORD for one in beside)
    if mark.asks or mark.sense in (Sense.NOT_CANCEL, Sense.HARMLESS, Sense.OPT_IN):
        return True
    if mark.sense is Sense.CORRECTION:
        return mark.text not in _APOLOGIES
    if mark.sense is Sense.BUT:
        return mark.text in BUTS or mark.text in _IFS
    if mark.sense is Sense.DOUBT:
        return meant is CANCELED and not is_idle(mark, marks, {meant})
    if mark.sense is Sense.NUMBER:
        is_counted = following is not None and following.sense is Sense.WORD
        return matter.numbered(mark.value) is not None and not is_counted
    if mark.sense is Sense.CHOICE:
        return mark.value is not meant and not (len(mark.text) == 1 and is_amid)
    if mark.sense is Sense.COMING:
        return not (goes_elsewhere(mark, marks, meant) or _is_denied(mark, beside))
    if mark.sense is Sense.YES:
        return not is_amid
    if mark.sense is Sense.MOVE:
        return meant is CANCELED
    is_cancel = mark.sense is Sense.CANCEL_VERB or mark.text.startswith(_CANCELING)
    return meant is MOVED and mark.sense in (Sense.CANCEL, Sense.CANCEL_VERB) and is_cancel


def _is_denied(mark: Mark, beside: Sequence[Mark]) -> bool:
    """ "Mornings don't suit me"."""
    return any(one.sense is Sense.NEGATION and one.end == mark.start for one in beside)


def goes_elsewhere(mark: Mark, marks: Sequence[Mark], meant: Disposition) -> bool:
    """Whether it says what else they do, beside a wish for another day or a no: "vou viajar"."""
    after = [one for one in marks if one.part == mark.part and one.start >= mark.end and one.text != "a"]
    if mark.sense is Sense.COMING and mark.text.endswith("be in"):  # "I'll be in Chicago"
        return bool(after) and after[0].sense is Sense.WORD
    if mark.text not in _GOING or not after:
        return False
    is_verb = after[0].sense is Sense.WORD and after[0].text.endswith(_INFINITIVES)
    is_being = after[0].text in ("estar", "ser") or mark.text.endswith("estar")
    is_told = any(one.sense is Sense.WORD for one in after)
    return is_verb or (meant is MOVED and is_being and is_told)


def denies_trouble(votes: Votes, marks: Sequence[Mark]) -> bool:
    """ "No, that's fine, I'll be there", "non non je viens bien": the no is not to coming."""
    no, *rest = (mark for mark, _ in votes)
    is_no = no.text.split()[-1] in _PLAIN_NO and no.start == min(one.start for one in (*rest, no))
    is_coming = bool(rest) and rest[-1].sense is Sense.COMING and not rest[-1].text.startswith(_FAREWELLS)
    if (
        not is_no
        or not is_coming
        or not {one.sense for one in rest} <= _PROMISES
        or any(one.asks for one in marks)
    ):
        return False
    is_fine = rest[0].sense is Sense.OKAY or (len(rest) > 1 and rest[0].text.endswith(_FINE))
    is_sure = bool(set(rest[-1].text.split()) & _SURELY) or any(
        one.text == "pois" and one.end == no.start for one in marks
    )
    return is_fine or is_sure
