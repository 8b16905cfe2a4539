"""Which column of a file is the one that the mapping misses, now under another name."""

import pytest

from shared.domain.files.finding import ColumnChange, FindingCode, Severity
from shared.domain.files.missing_columns import absent_findings, doubled_findings, missing_findings
from shared.domain.files.profile import sampled_columns
from shared.domain.files.renamed_columns import Renaming, find_renamed
from shared.domain.files.source import ColumnMapping, FieldType
from tests.domain.files.test_compare_columns import DAYS, EMAILS, PEOPLE, PHONES, columns_of, earlier

PHONE = ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE)
EMAIL = ColumnMapping(column="Email", field="email", type=FieldType.EMAIL)
NAME = ColumnMapping(column="Name", field="name")
VISIT = ColumnMapping(column="Visit date", field="visit", type=FieldType.DATE)


def renamed(
    missing: ColumnMapping, now: dict[str, list[str]], before: dict[str, list[str]] | None = None
) -> tuple[tuple[str, ...], bool]:
    """The candidates, and whether one is clear."""
    header, rows = columns_of(**now)
    old = [earlier((), **before)] if before else []
    (found,) = find_renamed([missing], [missing], sampled_columns(header, rows), old)
    assert found.column == missing.column
    return found.candidates, found.is_clear


@pytest.mark.parametrize(
    ("missing", "name", "cells"),
    [
        (PHONE, "Mobile Number", PHONES),
        (PHONE, "Cell", PHONES),
        (PHONE, "Teléfono", PHONES),
        (PHONE, "Patient Phone", PHONES),
        (PHONE, "Phones", PHONES),
        (PHONE, "X", PHONES),  # the only column that is left, and phones
        (EMAIL, "E-Mail", EMAILS),
        (VISIT, "Date of visit", DAYS),
        (NAME, "Patient name", PEOPLE),
    ],
)
def test_another_name_for_the_same(missing: ColumnMapping, name: str, cells: list[str]) -> None:
    assert renamed(missing, {name: cells}) == ((name,), True)


@pytest.mark.parametrize(
    ("missing", "name", "cells"),
    [
        (PHONE, "Mobile Number", PEOPLE),  # the cells are something else
        (PHONE, "Mobile Number", EMAILS),
        (EMAIL, "Email 2", PHONES),
        (VISIT, "Date of birth", DAYS),  # another date than that of the visit
        (NAME, "Room", PEOPLE),
        (NAME, "Names", EMAILS),
    ],
)
def test_another_thing_is_none(missing: ColumnMapping, name: str, cells: list[str]) -> None:
    assert renamed(missing, {name: cells}) == ((), False)


def test_names_in_other_letters_are_compared_as_they_are() -> None:
    mapped = ColumnMapping(column="Телефон", field="phone", type=FieldType.PHONE)
    assert renamed(mapped, {"Телефоны": PHONES, "Имя": PEOPLE}) == (("Телефоны",), True)


def test_without_cells_the_name_alone_decides() -> None:
    assert renamed(PHONE, {"Phones": [""], "Room": [""]}) == (("Phones",), True)


def test_the_very_values_of_earlier_files_say_most() -> None:
    assert renamed(NAME, {"Who": PEOPLE}, {"Name": PEOPLE}) == (("Who",), True)
    assert renamed(NAME, {"Who": PEOPLE}, {"Name": [f"{one}x" for one in PEOPLE]}) == ((), False)
    assert renamed(NAME, {"Who": PEOPLE}) == ((), False)


def test_what_stood_beside_it_before_is_another_thing() -> None:
    homes = [f"(646) 555-01{n}" for n in range(10, 20)]
    assert renamed(PHONE, {"Home": homes}, {"Phone": PHONES, "Home": homes}) == ((), False)
    assert renamed(PHONE, {"Home": homes}, {"Phone": PHONES}) == (("Home",), True)


def test_two_that_are_as_likely_leave_it_open() -> None:
    candidates, is_clear = renamed(PHONE, {"Phone A": PHONES, "Phone B": PHONES})
    assert (set(candidates), is_clear) == ({"Phone A", "Phone B"}, False)


