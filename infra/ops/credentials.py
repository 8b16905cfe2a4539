"""What ops does with a sender's credentials: set, show, rotate and remove them, as the API does."""

import argparse
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from shared.domain.errors import InvalidInput
from shared.runtime import Runtime
from shared.usecases.senders.remove_credentials import remove_credentials
from shared.usecases.senders.retire_credentials import retire_credentials, withdraw_credentials
from shared.usecases.senders.set_credentials import set_credentials
from shared.views.credentials import ShownCredentials, show_credentials


def read_credentials(path: str) -> dict[str, object]:
    """The JSON object in the file, or on standard input for "-": others see the command line."""
    try:
        found = json.loads(sys.stdin.read() if path == "-" else Path(path).read_text())
    except (OSError, ValueError) as error:
        raise InvalidInput.at(
            "credentials-file", f"cannot be read as JSON ({type(error).__name__})"
        ) from None
    if not isinstance(found, dict):
        raise InvalidInput.at("credentials-file", "must hold one JSON object")
    return found


def _printed(sender_id: str, found: ShownCredentials) -> dict[str, object]:
    return {
        "sender_id": sender_id,
        "live_count": found.live_count,
        "values": [
            {"keys": list(one.keys), "added_at": one.added_at.isoformat() if one.added_at else None}
            for one in found.values
        ],
    }


async def _set(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    fields = read_credentials(args.credentials_file)
    found = await set_credentials(runtime, args.company, args.sender, fields, verify=not args.unverified)
    return _printed(args.sender, found)


async def _remove(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    await remove_credentials(runtime, args.company, args.sender)
    return _printed(args.sender, ShownCredentials(values=()))


def _changing(
    change: Callable[[Runtime, str, str], Awaitable[ShownCredentials]],
) -> Callable[[Runtime, argparse.Namespace], Awaitable[dict[str, object]]]:
    async def run(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
        return _printed(args.sender, await change(runtime, args.company, args.sender))

    return run


def add_commands(commands: Any) -> None:
    """Add `credentials set | show | retire-old | withdraw-new | remove` to the parser's commands."""
    credentials = commands.add_parser("credentials", help="what a sender signs in with; never shown")
    actions = credentials.add_subparsers(required=True)
    for name, run, text in (
        ("set", _set, "sign in with these from now on; those before still verify webhooks"),
        ("show", _changing(show_credentials), "which are set, and since when"),
        ("retire-old", _changing(retire_credentials), "end a rotation: only the newest count"),
        ("withdraw-new", _changing(withdraw_credentials), "give a rotation up: those before count"),
        ("remove", _remove, "remove all: the sender cannot send any more"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--company", required=True, help="the company's id")
        action.add_argument("--sender", required=True, help="the sender's id")
        action.set_defaults(run=run)
        if name == "set":
            action.add_argument(
                "--credentials-file", required=True, help="a JSON file, or - for standard input"
            )
            action.add_argument("--unverified", action="store_true", help="do not ask the provider first")
