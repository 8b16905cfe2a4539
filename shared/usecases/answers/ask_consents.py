"""Ask who joined a list with double opt-in whether they want to be on it: once, by one message."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from msgspec import Struct

from shared import log
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.double_opt_in import Joining, asked, joining, may_be_asked
from shared.domain.contacts.list_consent import ListConsent
from shared.domain.contacts.opt_out import active, holding
from shared.domain.fires.standing import Answer, answer_subject
from shared.domain.job import AskConsents
from shared.domain.messages.confirming import question_id
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.saying import concerned_ids
from shared.domain.senders.sender import Sender
from shared.firestore.contact_shards import contacts_in
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.answers.prepare_answers import NOTHING, Prepared, prepare_answers
from shared.usecases.companies.make_links import make_links
from shared.views.confirmed_lists import confirming_lists


class _Asking(Struct, frozen=True, kw_only=True):
    """A company with its lists that ask, and from which sender each does."""

    company: Company
    lists: list[ContactList]
    senders: Mapping[str, Sender]  # by list

    @property
    def channels(self) -> dict[str, Channel]:
        """Of the senders, by list."""
        return {list_id: sender.channel for list_id, sender in self.senders.items()}


async def ask_consents(runtime: Runtime, job: AskConsents) -> None:
    """Ask everybody who was not asked yet, where it is day. What a try before asked is not asked again."""
    company = await runtime.stores.companies.find(job.company_id)
    if company is None or company.is_being_deleted or not company.sending_enabled:
        return
    lists = await confirming_lists(runtime, company.id)
    found = await runtime.stores.senders.find_many(company.id, {one.confirm_sender_id for one in lists})
    senders = {one.id: found[one.confirm_sender_id] for one in lists if one.confirm_sender_id in found}
    asking = _Asking(company=company, lists=[one for one in lists if one.id in senders], senders=senders)
    if not asking.lists:
        return
    count = 0
    async for joins in _unasked(runtime, asking, runtime.now()):
        count += await _ask(runtime, asking, joins)
    log.event("consents asked", company_id=company.id, asked=count)


async def _unasked(runtime: Runtime, asking: _Asking, now: datetime) -> AsyncIterator[Joining]:
    """Who is on the lists and has no question stored, a shard of contacts at a time."""
    company, channels = asking.company, asking.channels
    async for shard in runtime.stores.contact_shards.scan(company.id):
        found = {
            joins.consent_id: joins
            for contact in contacts_in(shard)
            if may_be_asked(contact, company.time_zone, now)
            for joins in joining(contact, asking.lists, channels)
        }
        stored = await runtime.stores.list_consents.find_many(company.id, found) if found else {}
        for consent_id, joins in found.items():
            if consent_id not in stored:
                yield joins


async def _ask(runtime: Runtime, asking: _Asking, joins: Joining) -> bool:
    """Store the question and its message in one transaction; not where somebody has refused."""
    stores, company, sender = runtime.stores, asking.company, asking.senders[joins.list.id]
    refusal_ids = concerned_ids(sender.channel, joins.address, sender.id)

    async def ask(transaction: Transaction) -> Prepared:
        if await stores.list_consents.find(company.id, joins.consent_id, transaction) is not None:
            return NOTHING
        opt_outs = await stores.opt_outs.find_many(company.id, refusal_ids, transaction)
        refused = holding(refusal_ids, active(opt_outs.values())) is not None
        consent = asked(joins, runtime.now(), is_refused=refused)
        answer = _question(runtime, company, sender, joins, consent)
        prepared = await prepare_answers(
            runtime, company.id, transaction, company, sender, joins.address, [] if refused else [answer]
        )
        stores.list_consents.put(transaction, company.id, consent.id, consent)
        prepared.write(runtime, transaction, company.id)
        return prepared

    prepared = await transact(stores.db, ask)
    await announce_jobs(runtime, prepared.jobs, None)
    return bool(prepared.pairs)


def _question(
    runtime: Runtime, company: Company, sender: Sender, joins: Joining, consent: ListConsent
) -> Answer:
    link = make_links(runtime, company.id).preferences(sender.channel, joins.address)
    return Answer(
        id=question_id(consent),
        purpose=Purpose.LIST_CONFIRMATION,
        text=f"{joins.list.confirm_text.strip()} {link}",
        not_after=consent.expires_at,
        subject=answer_subject(sender.channel, [], joins.list.name),
    )
