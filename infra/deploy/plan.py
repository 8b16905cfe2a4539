"""The whole plan: every resource in the order in which it can be made. Pure: no network, no credentials."""

from collections.abc import Sequence

from infra.deploy.accounts import account_steps, accounts
from infra.deploy.buckets import bucket_steps, notification_steps
from infra.deploy.database import database_steps
from infra.deploy.functions import function_steps, functions
from infra.deploy.indexes import index_steps, ready_steps
from infra.deploy.monitoring import alerts, metrics, monitoring_steps
from infra.deploy.rights import caller_steps, delivery_steps, right_steps, role_steps
from infra.deploy.schedules import jobs, schedule_steps
from infra.deploy.services import service_steps
from infra.deploy.signing_key import signing_key_steps
from infra.deploy.step import Listing, Step
from infra.deploy.target import Target
from infra.deploy.topics import subscription_steps, subscriptions, topic_steps, topics
from infra.manifest import Manifest


def plan_steps(manifest: Manifest, target: Target) -> list[Step]:
    """Every step, in order. Raises DeployError when the manifest cannot be deployed."""
    return [
        *service_steps(target),
        *account_steps(manifest, target),
        *role_steps(target),
        *database_steps(target),
        *index_steps(target),
        *signing_key_steps(target),
        *bucket_steps(target),
        *topic_steps(manifest, target),
        *right_steps(manifest, target),
        *notification_steps(manifest, target),
        *ready_steps(target),
        *function_steps(manifest, target),
        *caller_steps(manifest, target),
        *subscription_steps(manifest, target),
        *delivery_steps(manifest, target),
        *schedule_steps(manifest, target),
        *monitoring_steps(target),
    ]


def listings_of(steps: Sequence[Step], target: Target) -> list[Listing]:
    """Every listing of the plan, each once, in order; also of kinds the manifest has none of any more."""
    always = (accounts(target), topics(target), functions(target), subscriptions(target), jobs(target))
    found = [*(step.listing for step in steps if step.listing), *always, metrics(target, {}), alerts(target)]
    return list({listing.name: listing for listing in reversed(found)}.values())[::-1]
