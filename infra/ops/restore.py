"""What ops does around a restore: hold all sending, settle what was sent since the backup, let it go on."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.errors import Conflict, InvalidInput, RollcallError
from shared.domain.record import replace
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.kit.credentials import WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.answers.recover_replies import recover_replies
from shared.usecases.evidence.settle_restore import settle_restore
from shared.usecases.hold.hold_sending import hold_sending, release_sending

_NOT_NOW = (
    RollcallError,
    ProviderUnavailable,
    SenderRefused,
    WrongCredentials,
    CredentialsMissing,
    SecretsUnavailable,
)


async def _hold(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    hold = await hold_sending(runtime, args.reason)
    return {"held": True, "reason": hold.reason, "since": hold.since.isoformat()}


async def _release(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    return {"released": await release_sending(runtime, runtime.now())}


async def _after_restore(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    """Every company in turn; one whose provider cannot be asked keeps the hold, not the others."""
    backup_at = _moment(args.backup_time)
    reason = f"The database was restored from the backup of {backup_at:%Y-%m-%d %H:%M} UTC."
    hold = await hold_sending(runtime, reason, restored_to=backup_at)
    companies: dict[str, object] = {}
    is_settled = True
    async for company in runtime.stores.companies.each():
        try:
            counts = await settle_restore(runtime, company.id, backup_at, hold.since)
            companies[company.id] = counts
            is_settled = is_settled and not counts.get("waiting")
        except _NOT_NOW as error:
            companies[company.id] = {"error": str(error)}
            is_settled = False
    if is_settled:
        await runtime.stores.system.save_hold(replace(hold, settled_at=runtime.now()))
    again_at = hold.since + timedelta(seconds=runtime.settings.quiet_period_seconds)
    return {
        "is_settled": is_settled,
        "next": "release" if is_settled else f"run this again after {again_at:%Y-%m-%d %H:%M} UTC",
        "companies": companies,
    }


async def _recover_replies(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    sender = await runtime.stores.senders.get(args.company, args.sender)
    try:
        history = runtime.provider_history(sender, await runtime.credentials(args.company, sender))
        if history is None:
            raise Conflict(f"{sender.provider} keeps no list of what people wrote.")
        fresh = await recover_replies(runtime, args.company, sender, history, _moment(args.since))
    except (ProviderUnavailable, SenderRefused, WrongCredentials, CredentialsMissing) as error:
        raise Conflict(str(error)) from error
    return {"recovered": fresh}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput.at("time", "must look like 2026-11-22T04:00:00Z") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def add_commands(commands: Any) -> None:
    """Add `hold`, `after-restore`, `release` and `recover-replies` to the parser's commands."""
    hold = commands.add_parser("hold", help="from now on nothing is sent, for any company")
    hold.add_argument("--reason", required=True, help="what people read who want to fire")
    hold.set_defaults(run=_hold)
    restored = commands.add_parser("after-restore", help="settle what was sent since the backup")
    restored.add_argument(
        "--backup-time", required=True, help="when the backup was taken, such as 2026-11-22T04:00:00Z"
    )
    restored.set_defaults(run=_after_restore)
    release = commands.add_parser("release", help="let sending go on; paused campaigns stay paused")
    release.set_defaults(run=_release)
    replies = commands.add_parser("recover-replies", help="take what people wrote from the provider's list")
    replies.add_argument("--company", required=True, help="the company's id")
    replies.add_argument("--sender", required=True, help="the sender's id")
    replies.add_argument("--since", required=True, help="such as 2026-11-22T04:00:00Z")
    replies.set_defaults(run=_recover_replies)
