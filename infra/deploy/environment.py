"""Each function's environment: settings that differ from their defaults, and those kept in Secret Manager."""

from collections.abc import Mapping
from datetime import UTC, datetime

from infra.deploy.step import DeployError
from infra.deploy.target import SIGNING_KEY, Target
from infra.local.scheduler import next_due
from infra.manifest import Function, Manifest, Trigger
from shared.settings import PREFIX, SECRET_MANAGER

SECRET_SETTINGS: Mapping[str, str] = {f"{PREFIX}SIGNING_KEY": SIGNING_KEY}  # setting to secret


def environment_of(function: Function, manifest: Manifest, target: Target) -> dict[str, str]:
    """The settings as the environment has them. Raises DeployError when there is no webhook function."""
    values = {
        "project_id": target.project,
        "upload_bucket": target.uploads,
        "public_url": target.public_url or target.url(_webhook(manifest)),
        "secrets": SECRET_MANAGER,
        "caller_audience": target.url(function),
        "caller_service_account": target.caller,
        "trace_exporter": "google",
        "function_timeout_seconds": str(function.timeout_seconds),
        "ack_deadline_seconds": str(function.ack_deadline_seconds),
        "tick_interval_seconds": str(tick_interval(manifest)),
    }
    return {PREFIX + name.upper(): value for name, value in values.items()}


def tick_interval(manifest: Manifest) -> int:
    """Seconds between two runs of the tick that runs most seldom; ticks run at regular times."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    intervals = []
    for tick in manifest.with_trigger(Trigger.TICK):
        first = next_due(tick.schedule, start)
        intervals.append(int((next_due(tick.schedule, first) - first).total_seconds()))
    return max(intervals)


def _webhook(manifest: Manifest) -> Function:
    found = manifest.with_trigger(Trigger.WEBHOOK)
    if len(found) != 1:
        raise DeployError(
            f"the manifest must have one function for webhooks, not {len(found)}: providers need one address"
        )
    return found[0]
