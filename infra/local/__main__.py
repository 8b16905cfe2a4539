"""Runs the whole stack on this machine: `python -m infra.local up [--keep] [--tick-seconds 5]`."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local.api_client import ApiRefusal
from infra.local.demo import run_demo
from infra.local.processes import ProcessFailed
from infra.local.setup_check import SetupIncomplete, check_setup
from infra.local.stack import Stack, StackOptions
from infra.local.stage import open_stage
from infra.local.stopping import stop_on_signals
from infra.local.stories import story_named, story_names
from infra.local.waiting import NoProgress
from infra.manifest import ManifestError

# Nobody waits five minutes for a tick, or twenty seconds for a provider, to see a demo.
DEMO_TICK_SECONDS = 5.0
DEMO_SETTINGS = {"ROLLCALL_PROVIDER_TIMEOUT_SECONDS": "5"}
SHOWN_FUNCTIONS = ("portal", "api", "messages")


def main() -> int:
    """Read the command and do it; the exit code is 1 when something is missing or does not start."""
    options = _options()
    try:
        check_setup()
        if options.command == "check":
            _say("Everything the local stack needs is here.")
            return 0
        with suppress(asyncio.CancelledError):  # stopped by a signal, as meant
            return asyncio.run(_command(options)(options))
    except* (SetupIncomplete, ManifestError, ProcessFailed, NoProgress, ApiRefusal) as group:
        for problem in _leaves(group):
            print(problem, file=sys.stderr)
    else:
        return 0
    return 1


def _command(options: argparse.Namespace) -> Callable[[argparse.Namespace], Coroutine[Any, Any, int]]:
    if options.command == "up":
        return _up
    return _story if options.story else _demo


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="say what is missing on this machine, and how to get it")
    up = commands.add_parser("up", help="start everything; Ctrl-C stops it")
    up.add_argument("--keep", action="store_true", help="take up the kept state, and keep it again")
    up.add_argument("--tick-seconds", type=float, help="call every tick that often, whatever its schedule")
    up.add_argument("--no-queue", action="store_true", help="no Pub/Sub: who announces a job does it")
    up.add_argument("--source", type=Path, default=StackOptions().source, help="the main.py to run")
    demo = commands.add_parser("demo", help="start everything and run the main job on a messy file")
    demo.add_argument("--once", action="store_true", help="then stop; exit 0 only if all came as it must")
    demo.add_argument("--story", choices=story_names(), help="show this instead, under a clock that is set")
    return parser.parse_args()


async def _demo(options: argparse.Namespace) -> int:
    stop_on_signals()
    stack_options = StackOptions(tick_seconds=DEMO_TICK_SECONDS, settings=DEMO_SETTINGS)
    async with Stack(stack_options, say=_say) as stack:
        is_as_expected = await run_demo(stack, _say, leaves_work=not options.once)
        if not options.once:
            _show(stack)
            await asyncio.Event().wait()
    return 0 if is_as_expected else 1


async def _story(options: argparse.Namespace) -> int:
    stop_on_signals()
    story = story_named(options.story)
    async with (
        Stack(story.stack_options(datetime.now(UTC)), say=_say) as stack,
        open_stage(stack, _say) as stage,
    ):
        is_as_told = await story.tell(stage)
        if not options.once:
            stage.show_logins()
            _show(stack)
            await (story.linger(stage) if story.linger else asyncio.Event().wait())
    return 0 if is_as_told else 1


async def _up(options: argparse.Namespace) -> int:
    stop_on_signals()
    stack_options = StackOptions(
        source=options.source,
        keep=options.keep,
        tick_seconds=options.tick_seconds,
        without_queue=options.no_queue,
    )
    async with Stack(stack_options, say=_say) as stack:
        _show(stack)
        await asyncio.Event().wait()
    return 0


def _show(stack: Stack) -> None:
    addresses = stack.addresses
    _say("\nRollcall is up. Ctrl-C stops it.")
    for name in SHOWN_FUNCTIONS:
        if name in addresses.functions:
            _say(f"  {name:<12} {addresses.functions[name]}")
    _say(f"  {'phone page':<12} {addresses.simulator}")


def _say(text: str) -> None:
    print(text, flush=True)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    leaves: list[BaseException] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves


if __name__ == "__main__":
    sys.exit(main())
