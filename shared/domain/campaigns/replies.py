"""Read a person's answer: the disposition they chose, a refusal, or nothing we may be sure of."""

from dataclasses import dataclass

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.contacts.consent import HELP_WORDS, OPT_OUT_WORDS, WordMeaning, word_meaning, words_of
from shared.domain.errors import Problem

# What may stand beside "1" or "C" without changing it; "1 pm?" and "C you then" are not choices.
_POLITE = frozenset({"please", "pls", "thanks", "thank", "you", "thx", "ok", "okay", "hi", "hello"})
_DOUBT = frozenset({"not", "dont", "don", "cannot", "cant", "can", "never", "but", "however", "unless", "if"})
_YES, _NO = ("yes", "y"), ("no", "n")
# Carriers act on these by themselves, so a reply option must not use them.
_CARRIER_OPT_IN = frozenset({"start", "unstop"})
_SUGGESTIONS = {
    Disposition.CONFIRMED: '"Y" or "1"',
    Disposition.CANCELED: '"C" or "2"',
    Disposition.RESCHEDULE_ASKED: '"R" or "3"',
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyReading:
    """What an answer means. `may_also_mean` is for staff to look at: a refusal that sounds like an answer."""

    consent: WordMeaning | None = None
    disposition: Disposition | None = None
    may_also_mean: Disposition | None = None


def decide_reply(text: str, options: tuple[ReplyOption, ...]) -> ReplyReading:
    """What `text` means while a question with `options` is open (none when no question is).

    A refusal always wins, also where an option uses the word: the carrier has already acted on it. YES
    answers the question when it is an option, and is a new permission only when it is not.
    """
    disposition = read_reply(text, options)
    consent = word_meaning(text)
    if consent is WordMeaning.OPT_OUT:
        if disposition is None and options and "cancel" in words_of(text):
            disposition = Disposition.CANCELED
        return ReplyReading(consent=consent, may_also_mean=disposition)
    return ReplyReading(consent=consent if disposition is None else None, disposition=disposition)


def read_reply(text: str, options: tuple[ReplyOption, ...]) -> Disposition | None:
    """The disposition `text` chooses, or None when that is not certain and a person should read it.

    Where an answer confirms, "yes" and "y" do so too, unless an option uses the word; "no" and "n" stand for
    each other.
    The whole reply counts first; then its first word, unless that is a digit or a single letter or the
    rest speaks against it: words of another option, a refusal, a "but" or a "not".
    """
    choices = _choices(options)
    words = words_of(text)
    if tuple(words) in choices:
        return choices[tuple(words)]
    meant = [word for word in words if word not in _POLITE or (word,) in choices]
    if tuple(meant) in choices:
        return choices[tuple(meant)]
    chosen = [choices.get((word,)) for word in meant]
    named = {disposition for disposition in chosen if disposition}
    if not meant or len(named) != 1:
        return None
    if all(chosen):
        return named.pop()
    if chosen[0] is None or len(meant[0]) == 1 or meant[0].isdecimal():
        return None
    if (_DOUBT | OPT_OUT_WORDS) & set(meant[1:]):
        return None
    return chosen[0]


def _choices(options: tuple[ReplyOption, ...]) -> dict[tuple[str, ...], Disposition]:
    """What each answer means: the words of the options, and what people write for them."""
    choices = {
        tuple(words_of(word)): option.disposition
        for option in options
        for word in option.words
        if words_of(word)
    }
    if Disposition.CONFIRMED in choices.values():
        for word in _YES:
            choices.setdefault((word,), Disposition.CONFIRMED)
    refusing = next((choices[word,] for word in _NO if (word,) in choices), None)
    if refusing is not None:
        for word in _NO:
            choices.setdefault((word,), refusing)
    return choices


def check_reply_options(options: tuple[ReplyOption, ...]) -> tuple[Problem, ...]:
    """What is wrong with a campaign's reply options, each with what to write instead."""
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], int] = {}
    for index, option in enumerate(options):
        if not option.words:
            problems.append(Problem(field=f"reply_options[{index}].words", reason="Give at least one word."))
        for number, word in enumerate(option.words):
            place = f"reply_options[{index}].words[{number}]"
            words = tuple(words_of(word))
            reason = _fault_of(word, option.disposition)
            if reason is None and seen.setdefault(words, index) != index:
                reason = f"{word!r} is a word of option {seen[words] + 1} too: one word, one meaning."
            if reason:
                problems.append(Problem(field=place, reason=reason))
    return tuple(problems)


def _fault_of(word: str, disposition: Disposition) -> str | None:
    words = words_of(word)
    whole = " ".join(words)
    suggestion = _SUGGESTIONS[disposition]
    if not words:
        return f"{word!r} has no letter or digit. Use {suggestion}."
    if word_meaning(word) is WordMeaning.OPT_OUT:
        reason = f"Carriers take {word!r} as an opt-out: who answers it gets no more messages."
        return f"{reason} Use {suggestion} instead."
    if whole in _CARRIER_OPT_IN | HELP_WORDS:
        return f"Carriers answer {word!r} themselves. Use {suggestion} instead."
    return None
