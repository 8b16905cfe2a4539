"""Which character separates the cells of a text file."""

import csv
import io
import itertools

CANDIDATES = (",", ";", "\t", "|")
_RECORDS = 50


def find_delimiter(sample: str) -> str:
    """The delimiter under which most records of `sample` are as wide as the header, quotes respected.

    A file with one column has none; the comma is as good as any. (csv.Sniffer counts characters and
    is easily misled by text with commas.)
    """
    scores = {delimiter: _score(sample, delimiter) for delimiter in CANDIDATES}
    return max(CANDIDATES, key=lambda delimiter: scores[delimiter])


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of records as wide as the header, and the header's width."""
    lines = io.StringIO(sample, newline="").readlines()
    try:
        records = list(itertools.islice(csv.reader(lines, delimiter=delimiter), _RECORDS))
    except csv.Error:
        return (0.0, 0)
    widths = [len(record) for record in records if any(cell.strip() for cell in record)]
    if not widths or widths[0] < 2:
        return (0.0, 0)
    # The header is one of the records, so a lone header scores 1.
    return (sum(width == widths[0] for width in widths) / len(widths), widths[0])
