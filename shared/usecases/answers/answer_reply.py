"""A person settles a reply: says which messages it answers, and how, or that nothing is to be done.

What was settled, or understood by itself, can be corrected.
"""

from collections.abc import Iterable, Mapping

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.events.other_events import message_events
from shared.domain.job import SendBatch
from shared.domain.messages.binding import answered
from shared.domain.messages.message import Message
from shared.domain.messages.one_appointment import with_others
from shared.domain.messages.reply import GivenAnswer, Reply, noted, settled
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.answers.find_beside import find_beside
from shared.usecases.answers.prepare_effects import prepare_effects
from shared.usecases.ledger.mark_sums import mark_sums
from shared.usecases.outbox.open_outbox import Outbox, open_outbox


async def answer_reply(
    runtime: Runtime,
    company_id: str,
    reply_id: str,
    given: Mapping[str, Disposition],
    by: str = "",
    *,
    corrects: bool = False,
) -> Reply:
    """Bind the reply to the messages (by id), whose answers these are from now on.

    All that their options set off follows, once. What the reply answers already stays. A refusal stays a
    refusal besides, and sets nothing off. One that does not wait is taken otherwise only where it `corrects`.
    Raises Conflict when the reply does not wait, or a message has got another answer since, InvalidInput for
    a message to somebody else.
    """
    outbox = await open_outbox(runtime, company_id)
    jobs: list[SendBatch] = []

    async def bind(transaction: Transaction) -> Reply:
        reply = await runtime.stores.replies.get(company_id, reply_id, transaction)
        if not reply.is_waiting and _says(reply, given):
            return reply
        if not reply.is_waiting and not corrects:
            raise Conflict(f"This reply was taken as {reply.meaning} already.")
        done, jobs[:] = await _bind(runtime, company_id, transaction, outbox, reply, given, by)
        return done

    bound = await transact(runtime.stores.db, bind)
    await announce_jobs(runtime, jobs, None)
    await outbox.announce()
    return bound


def _new_in(done: Reply, reply: Reply, given: Mapping[str, Disposition]) -> tuple[GivenAnswer, ...]:
    """What of the answers is new: the others set theirs off when the reply came."""
    known = {one.message_id: one.disposition for one in reply.answers}
    named = (one for one in done.answers if one.message_id in given)
    return tuple(one for one in named if known.get(one.message_id) is not one.disposition)


async def _bind(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    outbox: Outbox,
    reply: Reply,
    given: Mapping[str, Disposition],
    by: str,
) -> tuple[Reply, list[SendBatch]]:
    """The reply with these answers, stored with all that follows, and what is to be announced then."""
    stores, now = runtime.stores, runtime.now()
    ids = {*given, *(one.message_id for one in reply.answers)}
    messages = await stores.messages.find_many(company_id, ids, transaction)
    _check(reply, given, messages)
    every = messages | await find_beside(runtime, company_id, messages.values(), transaction)
    is_first = reply.is_waiting
    taken = _as_answer(reply, every, given) if is_first else _corrected(reply, messages, given)
    done = settled(taken, by, now)
    changed = {item_id: messages[item_id] for item_id in given}
    answers = with_others(given, every)
    await mark_sums(runtime, company_id, _fires(reply, [every[item_id] for item_id in answers]))
    new = replace(done, answers=_new_in(done, reply, given))
    effects = await prepare_effects(runtime, company_id, transaction, new, changed)
    done = noted(done, effects.tagged.note)
    stores.replies.put(transaction, company_id, reply.id, done)
    for item_id, disposition in answers.items():
        message = every[item_id]
        after = replace(message, disposition=disposition)
        stores.messages.put(transaction, company_id, message.id, after)
        outbox.put(transaction, message_events(message, after, now))
    effects.write(runtime, transaction, company_id, outbox)
    return done, effects.jobs


def _fires(reply: Reply, changed: Iterable[Message]) -> set[str]:
    return {one for one in (reply.fire_id, *(message.fire_id for message in changed)) if one}


def _says(reply: Reply, given: Mapping[str, Disposition]) -> bool:
    """Whether the reply was taken so already."""
    said = {one.message_id: one.disposition for one in reply.answers}
    return given.items() <= said.items()


def _check(reply: Reply, given: Mapping[str, Disposition], messages: Mapping[str, Message]) -> None:
    is_same = reply.channel.record.address.is_same
    for item_id in given:
        message = messages.get(item_id)
        if message is None or not is_same(message.address, reply.address):
            raise InvalidInput.at("message_id", "is not a message to the person who replied")


def _as_answer(reply: Reply, messages: Mapping[str, Message], given: Mapping[str, Disposition]) -> Reply:
    """The reply as these answers, and still the refusal that it is, if it is one."""
    answer = answered(reply, messages, given)
    return replace(
        answer,
        meaning=reply.meaning if reply.meaning is ReplyMeaning.OPT_OUT else answer.meaning,
        contradicts_earlier=answer.contradicts_earlier or reply.contradicts_earlier,
    )


def _corrected(reply: Reply, messages: Mapping[str, Message], given: Mapping[str, Disposition]) -> Reply:
    """The reply, settled before, as these answers. A later answer of the person must not be lost by it."""
    said = {one.message_id: one.disposition for one in reply.answers}
    if any(one.disposition not in (None, said.get(one.id)) for one in messages.values()):
        raise Conflict("The message has got another answer since. Correct the reply that gave it.")
    before = {item_id: replace(one, disposition=None) for item_id, one in messages.items()}
    note = f"Corrected: it was taken as {', '.join(dict.fromkeys(said.values())) or reply.meaning}."
    return replace(_as_answer(reply, before, given), note=note)


async def close_reply(runtime: Runtime, company_id: str, reply_id: str, by: str = "") -> Reply:
    """Nothing is to be done about the reply: it waits no more. Raises NotFound."""
    stores = runtime.stores

    async def close(transaction: Transaction) -> Reply:
        reply = await stores.replies.get(company_id, reply_id, transaction)
        if not reply.is_waiting:
            return reply
        done = settled(reply, by, runtime.now())
        stores.replies.put(transaction, company_id, reply_id, done)
        return done

    return await transact(stores.db, close)
