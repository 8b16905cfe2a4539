"""Rejected rows that are corrected become a file of their own; what is still wrong is said."""

import pytest

from shared.domain.errors import InvalidInput, NotFound
from shared.usecases.files.mend_rejected import mend_rejected
from shared.views.files import read_rejected_table
from tests.kit.clinic import Clinic, people

FORMULA = "=Ana;Maria, née Vega"


async def test_a_corrected_row_has_every_cell_as_it_stood(clinic: Clinic) -> None:
    file = await clinic.load(*people(2), {"Patient": FORMULA, "When": "soon"}, {"When": "later"})
    table = await read_rejected_table(clinic.runtime, clinic.company_id, file.id)
    assert [cells[0] for cells, _ in table.rows] == [FORMULA, "Ana"]
    assert "soon" in table.rows[0][1]
    when = table.header.index("When")
    cells = list(table.rows[0][0])
    cells[when] = "12/24/2099 15:30"
    made = await clinic.ingest((await mend_rejected(clinic.runtime, "acme", file.id, {0: cells})).id)
    assert (made.name, made.row_count, made.rejected_count) == ("day corrected.csv", 1, 0)
    [row] = await clinic.stores.row_chunks.rows("acme", made.id, 0)
    assert (row.values["name"], row.values["phone"]) == (FORMULA, "(212) 555-0187")
    assert (await clinic.stores.files.get("acme", file.id)).rejected_count == 2


async def test_what_is_still_wrong_is_named_and_nothing_is_uploaded(clinic: Clinic) -> None:
    file = await clinic.load(*people(1), {"When": "soon"}, {"When": "later"})
    table = await read_rejected_table(clinic.runtime, "acme", file.id)
    good = [
        "12/24/2099 15:30" if name == "When" else cell
        for name, cell in zip(table.header, table.rows[1][0], strict=True)
    ]
    with pytest.raises(InvalidInput) as raised:
        await mend_rejected(clinic.runtime, "acme", file.id, {0: table.rows[0][0], 1: good})
    assert [problem.field for problem in raised.value.problems] == ["rows[0]"]
    for wrong in ({}, {7: good}):
        with pytest.raises(InvalidInput):
            await mend_rejected(clinic.runtime, "acme", file.id, wrong)
    assert len((await clinic.stores.files.page("acme", limit=10)).items) == 1


async def test_a_file_without_rejected_rows_has_none_to_correct(clinic: Clinic) -> None:
    file = await clinic.load(*people(1))
    with pytest.raises(NotFound):
        await read_rejected_table(clinic.runtime, "acme", file.id)
