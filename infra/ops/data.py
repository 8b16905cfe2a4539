"""What ops does with stored data: how long it is kept, and deleting a person or a company."""

import argparse
import sys
from typing import Any

from msgspec.structs import asdict

from shared.domain.channels.channel import channel_at
from shared.domain.deletion import Deletion
from shared.domain.errors import InvalidInput
from shared.runtime import Runtime
from shared.usecases.companies.apply_retention import apply_retention
from shared.usecases.companies.delete_company import delete_company
from shared.usecases.contacts.start_deletion import start_deletion

ASKED_BY = "ops"


async def _apply_retention(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    renewed: dict[str, object] = {}
    async for company in runtime.stores.companies.each():
        renewed[company.id] = await apply_retention(runtime, company.id)
    return {"renewed": renewed}


async def _forget_person(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    address = sys.stdin.readline().strip() if args.address == "-" else args.address
    channel = channel_at("channel", args.channel)
    begun = await start_deletion(runtime, args.company, channel, address, asked_by=ASKED_BY)
    return _shown(begun)


async def _delete_company(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    if args.confirm != args.company:
        raise InvalidInput.at(
            "confirm", "must be the company's id once more: what is deleted does not come back"
        )
    return _shown(await delete_company(runtime, args.company, asked_by=ASKED_BY))


def _shown(deletion: Deletion) -> dict[str, object]:
    moments = {"started_at", "ended_at"}
    facts = {name: value for name, value in asdict(deletion).items() if name not in moments}
    ended = deletion.ended_at.isoformat() if deletion.ended_at else None
    return {**facts, "started_at": deletion.started_at.isoformat(), "ended_at": ended}


def add_commands(commands: Any) -> None:
    """Add `apply-retention`, `forget-person` and `delete-company` to the parser's commands."""
    retention = commands.add_parser("apply-retention", help="give all documents the end that holds now")
    retention.set_defaults(run=_apply_retention)
    person = commands.add_parser("forget-person", help="delete what a company holds about an address")
    person.add_argument("--company", required=True, help="the company's id")
    person.add_argument("--channel", required=True, help="such as sms or email")
    person.add_argument("--address", required=True, help="the address, or - for standard input")
    person.set_defaults(run=_forget_person)
    company = commands.add_parser("delete-company", help="delete a company and everything it has, for good")
    company.add_argument("--company", required=True, help="the company's id")
    company.add_argument("--confirm", required=True, help="the company's id once more")
    company.set_defaults(run=_delete_company)
