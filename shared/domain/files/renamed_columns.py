"""Which column of a file is the one that a source's mapping misses, now under another name.

Names are compared by likeness and by what they mean in seven languages, and the cells must fit: by their
look, and by values that earlier files had in the column that is missing.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

from shared.domain.files.cell_kinds import CellKind, are_alike, fits, main_kind
from shared.domain.files.column_names import column_key
from shared.domain.files.column_words import means_the_same, types_by_name
from shared.domain.files.profile import ColumnProfile, EarlierColumns
from shared.domain.files.source import ColumnMapping, FieldType

_MOST_MISSING = 50  # for which another name is looked for: more is another kind of file
_LONGEST_NAME = 200
_ALIKE = 0.6
_SURE = 0.55
_TYPED = (CellKind.EMAIL, CellKind.PHONE, CellKind.DATE, CellKind.TIME)
_BIRTH = re.compile(r"\b(?:dob|birth|born|geburts|geboren|geboorte|nacimiento|naissance|nascita|nascimento)")
_APART = 0.12  # how much better the best one must be than the second to be proposed


class Renaming(Struct, frozen=True, kw_only=True):
    """A missing column and those that may be it, the likeliest first. `is_clear`: no other comes near it."""

    column: str
    candidates: tuple[str, ...]
    is_clear: bool


def find_renamed(
    missing: Sequence[ColumnMapping],
    mapped: Sequence[ColumnMapping],
    found: Sequence[ColumnProfile],
    earlier: Sequence[EarlierColumns],
) -> list[Renaming]:
    """For each missing column of the mapping, once, what it may be called now; `found` are the file's."""
    keys = {column_key(column.column) for column in mapped}
    others = [
        one
        for one in found
        if column_key(one.name) and column_key(one.name) not in keys and len(one.name) <= _LONGEST_NAME
    ]
    renamings = [
        _renaming(column, others if number < _MOST_MISSING else (), earlier)
        for number, column in enumerate(_once(missing))
    ]
    taken = [one.candidates[0] for one in renamings if one.is_clear]
    return [_without_shared(one, taken) for one in renamings]


def _once(columns: Sequence[ColumnMapping]) -> Iterator[ColumnMapping]:
    """The first mapping of each column, or that which says most of its cells."""
    by_key: dict[str, ColumnMapping] = {}
    for column in columns:
        key = column_key(column.column)
        if key not in by_key or by_key[key].type is FieldType.TEXT:
            by_key[key] = column
    yield from by_key.values()


def _renaming(
    column: ColumnMapping, others: Sequence[ColumnProfile], earlier: Sequence[EarlierColumns]
) -> Renaming:
    scores = {one.name: _score(column, one, earlier, is_only=len(others) == 1) for one in others}
    best = sorted((name for name in scores if scores[name] >= _SURE), key=lambda name: -scores[name])
    is_clear = bool(best) and (len(best) == 1 or scores[best[0]] - scores[best[1]] >= _APART)
    return Renaming(column=column.column, candidates=tuple(best[:3]), is_clear=is_clear)


def _without_shared(one: Renaming, taken: Sequence[str]) -> Renaming:
    """No column of the file can be two that are missing."""
    if not one.is_clear or taken.count(one.candidates[0]) == 1:
        return one
    return Renaming(column=one.column, candidates=one.candidates, is_clear=False)


def _score(
    column: ColumnMapping, other: ColumnProfile, earlier: Sequence[EarlierColumns], *, is_only: bool
) -> float:
    """How likely `other` is the missing column: above 0.55 it may be; 0 when its cells do not fit."""
    values = _values_fit(column, other, earlier)
    name, new = _plain(column.column), _plain(other.name)
    if values == 0 or bool(_BIRTH.search(name)) != bool(_BIRTH.search(new)):
        return 0.0
    likeness = difflib.SequenceMatcher(None, name, new).ratio()
    score = likeness if likeness >= _ALIKE else 0.0
    if _inside(name, new):
        score = max(score, 0.7)
    if means_the_same(name, new) or _has_type(column.type, new):
        score = max(score, 0.65 + 0.2 * likeness)
    if values > 1:  # the very values of earlier files
        score += 0.4
    if score == 0 and column.type in (FieldType.PHONE, FieldType.EMAIL) and values == 1:
        score = 0.6 if is_only else 0.0
    # What stood beside it in earlier files was another thing then.
    was_beside = any(one.column(other.name) and one.before(column) for one in earlier)
    return score + (0.15 if values >= 1 else 0.0) - (0.4 if was_beside else 0.0)


def _values_fit(column: ColumnMapping, other: ColumnProfile, earlier: Sequence[EarlierColumns]) -> float:
    """0: the cells are something else; 0.5: nothing is known; 1: they look right; 2: known values."""
    kind = main_kind(other.kinds)
    before = next((old for one in earlier if (old := one.before(column)) and old.kinds), None)
    if before is not None and before.values and other.values:
        known = len(set(before.values) & set(other.values)) / len(other.values)
        if known >= 0.3:
            return 2.0
    if kind is None:
        return 0.5
    if not fits(kind, column.type) or (before is None and column.type is FieldType.TEXT and kind in _TYPED):
        return 0.0
    usual = main_kind(before.kinds) if before else None
    if usual is not None:
        return 1.0 if are_alike(kind, usual) else 0.0
    return 1.0 if column.type is not FieldType.TEXT else 0.5


def _has_type(kind: FieldType, name: str) -> bool:
    return kind is not FieldType.TEXT and kind in types_by_name(name)


def _inside(name: str, other: str) -> bool:
    """Whether all words of one are in the other: phone and patient phone."""
    words, others = set(name.split()), set(other.split())
    return bool(words and others) and (words <= others or others <= words)


def _plain(name: str) -> str:
    """The name without accents, case and what is neither letter nor digit."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or name
    return " ".join(re.sub(r"[\W_]+", " ", plain).split()).casefold()
