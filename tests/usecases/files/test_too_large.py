"""What is too large to be stored is the fault of its row, or of its request, alone; and it is said."""

import pytest

from shared.domain.errors import RollcallError
from shared.domain.files.source import ColumnMapping
from shared.domain.record import replace
from tests.kit.builders import a_source
from tests.kit.clinic import Clinic


async def test_a_long_column_that_many_fields_take_is_its_rows_fault(clinic: Clinic) -> None:
    fields = [ColumnMapping(column="Doctor", field=f"doctor_{number}") for number in range(400)]
    source = a_source()
    await clinic.stores.sources.save(
        clinic.company_id, source.id, replace(source, columns=(*source.columns, *fields))
    )
    file = await clinic.load({}, {"Patient": "Ben", "Doctor": "x" * 5_000}, {"Patient": "Cy"})
    assert (file.row_count, file.rejected_count) == (2, 1)
    [failure] = await clinic.failures()
    assert failure.row_number == 3
    assert "2,005,0" in failure.reason
    assert "100,000" in failure.reason


async def test_rejected_rows_with_long_cells_are_all_in_the_failures_table(clinic: Clinic) -> None:
    rows = [{"Patient": f"P{n}", "When": "x" * 60_000} for n in range(120)]
    file = await clinic.load({}, *rows)
    assert (file.row_count, file.rejected_count) == (1, 120)
    assert len(await clinic.failures()) == 120


@pytest.mark.parametrize("length", [3_000, 1_200_000])
async def test_a_record_that_no_document_holds_is_refused_with_the_reason(
    clinic: Clinic, length: int
) -> None:
    columns = (ColumnMapping(column="Patient", field="name", formats=("x" * length,)),) * (
        1_200_000 // length
    )
    source = a_source(columns=columns)
    with pytest.raises(RollcallError, match="too large to be stored"):
        await clinic.stores.sources.save(clinic.company_id, source.id, source)
    with pytest.raises(RollcallError, match="too large to be stored"):
        await clinic.stores.sources.add(clinic.company_id, "another", source)
