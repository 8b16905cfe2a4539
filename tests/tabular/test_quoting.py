"""Quotation marks that do not pair must never make one row of two people."""

from pathlib import Path

import pytest

from shared.domain.files.file import RejectedRow, Row
from shared.domain.files.mapping import map_record, prepare_mapping, rejected_record
from shared.domain.files.source import ColumnMapping
from tests.kit.tabular.tables import read, write

HEADER = "Name,Phone,Date,Note\n"
ANA, BEN, CID = "Ana,2025550165,06/14/2027,x", "Ben,2025550166,06/15/2027,y", "Cid,2025550167,06/16/2027,z"


@pytest.mark.parametrize(
    ("lines", "whole", "at_fault"),
    [
        (['"Ana,2025550165,06/14/2027,x', 'Ben,"2025550166",06/15/2027,y', CID], [4], {2: "lines 2 to 3"}),
        (['"Ana,2025550165,06/14/2027,x', '"Ben",2025550166,06/15/2027,y', CID], [4], {2: "lines 2 to 3"}),
        (['Ana,"2025550165,06/14/2027,x', 'Ben,"2025550166",06/15/2027,y', CID], [4], {3: "lines 2 to 3"}),
        (['Ana,2025550165,06/14/2027,"call', 'Ben,2025550166,06/15/2027,"', CID], [4], {2: "another row"}),
        (['"Ana,2025550165,06/14/2027', 'Ben",2025550166,06/15/2027,y', CID], [4], {2: "another row"}),
        (['Ana,2025550165,"06/14/2027"x,y', BEN, CID], [3, 4], {2: "line 2 of"}),
        (['Ana,2025550165,06/14/2027,"say \\"hi\\""', BEN, CID], [3, 4], {2: "line 2 of"}),
        (['Ana,2025550165,06/14/2027,"a ""b"" c"', BEN, CID], [2, 3, 4], {}),
        (['Ana,2025550165,06/14/2027,5" by 3"', BEN, CID], [2, 3, 4], {}),
        (['"12 Main St,\nTrenton, NJ",2025550165,06/14/2027,x', BEN, CID], [2, 3, 4], {}),
        (['Ana,2025550165,06/14/2027,"call first,\nthen text, please"', BEN, CID], [2, 3, 4], {}),
    ],
)
def test_rows_do_not_merge(
    tmp_path: Path, lines: list[str], whole: list[int], at_fault: dict[int, str]
) -> None:
    result = read(write(tmp_path, (HEADER + "\n".join(lines) + "\n").encode()))
    assert [record.number for record in result.records if record.fault is None] == whole
    faults = {record.number: record.fault.reason for record in result.records if record.fault}
    assert len(faults) + len(whole) == 3, "no line is lost"
    for number, words in at_fault.items():
        assert words in faults[number]


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ('"Name", "Note"\n"Ana", "x, y"\n"Ben", "z"\n', [("Ana", "x, y"), ("Ben", "z")]),
        ('Name; Note\nAna; "say ""hi""; then go"\n', [("Ana", 'say "hi"; then go')]),
        ('Name, Note\nAna, "two\nlines"\nBen, 5" by 3"\n', [("Ana", "two\nlines"), ("Ben", '5" by 3"')]),
        ('Name, Note\nAna, "Annie" to friends\n', [("Ana", ' "Annie" to friends')]),
    ],
)
def test_a_cell_may_be_quoted_after_a_blank(
    tmp_path: Path, content: str, cells: list[tuple[str, ...]]
) -> None:
    """Unless the file has marks there that do not close a cell: then they belong to texts."""
    assert [record.cells for record in read(write(tmp_path, content.encode())).records] == cells


def test_lines_that_cannot_be_read_come_back_to_be_mended_and_load_once_they_are(tmp_path: Path) -> None:
    header = ("Name", "Phone")
    mapping = prepare_mapping(
        [ColumnMapping(column=name, field=name.lower()) for name in header], header, time_zone="UTC"
    )
    [record] = read(write(tmp_path, b'Name,Phone\n"Ana"x,2025550165\n')).records
    assert record.fault is not None
    rejected = rejected_record(
        mapping, record.number, record.cells, record.fault.reason, line=record.fault.line
    )
    assert rejected.value == '"Ana"x,2025550165'
    assert rejected.cells == ('"Ana"x', "2025550165", '"Ana"x,2025550165')
    again = map_record(mapping, 2, rejected.cells)
    assert isinstance(again, RejectedRow), "the cell too many says that nobody has looked at it"
    assert map_record(mapping, 2, ("Ana", "2025550165", "")) == Row(
        number=2, values={"name": "Ana", "phone": "2025550165"}, time_zone="UTC"
    )
