"""What each process of a stack has used: processor time, and the most memory it has held.

On a machine that others use too, processor time means more than the clock.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
from msgspec import Struct

MIB = 1024
# By a word in the command, in the order in which they are looked for.
PROGRAMS = {
    "storage_server": "Cloud Storage emulator",
    "provider.py": "provider stub",
    "simulator": "simulator",
    "firestore": "Firestore emulator",
    "pubsub": "Pub/Sub emulator",
}
OURSELVES = "relay and bench"  # the relay and the scheduler run in the process that runs the stack


class Used(Struct, frozen=True):
    """Of one program and all its processes: processor seconds, and the peak of the largest in MiB."""

    processor_seconds: float
    peak_mib: float


def used(functions: Mapping[int, str]) -> dict[str, Used]:
    """What all programs below this process have used until now. `functions` are names by process group."""
    found: dict[str, Used] = {}
    for name, process in _processes(functions):
        with suppress(psutil.Error, OSError):
            times = process.cpu_times()
            before = found.get(name, Used(0.0, 0.0))
            found[name] = Used(
                before.processor_seconds + times.user + times.system,
                max(before.peak_mib, peak_mib(process.pid)),
            )
    return found


def peak_mib(pid: int) -> float:
    """The most memory that the process has held, in MiB (VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    [kib] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(kib) / MIB


def per_thousand(before: Mapping[str, Used], after: Mapping[str, Used], count: int) -> dict[str, float]:
    """Processor seconds per 1,000 messages by program, the largest first. Next to none is left out."""
    nothing = Used(0.0, 0.0)
    seconds = {
        name: (used.processor_seconds - before.get(name, nothing).processor_seconds) / count * 1000
        for name, used in after.items()
    }
    ordered = sorted(seconds.items(), key=lambda item: -item[1])
    return {name: round(each, 3) for name, each in ordered if each >= 0.005}


def peaks(after: Mapping[str, Used]) -> dict[str, float]:
    """The peak of each function's process in MiB, and of the relay's."""
    others = set(PROGRAMS.values())
    return {name: round(used.peak_mib, 1) for name, used in sorted(after.items()) if name not in others}


def _processes(functions: Mapping[int, str]) -> Iterator[tuple[str, psutil.Process]]:
    ourselves = psutil.Process()
    yield OURSELVES, ourselves
    for process in ourselves.children(recursive=True):
        with suppress(psutil.Error, OSError):
            yield functions.get(os.getpgid(process.pid)) or _program(process), process


def _program(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    return next((name for word, name in PROGRAMS.items() if word in command), "other")
