"""What a person chose by a link: which messages they get. No more is read than the company and opt-outs."""

from collections.abc import Callable

from msgspec import Struct

from shared.domain.companies.company import Company
from shared.domain.contacts.opt_out import OptOut, active, opt_out_id
from shared.domain.contacts.preference_link import LinkedPerson
from shared.domain.contacts.preferences import (
    Choice,
    Preferences,
    Refusable,
    after_choice,
    preference_ids,
    preferences_of,
    took_back_stop,
)
from shared.domain.events.other_events import opt_out_events
from shared.domain.senders.sender import MOST_SENDERS
from shared.firestore.kit.transactions import Transaction, transact
from shared.providers import registry
from shared.runtime import Runtime
from shared.usecases.contacts.ask_clearing import ask_clearing, to_be_cleared
from shared.usecases.contacts.confirm_by_link import open_questions
from shared.usecases.outbox.open_outbox import open_outbox


class ShownPreferences(Struct, frozen=True, kw_only=True):
    """What a page shows: whose messages, the topics that can be refused, and what holds.

    `may_be_held`: what was just taken back was a STOP that the provider of a sender keeps too, until START.
    """

    company: Company
    topics: tuple[str, ...]
    preferences: Preferences
    to_confirm: tuple[str, ...] = ()  # names of lists that ask the person
    may_be_held: bool = False


async def read_preferences(runtime: Runtime, company_id: str, person: LinkedPerson) -> ShownPreferences:
    """What holds now. Raises NotFound when the company is gone."""
    company, alone = await _company(runtime, company_id, person)
    stored = await runtime.stores.opt_outs.find_many(company_id, preference_ids(person, alone))
    return ShownPreferences(
        company=company,
        topics=alone.topics,
        preferences=preferences_of(person, alone, active(stored.values())),
        to_confirm=await open_questions(runtime, company, person),
    )


async def save_preferences(
    runtime: Runtime, company_id: str, person: LinkedPerson, choose: Callable[[Preferences], Choice]
) -> ShownPreferences:
    """What holds after the choice, which is made of what held. Choosing the same again changes nothing.

    Raises NotFound when the company is gone.
    """
    stores = runtime.stores
    company, alone = await _company(runtime, company_id, person)
    if alone.topics and not company.has_topic_opt_outs:  # before the first is stored: nobody misses it
        await stores.companies.look_for_narrow(company_id, by_topic=True)
    ids, outbox = preference_ids(person, alone), await open_outbox(runtime, company_id)
    made: list[OptOut] = []

    async def save(transaction: Transaction) -> dict[str, OptOut]:
        stored = await stores.opt_outs.find_many(company_id, ids, transaction)
        deleted = await stores.deletions.find(
            company_id, opt_out_id(person.channel, person.address), transaction
        )
        choice = choose(preferences_of(person, alone, active(stored.values())))
        changed = after_choice(person, alone, stored, choice, runtime.now(), is_forgotten=deleted is not None)
        made[:] = changed = to_be_cleared(changed)
        for opt_out in changed:
            stores.opt_outs.put(transaction, company_id, opt_out.id, opt_out)
        outbox.put(transaction, opt_out_events(changed))
        return stored | {one.id: one for one in changed}

    stored = await transact(stores.db, save)
    await outbox.announce()
    await ask_clearing(runtime, company_id, made)
    preferences = preferences_of(person, alone, active(stored.values()))
    questions = await open_questions(runtime, company, person)
    return ShownPreferences(
        company=company,
        topics=alone.topics,
        preferences=preferences,
        to_confirm=questions,
        may_be_held=any(map(took_back_stop, made)) and await _keeps_stop(runtime, company_id, person),
    )


async def _keeps_stop(runtime: Runtime, company_id: str, person: LinkedPerson) -> bool:
    """Whether the provider of a sender of the channel takes STOP and START by itself."""
    page = await runtime.stores.senders.page(company_id, limit=MOST_SENDERS)
    senders = [one for one in page.items if one.channel == person.channel]
    return any(registry.answers_word(one, "start") for one in senders)


async def _company(runtime: Runtime, company_id: str, person: LinkedPerson) -> tuple[Company, Refusable]:
    """The company, and what can be refused alone: its topics with that of the link, be it none of them any
    more, and its senders where somebody has refused a single one.
    """
    company = await runtime.stores.companies.get(company_id)
    topics, sender_ids = company.consent.topics, []
    if person.topic and person.topic not in topics:
        topics = (*topics, person.topic)
    if company.has_sender_opt_outs:
        page = await runtime.stores.senders.page(company_id, limit=MOST_SENDERS)
        sender_ids = [one.id for one in page.items if one.channel == person.channel]
    return company, Refusable(topics=topics, sender_ids=tuple(sender_ids))
