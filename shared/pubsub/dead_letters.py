"""Jobs that could not be done in all their deliveries: looked at without taking them, or announced again."""

from collections.abc import Sequence
from datetime import datetime

import grpc
from google.api_core.exceptions import DeadlineExceeded
from google.pubsub_v1.services.publisher import PublisherAsyncClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
from google.pubsub_v1.services.subscriber import SubscriberAsyncClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport
from google.pubsub_v1.types import PubsubMessage, ReceivedMessage
from msgspec import Struct

WAIT_SECONDS = 3.0  # an empty subscription answers not at all


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A job nobody could do: ids only, as all jobs."""

    topic: str
    message_id: str
    published_at: datetime
    job: str


class DeadLetters:
    """The dead letters of each topic. They wait in a subscription named after it, with -dead."""

    def __init__(self, project_id: str, emulator_host: str = "") -> None:
        self._project = f"projects/{project_id}"
        to_subscriber = to_publisher = None
        if emulator_host:
            channel = grpc.aio.insecure_channel(emulator_host)
            to_subscriber = SubscriberGrpcAsyncIOTransport(channel=channel)
            to_publisher = PublisherGrpcAsyncIOTransport(channel=channel)
        self._subscriber = SubscriberAsyncClient(transport=to_subscriber)
        self._publisher = PublisherAsyncClient(transport=to_publisher)

    async def peek(self, topic: str, limit: int) -> list[DeadLetter]:
        """Up to `limit` dead letters of the topic, given back at once. Raises NotFound of google.api_core."""
        found = await self._pull(topic, limit)
        if found:
            await self._subscriber.modify_ack_deadline(
                subscription=self._subscription(topic),
                ack_ids=[one.ack_id for one in found],
                ack_deadline_seconds=0,
            )
        return [_shown(topic, one.message) for one in found]

    async def replay(self, topic: str, limit: int) -> int:
        """Announce up to `limit` dead letters again; each is taken away only when it is announced."""
        found = await self._pull(topic, limit)
        if found:
            again = [PubsubMessage(data=one.message.data, attributes=_own(one.message)) for one in found]
            await self._publisher.publish(topic=f"{self._project}/topics/{topic}", messages=again)
            await self._subscriber.acknowledge(
                subscription=self._subscription(topic), ack_ids=[one.ack_id for one in found]
            )
        return len(found)

    async def close(self) -> None:
        """Close the connections."""
        await self._subscriber.transport.close()  # type: ignore[no-untyped-call]  # gapic has no types here
        await self._publisher.transport.close()  # type: ignore[no-untyped-call]  # gapic has no types here

    def _subscription(self, topic: str) -> str:
        return f"{self._project}/subscriptions/{topic}-dead"

    async def _pull(self, topic: str, limit: int) -> Sequence[ReceivedMessage]:
        try:
            answer = await self._subscriber.pull(
                subscription=self._subscription(topic), max_messages=limit, timeout=WAIT_SECONDS, retry=None
            )
        except DeadlineExceeded:
            return []
        return list(answer.received_messages)


def _shown(topic: str, message: PubsubMessage) -> DeadLetter:
    job = message.data.decode(errors="replace") or str(_own(message))
    return DeadLetter(topic=topic, message_id=message.message_id, published_at=message.publish_time, job=job)


def _own(message: PubsubMessage) -> dict[str, str]:
    """The attributes it was published with, without what Pub/Sub added when it gave up."""
    return {
        name: value
        for name, value in message.attributes.items()
        if not name.startswith("CloudPubSubDeadLetter")
    }
