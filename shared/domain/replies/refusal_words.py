"""What refusals in words of one's own are made of, out of a language file."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

PHRASES = ("elsewhere", "introducing", "limits", "own_doing", "queues", "rather", "things")


class RefusalWords(Struct, frozen=True, kw_only=True):
    """What refusals in words of one's own are made of: see refusals.py.

    Single words in one form, but PHRASES, which have a blank before and behind. In the files a stem with a
    star stands for all its forms.
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


def refusal_words(said: Mapping[str, str], forms: Mapping[str, str]) -> RefusalWords:
    """The words of one language: `said` by what they are, and the `forms` of its verbs (see the files)."""
    phrases = {
        name: tuple(f" {' '.join(one.split())} " for one in said[name].split(";") if one.strip())
        for name in PHRASES
    }
    endings = list(_endings(forms))
    words = {
        name: frozenset(word for one in text.split() for word in _forms_of(one, endings))
        for name, text in said.items()
        if name not in PHRASES
    }
    return RefusalWords(
        **words,
        elsewhere=phrases["elsewhere"],
        introducing=phrases["introducing"],
        limits=phrases["limits"],
        own_doing=phrases["own_doing"],
        queues=phrases["queues"],
        rather=phrases["rather"],
        things=phrases["things"],
    )


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
    yield from (word[:-1] + ending for ending in endings)
