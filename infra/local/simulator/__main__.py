"""Runs the simulators alone: `python -m infra.local.simulator --state=/tmp/simulator.sqlite --port=8090`."""

import argparse
import asyncio
import signal
from pathlib import Path

from infra.local.simulator.app import running_simulator
from infra.local.simulator.faults import Delays
from infra.local.stack_clock import provider_clock


async def _run(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    delays = Delays(
        receipt=options.receipt_seconds,
        slow=options.slow_seconds,
        timeout=options.timeout_seconds,
        ring=options.ring_seconds,
        speech=options.speech_seconds,
    )
    clock = provider_clock(options.clock_file)
    async with running_simulator(options.state, port=options.port, delays=delays, clock=clock) as address:
        print(f"Simulators and phone page: {address}", flush=True)
        await stopped.wait()


def main() -> None:
    """Read the options and run until stopped."""
    usual = Delays()
    parser = argparse.ArgumentParser(prog="python -m infra.local.simulator", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that keeps everything")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--clock-file", help="the file of a stack's clock; without it, this machine's")
    parser.add_argument("--receipt-seconds", type=float, default=usual.receipt)
    parser.add_argument("--slow-seconds", type=float, default=usual.slow)
    parser.add_argument("--timeout-seconds", type=float, default=usual.timeout)
    parser.add_argument("--ring-seconds", type=float, default=usual.ring)
    parser.add_argument("--speech-seconds", type=float, default=usual.speech)
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
