"""A refusal in words of one's own: what is denied or ended, and messages, in one part of a sentence.

Phrases of the language files find the usual wordings; these rules find the others. The words are under
[refusals] of each file. A refusal that is missed is worse than one too many, so of two readings this holds.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from shared.domain.replies.heard import Heard
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.refusal_words import RefusalWords
from shared.domain.replies.sense import Sense
from shared.domain.replies.spelling import is_slip
from shared.domain.replies.words import Token

_FAR = 8  # words between what is denied and the word for messages
_NEAR = 6  # words between a verb of removing and what is to be removed
_OF_WHAT = 4
_OPENING = 6  # words in which a request begins
_OF = frozenset({"de", "d", "with"})
_OTHERS = frozenset({Sense.GREETING, Sense.HARMLESS, Sense.LATE, Sense.CANCEL, Sense.MOVE, Sense.NOT_CANCEL})
_TELLING = frozenset({Sense.WORD, Sense.NEGATION, Sense.NO})
_NO_COMPLAINT = frozenset({
    Sense.ASKING, Sense.HARMLESS, Sense.COMING, Sense.YES, Sense.CHOICE, Sense.DOUBT, Sense.NOT_REFUSE,
    Sense.MOVE, Sense.TIME, Sense.DAY, Sense.BUT, Sense.DANGER, Sense.WRONG_NUMBER,
})  # fmt: skip
_STOP, _PING = "stop", "ping"
_BACK = "back"
_BEEN = frozenset({"been", "ete", "foi", "foram", "fue", "fueron", "sido", "was", "were"})
_OF_A_PERSON = frozenset({
    "her", "his", "ma", "meu", "mi", "minha", "mon", "my", "sa", "ses", "seu", "son", "sua", "su", "their",
})  # fmt: skip
_ITSELF = frozenset({"s", "se"})
_PRONOUNS = frozenset({"it", "la", "le", "les", "lo", "los", "me", "moi", "o", "please", "this", "us"})
_AFTER_STOP = frozenset({"all", "it", "now", "please", "this"})
_NEIGHBORS = frozenset({"step", "shop", "top", "atop", "stow", "stoop", "stomp", "strop"})  # plain words


def refuses(heard: Heard) -> bool:
    """Whether any part of the reply refuses messages in words that no phrase lists."""
    words = lexicon_of(heard.language).refusal
    passed = {
        at
        for mark in heard.marks
        if mark.sense in _OTHERS
        for at in range(mark.start, mark.end)
        if heard.tokens[at].text not in words.received
    }
    return (
        _is_slip_of_stop(heard.tokens)
        or _is_one_word(heard.tokens, words)
        or _complains_of_messages(heard, words)
        or _discards(heard, words)
        or _is_annoyed(heard, words)
        or any(
            _denies(part, rest, words)
            or _wants_none(part, words)
            or _removes(part, words)
            or _takes_off(part, words)
            or _ends_writing(part, words)
            or _ends_with_it(part, words)
            for part, rest in _parts(heard.tokens, passed, words)
        )
    )


def is_limited(said: Sequence[str], words: RefusalWords, after: Sequence[str] = ()) -> bool:
    """Whether a time, place or another way is named: "do not call at work", "do not call, text me"."""
    told, later = f" {' '.join(said)} ", f" {' '.join(after)} "
    return any(one in told for one in words.limits) or any(one in later for one in words.rather)


def _parts(
    tokens: Sequence[Token], passed: Collection[int], words: RefusalWords
) -> Iterator[tuple[list[str], list[str]]]:
    """The words of each part, those that belong to something else as empty ones, and its clause's rest."""
    orders = {
        clause
        for clause in dict.fromkeys(token.clause for token in tokens if token.asks)
        if is_request([token.text for token in tokens if token.clause == clause], words)
    }
    for part in dict.fromkeys(token.part for token in tokens):
        here = [at for at, token in enumerate(tokens) if token.part == part]
        clause = tokens[here[0]].clause
        rest = [token.text for token in tokens[here[-1] + 1 :] if token.clause == clause]
        asks = {at for at in here if tokens[at].asks and clause not in orders}
        yield ["" if at in passed or at in asks else tokens[at].text for at in here], rest


def is_request(said: Sequence[str], words: RefusalWords) -> bool:
    """Whether a question is an order all the same: "would you mind not sending them here any more?"."""
    return any(f"{' '.join(said[:_OPENING])} ".find(one[1:]) >= 0 for one in words.requests)


