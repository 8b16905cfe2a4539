"""Makes the topics and subscriptions of the manifest in the Pub/Sub emulator, by its REST interface."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp

from infra.manifest import Function

NEVER: dict[str, str] = {}  # an expiration policy without a time to live
RETENTION = "604800s"  # seven days, Pub/Sub's default


async def set_up_pubsub(host: str, project_id: str, workers: Iterable[Function]) -> None:
    """Make or renew all topics, dead-letter topics and subscriptions, which the push relay pulls from.

    Dead letters wait in a subscription of the dead-letter topic's name: a topic without one would lose them.
    """
    async with aiohttp.ClientSession(base_url=f"http://{host}/v1/projects/{project_id}/") as http:
        for worker in workers:
            for topic in (worker.topic, worker.dead_letter_topic):
                await _put(http, f"topics/{topic}", {})
            await _renew_subscription(
                http, worker.dead_letter_topic, _dead_letter_subscription(project_id, worker)
            )
            await _renew_subscription(http, worker.subscription, subscription_of(project_id, worker))


def subscription_of(project_id: str, worker: Function) -> dict[str, Any]:
    """The subscription as Pub/Sub's REST interface takes it, the same in production but for the push.

    https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions
    """
    return {
        "topic": f"projects/{project_id}/topics/{worker.topic}",
        "ackDeadlineSeconds": worker.ack_deadline_seconds,
        "retryPolicy": {
            "minimumBackoff": f"{worker.minimum_backoff_seconds}s",
            "maximumBackoff": f"{worker.maximum_backoff_seconds}s",
        },
        "deadLetterPolicy": {
            "deadLetterTopic": f"projects/{project_id}/topics/{worker.dead_letter_topic}",
            "maxDeliveryAttempts": worker.max_delivery_attempts,
        },
        "messageRetentionDuration": RETENTION,
        "expirationPolicy": NEVER,
    }


def _dead_letter_subscription(project_id: str, worker: Function) -> dict[str, Any]:
    return {
        "topic": f"projects/{project_id}/topics/{worker.dead_letter_topic}",
        "messageRetentionDuration": RETENTION,
        "expirationPolicy": NEVER,
    }


async def _renew_subscription(http: aiohttp.ClientSession, name: str, body: Mapping[str, Any]) -> None:
    """An old subscription may have other times: a new one takes its place."""
    async with http.delete(f"subscriptions/{name}") as response:
        if response.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            response.raise_for_status()
    await _put(http, f"subscriptions/{name}", body)


async def _put(http: aiohttp.ClientSession, path: str, body: Mapping[str, Any]) -> None:
    async with http.put(path, json=body) as response:
        if response.status != HTTPStatus.CONFLICT:  # it is there already
            response.raise_for_status()
