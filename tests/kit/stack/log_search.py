"""Looks through logs for what no log may hold, in whatever form it was written."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_plus

from msgspec import Struct

_SHORTEST = 6  # less would be found in any log


class Private(Struct, frozen=True, kw_only=True):
    """What must not be found: phone numbers in E.164, and other texts such as addresses and secrets."""

    numbers: frozenset[str]
    texts: frozenset[str]

    def patterns(self) -> Iterator[tuple[str, re.Pattern[str]]]:
        """What each is called, and how it is recognised."""
        for number in self.numbers:
            # The last ten digits, however they are grouped: the country's code may be left out.
            spread = r"[ .()\-]{0,3}".join(number.lstrip("+")[-10:])
            yield number, re.compile(rf"(?<![0-9a-f])(?:1[ .()\-]{{0,3}})?{spread}(?![0-9a-f])")
        for text in self.texts:
            assert len(text) >= _SHORTEST, text
            yield text, re.compile(re.escape(text), re.IGNORECASE)


def leaks(logs: Iterable[Path], private: Private) -> list[str]:
    """Every find, as "file:line: what"; lines are looked at with and without URL and JSON escapes."""
    patterns = list(private.patterns())
    found = []
    for log in sorted(logs):
        for number, line in enumerate(log.read_text(errors="replace").splitlines(), start=1):
            forms = {line, unquote_plus(line), _unescaped(line), unquote_plus(_unescaped(line))}
            found += [
                f"{log.name}:{number}: {what}"
                for what, pattern in patterns
                if any(pattern.search(form) for form in forms)
            ]
    return found


def anybodys(logs: Iterable[Path]) -> list[str]:
    """Every line with what looks like somebody's number or mail address, whoever that is."""
    somebodys = re.compile(r"\+[1-9]\d{9,14}\b|%2B\d{10}|[\w.+-]+(?:@|%40)[\w-]+\.[a-z]{2,}", re.IGNORECASE)
    lines = (line for log in logs for line in log.read_text(errors="replace").splitlines())
    return [line for line in lines if somebodys.search(line)]


def _unescaped(line: str) -> str:
    """All texts of a JSON line, one after another; nothing of another line."""

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield from (str(key), *texts(inner))
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)

    try:
        return "\n".join(texts(json.loads(line)))
    except ValueError:
        return ""


def entries(logs: Iterable[Path]) -> list[dict[str, object]]:
    """Every line that is one of ours."""
    found = []
    for log in logs:
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                found.append(json.loads(line))
    return found
