"""Send a test: a step's message with the values of a real row or person, to an address of who asks."""

from shared import log
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.throttle import MOST_TRIES, TEST_STRETCH, Counted, throttle_id
from shared.domain.contacts.opt_out import active, forbidding_ids, holding
from shared.domain.contacts.verified import is_unverified
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.own_test import own_test, tested_step, tested_texts
from shared.domain.fires.standing import Answer
from shared.domain.job import SendBatch
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.answers.prepare_answers import announce_answers, prepare_answers
from shared.usecases.campaigns.find_example import NOBODY, Example, find_example
from shared.usecases.campaigns.freeze_content import freeze_content
from shared.usecases.companies.change_trial import checked_address
from shared.usecases.companies.make_links import make_links
from shared.views.message_waits import ShownMessage
from shared.views.messages import get_message

REFUSED = "has refused messages of this kind: nothing is sent there"
UNVERIFIED = "is not verified: while the company is in trial, messages go only to verified addresses"


async def send_test(
    runtime: Runtime,
    company_id: str,
    campaign_id: str,
    address: str,
    message_id: str,
    *,
    by: str,
    step_id: str | None = None,
    example: Example = NOBODY,
) -> ShownMessage:
    """Have a step's message sent to the address at once; the message as it is queued. Asked again with the
    same `message_id`, it sends nothing more.

    `by` is who asks: at most ten an hour. `example` names whose values it has: see find_example. Consent and
    trial are asked here, and once more when it goes out. Raises NotFound, InvalidInput and Conflict.
    """
    campaign = await runtime.stores.campaigns.get(company_id, campaign_id)
    return await send_test_of(
        runtime, company_id, campaign, address, message_id, by=by, step_id=step_id, example=example
    )


async def send_test_of(
    runtime: Runtime,
    company_id: str,
    campaign: Campaign,
    address: str,
    message_id: str,
    *,
    by: str,
    step_id: str | None = None,
    example: Example = NOBODY,
) -> ShownMessage:
    """The same of a campaign that may not be stored: what a broadcast will be made into."""
    stores = runtime.stores
    if await stores.messages.find(company_id, message_id) is not None:
        return await get_message(runtime, company_id, message_id)
    content = await _content(runtime, company_id, campaign)
    step = tested_step(content, step_id)
    recipient = await find_example(runtime, company_id, campaign, example)
    company = await stores.companies.get(company_id)
    to, links = checked_address(company, step.channel, address), make_links(runtime, company_id)
    texts = tested_texts(content, step, recipient, to, links, runtime.now().year)
    sender = await stores.senders.get(company_id, step.sender_id)
    if sender.is_paused:
        raise Conflict(f"The sender {sender.address} is paused: {sender.paused_reason}")
    await _count(runtime, company_id, by)
    test = own_test(texts, step, message_id, runtime.now())
    await _send(runtime, company_id, sender, to, campaign.topic, test)
    log.event("test queued", by=by, campaign_id=campaign.id)
    return await get_message(runtime, company_id, message_id)


async def _send(
    runtime: Runtime, company_id: str, sender: Sender, address: str, topic: str, test: Answer
) -> None:
    stores = runtime.stores

    async def send(transaction: Transaction) -> list[SendBatch]:
        company = await stores.companies.get(company_id, transaction)
        narrowing, channel = company.narrowing(topic), sender.channel
        ids = forbidding_ids(channel, address, sender.id, narrowing)
        refusals = await stores.opt_outs.find_many(company_id, ids, transaction)
        if holding(ids, active(refusals.values())) is not None:
            raise InvalidInput.at("address", REFUSED)
        if is_unverified(channel, address, narrowing):
            raise InvalidInput.at("address", UNVERIFIED)
        prepared = await prepare_answers(runtime, company_id, transaction, company, sender, address, [test])
        prepared.write(runtime, transaction, company_id)
        return prepared.jobs

    await announce_answers(runtime, await transact(stores.db, send), None)


async def _count(runtime: Runtime, company_id: str, by: str) -> None:
    counted, most = throttle_id(Counted.TEST, company_id, by), MOST_TRIES[Counted.TEST]
    if await runtime.stores.throttles.count(counted, runtime.now(), TEST_STRETCH) > most:
        raise Conflict(f"You have sent {most} tests within an hour, which is the most. Try again later.")


async def _content(runtime: Runtime, company_id: str, campaign: Campaign) -> CampaignContent:
    """What a campaign that is frozen sends; of a draft, what it would be frozen as now."""
    if campaign.content_hash:
        contents = runtime.stores.campaign_contents
        return await contents.frozen(company_id, campaign.id, campaign.content_hash)
    return await freeze_content(runtime, company_id, campaign)
