"""Rejected rows that are corrected join their file, or become one of their own; what is wrong is said."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.files.file import File
from shared.domain.fires.fire import Ledger
from shared.usecases.files.join_rejected import why_not_joined
from shared.usecases.files.mend_rejected import mend_rejected
from shared.views.file_rows import list_rows
from shared.views.files import read_rejected_table
from shared.views.kit.paging import PageAsked
from tests.kit.builders import an_audience
from tests.kit.clinic import Clinic, people

FORMULA = "=Ana;Maria, née Vega"


async def _mend(clinic: Clinic, file_id: str, corrected: Mapping[int, Sequence[str]]) -> File:
    return await mend_rejected(clinic.runtime, "acme", file_id, corrected, by="user kim")


async def _corrected(clinic: Clinic, file_id: str, *places: int) -> dict[int, list[str]]:
    """These rows with a time that is one."""
    table = await read_rejected_table(clinic.runtime, "acme", file_id)
    return {
        place: [
            "12/24/2099 15:30" if name == "When" else cell
            for name, cell in zip(table.header, table.rows[place][0], strict=True)
        ]
        for place in places
    }


async def test_what_is_corrected_joins_the_file_and_is_sent_with_it(clinic: Clinic) -> None:
    rejected = [{"Patient": f"R{n}", "Phone": f"+1 212 555 300{n}", "When": "soon"} for n in range(3)]
    file = await clinic.load(*people(2), *rejected)
    assert (file.row_count, file.rejected_count) == (2, 3)
    joined = await _mend(clinic, file.id, await _corrected(clinic, file.id, 0, 2))
    assert (joined.id, joined.row_count, joined.rejected_count) == (file.id, 4, 1)
    rows = (await list_rows(clinic.runtime, "acme", PageAsked(50), file_id=file.id)).items
    assert [row.number for row in rows] == [2, 3, 7, 8]
    assert [row.values["name"] for row in rows[2:]] == ["R0", "R2"]
    table = await read_rejected_table(clinic.runtime, "acme", file.id)
    assert [cells[0] for cells, _ in table.rows] == ["R1"]
    assert [one.row_number for one in await clinic.failures()] == [5]
    again = await _mend(clinic, file.id, await _corrected(clinic, file.id, 0))
    assert (again.row_count, again.rejected_count, again.rejected_object_name) == (5, 0, None)
    await clinic.ready(audience=an_audience(file.id))
    fire = await clinic.fire()
    assert (await clinic.report(fire)).ledger == Ledger(planned=5, sent=5)


async def test_one_correction_at_a_time_and_none_after_the_file_changed(clinic: Clinic) -> None:
    file = await clinic.load(*people(1), {"When": "soon"}, {"When": "later"})
    corrected = await _corrected(clinic, file.id, 0, 1)
    outcomes = await asyncio.gather(
        *(_mend(clinic, file.id, {place: corrected[place]}) for place in (0, 1)), return_exceptions=True
    )
    refused = [one for one in outcomes if isinstance(one, Conflict)]
    assert all(isinstance(one, File | Conflict) for one in outcomes)
    stored = await clinic.stores.files.get("acme", file.id)
    assert (stored.row_count, stored.rejected_count) == (3 - len(refused), len(refused))


async def test_with_rows_that_are_frozen_they_become_a_file_of_their_own(clinic: Clinic) -> None:
    file = await clinic.load(*people(2), {"When": "soon"})
    source = await clinic.stores.sources.get("acme", "appointments")
    assert await why_not_joined(clinic.runtime, "acme", file, source, []) == ""
    await clinic.ready(audience=an_audience(file.id))
    assert "these very rows" in await why_not_joined(clinic.runtime, "acme", file, source, [])
    made = await _mend(clinic, file.id, await _corrected(clinic, file.id, 0))
    assert made.id != file.id
    assert (await clinic.stores.files.get("acme", file.id)).rejected_count == 1


async def test_a_corrected_row_has_every_cell_as_it_stood(clinic: Clinic) -> None:
    file = await clinic.load(*people(2), {"Patient": FORMULA, "When": "soon"}, {"When": "later"})
    await clinic.ready(audience=an_audience(file.id))
    await clinic.fire()
    table = await read_rejected_table(clinic.runtime, clinic.company_id, file.id)
    assert [cells[0] for cells, _ in table.rows] == [FORMULA, "Ana"]
    assert "soon" in table.rows[0][1]
    when = table.header.index("When")
    cells = list(table.rows[0][0])
    cells[when] = "12/24/2099 15:30"
    made = await clinic.ingest((await _mend(clinic, file.id, {0: cells})).id)
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
        await _mend(clinic, file.id, {0: table.rows[0][0], 1: good})
    assert [problem.field for problem in raised.value.problems] == ["rows[0]"]
    for wrong in ({}, {7: good}):
        with pytest.raises(InvalidInput):
            await _mend(clinic, file.id, wrong)
    assert len((await clinic.stores.files.page("acme", limit=10)).items) == 1


async def test_a_file_without_rejected_rows_has_none_to_correct(clinic: Clinic) -> None:
    file = await clinic.load(*people(1))
    with pytest.raises(NotFound):
        await read_rejected_table(clinic.runtime, "acme", file.id)
