"""What the bench has stored becomes tables and pictures; nothing is measured here."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.aims import AIMS
from tests.bench.cases import run
from tests.bench.parts import CASES, FIRES, PARTS, PROGRAMS, middle
from tests.bench.peers.__main__ import REQUIREMENTS
from tests.bench.report import DOCUMENT, MARKERS, SHORT_LINE, aims, tables, write_document
from tests.bench.usage import Used, peaks, per_thousand

REPOSITORY = Path(__file__).resolve().parents[2]
STORED: dict[str, Any] = json.loads(Path(__file__).with_name("bench.json").read_text(encoding="utf-8"))


def _judged(stored: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {aim.what: aim.judge(stored) for aim in AIMS}


def test_a_table_says_ratios_and_where_it_was_measured() -> None:
    lines = tables(STORED, ["throughput"])["throughput"].splitlines()
    assert lines[2] == "| 5,000 SMS, 100 ms | 520/s | 1,000/s | 0.52 | 80/s | 6.5 |"
    assert "| 5,000 SMS, 100 ms: Rollcall | 1.20 | 0.00 | 2.00 | 0.00 | 3.30 | 110 MiB |" in lines
    assert lines[-1].startswith("2026-11-29, commit 0123abc: 2 cores")


def test_without_an_older_commit_nothing_is_said_of_it() -> None:
    stored = copy.deepcopy(STORED)
    for one in stored["throughput"]["found"]:
        del one["base"]
    assert "before" not in tables(stored, ["throughput"])["throughput"]
    assert _judged(stored)["SMS at 100 ms, times the build before"] == ("", "not measured")


def test_the_series_shows_the_growth() -> None:
    large = tables(STORED, ["sizes"])["sizes"].splitlines()[3]
    assert large == "| 100,000 | 385/s | 2.60 | 1.30 | 1.5 s | 3.80 | 115 MiB | 95 MiB | 82 MiB |"


def test_aims_are_judged_by_what_is_stored() -> None:
    judged = _judged(STORED)
    assert judged["SMS at 100 ms, times the build before"] == ("6.5", "met")
    assert judged["SMS at 0 ms, times the build before"] == ("8.33", "**missed**")
    assert judged["SMS at 100 ms, times Celery"] == ("1.3", "**missed**")
    assert judged["time a message, largest to smallest fire"] == ("1.3", "**missed**")
    assert judged["memory of `send_batch`, largest to smallest fire"] == ("1.15", "met")
    assert judged["seconds, preview of 100,000 rows"] == ("130", "**missed**")
    assert judged["seconds, fire to first accepted, 100,000 rows"] == ("1.5", "met")
    assert judged["imports of ticks, workers, webhooks, to the base"] == ("1.25", "met")
    assert judged["imports of API and portal, to the base"] == ("2.1", "**missed**")


def test_another_size_does_not_count_for_an_aim() -> None:
    stored = copy.deepcopy(STORED)
    stored["throughput"]["found"][0]["case"] = "500 SMS, 100 ms"
    judged = _judged(stored)
    assert judged["SMS at 100 ms, times the build before"] == ("", "not measured")
    assert judged["SMS at 100 ms, times Celery"] == ("", "not measured")
    assert judged["rows a second, a file of 1,000,000"] == ("", "not measured")
    assert judged["ms, webhooks' p99 while sending"] == ("", "not measured")


def test_nothing_measured_is_nothing_met() -> None:
    assert {verdict for _, verdict in _judged({}).values()} == {"not measured"}


def test_one_size_alone_shows_no_growth() -> None:
    stored = copy.deepcopy(STORED)
    del stored["sizes"]["found"][1:]
    assert _judged(stored)["time a message, largest to smallest fire"] == ("", "not measured")


def test_every_part_has_its_place_in_the_document() -> None:
    places = [place[2] for place in MARKERS.finditer(DOCUMENT.read_text(encoding="utf-8"))]
    assert sorted(places) == sorted({"aims", "peers", *FIRES, *PROGRAMS})
    assert set(PARTS) <= set(places)
    assert set(STORED) <= set(places)


def test_the_document_is_written_between_its_markers(tmp_path: Path) -> None:
    path = tmp_path / "performance.md"
    path.write_text(DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")
    write_document(STORED, path)
    once = path.read_text(encoding="utf-8")
    assert aims(STORED) in once
    assert all(table in once for table in tables(STORED, STORED).values())
    assert "\n## What the bench cannot show\n" in once
    assert max(map(len, once.splitlines())) <= SHORT_LINE
    pictures = {file.name: file.read_bytes() for file in (tmp_path / "pictures").iterdir()}
    write_document(STORED, path)
    assert path.read_text(encoding="utf-8") == once
    assert {file.name: file.read_bytes() for file in (tmp_path / "pictures").iterdir()} == pictures


def test_a_part_that_is_not_stored_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "performance.md"
    path.write_text("<!-- bench: sizes -->\nas it was\n<!-- end -->\n", encoding="utf-8")
    write_document({name: STORED[name] for name in ("workers", "second")}, path)
    assert path.read_text(encoding="utf-8") == "<!-- bench: sizes -->\nas it was\n<!-- end -->\n"


def test_pictures_run_nothing_and_have_every_figure(tmp_path: Path) -> None:
    write_document(STORED, _copy(tmp_path))
    speed = (tmp_path / "pictures" / "throughput.svg").read_text(encoding="utf-8")
    assert "<script" not in speed
    assert all(text in speed for text in ("5,000 emails, 100 ms", "Rollcall before", "13,000", "520"))


def _copy(folder: Path) -> Path:
    path = folder / "performance.md"
    path.write_text("", encoding="utf-8")
    return path


def test_processor_time_is_what_was_used_meanwhile() -> None:
    before = {"send_batch": Used(1.0, 80.0), "portal": Used(0.5, 40.0)}
    after = {
        "send_batch": Used(3.0, 95.04),
        "portal": Used(0.5, 40.0),
        "Firestore emulator": Used(8.0, 700.0),
    }
    assert per_thousand(before, after, 2_000) == {"Firestore emulator": 4.0, "send_batch": 1.0}
    assert peaks(after) == {"portal": 40.0, "send_batch": 95.0}


@pytest.mark.parametrize(("speeds", "one"), [([3.0], 3.0), ([9.0, 1.0, 4.0], 4.0), ([2.0, 1.0], 1.0)])
def test_of_several_rounds_the_middle_counts(speeds: list[float], one: float) -> None:
    found = middle([{"per_second": speed} for speed in speeds])
    assert found == {"per_second": one, "rounds": sorted(speeds)}


@pytest.mark.parametrize("module", ["fire", "bare", "peers", "flame", *sorted(set(PROGRAMS) & set(PARTS))])
def test_every_program_of_the_bench_says_how_it_is_run(module: str) -> None:
    command = [sys.executable, "-m", f"tests.bench.{module}", "--help"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


def test_a_program_that_fails_stops_the_bench() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        run("bare", "--channel=pigeon")


def test_peers_are_pinned_and_measured_on_the_same_cases() -> None:
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all("==" in pin for pin in pins)
    assert [case.name for case in CASES] == [one["case"] for one in STORED["peers"]["found"]]
