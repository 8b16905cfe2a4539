"""What ops does by hand: companies, keys, users, senders, credentials, stuck work, stored data, restores.

Settings come from the environment, as for the functions. What was made is printed as one line of JSON.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from google.api_core.exceptions import GoogleAPICallError

from functions.process import current_runtime
from infra.ops import credentials, data, restore, trial, users, work
from shared.acting import acting
from shared.domain.channels.channel import channel_at
from shared.domain.companies.api_key import Scope
from shared.domain.companies.audit_record import Act, ActorKind
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.ids import random_id
from shared.domain.senders.sender import Provider, Sender
from shared.providers.kit import http
from shared.runtime import Runtime
from shared.settings import SettingsError
from shared.storage.secrets import SecretsUnavailable
from shared.usecases.companies.create_api_key import create_api_key
from shared.usecases.companies.create_company import create_company
from shared.usecases.senders.save_sender import save_sender

Command = Callable[[Runtime, argparse.Namespace], Awaitable[dict[str, object]]]


async def _create_company(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    company = await create_company(runtime, args.name, args.time_zone, args.region)
    return {"company_id": company.id, "name": company.name}


async def _allow_sending(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    is_allowed = args.sending == "on"
    await runtime.stores.companies.allow_sending(args.company, is_allowed=is_allowed)
    return {"company_id": args.company, "sending_enabled": is_allowed}


async def _create_api_key(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    days = args.expires_in_days
    expires_at = runtime.now() + timedelta(days=days) if days is not None else None
    scopes = _scopes(args.scopes)
    key, text = await create_api_key(runtime, args.company, args.name, scopes, expires_at=expires_at)
    return {"key_id": key.id, "scopes": list(key.scopes), "key": text}


def _scopes(text: str) -> list[Scope]:
    try:
        return [Scope(name.strip()) for name in text.split(",")]
    except ValueError:
        raise InvalidInput.at("scopes", f"must be of: {', '.join(Scope)} (with commas between)") from None


async def _add_sender(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    sender = Sender(
        id=random_id(),
        channel=channel_at("channel", args.channel),
        provider=Provider(args.provider),
        address=args.address,
        name=args.name,
        rate_per_second=args.rate,
        created_at=runtime.now(),
        reply_to=args.reply_to,
    )
    await save_sender(runtime, args.company, sender, credentials.read_credentials(args.credentials_file))
    return {"sender_id": sender.id, "channel": sender.channel, "address": sender.address}


def ops_parser() -> argparse.ArgumentParser:
    """Reads the command line: `run` of what it returns is what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m infra.ops", description=__doc__)
    commands = parser.add_subparsers(required=True)

    company = commands.add_parser("create-company", help="make a company")
    company.add_argument("--name", required=True)
    company.add_argument("--time-zone", required=True, help="IANA name, such as America/New_York")
    company.add_argument("--region", required=True, help="ISO 3166, such as US")
    company.set_defaults(run=_create_company)

    sending = commands.add_parser("sending", help="hold everything a company sends, or let it go on")
    sending.add_argument("--company", required=True, help="the company's id")
    sending.add_argument("sending", choices=["on", "off"])
    sending.set_defaults(run=_allow_sending)

    key = commands.add_parser("create-api-key", help="make an API key; its text is printed this once")
    key.add_argument("--company", required=True, help="the company's id")
    key.add_argument("--scopes", required=True, help=f"with commas between: {', '.join(Scope)}")
    key.add_argument("--name", default="made by ops")
    key.add_argument("--expires-in-days", type=float)
    key.set_defaults(run=_create_api_key)

    sender = commands.add_parser("add-sender", help="add a sender with its provider credentials")
    sender.add_argument("--company", required=True, help="the company's id")
    sender.add_argument("--channel", required=True, help="such as sms or email")
    sender.add_argument("--provider", required=True, help="such as twilio, sendgrid, ses or meta")
    sender.add_argument("--address", required=True, help="+12125550100, 12345, MG…, or a mailbox")
    sender.add_argument("--name", default="", help="the name mails come from")
    sender.add_argument("--reply-to", help="the mailbox that answers to its mails go to")
    sender.add_argument("--rate", type=float, default=1.0, help="messages a second the provider allows")
    sender.add_argument("--credentials-file", required=True, help="a JSON file, or - for standard input")
    sender.set_defaults(run=_add_sender)

    for part in (users, credentials, work, data, restore, trial):
        part.add_commands(commands)
    return parser


def _act(runtime: Runtime, args: argparse.Namespace) -> Act:
    """This command, as the companies' audit logs have it."""
    return Act(
        id=random_id(),
        kind=ActorKind.OPS,
        actor_id="ops",
        actor_name="Whoever runs Rollcall",
        came_from="",
        operation=args.run.__name__.strip("_"),
        at=runtime.now(),
    )


async def _run(command: Command, args: argparse.Namespace) -> int:
    try:
        runtime = current_runtime()
        with acting(_act(runtime, args)):
            made = await command(runtime, args)
    except (RollcallError, SettingsError, SecretsUnavailable, OverflowError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except GoogleAPICallError as error:
        print(f"error: Google Cloud answered: {error.message}", file=sys.stderr)
        return 1
    finally:
        await http.aclose()  # what asked a provider
    print(json.dumps(made))
    return 0


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    args = ops_parser().parse_args(arguments)
    return asyncio.run(_run(args.run, args))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
