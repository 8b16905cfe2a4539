"""The page on which rejected rows are corrected: what is wrong is marked, what is right can be said so."""

import re

from tests.kit.clinic import Clinic
from tests.kit.portal.visitor import Visitor
from tests.usecases.conftest import clinic

__all__ = ["clinic"]

WIDE = b"""Patient,Phone,When
Ana,+12125550101,12/24/2099 15:30
Ben,+12125550102,12/24/2099 16:30,typed,by hand
Cleo,+12125550103,soon
"""


async def test_a_row_with_cells_too_many_is_taken_as_it_stands_and_the_wrong_field_is_marked(
    clinic: Clinic, approver: Visitor
) -> None:
    file = await clinic.load_bytes(WIDE)
    assert (file.row_count, file.rejected_count) == (1, 2)
    here = f"/files/{file.id}/rejected"
    await approver.get(here)
    assert "What was left over is dropped: typed, by hand" in approver.says
    [marked] = re.findall(r'<input name="(r1[.]\d+)"[^>]*aria-invalid="true"', approver.page.text)
    assert f'name="{marked}" value="soon"' in approver.page.text

    answer = await approver.post(here, {"from": "0", "r0.as_it_stands": "on"})
    assert answer.headers["location"] == f"/files/{file.id}", approver.says
    joined = await clinic.stores.files.get(clinic.company_id, file.id)
    assert (joined.row_count, joined.rejected_count) == (2, 1)
