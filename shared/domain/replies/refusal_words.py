"""What refusals in words of one's own are made of, out of a language file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusalWords:
    """What refusals in words of one's own are made of: see refusals.py.

    `halting` ends what somebody does, and means other things elsewhere. What is said of `many` messages
    refuses them, unless a word says that they are `welcome`. `fillers` may stand behind a denial.
    `received` says that nothing came, `able` what somebody can do, `own` and `subjects` who does it.
    `from_where` parts what is removed from where it stands. `taking_off` is what is done to a person
    (`persons`: "me") who is on a list, and `visits` what they may be taken off as well. `commands` end a
    sentence, with one of `stoppers` also behind "to" or `stopped`. An unknown verb before a person's own
    `belongings` (`owners`: "my") discards them, unless a word says that they are for `keeping`. `limits` and
    `rather` (another way to write, in a later part) are phrases, the others words; a stem with a star stands
    for all its `forms`.
    """

    ending: frozenset[str]
    halting: frozenset[str]
    messages: frozenset[str]
    many: frozenset[str]
    welcome: frozenset[str]
    contacting: frozenset[str]
    denials: frozenset[str]
    permission: frozenset[str]
    removing: frozenset[str]
    addresses: frozenset[str]
    from_where: frozenset[str]
    taking_off: frozenset[str]
    persons: frozenset[str]
    visits: frozenset[str]
    stopped: frozenset[str]
    stoppers: frozenset[str]
    owners: frozenset[str]
    belongings: frozenset[str]
    keeping: frozenset[str]
    commands: frozenset[str]
    received: frozenset[str]
    able: frozenset[str]
    own: frozenset[str]
    subjects: frozenset[str]
    fillers: frozenset[str]
    never_before: frozenset[str]
    wishes: frozenset[str]
    limits: tuple[str, ...]
    rather: tuple[str, ...]


def refusal_words(said: Mapping[str, str], forms: Mapping[str, str]) -> RefusalWords:
    """The words of one language: `said` by what they are, and the `forms` of its verbs (see the files)."""
    limits, rather = (
        tuple(" ".join(one.split()) for one in said[name].split(";") if one.strip())
        for name in ("limits", "rather")
    )
    endings = list(_endings(forms))
    words = {
        name: frozenset(word for one in text.split() for word in _forms_of(one, endings))
        for name, text in said.items()
        if name not in ("limits", "rather")
    }
    return RefusalWords(**words, limits=limits, rather=rather)


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
