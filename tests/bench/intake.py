"""One file from its arrival to `loaded`: `python tests/bench/intake.py --rows=300000` prints one JSON object.

The file is in Cloud Storage's emulator and its rows go to Firestore's, in a process of its own: its processor
time and its peak of memory are those of the function. It runs inside any checkout (`--tree`), also an older
one. `--profile` writes where the time goes to that path, for pstats.
"""

import argparse
import asyncio
import cProfile
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
BUCKET = "uploads"
COMPANY = "bench"
AREAS = (201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228)
COLUMNS = ("Name", "Phone", "Email", "Visit", "Note")
MIB = 1024 * 1024


def people(count: int) -> Iterator[tuple[str, ...]]:
    """A record for each person: a number and an address of their own, and a day that a format reads."""
    for number in range(count):
        area, rest = AREAS[number // 10_000 % len(AREAS)], number % 10_000
        exchange = 200 + number // (10_000 * len(AREAS))  # another two hundred thousand numbers each
        phone = f"({area}) {exchange}-{rest:04}"
        day = f"{number % 12 + 1:02}/{number % 28 + 1:02}/2099"
        yield f"Person {number}", phone, f"p{number}@example.com", day, f"Row {number}"


def write_csv(path: Path, count: int) -> None:
    """The file as an office exports it."""
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(people(count))


def write_xlsx(path: Path, count: int) -> None:
    """The same as a workbook of texts."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("People")
    sheet.append(COLUMNS)
    for record in people(count):
        sheet.append(record)
    book.save(path)


@asynccontextmanager
async def bench_runtime(folder: Path, *, is_lasting: bool = False) -> Any:
    """A runtime with emulators of its own, of the tree that is measured, and what its settings are.

    With `is_lasting` they are compiled for long work: where they are asked again and again.
    """
    from infra.local.emulators import running_emulators

    options: dict[str, Any] = {"is_lasting": True} if is_lasting else {}  # an older tree has none
    async with running_emulators(
        folder, project_id="bench", bucket=BUCKET, say=lambda _: None, **options
    ) as emulators:
        env = emulators.env | {
            "ROLLCALL_PROJECT_ID": "bench",
            "ROLLCALL_UPLOAD_BUCKET": BUCKET,
            "ROLLCALL_PUBLIC_URL": "http://127.0.0.1:9",
            "ROLLCALL_SIGNING_KEY": "signing-key",
            "ROLLCALL_SECRETS": str(folder / "secrets.json"),
            "ROLLCALL_CALLER_TOKEN": "caller-token",
        }
        os.environ.update(env)
        from shared.runtime import Runtime
        from shared.settings import Settings

        yield Runtime(Settings.from_env(env)), env


async def upload(runtime: Any, path: Path) -> dict[str, str]:
    """Store a company, its source and the file; the job that its arrival announces."""
    from shared.domain.companies.company import Company
    from shared.domain.files.source import ColumnMapping, FieldType, Source
    from shared.usecases.files.store_upload import store_upload

    now = runtime.now()
    company = Company(
        id=COMPANY, name="Bench", created_at=now, time_zone="America/New_York", default_region="US"
    )
    columns = (
        ColumnMapping(column="Name", field="name", is_required=True),
        ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE),
        ColumnMapping(column="Email", field="email", type=FieldType.EMAIL),
        ColumnMapping(column="Visit", field="visit", type=FieldType.DATE, formats=("%m/%d/%Y",)),
        ColumnMapping(column="Note", field="note"),
    )
    source = Source(id="people", name="People", columns=columns, created_at=now, updated_at=now)
    await runtime.stores.companies.add(company)
    await runtime.stores.sources.save(COMPANY, source.id, source)
    file = await store_upload(runtime, COMPANY, source.id, path.name, str(path))
    stored = await runtime.files.find(file.object_name)
    return {
        "file_id": file.id,
        "bucket": BUCKET,
        "object_name": file.object_name,
        "generation": stored.generation,
    }


async def measure(rows: int, kind: str, profile: str) -> dict[str, Any]:
    """Write, upload and load one file."""
    write = {"csv": write_csv, "xlsx": write_xlsx}[kind]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / f"people.{kind}"
        write(path, rows)
        size = path.stat().st_size
        async with bench_runtime(folder) as (runtime, env):
            job = await upload(runtime, path)
            command = [sys.executable, str(HERE), f"--tree={Path.cwd()}", "--job", json.dumps(job)]
            command += [f"--profile={profile}"] if profile else []
            done = subprocess.run(  # noqa: S603, ASYNC221 - our own program; nothing else is done meanwhile
                command, env=os.environ | env, stdout=subprocess.PIPE, check=True
            )
            found: dict[str, Any] = json.loads(done.stdout)
    return {"kind": kind, "rows": rows, "bytes": size, **found}


def work(job: dict[str, str], profile: str) -> dict[str, Any]:
    """What the function does with the announced file, measured in this process."""
    from shared.domain.job import IngestFile
    from shared.runtime import Runtime
    from shared.settings import Settings
    from shared.usecases.files.ingest_file import ingest_file

    runtime = Runtime(Settings.from_process())
    order = IngestFile(bucket=job["bucket"], object_name=job["object_name"], generation=job["generation"])

    async def run() -> Any:
        await ingest_file(runtime, order)
        return await runtime.stores.files.get(COMPANY, job["file_id"])

    began, used = time.monotonic(), processor_seconds()
    file = profiled(lambda: asyncio.run(run()), profile)
    seconds, processor = time.monotonic() - began, processor_seconds() - used
    return {
        "state": file.state,
        "loaded": file.row_count,
        "marked": file.marked_count,
        "chunks": file.chunk_count,
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "rows_per_second": round(file.row_count / seconds),
        "rows_per_processor_second": round(file.row_count / processor),
        "peak_mib": peak_mib(),
    }


def processor_seconds() -> float:
    """What this process has used, and the children it has waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def peak_mib() -> float:
    """The most memory that this process has held. (ru_maxrss would count its parent's, too.)"""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    return round(int(line.split()[1]) * 1024 / MIB, 1)


def profiled(act: Any, path: str) -> Any:
    """What `act` gives; where its time goes is written to `path`, if one is given."""
    if not path:
        return act()
    profiler = cProfile.Profile(time.thread_time)
    made: list[cProfile.Profile] = [profiler]

    def note(*_: object) -> None:
        each = cProfile.Profile(time.thread_time)
        made.append(each)
        each.enable()

    threading.setprofile(note)
    result = profiler.runcall(act)
    threading.setprofile(None)
    import pstats

    stats = pstats.Stats(profiler)
    for each in made[1:]:
        each.create_stats()
        if each.stats:
            stats.add(each)
    stats.dump_stats(path)
    return result


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=HERE.parents[2])
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--kind", choices=("csv", "xlsx"), default="csv")
    parser.add_argument("--profile", default="")
    parser.add_argument("--job", default="", help="for the process that is measured")
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    if options.job:
        print(json.dumps(work(json.loads(options.job), options.profile)))
    else:
        print(json.dumps(asyncio.run(measure(options.rows, options.kind, options.profile))))


if __name__ == "__main__":
    main()
