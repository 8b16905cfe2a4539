"""Credentials replaced a moment ago, which this instance has not read yet, cost no message."""

from collections.abc import AsyncIterator

import pytest_asyncio

from shared.domain.messages.message import MessageState
from shared.storage.cloud_secrets import FRESH_SECONDS, CloudSecrets
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.secrets.secret_manager import running_secret_manager

NEW_TOKEN = "fedcba9876543210" * 2


class Instances:
    """Our instance, which keeps what it has read, and another through which the credentials change."""

    def __init__(self, clinic: Clinic, ours: CloudSecrets, another: CloudSecrets) -> None:
        self.clinic = clinic
        self.another = another
        self.seconds = 1000.0
        clinic.runtime.secrets = ours

    async def replace_token(self) -> None:
        """The old token ends at Twilio and with us at once, as after a leak."""
        kept = await self.clinic.credentials("texts")
        sid = kept["account_sid"]
        await self.clinic.simulator.add_account(sid=sid, token=NEW_TOKEN)
        company_id = self.clinic.company_id
        await self.another.add(company_id, "texts", {"account_sid": sid, "auth_token": NEW_TOKEN}, NOON)
        await self.another.end(company_id, "texts", "1")
        self.seconds += FRESH_SECONDS


@pytest_asyncio.fixture
async def instances(clinic: Clinic) -> AsyncIterator[Instances]:
    """The clinic's credentials in Secret Manager."""
    kept = {sender_id: await clinic.credentials(sender_id) for sender_id in ("texts", "mails")}
    async with running_secret_manager() as (_, client):
        ours, another = (CloudSecrets(client, "p", lambda: made.seconds) for _ in range(2))
        made = Instances(clinic, ours, another)
        for sender_id, fields in kept.items():
            await ours.add(clinic.company_id, sender_id, fields, NOON)
        yield made


async def test_a_send_that_is_refused_is_tried_again_with_the_new_ones(instances: Instances) -> None:
    clinic = instances.clinic
    await clinic.load({}, {"Phone": "(212) 555-0188"})
    await clinic.ready()
    await instances.replace_token()
    await clinic.fire()  # preflight's good answer is a moment old
    assert {message.state for message in await clinic.messages()} == {MessageState.SENT}
    assert not (await clinic.stores.senders.get(clinic.company_id, "texts")).is_paused
    assert len(await clinic.accepted()) == 2


async def test_preflight_asks_again_with_the_new_ones(instances: Instances) -> None:
    clinic = instances.clinic
    await clinic.load({})
    await clinic.credentials("texts")
    await instances.replace_token()
    assert (await clinic.ready()).content_hash


async def test_a_token_that_is_wrong_still_pauses_the_sender(instances: Instances) -> None:
    clinic = instances.clinic
    await clinic.load({})
    await clinic.ready()
    sid = (await clinic.credentials("texts"))["account_sid"]
    await clinic.simulator.add_account(sid=sid, token=NEW_TOKEN)
    instances.seconds += FRESH_SECONDS
    await clinic.fire()
    assert (await clinic.stores.senders.get(clinic.company_id, "texts")).is_paused
    assert {message.state for message in await clinic.messages()} == {MessageState.QUEUED}
