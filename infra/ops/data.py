"""What ops does with stored data: how long it is kept."""

import argparse
from typing import Any

from shared.runtime import Runtime
from shared.usecases.apply_retention import apply_retention


async def _apply_retention(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    renewed: dict[str, object] = {}
    async for company in runtime.stores.companies.each():
        renewed[company.id] = await apply_retention(runtime, company.id)
    return {"renewed": renewed}


def add_commands(commands: Any) -> None:
    """Add `apply-retention` to the parser's commands."""
    retention = commands.add_parser("apply-retention", help="give all documents the end that holds now")
    retention.set_defaults(run=_apply_retention)
