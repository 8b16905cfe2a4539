"""Whether the columns of a file hold what they did in earlier files, and what the source says they hold."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from shared.domain.files.cell_kinds import CellKind, are_alike, fits, main_kind
from shared.domain.files.column_names import column_key
from shared.domain.files.column_words import types_by_name
from shared.domain.files.finding import ColumnChange, Finding, FindingCode, Severity
from shared.domain.files.profile import ColumnProfile, EarlierColumns
from shared.domain.files.source import ColumnMapping, FieldType

_NOUNS = {FieldType.PHONE: "phone numbers", FieldType.EMAIL: "email addresses"}
_LEAST = 3  # cells, of which most have one look
_FEW = 5
_SAME_VALUES = 0.5
_OTHER_VALUES = 0.1
_ADDRESSES = (FieldType.PHONE, FieldType.EMAIL)
# Any of these may stand in a column of text.
_FREE = frozenset({CellKind.WORDS, CellKind.CODE, CellKind.NUMBER, CellKind.DIGITS})
_KINDS: Mapping[FieldType, CellKind] = {
    FieldType.PHONE: CellKind.PHONE,
    FieldType.EMAIL: CellKind.EMAIL,
    FieldType.DATE: CellKind.DATE,
    FieldType.DATETIME: CellKind.DATE,
    FieldType.TIME: CellKind.TIME,
    FieldType.NUMBER: CellKind.NUMBER,
}


def compare_columns(
    columns: Sequence[ColumnMapping], found: Sequence[ColumnProfile], earlier: Sequence[EarlierColumns]
) -> Iterator[Finding]:
    """Findings of mapped columns: two that are swapped, and those whose values are of another kind.

    `found` are the file's columns. Repeated columns of a mapping count once.
    """
    mapped = {column_key(column.column): column for column in reversed(columns)}
    compared = [
        _Compared(mapped[key], one, earlier) for one in found if (key := column_key(one.name)) in mapped
    ]
    told: set[str] = set()
    for one, other in combinations(compared, 2):
        if _are_swapped(one, other):
            told |= {one.name, other.name}
            yield _swapped(one.name, other.name)
    for one in compared:
        if one.name not in told and _is_changed(one):
            told.add(one.name)
            yield _changed(one)
    checked = {column_key(column.column) for column in columns if column.type in _ADDRESSES}
    for one in compared:
        if one.type is FieldType.TEXT and one.name not in told and column_key(one.name) not in checked:
            yield from _unchecked(one)


class _Compared:
    """A mapped column: what it holds, and what it held in earlier files."""

    def __init__(
        self, mapped: ColumnMapping, found: ColumnProfile, earlier: Sequence[EarlierColumns]
    ) -> None:
        before = [column for one in earlier if (column := one.before(mapped)) is not None]
        self.name, self.type = mapped.column, mapped.type
        self.kinds, self.values = found.kinds, frozenset(found.values)
        self.kind = main_kind(found.kinds, least=_LEAST)
        self.count = sum(found.kinds.values())
        self.usual_count = sum(sum(one.kinds.values()) for one in before)
        # Of the newest earlier file that had something in it.
        self.usual = next((kind for one in before if (kind := main_kind(one.kinds)) is not None), None)
        self.usual_values = frozenset(value for one in before for value in one.values)

    def share_of(self, values: frozenset[int]) -> float:
        """How many of its common values are among these."""
        return len(self.values & values) / len(self.values) if self.values else 0.0


def _is_changed(one: _Compared) -> bool:
    if one.kind is None:
        return False
    if one.type in _ADDRESSES:
        return not fits(one.kind, one.type) and (one.usual is None or not are_alike(one.kind, one.usual))
    if one.type is not FieldType.TEXT:
        return not fits(one.kind, one.type)  # and its rows are rejected
    if one.usual is None or are_alike(one.kind, one.usual) or {one.kind, one.usual} <= _FREE:
        return False
    if min(one.count, one.usual_count) < _FEW:  # a note here and there says nothing
        return False
    return one.kinds.get(one.usual, 0) * 5 < sum(one.kinds.values())


def _unchecked(one: _Compared) -> Iterator[Finding]:
    """That addresses are taken for text. Of digits the column's name must say that they are phones."""
    if one.kind is None:
        return
    named = types_by_name(column_key(one.name))
    for kind in _ADDRESSES:
        if fits(one.kind, kind) and (kind is FieldType.EMAIL or kind in named):
            yield Finding(
                code=FindingCode.ADDRESSES_UNCHECKED,
                severity=Severity.WARNING,
                what=f"Column {one.name!r} seems to hold {_NOUNS[kind]}, and the source maps it as text: "
                "bad ones are not marked, and only a campaign's preview finds them.",
                to_do=f"Change the column's type in the source to {kind}, and load the file again.",
                columns=(one.name,),
            )


def _are_swapped(one: _Compared, other: _Compared) -> bool:
    expected, other_expected = _expected(one), _expected(other)
    if one.kind and other.kind and one.kind is not other.kind and expected and other_expected:
        is_crossed = are_alike(one.kind, other_expected) and are_alike(other.kind, expected)
        return is_crossed and not are_alike(one.kind, expected)
    return _values_swapped(one, other)


def _expected(one: _Compared) -> CellKind | None:
    return one.usual or _KINDS.get(one.type)


def _values_swapped(one: _Compared, other: _Compared) -> bool:
    """Whether the values of one column are now in the other: doctors where patients were."""
    if not (one.values and other.values and one.usual_values and other.usual_values):
        return False
    if len(one.values) + len(other.values) < _FEW:  # two places, each in both columns at times
        return False
    moved = max(one.share_of(other.usual_values), other.share_of(one.usual_values))
    stayed = max(one.share_of(one.usual_values), other.share_of(other.usual_values))
    return moved >= _SAME_VALUES and stayed <= _OTHER_VALUES


def _swapped(one: str, other: str) -> Finding:
    return Finding(
        code=FindingCode.COLUMNS_SWAPPED,
        severity=Severity.SERIOUS,
        what=f"The columns {one!r} and {other!r} seem to be swapped: each holds what belongs into the other.",
        to_do="Name them right in the file and upload it again; or, if the export names them so from now on, "
        "load the file again with the changed mapping.",
        columns=(one, other),
        changes=(ColumnChange(column=one, to=other), ColumnChange(column=other, to=one)),
    )


def _changed(one: _Compared) -> Finding:
    before = f"in earlier files {one.usual}" if one.usual else f"the source says {one.type.replace('_', ' ')}"
    return Finding(
        code=FindingCode.VALUES_CHANGED,
        severity=Severity.SERIOUS,
        what=f"Column {one.name!r} holds something else: its cells look like {one.kind}; {before}.",
        to_do="Check whether the columns of the export were moved or renamed. Correct the file, or change "
        "the source's mapping and load the file again; release the file if it is right.",
        columns=(one.name,),
    )
