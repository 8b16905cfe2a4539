"""What somebody who had refused messages says of that: to get them again, or to stay without."""

from collections.abc import Sequence

from shared.domain.contacts.consent import WordMeaning
from shared.domain.replies.consent import consent_heard
from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.not_meant import was_mistaken
from shared.domain.replies.other_matters import parts_of
from shared.domain.replies.refusal_words import RefusalWords, ReturningWords, names
from shared.domain.replies.refusals import is_request
from shared.domain.replies.sense import Sense

_REFUSING = frozenset({Sense.REFUSE, Sense.REFUSE_WORD, Sense.SOFT_REFUSE})
_CHANGED = frozenset({"changed", "cambie", "mudei", "ai"})  # one's mind
_STOP = "stop"


def returns(heard: Heard) -> bool:
    """Whether somebody who had refused wants messages again: "turn them back on, I missed two visits".

    What was refused before, or by mistake, does not count: "I texted stop when I was mad, sign me up again".
    """
    lexicon = lexicon_of(heard.language)
    parts = list(parts_of(heard))
    wishing = [part for part in parts if _wishes_back(part, lexicon.refusal, lexicon.returning)]
    others = [part for part in parts if part not in wishing]
    return bool(wishing) and not any(_refuses_now(part) for part in others)


def stays_out(heard: Heard) -> bool:
    """Whether somebody who had refused says so again: "I do not want to start again"."""
    words, returning = lexicon_of(heard.language).refusal, lexicon_of(heard.language).returning
    parts = list(parts_of(heard))
    for part in parts:
        said = _words(part)
        wishes = part.has(Sense.OPT_IN) or _names_return(said, returning)
        is_denied = bool(set(said) & words.denials)
        is_kept = is_denied or part.has(Sense.NOT_REFUSE) or _wishes_back(part, words, returning)
        goes_on = bool(set(said) & returning.still and set(said) & returning.sending) and not is_kept
        if (wishes and is_denied) or goes_on or names(said, returning.kept_out):
            return True
    told = [token.text for token in heard.tokens]
    is_why = bool(set(told) & returning.still) or heard.has(Sense.ASKING)
    return names(told, returning.refused) and is_why and not _names_return(told, returning)


def _wishes_back(part: Heard, words: RefusalWords, returning: ReturningWords) -> bool:
    said = _words(part)
    is_order = is_request(said, words)
    if not was_mistaken(said, lexicon_of(part.language).spared) and set(said) & _against(words):
        return False
    wished = any(mark.sense is Sense.OPT_IN and (is_order or not mark.asks) for mark in part.marks)
    is_told = not any(token.asks for token in part.tokens) and not set(said) & words.yous
    return wished or (_names_return(said, returning) and (is_order or is_told))


def _against(words: RefusalWords) -> frozenset[str]:
    return words.denials | words.threats | words.ending | {_STOP}


def _names_return(said: Sequence[str], returning: ReturningWords) -> bool:
    told = set(said)
    return bool(told & returning.resuming) or (
        bool(told & returning.starting) and names(said, returning.again)
    )


def _refuses_now(part: Heard) -> bool:
    """Whether a part refuses, and tells of no time before."""
    lexicon = lexicon_of(part.language)
    said = _words(part)
    if names(said, lexicon.returning.refused) or was_mistaken(said, lexicon.spared):
        return False
    refused = {mark.text.split()[0] for mark in part.marks if mark.sense in _REFUSING}
    if refused and refused <= _CHANGED:
        return False
    return bool(refused) or consent_heard(part) is WordMeaning.OPT_OUT


def _words(part: Heard) -> list[str]:
    return [token.text for token in part.tokens]
