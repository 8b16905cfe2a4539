"""What refusals in words of one's own are made of, out of a language file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import fields

Words = TypeVar("Words", bound=Struct)
_SOFTENED = {"c": "qu", "g": "gu"}  # how a stem is written before "e" and "i": "apag-o", "apagu-em"
_SOFT = ("e", "i")


class RefusalWords(Struct, frozen=True, kw_only=True):
    """What refusals in words of one's own are made of: see refusals.py and silence.py.

    Sets hold single words in one form, tuples phrases with a blank before and behind. In the files a stem
    with a star stands for all its forms.
    """

    ending: frozenset[str]  # of messages in the same part
    halting: frozenset[str]  # ends what somebody does, and means other things elsewhere
    messages: frozenset[str]
    many: frozenset[str]  # messages: what is said of them refuses, unless a word says they are `welcome`
    welcome: frozenset[str]
    contacting: frozenset[str]
    denials: frozenset[str]
    permission: frozenset[str]
    fillers: frozenset[str]  # may stand behind a denial
    received: frozenset[str]  # says that nothing came
    able: frozenset[str]  # what somebody can do
    own: frozenset[str]  # somebody's own doing
    subjects: frozenset[str]  # who does it
    wanting: frozenset[str]  # denied, with a verb of `getting` what is `deictic`: "I never want to see these"
    getting: frozenset[str]
    deictic: frozenset[str]  # and nothing but `trailing` words after it
    trailing: frozenset[str]
    wishes: frozenset[str]  # "I'd prefer it if you did not text"
    removing: frozenset[str]  # of `addresses` or messages
    addresses: frozenset[str]
    from_where: frozenset[str]  # parts what is removed from where it stands
    mistaken: frozenset[str]  # what was removed by mistake is no refusal
    taking_off: frozenset[str]  # done to `persons`: "me"
    persons: frozenset[str]
    visits: frozenset[str]  # what people may be taken off as well
    owners: frozenset[str]  # "my": an unknown verb before one's own `belongings` discards them,
    belongings: frozenset[str]
    keeping: frozenset[str]  # unless one of these says otherwise
    annoying: frozenset[str]  # said of `yous`, or to the person
    yous: frozenset[str]
    commands: frozenset[str]  # at the end of a sentence
    never_before: frozenset[str]  # such a command
    stopped: frozenset[str]  # also commands, where one of `stoppers` is named: "these need to stop"
    stoppers: frozenset[str]
    forbidding: frozenset[str]  # denials that one says of others: "je vous interdis de m'appeler"
    failing: frozenset[str]  # what a phone may not do: "my phone does not ring"
    threats: frozenset[str]  # what follows if messages go on: a word of `repeating` beside them
    repeating: frozenset[str]
    leaving: frozenset[str]  # of `lists`: "how do I get out of this list"
    lists: frozenset[str]
    mangled: frozenset[str]  # what a word of refusing begins with, however it ends: "unsuscrib"
    limits: tuple[str, ...]
    own_doing: tuple[str, ...]  # what a person asks whether to end: "should I stop eating"
    rather: tuple[str, ...]  # another way to write, in a later part
    using: frozenset[str]  # contacting, where what is used is one of `addresses`: "do not use my number"
    queues: tuple[str, ...]  # what else people are on: a waiting list
    elsewhere: tuple[str, ...]  # where, or when, alone writing is to end: "at work"
    adding: frozenset[str]  # and with one of these not there alone: "at work and at home"
    joining: frozenset[str]  # what a denial does not reach beyond: "no phone, so call me"
    naming: frozenset[str]  # a denial before it, and a name behind it: "quit calling me Anna"
    naming_links: frozenset[str]  # stands between them: "não me chame de senhora"
    titles: frozenset[str]  # of a name
    introducing: tuple[str, ...]  # says what the name is, in the next part
    means: frozenset[str]  # what writing takes, and may be lacking: "no saldo para llamar"
    having: frozenset[str]  # between a denial and those
    missing: frozenset[str]  # verbs whose denial confirms: "no puedo faltar"
    verb_endings: frozenset[str]  # of a verb in its plain form, with a pronoun behind it or without
    coming: frozenset[str]  # beginnings of verbs whose denial cancels
    things: tuple[str, ...]  # what else is stopped or not wanted: "stop the aspirin", "not that doctor"
    requests: tuple[str, ...]  # begins an order that is said as a question: "would you mind not sending them"
    begging: frozenset[str]  # a wish, where a denial of `showing` follows: "her name should not come up here"
    showing: tuple[str, ...]  # what a message does to a phone: it rings
    screens: frozenset[str]  # where
    topics: tuple[str, ...]  # begins a part that says what the next is about: "as for these texts"
    declining: frozenset[str]  # what the next part says of messages then
    quantities: frozenset[str]  # none at all, where no answer is asked for
    asking_many: frozenset[str]  # may stand beside those: "I want zero"


class SparedWords(Struct, frozen=True, kw_only=True):
    """What sounds like a refusal of messages, and ends something else: see other_matters.py."""

    idioms: tuple[str, ...]  # "no bother", "the last thing I do"
    halting: frozenset[str]  # what one ends oneself, or another: "to stop"
    willing: tuple[str, ...]  # before that, somebody's own will: "I want to"
    allowing: tuple[str, ...]  # before that, who may end it is the reader: "you can"
    telling: tuple[str, ...]  # before that, what somebody else is to end: "tell the boys to stop running"
    healers: frozenset[str]  # who orders what: "my doctor says stop all running"
    orders: frozenset[str]  # and how
    belonging: frozenset[str]  # what one ends then may be ours: "this service"
    lifting: frozenset[str]  # takes another, or a visit, off a day: "take Ben off the list for Thursday"
    since: frozenset[str]  # and not from that day on
    bills: tuple[str, ...]  # where `lines` stand: "on the bill"
    lines: frozenset[str]  # what is to be taken off it: "subscription"
    billed: frozenset[str]  # what we send: an order to end it is a refusal, being tired of it is none
    offered: frozenset[str]  # what we offer: what is said of `yours` may be a refusal
    yours: frozenset[str]
    mistakes: tuple[str, ...]  # says that a refusal of `refused_once` was none
    refused_once: tuple[str, ...]
    taking_back: tuple[str, ...]  # begins a part that takes back what was `told` before: "ignore that"
    told: frozenset[str]


class ReturningWords(Struct, frozen=True, kw_only=True):
    """What somebody who had refused says to get messages again, or to stay without: see returns.py."""

    resuming: frozenset[str]  # says it alone: "resume", "vuelvan"
    starting: frozenset[str]  # and with one of `again` behind it or before: "send me those again"
    again: tuple[str, ...]
    sending: frozenset[str]  # what goes on against the person's will, with one of `still`
    still: frozenset[str]
    refused: tuple[str, ...]  # what the person did before: "I said stop"
    kept_out: tuple[str, ...]  # "leave me off"


def filled(kind: type[Words], said: Mapping[str, str], forms: Mapping[str, str]) -> Words:
    """The words of one language: `said` by what they are, and the `forms` of its verbs (see the files)."""
    endings = list(_endings(forms))
    values: dict[str, Any] = {}
    for one in fields(kind):
        if one.type == frozenset[str]:
            values[one.name] = frozenset(
                word for text in said[one.name].split() for word in _forms_of(text, endings)
            )
        else:
            values[one.name] = _phrases(said[one.name])
    return kind(**values)


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(f" {' '.join(one.split())} " for one in text.split(";") if one.strip())


def _endings(forms: Mapping[str, str]) -> Iterator[str]:
    """What a stem may end in: an ending, and behind some of them a pronoun that is written with the verb."""
    for ending in forms["endings"].split():
        yield ending.strip("+-")
        if ending.endswith("+"):
            yield from (ending[:-1] + pronoun for pronoun in forms["joined"].split())


def _forms_of(word: str, endings: Sequence[str]) -> Iterator[str]:
    """The word; with a star behind it, every form of its stem: "borr*" is "borren", "borrenme", "borrar"."""
    if not word.endswith("*"):
        yield word
        return
    stem = word[:-1]
    yield from (stem + ending for ending in endings)
    if stem[-1:] in _SOFTENED:
        soft = stem[:-1] + _SOFTENED[stem[-1]]
        yield from (soft + ending for ending in endings if ending.startswith(_SOFT))


def names(said: Sequence[str], phrases: Collection[str]) -> bool:
    """Whether any of the phrases stands in the words."""
    told = f" {' '.join(said)} "
    return any(one in told for one in phrases)
