"""What a form holds, read strictly: every fault is named by its field, and nothing else comes in."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

from starlette.datastructures import FormData, UploadFile

from shared.domain.characters import check_characters
from shared.domain.errors import InvalidInput, Problem

E = TypeVar("E", bound=StrEnum)

NAME_CHARACTERS, TEXT_CHARACTERS = 200, 10_000
_ID = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]{0,63}", re.ASCII)


class Form:
    """A form's fields. Faults are collected: `check` raises them all at once."""

    def __init__(self, data: FormData | None = None) -> None:
        self._data = data or FormData()
        self._problems: list[Problem] = []

    def check(self) -> None:
        """Raise InvalidInput for everything that was wrong so far."""
        if self._problems:
            raise InvalidInput(*self._problems)

    def wrong(self, field: str, reason: str) -> None:
        """Note a fault."""
        self._problems.append(Problem(field=field, reason=reason))

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def given(self, name: str) -> str:
        """The field as it was typed, to be shown again."""
        value = self._data.get(name)
        return value if isinstance(value, str) else ""

    def line(self, name: str, *, is_needed: bool = True, most: int = NAME_CHARACTERS) -> str:
        """A text of one line, without space around it."""
        return self._text(name, self.given(name).strip(), is_needed, most, is_line=True)

    def text(self, name: str, *, is_needed: bool = True, most: int = TEXT_CHARACTERS) -> str:
        """A text of several lines."""
        text = self.given(name).replace("\r\n", "\n")
        return self._text(name, text, is_needed, most, is_line=False)

    def _text(self, name: str, text: str, is_needed: bool, most: int, *, is_line: bool) -> str:
        if is_needed and not text.strip():
            self.wrong(name, "is needed")
        if len(text) > most:
            self.wrong(name, f"is longer than {most:,} characters")
        self._problems += check_characters(name, text, is_line=is_line)
        return text

    def lines(self, name: str) -> list[str]:
        """Every value of a field that may come several times."""
        return [value for value in self._data.getlist(name) if isinstance(value, str)]

    def is_set(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.given(name) in ("on", "true", "1", "yes")

    def item_id(self, name: str, *, is_needed: bool = True) -> str:
        """An id of ours."""
        text = self.given(name)
        if text and not _ID.fullmatch(text):
            self.wrong(name, "is no choice of this form")
        if not text and is_needed:
            self.wrong(name, "choose one")
        return text

    def item_ids(self, name: str) -> list[str]:
        """The ids of ours that are ticked, each once."""
        found = dict.fromkeys(self.lines(name))
        if not all(_ID.fullmatch(one) for one in found):
            self.wrong(name, "is no choice of this form")
            return []
        return list(found)

    def choice(self, name: str, kind: type[E]) -> E:
        """One of a record's words."""
        try:
            return kind(self.given(name))
        except ValueError:
            self.wrong(name, "choose one")
            return next(iter(kind))

    def one_of(self, name: str, known: Iterable[str]) -> str:
        """One of these texts, or none."""
        text = self.given(name)
        if not text or text in known:
            return text
        self.wrong(name, "is no choice of this form")
        return ""

    def clock(self, name: str, default: time) -> time:
        """A time of day without an offset, as browsers send it."""
        try:
            found = time.fromisoformat(self.given(name)) if self.given(name) else default
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            self.wrong(name, "must be a time, such as 09:00")
            return default
        return found

    def wall_time(self, name: str) -> datetime | None:
        """A date and time without an offset; None when it is empty."""
        text = self.given(name)
        try:
            moment = datetime.fromisoformat(text) if text else None
        except ValueError:
            moment = None
            self.wrong(name, "must be a date and a time")
        if moment is not None and moment.tzinfo is not None:
            self.wrong(name, "must be a date and a time without an offset")
        return moment

    def whole(self, name: str, *, most: int, least: int = 0) -> int | None:
        """A whole number; None where nothing was typed."""
        text = self.given(name).strip().replace(",", "")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 12 and least <= int(text) <= most):
            self.wrong(name, f"must be a whole number from {least} to {most:,}")
            return None
        return int(text)

    def decimal(self, name: str) -> float | None:
        """A number that may have a fraction; None where nothing was typed."""
        text = self.given(name).strip()
        try:
            return float(text) if text else None
        except ValueError:
            self.wrong(name, "must be a number, such as 0.5")
            return None

    def days(self, name: str) -> tuple[date, ...]:
        """Days, one on each line, in their order."""
        found = set()
        for line in self.text(name, is_needed=False).split():
            try:
                found.add(date.fromisoformat(line.strip(",;")))
            except ValueError:
                self.wrong(name, f"{line[:20]!r} is no day: write 2026-12-24, each on a line")
                break
        return tuple(sorted(found))

    def upload(self, name: str) -> UploadFile | None:
        """A file that was chosen; None when none was."""
        value = self._data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None
