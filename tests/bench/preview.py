"""A preview of one file's rows: `python -m tests.bench.preview --rows=100000` prints one JSON object.

The file is loaded first. Then the preview is made in a process of its own, against Firestore's emulator: its
processor time and its peak of memory are those of the function. It runs inside any checkout (`--tree`).
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.intake import (
    COMPANY,
    bench_runtime,
    peak_mib,
    processor_seconds,
    profiled,
    upload,
    write_csv,
)

HERE = Path(__file__).resolve()
TEXT = "Hello {{ name }}, you come on {{ visit }}. Reply 1 to confirm."


async def prepare(runtime: Any, path: Path) -> str:
    """Load the file and store a campaign for it; the campaign's id."""
    from shared.domain.campaigns.audience import FileAudience
    from shared.domain.job import IngestFile
    from shared.usecases.files.ingest_file import ingest_file
    from tests.kit.builders import a_campaign, a_step, a_template, an_sms_sender

    job = await upload(runtime, path)
    file_id = job.pop("file_id")
    await ingest_file(runtime, IngestFile(**job))
    stores, template, sender = runtime.stores, a_template(body=TEXT), an_sms_sender()
    await stores.templates.save(COMPANY, template.id, template)
    await stores.senders.save(COMPANY, sender.id, sender)
    audience = FileAudience(source_id="people", file_id=file_id)
    campaign = a_campaign(audience=audience, steps=(a_step(),))
    await stores.campaigns.save(COMPANY, campaign.id, campaign)
    return str(campaign.id)


async def measure(rows: int, profile: str) -> dict[str, Any]:
    """Write and load one file, and preview it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "people.csv"
        write_csv(path, rows)
        async with bench_runtime(folder) as (runtime, env):
            campaign_id = await prepare(runtime, path)
            command = [
                sys.executable,
                "-m",
                "tests.bench.preview",
                f"--tree={Path.cwd()}",
                "--campaign",
                campaign_id,
            ]
            command += [f"--profile={profile}"] if profile else []
            done = subprocess.run(  # noqa: S603, ASYNC221 - our own program; nothing else is done meanwhile
                command, cwd=HERE.parents[2], env=os.environ | env, stdout=subprocess.PIPE, check=True
            )
            found: dict[str, Any] = json.loads(done.stdout)
    return {"rows": rows, **found}


def work(campaign_id: str, profile: str) -> dict[str, Any]:
    """Ask for the preview and make it, measured in this process."""
    from shared.runtime import Runtime
    from shared.settings import Settings
    from shared.usecases.campaigns.start_preview import start_preview
    from shared.usecases.run_job import run_job

    runtime = Runtime(Settings.from_process())
    runtime.do_jobs_here(lambda job: run_job(runtime, job))
    began, used = time.monotonic(), processor_seconds()
    preview = profiled(lambda: asyncio.run(start_preview(runtime, COMPANY, campaign_id)), profile)
    seconds, processor = time.monotonic() - began, processor_seconds() - used
    count = sum(preview.counts.values())
    return {
        "state": preview.state,
        "counts": preview.counts,
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "rows_per_second": round(count / seconds),
        "rows_per_processor_second": round(count / processor),
        "peak_mib": peak_mib(),
    }


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=HERE.parents[2])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--profile", default="")
    parser.add_argument("--campaign", default="", help="for the process that is measured")
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    if options.campaign:
        print(json.dumps(work(options.campaign, options.profile)))
    else:
        print(json.dumps(asyncio.run(measure(options.rows, options.profile))))


if __name__ == "__main__":
    main()
