"""Whether the columns of a file hold what they held in earlier files, and what the source says they hold."""

from collections.abc import Iterator, Sequence

from shared.domain.files.cell_kinds import CellKind, are_alike, fits, main_kind
from shared.domain.files.column_names import column_key
from shared.domain.files.finding import ColumnChange, Finding, FindingCode, Severity
from shared.domain.files.profile import ColumnProfile, Profile
from shared.domain.files.source import ColumnMapping, FieldType

_LEAST = 3  # cells, of which most have one look
_SAME_VALUES = 0.5
_OTHER_VALUES = 0.1


def compare_columns(
    columns: Sequence[ColumnMapping], found: Sequence[ColumnProfile], earlier: Sequence[Profile]
) -> Iterator[Finding]:
    """Findings of mapped columns: two that are swapped, and those whose values are of another kind.

    `found` are the file's columns. Repeated columns of a mapping count once.
    """
    mapped = {column_key(column.column): column for column in reversed(columns)}
    present = {column_key(one.name): one for one in found if column_key(one.name) in mapped}
    changed = {key: mapped[key] for key in present if _is_changed(mapped[key], present[key], earlier)}
    told: set[str] = set()
    for key, other in _pairs(list(present)):
        if _are_swapped(mapped[key], mapped[other], present[key], present[other], earlier):
            told |= {key, other}
            yield _swapped(mapped[key].column, mapped[other].column)
    for key, column in changed.items():
        if key not in told:
            yield _changed(column, present[key], earlier)


def _pairs(keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    for index, key in enumerate(keys):
        for other in keys[index + 1 :]:
            yield key, other


def _kind(column: ColumnProfile | None, least: int = 1) -> CellKind | None:
    return main_kind(column.kinds, least=least) if column else None


def _usual_kind(column: ColumnMapping, earlier: Sequence[Profile]) -> CellKind | None:
    """What the column looked like in the newest earlier file that had something in it."""
    return next((kind for one in earlier if (kind := _kind(one.before(column))) is not None), None)


def _is_changed(column: ColumnMapping, found: ColumnProfile, earlier: Sequence[Profile]) -> bool:
    kind = _kind(found, _LEAST)
    if kind is None:
        return False
    usual = _usual_kind(column, earlier)
    if column.type in (FieldType.PHONE, FieldType.EMAIL):
        return not fits(kind, column.type) and (usual is None or not are_alike(kind, usual))
    if column.type is not FieldType.TEXT:
        return not fits(kind, column.type)  # and its rows are rejected
    free = (CellKind.WORDS, CellKind.CODE, CellKind.NUMBER, CellKind.DIGITS)
    if usual is None or are_alike(kind, usual) or {kind, usual} <= set(free):
        return False
    return found.kinds.get(usual, 0) * 5 < sum(found.kinds.values())


def _are_swapped(
    one: ColumnMapping,
    other: ColumnMapping,
    one_found: ColumnProfile,
    other_found: ColumnProfile,
    earlier: Sequence[Profile],
) -> bool:
    kinds = (_kind(one_found, _LEAST), _kind(other_found, _LEAST))
    if None not in kinds and kinds[0] is not kinds[1]:
        usual = (_expected(one, earlier), _expected(other, earlier))
        if None not in usual:
            return _match(kinds, usual[::-1]) and not _match(kinds[:1], usual[:1])
    return _values_swapped(one, other, one_found, other_found, earlier)


def _expected(column: ColumnMapping, earlier: Sequence[Profile]) -> CellKind | None:
    kinds = {
        FieldType.PHONE: CellKind.PHONE,
        FieldType.EMAIL: CellKind.EMAIL,
        FieldType.DATE: CellKind.DATE,
        FieldType.DATETIME: CellKind.DATE,
        FieldType.TIME: CellKind.TIME,
        FieldType.NUMBER: CellKind.NUMBER,
    }
    return _usual_kind(column, earlier) or kinds.get(column.type)


def _match(kinds: Sequence[CellKind | None], others: Sequence[CellKind | None]) -> bool:
    pairs = zip(kinds, others, strict=True)
    return all(one is not None and other is not None and are_alike(one, other) for one, other in pairs)


def _values_swapped(
    one: ColumnMapping,
    other: ColumnMapping,
    found: ColumnProfile,
    other_found: ColumnProfile,
    earlier: Sequence[Profile],
) -> bool:
    """Whether the values of one column are now in the other: doctors where patients were."""
    own, others = _values(one, earlier), _values(other, earlier)
    moved = (_share(found, others), _share(other_found, own))
    stayed = (_share(found, own), _share(other_found, others))
    has_own = bool(found.values) and bool(other_found.values) and bool(own) and bool(others)
    return has_own and max(moved) >= _SAME_VALUES and max(stayed) <= _OTHER_VALUES


def _values(column: ColumnMapping, earlier: Sequence[Profile]) -> set[int]:
    return {value for one in earlier if (before := one.before(column)) for value in before.values}


def _share(found: ColumnProfile, values: set[int]) -> float:
    return len(values.intersection(found.values)) / len(found.values) if found.values else 0.0


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


def _changed(column: ColumnMapping, found: ColumnProfile, earlier: Sequence[Profile]) -> Finding:
    usual = _usual_kind(column, earlier)
    before = f"in earlier files {usual}" if usual else f"the source says {column.type.replace('_', ' ')}"
    return Finding(
        code=FindingCode.VALUES_CHANGED,
        severity=Severity.SERIOUS,
        what=f"Column {column.column!r} holds something else: its cells look like {_kind(found)}; {before}.",
        to_do="Check whether the columns of the export were moved or renamed. Correct the file, or change "
        "the source's mapping and load the file again; release the file if it is right.",
        columns=(column.column,),
    )