def _is_slip_of_stop(tokens: Sequence[Token]) -> bool:
    """Whether a part of the reply is STOP alone, with a slip of the finger: "stpo"."""
    parts = Counter(token.part for token in tokens)
    alone = (token.text for token in tokens if parts[token.part] == 1)
    return any(is_slip(word, _STOP) and word not in _NEIGHBORS for word in alone)


def _is_one_word(tokens: Sequence[Token], words: RefusalWords) -> bool:
    """Whether STOP and what is to stop are written as one word: "stoptexting"."""
    ends = (one.text[len(_STOP) :] for one in tokens if one.text.startswith(_STOP))
    return any(
        one in words.contacting or one in words.messages or one in _AFTER_STOP
        for one in ends
        if one != _PING  # "stopping"
    )


def _complains_of_messages(heard: Heard, words: RefusalWords) -> bool:
    """Whether unknown words are said of messages, and none that welcomes them: "chill with the texts"."""
    if any(mark.asks for mark in heard.marks):
        return False  # who asks something wants an answer
    for part in dict.fromkeys(token.part for token in heard.tokens):
        said = [token for token in heard.tokens if token.part == part]
        here = [mark for mark in heard.marks if mark.part == part]
        texts = {token.text for token in said}
        is_told = any(mark.sense in _TELLING for mark in here) and not any(
            mark.asks or mark.sense in _NO_COMPLAINT for mark in here
        )
        kind = words.received if texts & words.denials else words.welcome
        if texts & words.many and is_told and not texts & kind:
            return True
    return False


def _discards(heard: Heard, words: RefusalWords) -> bool:
    """Whether an unknown verb begins a part, and a person's number is its object: "toss my number"."""
    for part in dict.fromkeys(token.part for token in heard.tokens):
        here = [mark for mark in heard.marks if mark.part == part and mark.sense is not Sense.GREETING]
        said = [token.text for token in heard.tokens[here[0].start :] if token.part == part] if here else []
        if not here or here[0].sense is not Sense.WORD or here[0].asks or set(said) & words.keeping:
            continue
        object_at = next((at for at, word in enumerate(said[1:4], 1) if word in words.owners), 0)
        if object_at and set(said[object_at + 1 : object_at + 3]) & words.belongings:
            return not _denied(said, object_at, words)
    return False


def _is_annoyed(heard: Heard, words: RefusalWords) -> bool:
    """Whether we annoy: "vous m'emmerdez"; "me molesta la muela" names another cause."""
    for part in dict.fromkeys(token.part for token in heard.tokens):
        said = {token.text for token in heard.tokens if token.part == part}
        unknown = {
            mark.text
            for mark in heard.marks
            if mark.part == part and mark.sense in (Sense.WORD, Sense.REASON)
        }
        if said & words.annoying and said & (words.yous | words.persons) and not said & words.denials:
            return unknown <= words.annoying
    return False


def _denies(part: Sequence[str], rest: Sequence[str], words: RefusalWords) -> bool:
    """Whether messages, writing or permission are denied: "I never agreed to get texts"."""
    for at, word in enumerate(part):
        if word not in words.denials or _is_able(part, at, words):
            continue
        reach = list(takewhile(lambda one: one not in words.joining, part[at + 1 : at + 1 + _FAR]))
        first = next((one for one in reach if one not in words.fillers), "")
        if first in words.received or first in words.ending or _is_received(part, at, first, words):
            continue
        if first in words.contacting - words.messages and _is_own(part, at, words):
            between = reach[: reach.index(first)]
            if word not in words.forbidding and not words.yous & set(between):  # "I not want you write me"
                continue
        if _BACK in reach:  # "nobody calls me back"
            continue
        theirs = words.contacting | words.messages
        theirs |= frozenset() if _is_of_a_visit(part, words) else words.permission
        theirs -= frozenset() if words.addresses & set(part) else words.using
        if theirs & set(reach):
            return not is_limited(part[at:], words, rest)
    return False


def _wants_none(part: Sequence[str], words: RefusalWords) -> bool:
    """Whether a wish to get messages, or "these", is denied: "I'd rather not see any more of these"."""
    said = [*part]
    while said and said[-1] in words.trailing:
        said.pop()
    if not set(said) & words.denials or not set(said) & words.wanting or _is_of_a_visit(said, words):
        return False
    after = next((at for at, word in enumerate(said) if word in words.getting), len(said))
    return bool(set(said[after + 1 :]) & words.messages) or said[after + 1 :][-1:] in [
        [word] for word in words.deictic
    ]


def _is_received(part: Sequence[str], at: int, first: str, words: RefusalWords) -> bool:
    """ "Je ne comprends pas votre message", "I got no text": the verb stands before the denial."""
    is_sent = first in words.messages | words.contacting
    return is_sent and at > 0 and part[at - 1] in words.received


