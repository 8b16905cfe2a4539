"""100,000 rows are read, mapped and rejected in the memory that 1,000 rows take."""

import json
import subprocess
import sys
from pathlib import Path

MEASURE = """
import io, json, resource, sys
from pathlib import Path
from shared.domain.files.file import RejectedRow
from shared.domain.files.mapping import map_record, prepare_mapping
from shared.domain.files.source import ColumnMapping
from shared.tabular.rejected_rows import RejectedRowsFile
from shared.tabular.table import open_table

columns = [ColumnMapping(column=f"c{n}", field=f"f{n}") for n in range(10)]
count = 0
with open_table(Path(sys.argv[1])) as table, open("/dev/null", "wb") as sink:
    rejected = RejectedRowsFile(sink, header=table.header, delimiter=table.delimiter)
    mapping = prepare_mapping(columns, table.header, time_zone="UTC")
    for record in table.records:
        percent = record.percent
        row = map_record(mapping, record.number, record.cells)
        if isinstance(row, RejectedRow):
            rejected.add(row)
        count += 1
print(json.dumps([count, percent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def _measure(folder: Path, row_count: int) -> tuple[int, int, int]:
    """Records read, last percent, and the peak of memory in KiB."""
    path = folder / "upload"
    with path.open("w") as stream:
        stream.write(",".join(f"c{n}" for n in range(10)) + "\n")
        for number in range(row_count):
            stream.write(",".join(f"value {number} {n} é" for n in range(10)) + "\n")
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MEASURE, str(path)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    count, percent, peak = json.loads(result.stdout)
    return count, percent, peak


def test_a_hundred_thousand_rows_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    small = _measure(tmp_path, 1_000)
    large = _measure(tmp_path, 100_000)
    assert small[:2] == (1_000, 100)
    assert large[:2] == (100_000, 100)
    assert large[2] - small[2] < 4 * 1024, "more than 4 MiB of growth"
