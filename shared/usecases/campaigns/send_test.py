"""Send a test: a step's message, with the values of a real row, to an address of who asks for it."""

from shared import log
from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.throttle import MOST_TRIES, TEST_STRETCH, Counted, throttle_id
from shared.domain.contacts.opt_out import active, forbidding_ids, holding
from shared.domain.contacts.verified import is_unverified
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.files.file import FileState
from shared.domain.fires.own_test import own_test, tested_step, tested_texts
from shared.domain.fires.recipient import Recipient, recipient_of_row
from shared.domain.fires.standing import Answer
from shared.domain.job import SendBatch
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.answers.prepare_answers import announce_answers, prepare_answers
from shared.usecases.campaigns.freeze_content import freeze_content
from shared.usecases.companies.change_trial import checked_address
from shared.usecases.companies.make_links import make_links
from shared.views.file_rows import get_row, list_rows
from shared.views.files import get_file, list_files
from shared.views.kit.paging import PageAsked
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
    file_id: str | None = None,
    row_number: int | None = None,
) -> ShownMessage:
    """Have a step's message sent to the address at once; the message as it is queued. Asked again with the
    same `message_id`, it sends nothing more.

    `by` is who asks: at most ten an hour. Without a row it has the values of the file's first; without a
    file, those of the campaign's, or of the newest of its source. Consent and trial are asked here, and once
    more when it goes out. Raises NotFound, InvalidInput and Conflict.
    """
    stores = runtime.stores
    if await stores.messages.find(company_id, message_id) is not None:
        return await get_message(runtime, company_id, message_id)
    campaign = await stores.campaigns.get(company_id, campaign_id)
    content = await _content(runtime, company_id, campaign)
    step = tested_step(content, step_id)
    recipient = await _recipient(runtime, company_id, campaign, file_id, row_number)
    company = await stores.companies.get(company_id)
    to, links = checked_address(company, step.channel, address), make_links(runtime, company_id)
    texts = tested_texts(content, step, recipient, to, links, runtime.now().year)
    sender = await stores.senders.get(company_id, step.sender_id)
    if sender.is_paused:
        raise Conflict(f"The sender {sender.address} is paused: {sender.paused_reason}")
    await _count(runtime, company_id, by)
    test = own_test(texts, step, message_id, runtime.now())
    await _send(runtime, company_id, sender, to, campaign.topic, test)
    log.event("test queued", by=by, campaign_id=campaign_id)
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


async def _recipient(
    runtime: Runtime, company_id: str, campaign: Campaign, file_id: str | None, row_number: int | None
) -> Recipient:
    """The row of the file; of a file of another source none is taken."""
    source_id, audience = campaign.audience.source_id, campaign.audience
    if campaign.is_for_people:
        raise Conflict("A test has the values of a file's row, and this campaign is for people: preview it.")
    if file_id is None and isinstance(audience, FileAudience):
        file_id = audience.file_id
    if file_id is None:
        found = await list_files(
            runtime, company_id, PageAsked(1), source_id=source_id, state=FileState.LOADED
        )
        file_id = found.items[0].id if found.items else None
    if file_id is None:
        raise Conflict("No file of this campaign's source is loaded: there is no row for a test.")
    file = await get_file(runtime, company_id, file_id)
    if file.source_id != source_id:
        raise InvalidInput.at("file_id", "is no file of this campaign's source")
    if row_number is None:
        rows = (await list_rows(runtime, company_id, PageAsked(1), file_id=file.id)).items
        if not rows:
            raise Conflict("The file has no row for a test.")
        return recipient_of_row(file.id, rows[0])
    try:
        return recipient_of_row(file.id, await get_row(runtime, company_id, file.id, row_number))
    except NotFound:
        raise InvalidInput.at("row_number", "there is no such row in the file") from None
