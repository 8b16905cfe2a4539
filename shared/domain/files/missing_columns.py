"""Findings of a file whose header does not have the source's columns as the mapping names them."""

from collections.abc import Iterator, Sequence

from shared.domain.files.column_names import column_key, column_letters
from shared.domain.files.finding import ColumnChange, Finding, FindingCode, Severity
from shared.domain.files.profile import EarlierColumns
from shared.domain.files.renamed_columns import Renaming
from shared.domain.files.source import ColumnMapping


def missing_findings(
    columns: Sequence[ColumnMapping], absent: Sequence[ColumnMapping], renamings: Sequence[Renaming]
) -> Iterator[Finding]:
    """Findings of a file that is refused as columns of it are missing."""
    required = {column.column for column in absent if column.is_required}
    for one in renamings:
        yield _renamed(one) if one.is_clear else _missing(one, is_required=one.column in required)


def absent_findings(absent: Sequence[ColumnMapping], earlier: Sequence[EarlierColumns]) -> Iterator[Finding]:
    """Findings of a file that was loaded without some optional columns."""
    for name, mapped in {column.column: column for column in absent}.items():
        had = [one for one in earlier if (before := one.before(mapped)) and before.kinds]
        usual = "Earlier files had it." if had else "It is optional."
        yield Finding(
            code=FindingCode.COLUMN_MISSING,
            severity=Severity.WARNING if had else Severity.NOTE,
            what=f"The column {name!r} is missing; its field is empty in every row. {usual}",
            to_do="Check the export if templates need the field. If the column has another name now, change "
            "the source's mapping and load the file again.",
            columns=(name,),
        )


def doubled_findings(columns: Sequence[ColumnMapping], keys: Sequence[str]) -> Iterator[Finding]:
    """Findings of mapped columns that occur more than once; `keys` are those of the header's names."""
    for name in dict.fromkeys(column.column for column in columns):
        places = [index for index, key in enumerate(keys) if key == column_key(name)]
        if len(places) > 1:
            letters = " and ".join(column_letters(index) for index in places)
            yield Finding(
                code=FindingCode.COLUMN_DOUBLED,
                severity=Severity.SERIOUS,
                what=f"The column {name!r} occurs {len(places)} times (columns {letters}).",
                to_do="Rename or remove all but the one that is meant, and upload the file again.",
                columns=(name,),
            )


def _renamed(one: Renaming) -> Finding:
    name = one.candidates[0]
    return Finding(
        code=FindingCode.COLUMN_RENAMED,
        severity=Severity.SERIOUS,
        what=f"The column {one.column!r} is missing, and {name!r} seems to be it: by its name, and by what "
        "it holds.",
        to_do="Load the file again with the changed mapping, if that is so.",
        columns=(one.column, name),
        changes=(ColumnChange(column=one.column, to=name),),
    )


def _missing(one: Renaming, *, is_required: bool) -> Finding:
    meant = " or ".join(map(repr, one.candidates))
    to_do = f"If {meant} is meant, load the file again with that change of the mapping." if meant else ""
    other = "Add the column to the export and upload the file again"
    way = f"{other}." if is_required else f"{other}, or load this one again without it (`accepts_missing`)."
    return Finding(
        code=FindingCode.COLUMN_MISSING,
        severity=Severity.SERIOUS if is_required else Severity.WARNING,
        what=f"The column {one.column!r} is missing.",
        to_do=f"{to_do} {way}".strip(),
        columns=(one.column, *one.candidates),
    )
