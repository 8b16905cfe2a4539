"""Misspelled key words: one letter too many, too few, or two that changed places."""

from collections.abc import Iterable

_LONG = 7  # from here on, also one letter in place of another: "cancer" is not "cancel"


def nearest(word: str, key_words: Iterable[str]) -> str | None:
    """The one key word that `word` is a misspelling of; None when there is none, or there are several."""
    found = [key for key in key_words if key[0] == word[0] and _is_near(word, key)]
    return found[0] if len(found) == 1 else None


def _is_near(word: str, key: str) -> bool:
    more = len(word) - len(key)
    if abs(more) > 1:
        return False
    first = next(
        (n for n, (a, b) in enumerate(zip(word, key, strict=False)) if a != b), min(len(word), len(key))
    )
    if more == 1:
        return word[first + 1 :] == key[first:]
    if more == -1:
        return word[first:] == key[first + 1 :]
    if word[first + 2 :] == key[first + 2 :] and word[first : first + 2] == key[first : first + 2][::-1]:
        return True
    return len(word) >= _LONG and word[first + 1 :] == key[first + 1 :]


def is_slip(word: str, meant: str) -> bool:
    """Whether `word` is `meant` with one letter too many, too few or wrong, or two that changed places."""
    more = len(word) - len(meant)
    if more == 0:
        wrong = [at for at, (one, other) in enumerate(zip(word, meant, strict=True)) if one != other]
        return len(wrong) == 1 or (len(wrong) == 2 and sorted(word) == sorted(meant))
    longer, shorter = (word, meant) if more > 0 else (meant, word)
    cut = (longer[:at] + longer[at + 1 :] for at in range(len(longer)))
    return abs(more) == 1 and shorter in cut
