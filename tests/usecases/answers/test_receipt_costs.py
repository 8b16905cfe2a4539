"""What a receipt costs beside sending: a read and a write for its message, and its share of a bundle.

Counted is everything from the post to the end of its job: the sender, the bundle stored, read and deleted,
the messages read and written. There is no claim of a job, and its acknowledgement is the bundle's deletion.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any
from uuid import uuid4

import pytest_asyncio

from shared.domain.channels.channel import Channel
from shared.domain.fires.fire_cost import Unit
from shared.domain.job import RecordReceipts
from shared.domain.messages.message import MessageState
from shared.metering import metered
from shared.usecases.answers.record_receipts import MESSAGES_TOGETHER, record_together
from tests.kit.builders import NOON, a_message
from tests.kit.clinic import Clinic
from tests.kit.receipts import waiting_bundles
from tests.kit.signed_webhooks import sendgrid_posts, twilio_posts

COUNT = 100
IDS = [f"m{number}" for number in range(COUNT)]
SENDER, BUNDLE = Counter({Unit.READS: 1}), Counter({Unit.READS: 1, Unit.WRITES: 2})
LISTENERS = Counter({Unit.READS: 2})  # which endpoints and automations listen: none, which is remembered
NOTES = COUNT // MESSAGES_TOGETHER  # for segments, of the messages that are written together
MESSAGES = Counter({Unit.READS: COUNT, Unit.WRITES: COUNT + NOTES})


@pytest_asyncio.fixture
async def waiting(clinic: Clinic) -> Clinic:
    """A clinic where jobs wait to be run."""
    clinic.runs_jobs = False
    return clinic


async def have_sent(clinic: Clinic, channel: str) -> None:
    writer = clinic.stores.db.batch()
    for number, item_id in enumerate(IDS):
        message = a_message(
            id=item_id,
            channel=Channel(channel),
            address=f"+1212555{number:04}" if channel == "sms" else f"p{number}@example.com",
            state=MessageState.SENT,
            sent_at=NOON,
        )
        clinic.stores.messages.put(writer, clinic.company_id, item_id, message)
    await writer.commit()


async def post_texts(clinic: Clinic, *statuses: str) -> None:
    """A post for each status of each message, all at once, as from many connections."""
    posts = [
        twilio_posts(clinic, "status", item_id, MessageSid=f"SM{uuid4().hex}", MessageStatus=status)
        for item_id in IDS
        for status in statuses
    ]
    await asyncio.gather(*posts)


async def post_mails(clinic: Clinic, *names: str) -> None:
    """One post of all events."""
    events: Sequence[dict[str, Any]] = [
        {"rollcall_message_id": item_id, "event": name, "timestamp": 1_800_000_000, "email": "p@x.org"}
        for item_id in IDS
        for name in names
    ]
    await sendgrid_posts(clinic, events)


async def cost_of(clinic: Clinic, post: Coroutine[Any, Any, None]) -> Counter[str]:
    """All reads and writes from the post until what it told is recorded, but for the bundles' share.

    How many bundles there are depends on how fast the posts come; they are recorded together.
    """
    with metered() as meter:
        await post
        ids = [job.bundle_id for job in clinic.published if isinstance(job, RecordReceipts)]
        await record_together(clinic.runtime, clinic.company_id, ids)
    assert await waiting_bundles(clinic.runtime, clinic.company_id) == []
    spent = sum(meter.values(), Counter())
    for _ in ids:
        spent -= BUNDLE
    return spent


async def delivered(clinic: Clinic) -> int:
    return sum(message.delivery == "delivered" for message in await clinic.messages())


async def test_texts_told_of_once_each(waiting: Clinic) -> None:
    await have_sent(waiting, "sms")
    assert await cost_of(waiting, post_texts(waiting, "delivered")) == SENDER + LISTENERS + MESSAGES
    assert await delivered(waiting) == COUNT


async def test_what_comes_together_about_a_text_is_one_read_and_one_write(waiting: Clinic) -> None:
    await have_sent(waiting, "sms")
    assert await cost_of(waiting, post_texts(waiting, "sent", "delivered")) == SENDER + LISTENERS + MESSAGES
    assert await delivered(waiting) == COUNT


async def test_what_comes_together_about_a_mail_is_one_read_and_one_write(waiting: Clinic) -> None:
    await have_sent(waiting, "email")
    assert (
        await cost_of(waiting, post_mails(waiting, "processed", "delivered")) == SENDER + LISTENERS + MESSAGES
    )
    assert await delivered(waiting) == COUNT


async def test_what_was_told_before_is_not_written_again(waiting: Clinic) -> None:
    await have_sent(waiting, "sms")
    await cost_of(waiting, post_texts(waiting, "delivered"))
    waiting.published = []
    again = await cost_of(waiting, post_texts(waiting, "sent"))
    assert again == Counter({Unit.READS: COUNT})  # and the sender is remembered


async def test_mails_that_are_opened_cost_nothing(waiting: Clinic) -> None:
    await have_sent(waiting, "email")
    assert await cost_of(waiting, post_mails(waiting, "open", "click")) == SENDER
    assert waiting.published == []
