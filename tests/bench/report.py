"""What was measured, as tables.

`python -m tests.bench.report .local/bench.json` writes them into the document, between its markers, and draws
the pictures. What is not in the file stays as it is.
"""

import argparse
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.aims import AIMS
from tests.bench.cases import REPOSITORY, Result

DOCUMENT = REPOSITORY / "docs" / "performance.md"
SHORT_LINE = 119  # of a line in docs/
MARKERS = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)
LONGEST_VALUE = 70
SLOWEST_SHOWN = 30  # of the pages
FEW_PROGRAMS = ("send_batch", "queue_messages", "Firestore emulator", "relay and bench")


def tables(stored: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """A Markdown table for each of the parts that is stored, by its name."""
    return {name: _table(name, stored[name]) for name in names if name in stored}


def aims(stored: Mapping[str, Any]) -> str:
    """Each aim, and what of it the figures show."""
    rows = ([aim.what, aim.bound, *aim.judge(stored)] for aim in AIMS)
    return "\n".join(_rows(["aim", "is to be", "measured", ""], rows))


def write_document(stored: Mapping[str, Any], path: Path = DOCUMENT) -> None:
    """Put the tables of what is stored between their markers, and draw the pictures beside the document."""
    found = tables(stored, stored) | {"aims": aims(stored)}

    def replace(place: re.Match[str]) -> str:
        begin, name, end = place.groups()
        return f"{begin}\n{found[name]}\n\n{end}" if name in found else place.group()

    path.write_text(MARKERS.sub(replace, path.read_text(encoding="utf-8")), encoding="utf-8")
    draw = [sys.executable, "-m", "tests.bench.pictures", str(path.parent / "pictures")]
    subprocess.run(draw, cwd=REPOSITORY, input=json.dumps(stored), text=True, check=True)  # noqa: S603 - ours


def _table(name: str, part: Mapping[str, Any]) -> str:
    found = part["found"]
    lines = TABLES[name](found) if name in TABLES else _plain(found)
    return "\n".join(
        [*lines, "", *textwrap.wrap(f"{part['at']}, commit {part['commit']}: {part['machine']}.", SHORT_LINE)]
    )


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _throughput(found: list[Result]) -> list[str]:
    has_base = all("base" in one for one in found)
    head = ["work", "Rollcall", "bare loop", "Rollcall to bare loop"]
    head += ["before", "Rollcall to before"] if has_base else []
    rows = []
    for one in found:
        ours, bare = one["rollcall"]["per_second"], one["bare"]["per_second"]
        row = [one["case"], _speed(ours), _speed(bare), f"{ours / bare:.2g}"]
        if has_base:
            base = one["base"]["per_second"]
            row += [_speed(base), f"{ours / base:.1f}"]
        rows.append(row)
    used = [("Rollcall", "rollcall")] + ([("before", "base")] if has_base else [])
    costs = [(f"{one['case']}: {who}", one[key]) for one in found for who, key in used]
    return [
        *_rows(head, rows),
        "",
        "Processor seconds per 1,000 messages, and the peak of the worker's memory:",
        "",
        *_processor(costs),
    ]


def _processor(costs: Iterable[tuple[str, Result]]) -> list[str]:
    head = ["work", *FEW_PROGRAMS, "all", "peak of send_batch"]
    rows = []
    for name, one in costs:
        seconds = one["processor"]
        each = [f"{seconds.get(program, 0):.2f}" for program in FEW_PROGRAMS]
        rows.append([name, *each, f"{sum(seconds.values()):.2f}", _mib(one["peak_mib"]["send_batch"])])
    return _rows(head, rows)


def _sizes(found: list[Result]) -> list[str]:
    head = ["messages", "a second", "ms each", "to the first", "first sent", "CPU s/1,000"]
    head += ["send_batch", "queue_messages", "ingest_file"]
    first = found[0]["seconds"] / found[0]["count"]
    rows = []
    for one in found:
        each, peaks = one["seconds"] / one["count"], one["peak_mib"]
        rows.append(
            [
                f"{one['count']:,}",
                _speed(one["per_second"]),
                f"{each * 1000:.2f}",
                f"{each / first:.2f}",
                f"{one['first_seconds']:.1f} s",
                f"{sum(one['processor'].values()):.2f}",
                *(_mib(peaks[name]) for name in ("send_batch", "queue_messages", "ingest_file")),
            ]
        )
    return _rows(head, rows)


def _workers(found: list[Result]) -> list[str]:
    head = ["processes of send_batch", "a second", "to one", "processor s per 1,000"]
    one = found[0]["per_second"]
    return _rows(
        head,
        [
            [
                str(each["workers"]),
                _speed(each["per_second"]),
                f"{each['per_second'] / one:.2f}",
                f"{sum(each['processor'].values()):.2f}",
            ]
            for each in found
        ],
    )


def _second(found: list[Result]) -> list[str]:
    programs = ("queue_messages", "Firestore emulator")
    head = ["fire of its source", "work", "a second", "queue_messages, s per 1,000", "Firestore emulator"]
    return _rows(
        head,
        [
            [
                one["fire"],
                one["case"],
                _speed(one["per_second"]),
                *(f"{one['processor'].get(name, 0):.2f}" for name in programs),
            ]
            for one in found
        ],
    )


def _peers(found: list[Result]) -> list[str]:
    head = ["work", "by", "a second", "the fastest of"]
    return _rows(
        head,
        [
            [
                one["case"],
                one["peer"],
                _speed(one["per_second"]),
                ", ".join(f"{each['setting']} {_speed(each['per_second'])}" for each in one["tried"]),
            ]
            for one in found
        ],
    )


def _sequences(found: Result) -> list[str]:
    head = ["change", "seconds", "moved", "share", "planned anew", "peak", "small case: moved", "needed"]
    rows = []
    for name, one in found["changes"].items():
        small = found["small_case"].get(name, {})
        rows.append(
            [
                name,
                f"{one['seconds']:.2f}",
                f"{one['moved']:,}",
                f"{one['moved_percent']:.2f} %",
                f"{one['planned_anew']:,}",
                _mib(one["peak_mib"]),
                *(f"{small[key]:,}" if small else "" for key in ("moved", "needed")),
            ]
        )
    what = f"{found['people']:,} people over {found['mailboxes']:,} mailboxes"
    return [f"{what}: planned in {found['plan_seconds']:.2f} s.", "", *_rows(head, rows)]


def _pages(found: Result) -> list[str]:
    head = ["page", "ms", "p95", "to health", "KB", "requests", "documents"]
    rows = [
        [
            f"`{one['page']}`",
            f"{one['ms']:,.0f}",
            f"{one['p95_ms']:,.0f}",
            f"{one['to_health']:,}",
            f"{one['bytes'] / 1000:,.0f}",
            f"{one['questions']:,}",
            f"{one['reads']:,}",
        ]
        for one in found["pages"][:SLOWEST_SHOWN]
    ]
    what = (
        f"{found['rows']:,} rows, {found['contacts']:,} contacts, {found['messages']:,} messages, and "
        f"{found['others']:,} of each other thing. `/health` takes {found['health_ms']:.1f} ms. Of "
        f"{len(found['pages'])} pages {found['slower_than_aimed']} take longer than 200 ms; the slowest are:"
    )
    return [*textwrap.wrap(what, SHORT_LINE), "", *_rows(head, rows)]


def _plain(found: Result | list[Result]) -> list[str]:
    """Figures of a program of its own, as it names them."""
    if isinstance(found, list):
        return [line for one in found for line in (*_plain(one), "")]
    return _rows(["figure", "value"], ([name, _value(value)] for name, value in _flat(found)))


def _flat(found: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in found.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}, ")
        else:
            yield f"{before}{name}".replace("_", " "), value


def _value(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return textwrap.shorten(str(value), LONGEST_VALUE, placeholder=" …")


def _speed(per_second: float) -> str:
    return f"{per_second:,.0f}/s"


def _mib(mib: float) -> str:
    return f"{mib:.0f} MiB"


TABLES: dict[str, Callable[[Any], list[str]]] = {
    "throughput": _throughput,
    "sizes": _sizes,
    "workers": _workers,
    "second": _second,
    "peers": _peers,
    "sequences": _sequences,
    "pages": _pages,
}


def main() -> None:
    """Write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="what `make bench` has stored")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    options = parser.parse_args()
    write_document(json.loads(options.file.read_text(encoding="utf-8")), options.document)


if __name__ == "__main__":
    main()
