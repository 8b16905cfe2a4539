"""What ops does about companies in trial: begin and end it, and verify addresses."""

import argparse
from typing import Any

from shared.domain.channels.channel import channel_at
from shared.runtime import Runtime
from shared.usecases.companies.change_trial import change_trial, verify_address

VERIFIED_BY = "ops"


async def _change(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    company = await change_trial(runtime, args.company, is_on=args.trial == "on")
    return {"company_id": company.id, "is_in_trial": company.trial is not None}


async def _verify(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    channel = channel_at("channel", args.channel)
    added = await verify_address(runtime, args.company, channel, args.address, by=VERIFIED_BY)
    return {"company_id": args.company, "verified": added.address}


def add_commands(commands: Any) -> None:
    """Add `trial` and `verify-address` to the parser's commands."""
    trial = commands.add_parser("trial", help="have a company send to verified addresses alone, or to all")
    trial.add_argument("--company", required=True, help="the company's id")
    trial.add_argument("trial", choices=["on", "off"])
    trial.set_defaults(run=_change)
    verify = commands.add_parser("verify-address", help="let a company in trial send to an address")
    verify.add_argument("--company", required=True, help="the company's id")
    verify.add_argument("--channel", required=True, help="sms, email, …")
    verify.add_argument("--address", required=True, help="its owner must have agreed to get trials")
    verify.set_defaults(run=_verify)
