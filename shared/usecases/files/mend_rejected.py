"""Correct rows that could not be read: they join their file, or become one of their own, of the same kind."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.domain.errors import InvalidInput, Problem
from shared.domain.files.file import File, RejectedRow
from shared.domain.files.mapping import map_record, prepare_mapping
from shared.runtime import Runtime
from shared.tabular.rejected_rows import csv_export
from shared.usecases.files.join_rejected import join_rejected, why_not_joined
from shared.usecases.files.store_upload import store_upload
from shared.views.files import get_file, read_rejected_table


async def mend_rejected(
    runtime: Runtime, company_id: str, file_id: str, corrected: Mapping[int, Sequence[str]], *, by: str
) -> File:
    """Take these rows: by their place among the rejected ones, from 0, all cells of each as they should be.

    They become the last rows of their file, which is returned: whatever is sent for it has them. Where its
    rows are taken already (see why_not_joined) they are uploaded as another file of the source instead, and
    that is returned. `by` says who. Raises NotFound, InvalidInput naming each that is still wrong
    (`rows[0]`), Conflict for too many rows, and FileRefused where the source reads other columns by now.
    """
    file = await get_file(runtime, company_id, file_id)
    table = await read_rejected_table(runtime, company_id, file_id)
    if not corrected or not set(corrected) <= set(range(len(table.rows))):
        raise InvalidInput.at("rows", "are none of the rejected rows of this file")
    source = await runtime.stores.sources.get(company_id, file.source_id)
    company = await runtime.stores.companies.get(company_id)
    home = source.time_zone or company.time_zone
    mapping = prepare_mapping(source.columns, table.header, time_zone=home)
    outcomes = {place: map_record(mapping, place, cells) for place, cells in corrected.items()}
    problems = [
        Problem(field=f"rows[{place}]", reason=f"{one.column}: {one.reason}" if one.column else one.reason)
        for place, one in outcomes.items()
        if isinstance(one, RejectedRow)
    ]
    if problems:
        raise InvalidInput(*problems)
    if not await why_not_joined(runtime, company_id, file, source, table.header):
        return await join_rejected(runtime, company_id, file, source, table, corrected, by=by)
    lines = [table.header, *(corrected[place] for place in sorted(corrected))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corrected"
        path.write_bytes(b"".join(csv_export(lines, delimiter=file.delimiter or ",")))
        name = f"{Path(file.name).stem} corrected.csv"
        return await store_upload(runtime, company_id, source.id, name, str(path))
