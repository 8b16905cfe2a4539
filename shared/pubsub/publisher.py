"""Announces jobs. Work is stored before it is announced, so a lost publish only delays it."""

from collections.abc import Sequence
from typing import Protocol

import grpc
from google.api_core.exceptions import DeadlineExceeded, InternalServerError, ServiceUnavailable, Unknown
from google.api_core.retry import AsyncRetry, if_exception_type
from google.pubsub_v1.services.publisher import PublisherAsyncClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
from google.pubsub_v1.types import PubsubMessage

from shared import metering, tracing
from shared.domain.fires.fire_cost import Unit
from shared.domain.job import TOPICS, Job, QueueMessages, SendBatch
from shared.pubsub.envelope import to_message

JOBS_PER_REQUEST = 500  # Pub/Sub takes up to 1,000
# The client's own default tries for a minute, which is longer than most requests here may take.
PUBLISH_SECONDS = 10.0
_AGAIN = if_exception_type(DeadlineExceeded, InternalServerError, ServiceUnavailable, Unknown)
_RETRY = AsyncRetry(_AGAIN, initial=0.1, multiplier=2, maximum=2, timeout=PUBLISH_SECONDS)


class Publisher(Protocol):
    """Announces jobs to whoever takes them."""

    async def publish(self, jobs: Sequence[Job]) -> None:
        """Announce the jobs; when this returns, they are accepted."""


class PubSubPublisher:
    """Announces jobs over Pub/Sub, many in one request."""

    def __init__(self, project_id: str, emulator_host: str = "") -> None:
        self._project_id = project_id
        transport = None
        if emulator_host:
            channel = grpc.aio.insecure_channel(emulator_host)
            transport = PublisherGrpcAsyncIOTransport(channel=channel)
        self._client = PublisherAsyncClient(transport=transport)

    async def publish(self, jobs: Sequence[Job]) -> None:
        """Announce the jobs, topic by topic."""
        by_topic: dict[str, list[Job]] = {}
        for job in jobs:
            by_topic.setdefault(TOPICS[type(job)], []).append(job)
        for topic, of_topic in by_topic.items():
            for start in range(0, len(of_topic), JOBS_PER_REQUEST):
                await self._publish(topic, of_topic[start : start + JOBS_PER_REQUEST])

    async def _publish(self, topic: str, jobs: Sequence[Job]) -> None:
        path = f"projects/{self._project_id}/topics/{topic}"
        with tracing.span("publish", "producer", topic=topic, job_count=len(jobs)):
            place = tracing.traceparent()
            messages = [_message(job, place) for job in jobs]
            await self._client.publish(topic=path, messages=messages, retry=_RETRY, timeout=PUBLISH_SECONDS)
        for job in jobs:
            if isinstance(job, QueueMessages | SendBatch):
                metering.count(Unit.PUBLISHES, home=(job.company_id, job.fire_id))


def _message(job: Job, traceparent: str) -> PubsubMessage:
    data, attributes = to_message(job, traceparent)
    return PubsubMessage(data=data, attributes=attributes)
