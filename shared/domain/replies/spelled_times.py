"""Times in words, as they are dictated and said: "half past ten", "diez y media", "dix heures trente"."""

import re
from collections.abc import Mapping, Sequence

from shared.domain.replies.words import Token

_HOURS: Mapping[str, Sequence[str]] = {
    "en": ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    "es": ["una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"],
    "fr": ["une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"],
    "pt": ["uma", "duas", "tres", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze"],
}
# What is said, with H for the hour and M for the minutes; "-" before minutes that are taken off it.
_SAID: Mapping[str, Sequence[tuple[str, str]]] = {
    "en": (
        ("half past H", "30"), ("half H", "30"), ("quarter past H", "15"), ("quarter to H", "-15"),
        ("H thirty", "30"), ("H fifteen", "15"), ("H forty five", "45"),
    ),
    "es": (("H y media", "30"), ("H y cuarto", "15"), ("H menos cuarto", "-15"), ("H y treinta", "30")),
    "fr": (
        ("H heures trente", "30"), ("H heures et demie", "30"), ("H heures et quart", "15"),
        ("H heures moins le quart", "-15"), ("H heures quinze", "15"), ("H heures", "00"),
    ),
    "pt": (("H e meia", "30"), ("H e quinze", "15"), ("H e trinta", "30"), ("H horas e meia", "30")),
}  # fmt: skip
_HOUR = re.compile(r"(?:1[0-2]|[1-9])(?: ?h(?:eures?)?)?")


def with_spelled_times(tokens: Sequence[Token], language: str) -> list[Token]:
    """The tokens, where a time in words is one time: "10:30"."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        time, end = _time(tokens, at, language)
        found.append(tokens[at]._replace(kind="time", text=time) if time else tokens[at])
        at = end
    return found


def _time(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int]:
    """The time that begins at a token, and where it ends; empty where none does."""
    for said, minutes in _SAID[language]:
        words = said.split()
        here = [token for token in tokens[at : at + len(words)] if token.part == tokens[at].part]
        if len(here) < len(words):
            continue
        if all(word in ("H", token.text) for word, token in zip(words, here, strict=True)):
            hour = _hour(here[words.index("H")], language)
            if hour:
                return _clock(hour, minutes), at + len(words)
    return "", at + 1


def _hour(token: Token, language: str) -> int:
    names = _HOURS[language]
    if token.text in names:
        return names.index(token.text) + 1
    return int(re.sub(r"\D", "", token.text)) if _HOUR.fullmatch(token.text) else 0


def _clock(hour: int, minutes: str) -> str:
    taken = minutes.startswith("-")
    return f"{(hour - 2) % 12 + 1 if taken else hour}:{60 - int(minutes[1:]) if taken else minutes}"
