"""One person's page: messages, failures, replies, consent, imports and edits in the order of their times."""

from collections.abc import Collection, Iterator, Sequence

from shared.domain.messages.reply import Reply
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import CONTACT_CHANGES, FAILURES, MESSAGES, REPLIES
from shared.runtime import Runtime
from shared.views.kit.merging import HeldList, Placed, StoredList, merged
from shared.views.kit.paging import Page, PageAsked
from shared.views.one_person import OnePerson, get_person, read_opt_outs
from shared.views.timeline_entries import TimelineEntry, TimelineKind, consent_changes, entry_of

ROUNDS = 4  # in which a page is filled while what was read is not what is asked for

_K = TimelineKind
# Which kinds each list may have.
_OF_LIST: dict[str, frozenset[TimelineKind]] = {
    "messages": frozenset({_K.MESSAGE, _K.APPOINTMENT}),
    "failures": frozenset({_K.FAILURE, _K.APPOINTMENT}),
    "replies": frozenset({_K.REPLY, _K.CONSENT}),
    "opt_outs": frozenset({_K.CONSENT}),
    "contact_changes": frozenset({_K.CONSENT, _K.IMPORT, _K.EDIT}),
}


async def get_timeline(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    contact_id: str,
    *,
    kinds: Collection[TimelineKind] = (),
) -> Page[TimelineEntry]:
    """What happened to a contact, newest first; of some kinds, or of all. Also of one that was deleted.

    What went to one of the addresses counts, and what was written from there, unless it is that of another
    contact with the same address. A page may hold fewer than asked for: it ends where enough was looked
    through. Raises NotFound.
    """
    person = await get_person(runtime, company_id, contact_id)
    wanted = frozenset(kinds or TimelineKind)
    lists: list[StoredList | HeldList] = [
        *_stored(runtime, person, wanted),
        *await _held(runtime, company_id, person, wanted),
    ]
    found: list[TimelineEntry] = []
    after = asked.after
    for _ in range(ROUNDS):
        part = PageAsked(asked.limit - len(found), after, asked.since, asked.until)
        page = await merged(company_id, part, lists)
        found += await _entries(runtime, company_id, person, page.items, wanted)
        after = page.next_after
        if after is None or len(found) == asked.limit:
            break
    return Page(found, after)


def _stored(runtime: Runtime, person: OnePerson, wanted: frozenset[TimelineKind]) -> Iterator[StoredList]:
    stores = runtime.stores
    own = [(Match("contact_ids", one),) for one in person.ids]
    every = (
        (stores.messages, MESSAGES, person.message_matches()),
        (stores.failures, FAILURES, person.failure_matches()),
        (stores.replies, REPLIES, person.reply_matches()),
        (stores.contact_changes, CONTACT_CHANGES, own),
    )
    for collection, query, several in every:
        if _OF_LIST[query.collection] & wanted:
            for matches in several:
                yield StoredList(
                    name=query.collection, collection=collection, query=query, matches=(matches,)
                )


async def _held(
    runtime: Runtime, company_id: str, person: OnePerson, wanted: frozenset[TimelineKind]
) -> list[HeldList]:
    if not _OF_LIST["opt_outs"] & wanted:
        return []
    opt_outs = await read_opt_outs(runtime, company_id, person)
    return [HeldList(items=[one for each in opt_outs.values() for one in consent_changes(each)])]


async def _entries(
    runtime: Runtime,
    company_id: str,
    person: OnePerson,
    placed: Sequence[Placed],
    wanted: frozenset[TimelineKind],
) -> list[TimelineEntry]:
    """Those that are the person's and of the kinds that are asked for."""
    replies = [one.record for one in placed if isinstance(one.record, Reply)]
    answered = {one.message_id for one in replies if one.message_id is not None}
    messages = await runtime.stores.messages.find_many(company_id, answered) if answered else {}
    found = (entry_of(person, one, messages) for one in placed)
    return [entry for entry in found if entry is not None and wanted.intersection(entry.kinds)]
