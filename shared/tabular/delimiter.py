"""Which character separates the cells of a text file."""

import csv
import io
import itertools
from collections import Counter
from collections.abc import Sequence

CANDIDATES = (",", ";", "\t", "|")
_RECORDS = 50


def find_delimiter(sample: str) -> str:
    """The delimiter under which most records of `sample` are equally wide, quotes respected.

    Titles above the header have no delimiter, so where the first record has none, the usual width counts.
    A file with one column has none; the comma is as good as any. (csv.Sniffer counts characters and
    is easily misled by text with commas.)
    """
    scores = {delimiter: _score(sample, delimiter) for delimiter in CANDIDATES}
    return max(CANDIDATES, key=lambda delimiter: scores[delimiter])


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of records as wide as the header, or as most, and that width."""
    lines = io.StringIO(sample, newline="").readlines()
    try:
        records = list(itertools.islice(csv.reader(lines, delimiter=delimiter), _RECORDS))
    except csv.Error:
        return (0.0, 0)
    widths = [len(record) for record in records if any(cell.strip() for cell in record)]
    if not widths or max(widths) < 2:
        return (0.0, 0)
    width = widths[0] if widths[0] > 1 else _usual(widths)
    # The header is one of the records, so a lone header scores 1.
    return (sum(found == width for found in widths) / len(widths), width)


def _usual(widths: Sequence[int]) -> int:
    return max(Counter(width for width in widths if width > 1).items(), key=lambda item: (item[1], item[0]))[
        0
    ]
