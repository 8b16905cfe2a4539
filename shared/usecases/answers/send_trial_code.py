"""Send a code to an address, by which a company in trial verifies it."""

from shared.domain.companies.trial import SentCode, with_code
from shared.domain.contacts.opt_out import active, holding, opt_out_ids
from shared.domain.contacts.verified import verified_key
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.trial_code import code_answer
from shared.domain.ids import random_id
from shared.domain.job import SendBatch
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.answers.prepare_answers import announce_answers, prepare_answers
from shared.usecases.companies.change_trial import checked_address


async def send_trial_code(runtime: Runtime, company_id: str, sender_id: str, address: str) -> SentCode:
    """Have the sender bring a code to the address; what is kept of it. It goes out as every message does.

    Raises NotFound, InvalidInput for what is no address or a sender that may not write first, and Conflict
    without a trial, for too many codes, and where the address has refused messages.
    """
    stores, message_id = runtime.stores, random_id()
    sender = await stores.senders.get(company_id, sender_id)
    _check_sender(sender)

    async def send(transaction: Transaction) -> tuple[SentCode, list[SendBatch]]:
        company = await stores.companies.get(company_id, transaction)
        found, channel = checked_address(company, sender.channel, address), sender.channel
        code = SentCode(
            key=verified_key(channel, found),
            channel=str(channel),
            address=found,
            message_id=message_id,
            sent_at=runtime.now(),
        )
        if any(one.message_id == message_id for one in company.trial_codes.sent):
            return code, []  # our own commit, applied though it reported an error: the sweep announces it
        codes = with_code(company.trial, company.trial_codes, code)
        refusal_ids = opt_out_ids(channel, found)
        refusals = await stores.opt_outs.find_many(company_id, refusal_ids, transaction)
        if holding(refusal_ids, active(refusals.values())) is not None:
            raise Conflict(f"{found} has refused messages: nothing is sent there.")
        prepared = await prepare_answers(
            runtime, company_id, transaction, company, sender, found, [code_answer(company, code)]
        )
        stores.companies.put_trial(transaction, company_id, company.trial, codes)
        prepared.write(runtime, transaction, company_id)
        return code, prepared.jobs

    code, jobs = await transact(stores.db, send)
    await announce_answers(runtime, jobs, None)
    return code


def _check_sender(sender: Sender) -> None:
    if sender.channel.record.conversation_hours is not None:
        reason = f"is for {sender.channel}, where people must write first: choose another sender"
        raise InvalidInput.at("sender_id", reason)
