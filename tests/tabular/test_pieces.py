"""A text file is read in pieces, and none of its records is cut where one of them ends."""

from pathlib import Path

import pytest

from shared.tabular.text_file import _PIECE
from tests.kit.tabular.tables import read, write

AROUND = range(-14, 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("cell", ["plain", '"a, ""b"""', '"two\nlines"'])
def test_a_record_at_the_end_of_a_piece_is_whole(tmp_path: Path, end: str, cell: str) -> None:
    meant = cell.strip('"').replace('""', '"') if cell != '"a, ""b"""' else 'a, "b"'
    for offset in AROUND:
        start = f"Name,Note{end}"
        start += "x" * (_PIECE + offset - len(start) - len(end)) + end
        content = f"{start}{cell},1{end}{cell},2{end}last,3"
        found = read(write(tmp_path, content.encode())).rows
        assert [cells for _, cells in found[1:]] == [(meant, "1"), (meant, "2"), ("last", "3")], offset
        assert [number for number, _ in found] == [2, 3, 4, 5]


def test_a_mark_left_open_in_the_last_piece_is_said_with_its_line(tmp_path: Path) -> None:
    lines = "".join(f"Person {n},{n}\n" for n in range(5_000))
    with pytest.raises(Exception, match="opened in row 5002, line 5002"):
        read(write(tmp_path, f'Name,Note\n{lines}"Ana,x\n'.encode()))
    faulty = read(write(tmp_path, f'Name,Note\n{lines}"Ana"x,y'.encode())).records[-1]
    assert faulty.fault is not None
    assert "line 5002" in faulty.fault.reason
