"""Announces jobs. Work is stored before it is announced, so a lost publish only delays it."""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import grpc
import orjson
from google.pubsub_v1.services.publisher import PublisherAsyncClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
from google.pubsub_v1.types import PubsubMessage

from shared.domain.job import TOPICS, IngestFile, Job

JOBS_PER_REQUEST = 500  # Pub/Sub takes up to 1,000


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
        by_topic: dict[str, list[PubsubMessage]] = {}
        for job in jobs:
            by_topic.setdefault(TOPICS[type(job)], []).append(_message(job))
        for topic, messages in by_topic.items():
            path = f"projects/{self._project_id}/topics/{topic}"
            for start in range(0, len(messages), JOBS_PER_REQUEST):
                await self._client.publish(topic=path, messages=messages[start : start + JOBS_PER_REQUEST])


class InlinePublisher:
    """Runs jobs at once in this process: for small set-ups without Pub/Sub, and for tests of use cases."""

    def __init__(self, run: Callable[[Job], Awaitable[None]]) -> None:
        self._run = run

    async def publish(self, jobs: Sequence[Job]) -> None:
        """Run the jobs one after the other."""
        for job in jobs:
            await self._run(job)


def _message(job: Job) -> PubsubMessage:
    if isinstance(job, IngestFile):  # the form of Cloud Storage's own notifications
        return PubsubMessage(
            attributes={
                "eventType": "OBJECT_FINALIZE",
                "bucketId": job.bucket,
                "objectId": job.object_name,
                "objectGeneration": job.generation,
            }
        )
    return PubsubMessage(data=orjson.dumps(dataclasses.asdict(job)))