def _is_able(part: Sequence[str], at: int, words: RefusalWords) -> bool:
    """ "I can not text now" says what somebody is able to."""
    return any(one in words.able for one in part[max(at - 1, 0) : at])


def _is_own(part: Sequence[str], at: int, words: RefusalWords) -> bool:
    """ "I do not text" speaks of the person's own writing; "I'd like it if you did not text" does not."""
    before = set(part[max(at - 2, 0) : at])
    return bool(before & words.subjects or (before & words.own and not words.wishes & set(part[:at])))


def _is_of_a_visit(part: Sequence[str], words: RefusalWords) -> bool:
    """ "Take me off the schedule" and "remove my name from Tuesday" cancel a visit."""
    return bool(set(part) & words.visits) and not set(part) & words.messages


def _removes(part: Sequence[str], words: RefusalWords) -> bool:
    """Whether a number or name is to be taken away: "please scrub my number"."""
    if _is_of_a_visit(part, words) or words.mistaken & set(part):
        return False
    for at, word in enumerate(part):
        if word in words.removing and not _denied(part, at, words) and not _is_done(part, at, words):
            removed = words.addresses | words.messages | words.permission
            reach = part[at + 1 : at + 1 + _NEAR]
            return any(one in removed for one in reach) and not _is_a_thing(reach, words)
    return False


def _is_done(part: Sequence[str], at: int, words: RefusalWords) -> bool:
    """ "I deleted your message" tells what the person did."""
    return at > 0 and part[at - 1] in words.own


def _is_a_thing(reach: Sequence[str], words: RefusalWords) -> bool:
    """Whether what is removed is neither person nor address: "the allergy from my records"."""
    what = list(takewhile(lambda one: one not in words.from_where, reach))
    named = [one for one in what if one not in words.fillers]
    theirs = words.addresses | words.messages | words.persons
    return len(what) < len(reach) and bool(named) and not theirs & set(what)


def _takes_off(part: Sequence[str], words: RefusalWords) -> bool:
    """Whether a person is to be taken off: "exclude us", "eliminenme"."""
    if _is_of_a_visit(part, words):
        return False
    for at, word in enumerate(part):
        is_told = _denied(part, at, words) or _is_passive(part, at)
        if word not in words.taking_off or is_told or _takes_a_thing(part, at, words):
            continue
        beside = {*part[max(at - 1, 0) : at], *part[at + 1 : at + 3]}
        if beside & words.persons or any(word.endswith(one) for one in words.persons if len(one) < len(word)):
            return True
    return False


def _is_passive(part: Sequence[str], at: int) -> bool:
    """ "Mon vol a été supprimé" tells what became of something."""
    return bool(_BEEN & set(part[max(at - 2, 0) : at]))


def _takes_a_thing(part: Sequence[str], at: int, words: RefusalWords) -> bool:
    """ "Quitarme el bracket" takes a thing off, and no person."""
    article, thing = [*part[at + 1 : at + 3], "", ""][:2]
    return article in words.fillers and bool(thing) and thing not in words.addresses | words.messages


def _ends_writing(part: Sequence[str], words: RefusalWords) -> bool:
    """Whether somebody is to end what they do: "dejen de estar molestando", "done with you texting"."""
    for at, word in enumerate(part[:-1]):
        if word in words.ending | words.halting and part[at + 1] in _OF and not _denied(part, at, words):
            return any(one in words.contacting for one in part[at + 2 : at + 2 + _OF_WHAT])
    return False


def _denied(part: Sequence[str], at: int, words: RefusalWords) -> bool:
    return any(one in words.denials for one in part[max(at - 3, 0) : at])


def _is_of_own(said: Sequence[str]) -> bool:
    """Whether something of a person's is spoken of: "sa toux", "my fever"."""
    return bool(_OF_A_PERSON & set(said))


def _ends_with_it(part: Sequence[str], words: RefusalWords) -> bool:
    """Whether a part of several words ends with the command: "you keep texting me, please quit"."""
    said = [*part]
    while said and said[-1] in _PRONOUNS:  # "supprimez le", "delete it"
        said.pop()
    if len(part) < 2 or not said or said[-1] not in words.commands | words.stopped:
        return False
    before = said[-2] if len(said) > 1 else ""
    if before in _ITSELF and _is_of_own(said):
        return False  # "on attend que sa toux s'arrête"
    if set(said) & words.stoppers:  # "these need to stop"
        return not set(said[:-1]) & (words.denials - words.ending)
    return (
        said[-1] in words.commands
        and before not in words.denials | words.able | words.own | words.never_before
    )
