"""`make profile`: a flame graph of one `send_batch` worker while it sends.

py-spy looks at the worker from outside, a hundred times a second, and slows it little. It needs the right to
trace (root, or `--cap-add SYS_PTRACE` for a container). Where it may not attach to a running process, the
worker is started by py-spy and watched from its start: the graph then has its imports too.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from tests.bench import fire
from tests.bench.cases import REPOSITORY
from tests.bench.stub import free_port, running_provider

RATE = "100"  # samples a second


class NotRecorded(Exception):
    """py-spy gave no graph; the text says why and what to do."""


def py_spy() -> str:
    """The program of this environment. Raises NotRecorded."""
    found = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if not found:
        raise NotRecorded("py-spy is missing: make setup")
    return found


async def may_attach(pid: int) -> bool:
    """Whether py-spy can look into that process; what it says otherwise is printed."""
    process = await asyncio.create_subprocess_exec(
        py_spy(), "dump", "--pid", str(pid), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode:
        print(f"py-spy cannot attach to a running process here:\n{said.decode()}", file=sys.stderr)
    return process.returncode == 0


@asynccontextmanager
async def recorded(target: list[str], path: Path, env: dict[str, str]) -> AsyncIterator[None]:
    """py-spy at work on the target within the block; then the graph is at `path`. Raises NotRecorded."""
    command = [py_spy(), "record", "--rate", RATE, "--format", "flamegraph", "--output", str(path)]
    process = await asyncio.create_subprocess_exec(
        *command, *target, env=os.environ | env, stdout=sys.stderr, start_new_session=True
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)  # it writes the graph then
        await process.wait()
    if not path.exists():  # noqa: ASYNC240 - one look at a local file
        raise NotRecorded("py-spy wrote no graph. In a container it needs --cap-add SYS_PTRACE.")


async def profile(options: argparse.Namespace) -> None:
    """Run one fire on a stack of its own with the worker watched."""
    from infra.local.stack import Stack, StackOptions
    from infra.local.stopping import stop_on_signals

    stop_on_signals()
    port = free_port()
    provider = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        settings = {"ROLLCALL_TWILIO_BASE_URL": provider, "ROLLCALL_SENDGRID_BASE_URL": provider}
        stack_options = StackOptions(root=Path(folder), usual_ports=False, tick_seconds=5, settings=settings)
        async with Stack(stack_options, say=lambda _: None) as stack:
            with running_provider(port, options.latency, behind=stack.addresses.simulator):
                host = stack.hosts["send_batch"]
                [worker] = psutil.Process(host.pid).children()
                if await may_attach(worker.pid):
                    watched = recorded(["--pid", str(worker.pid)], options.output, {})
                else:
                    await host.stop()
                    target = ["--subprocesses", "--", *host.command]
                    watched = recorded(target, options.output, host.env)
                async with watched:
                    result = await fire.fires(stack, provider, options)
    print(f"{result['per_second']} messages a second while watched", file=sys.stderr)


def main() -> None:
    """Watch once; print where the graph is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", choices=("sms", "email"), default="sms")
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--output", type=Path, default=REPOSITORY / ".local" / "send_batch.svg")
    options = parser.parse_args()
    options.again = False
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.unlink(missing_ok=True)
    try:
        asyncio.run(profile(options))
    except NotRecorded as failure:
        sys.exit(str(failure))
    print(options.output)


if __name__ == "__main__":
    main()
