"""What people would use in place of Rollcall, on the same provider stub: `python -m tests.bench.peers`.

Celery with Redis and Twilio's client for SMS, in both of Celery's usual pools; django-post-office with
django-anymail's SendGrid backend for email. Prints one JSON object. The packages are installed into `--venv`
once; redis-server is Debian's. Everything started here is stopped here, on Ctrl-C too.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.bench.stub import (
    forget_accepted,
    free_port,
    running_provider,
    wait_for_accepted,
    wait_for_port,
)

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
GRACE_SECONDS = 10
WARMING = 10  # messages before the clock starts: every process has imported, connected and sent


class Missing(Exception):
    """A part that the peers need is not there; the text says how to get it."""


class Setting(Struct, frozen=True):
    """How a peer is run: how many at a time in a process, and the processes; for Celery also its pool."""

    name: str
    concurrency: int
    pool: str = ""
    processes: int = 1
    most: int = 1_000_000  # messages: a slow one is measured on fewer


CELERY = (
    Setting("threads", 200, "threads"),
    # Its default: one process a core, each with one message at a time.
    Setting("prefork", os.cpu_count() or 1, "prefork", most=1_000),
)
POST_OFFICE = (
    Setting("one process", 50),
    Setting("a process a core", 50, processes=os.cpu_count() or 1),
)


def environment(venv: Path) -> Path:
    """The folder of the peers' programs; made when it is missing or its requirements have changed."""
    seal = venv / "installed.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not seal.exists() or seal.read_text(encoding="utf-8") != wanted:
        print(f"Installing the peers into {venv} (once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)  # noqa: S603 - venv
        pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(REQUIREMENTS)], check=True, stdout=sys.stderr)  # noqa: S603 - pip
        seal.write_text(wanted, encoding="utf-8")
    return venv / "bin"


def redis_server() -> str:
    """Debian's Redis, installed if we may. Raises Missing."""
    if not (found := shutil.which("redis-server")) and os.geteuid() == 0:
        print("Installing redis-server (once)", file=sys.stderr)
        apt = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "redis-server"]
        subprocess.run(apt, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - apt
        found = shutil.which("redis-server")
    if not found:
        raise Missing("redis-server is missing, Celery needs it: apt-get install redis-server")
    return found


@contextmanager
def started(command: list[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program with all it starts, in a process group of its own, ended with the block."""
    process = subprocess.Popen(  # noqa: S603 - the peers' programs
        command, env={**os.environ, **env}, cwd=HERE, stdout=sys.stderr, start_new_session=True
    )
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):  # Celery's children outlive a killed parent
            try:
                os.killpg(process.pid, number)
                process.wait(GRACE_SECONDS)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """An empty Redis that keeps nothing; its address for Celery."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with started([redis_server(), *options, "--loglevel", "warning"], {}):
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"


def texts(programs: Path, setting: Setting, count: int, latency: float) -> dict[str, Any]:
    """From the first task announced until the last message was accepted, by a worker that is warm."""
    count = min(count, setting.most)
    worker = [
        str(programs / "celery"),
        "--app=texts",
        "worker",
        f"--pool={setting.pool}",
        "--loglevel=WARNING",
    ]
    worker += [f"--concurrency={setting.concurrency}", "--without-gossip", "--without-mingle"]
    announce = [str(programs / "python"), "texts.py"]
    with (
        tempfile.TemporaryDirectory() as folder,
        running_provider(free_port(), latency) as provider,
        running_redis(Path(folder)) as broker,
    ):
        env = {
            "BENCH_PROVIDER": provider,
            "BENCH_BROKER": broker,
            "BENCH_CONCURRENCY": str(setting.concurrency),
        }
        with started(worker, env):
            _said([*announce, str(WARMING)], env)
            wait_for_accepted(provider, WARMING)
            forget_accepted(provider)
            began = float(_said([*announce, str(count)], env))
            return _result(setting, count, began, wait_for_accepted(provider, count))


def mails(programs: Path, setting: Setting, count: int, latency: float) -> dict[str, Any]:
    """From the first mail queued until the last was accepted."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_provider(free_port(), latency) as provider,
    ):
        env = {
            "BENCH_PROVIDER": provider,
            "BENCH_DATABASE": f"{folder}/mails.sqlite3",
            "BENCH_CONCURRENCY": str(setting.concurrency),
            "BENCH_PROCESSES": str(setting.processes),
        }
        began = float(_said([str(programs / "python"), "mails.py", str(count)], env))
        return _result(setting, count, began, wait_for_accepted(provider, count))


def _said(command: list[str], env: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - the peers' programs
        command, env={**os.environ, **env}, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _result(setting: Setting, count: int, began: float, accepted: Mapping[str, Any]) -> dict[str, Any]:
    seconds = accepted["last_at"] - began
    return {
        "setting": setting.name,
        "concurrency": setting.concurrency,
        "processes": setting.processes,
        "count": count,
        "seconds": round(seconds, 3),
        "per_second": round(count / seconds, 1),
        "accepted": accepted["count"],
    }


def measure(venv: Path, channel: str, count: int, latency: float) -> dict[str, Any]:
    """All settings of the channel's peer, and the fastest of them. Raises Missing."""
    programs = environment(venv)
    act, settings = (texts, CELERY) if channel == "sms" else (mails, POST_OFFICE)
    tried = [act(programs, setting, count, latency) for setting in settings]
    fastest = max(tried, key=lambda one: float(one["per_second"]))
    name = "Celery + Redis + twilio" if channel == "sms" else "django-post-office"
    return {"peer": name, "per_second": fastest["per_second"], "fastest": fastest["setting"], "tried": tried}


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", choices=("sms", "email"), default="sms")
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--venv", type=Path, default=HERE.parents[2] / ".local" / "peers")
    options = parser.parse_args()
    try:
        found = measure(options.venv, options.channel, options.count, options.latency)
    except Missing as missing:
        sys.exit(str(missing))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
