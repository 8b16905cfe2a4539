"""The keys that answer a call: a digit for each reply option, and two that always mean the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.errors import Problem

REPEAT = "*"
# 47 CFR 64.1200(b)(3): a call with an artificial voice offers a key that ends all further ones.
NO_MORE = "9"
_DIGITS = frozenset("012345678")


def keys_of(options: Iterable[ReplyOption]) -> Mapping[str, Disposition]:
    """What each key answers: every word of an option that is one digit, but for 9."""
    found: dict[str, Disposition] = {}
    for option in options:
        for key in _keys(option):
            found.setdefault(key, option.disposition)
    return found


def offered_keys(options: Iterable[ReplyOption]) -> Mapping[str, Disposition]:
    """Those that a call names: of every option the first."""
    firsts = ((next(iter(_keys(option)), None), option.disposition) for option in options)
    return {key: disposition for key, disposition in firsts if key is not None}


def check_keys(options: Sequence[ReplyOption]) -> Iterator[Problem]:
    """Options that nobody could choose in a call."""
    for index, option in enumerate(options):
        if not _keys(option):
            reason = (
                "in a call people answer with a key: add a digit from 0 to 8 as a word "
                f"({NO_MORE} always means: no more calls)"
            )
            yield Problem(field=f"reply_options[{index}].words", reason=reason)


def _keys(option: ReplyOption) -> list[str]:
    return [word.strip() for word in option.words if word.strip() in _DIGITS]