def test_the_likeliest_stands_first() -> None:
    candidates, _ = renamed(PHONE, {"Patient phone of home": PHONES, "Phones": PHONES})
    assert candidates[0] == "Phones"
    candidates, _ = renamed(PHONE, {"Phones": PHONES, "Patient phone of home": PHONES})
    assert candidates[0] == "Phones"


def test_a_column_that_is_mapped_already_is_none() -> None:
    header, rows = columns_of(Cell=PHONES)
    mapped = [PHONE, ColumnMapping(column="Cell", field="cell", type=FieldType.PHONE)]
    (found,) = find_renamed([PHONE], mapped, sampled_columns(header, rows), [])
    assert found == Renaming(column="Phone", candidates=(), is_clear=False)


def test_one_column_of_the_file_cannot_be_two_that_are_missing() -> None:
    header, rows = columns_of(Mobile=PHONES)
    other = ColumnMapping(column="Cell", field="cell", type=FieldType.PHONE)
    found = find_renamed([PHONE, other], [PHONE, other], sampled_columns(header, rows), [])
    assert found == [
        Renaming(column="Phone", candidates=("Mobile",), is_clear=False),
        Renaming(column="Cell", candidates=("Mobile",), is_clear=False),
    ]


def test_a_renamed_column_is_a_finding_with_the_change_that_mends_it() -> None:
    renaming = Renaming(column="Phone", candidates=("Mobile", "Cell"), is_clear=True)
    (finding,) = missing_findings([PHONE], [PHONE], [renaming])
    assert (finding.code, finding.severity) == (FindingCode.COLUMN_RENAMED, Severity.SERIOUS)
    assert finding.columns == ("Phone", "Mobile")
    assert finding.changes == (ColumnChange(column="Phone", to="Mobile"),)


@pytest.mark.parametrize(("is_required", "severity"), [(True, Severity.SERIOUS), (False, Severity.WARNING)])
def test_a_missing_column_is_serious_where_it_is_required(is_required: bool, severity: Severity) -> None:
    column = ColumnMapping(column="Phone", field="phone", is_required=is_required)
    renaming = Renaming(column="Phone", candidates=("Mobile", "Cell"), is_clear=False)
    (finding,) = missing_findings([column], [column], [renaming])
    assert (finding.code, finding.severity) == (FindingCode.COLUMN_MISSING, severity)
    assert finding.what == "The column 'Phone' is missing."
    assert finding.columns == ("Phone", "Mobile", "Cell")
    assert finding.to_do.startswith("If 'Mobile' or 'Cell' is meant, load the file again with that change")
    assert ("accepts_missing" in finding.to_do) is not is_required


def test_a_column_that_nothing_may_be_is_to_be_added() -> None:
    (finding,) = missing_findings([PHONE], [PHONE], [Renaming(column="Phone", candidates=(), is_clear=False)])
    assert finding.to_do.startswith("Add the column to the export")


def test_an_optional_column_that_is_missing_is_noted_and_warned_of_where_earlier_files_had_it() -> None:
    (noted,) = absent_findings([PHONE], [earlier((), Name=PEOPLE)])
    assert (noted.code, noted.severity, noted.columns) == (
        FindingCode.COLUMN_MISSING,
        Severity.NOTE,
        ("Phone",),
    )
    assert noted.what == "The column 'Phone' is missing; its field is empty in every row. It is optional."
    (warned,) = absent_findings([PHONE], [earlier((), Phone=PHONES)])
    assert warned.severity is Severity.WARNING
    assert warned.what.endswith("Earlier files had it.")
    (empty,) = absent_findings([PHONE], [earlier((), Phone=[""])])
    assert empty.severity is Severity.NOTE


def test_a_doubled_column_is_a_finding_with_its_places() -> None:
    (finding,) = doubled_findings([PHONE, EMAIL], ["phone", "email", "phone"])
    assert (finding.code, finding.severity, finding.columns) == (
        FindingCode.COLUMN_DOUBLED,
        Severity.SERIOUS,
        ("Phone",),
    )
    assert finding.what == "The column 'Phone' occurs 2 times (columns A and C)."
