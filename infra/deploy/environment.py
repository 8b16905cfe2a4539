"""Each function's environment: settings that differ from their defaults, and those kept in Secret Manager."""

from collections.abc import Mapping
from datetime import UTC, datetime

from infra.deploy.step import DeployError
from infra.deploy.target import SIGNING_KEY, Target
from infra.local.scheduler import next_due
from infra.manifest import Function, Manifest, Trigger, Use
from shared.settings import PREFIX, SECRET_MANAGER

DAY = 24 * 60 * 60
SECRET_SETTINGS: Mapping[str, str] = {f"{PREFIX}SIGNING_KEY": SIGNING_KEY}  # setting to secret


def environment_of(function: Function, manifest: Manifest, target: Target) -> dict[str, str]:
    """The settings as the environment has them. Raises DeployError when there is no webhook function."""
    values = {
        "project_id": target.project,
        "upload_bucket": target.uploads,
        "public_url": target.public_url or target.url(_webhook(manifest)),
        "portal_url": _portal_url(manifest, target),
        "secrets": SECRET_MANAGER,
        "caller_audience": target.url(function),
        "caller_service_account": target.caller,
        "trace_exporter": "google",
        "function_timeout_seconds": str(function.timeout_seconds),
        "ack_deadline_seconds": str(function.ack_deadline_seconds),
        "tick_interval_seconds": str(tick_interval(manifest)),
        "dispatch_seconds": str(dispatch_interval(manifest)),
        "fallback_jobs": "" if _can_send(function) else "0",
    }
    return {PREFIX + name.upper(): value for name, value in values.items() if value}


def _can_send(function: Function) -> bool:
    """Whether it has the rights that sending takes: only such a one does jobs while publishing fails."""
    return {Use.DATABASE, Use.CREDENTIALS} <= function.uses


def tick_interval(manifest: Manifest) -> int:
    """Seconds between two runs of the tick that runs most seldom; ticks run at regular times.

    What runs once a day takes part in no message's way: nothing waits for it.
    """
    intervals = (_interval(tick) for tick in manifest.with_trigger(Trigger.TICK))
    return max(interval for interval in intervals if interval < DAY)


def dispatch_interval(manifest: Manifest) -> int:
    """Seconds between two runs of the tick that dispatches batches."""
    return next((_interval(one) for one in manifest.functions if one.name == "dispatch_due_batches"), 0)


def _interval(tick: Function) -> int:
    first = next_due(tick.schedule, datetime(2026, 1, 1, tzinfo=UTC))
    return int((next_due(tick.schedule, first) - first).total_seconds())


def _portal_url(manifest: Manifest, target: Target) -> str:
    """Where people reach the portal; empty for a manifest without one."""
    return next((target.url(one) for one in manifest.functions if one.name == "portal"), "")


def _webhook(manifest: Manifest) -> Function:
    found = manifest.with_trigger(Trigger.WEBHOOK)
    if len(found) != 1:
        raise DeployError(
            f"the manifest must have one function for webhooks, not {len(found)}: providers need one address"
        )
    return found[0]
