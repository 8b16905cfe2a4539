"""What a person gets of a company on one channel, and what becomes of that by their own choice."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from shared.domain.contacts.opt_out import (
    OptOut,
    OptOutSource,
    ended,
    holding,
    noted,
    opt_out_id,
    opt_out_ids,
    sender_opt_out_id,
    topic_opt_out_id,
)
from shared.domain.contacts.preference_link import LinkedPerson
from shared.domain.record import replace

# What a person can take back by a link: their own word. A complaint, or what the company noted, is another's.
_OWN = frozenset({OptOutSource.REPLY, OptOutSource.PROVIDER, OptOutSource.PAGE})
_AT_PROVIDER = frozenset({OptOutSource.REPLY, OptOutSource.PROVIDER})


class Refusable(Struct, frozen=True, kw_only=True):
    """What a person may have refused alone: topics, and senders on the channel, by id."""

    topics: tuple[str, ...] = ()
    sender_ids: tuple[str, ...] = ()


class Preferences(Struct, frozen=True, kw_only=True):
    """What holds. `refused_topics` are those refused alone; `refusal` is that of all, if there is one.

    `has_refused_sender`: a STOP to a single sender holds, which the person can take back here.
    """

    refused_topics: frozenset[str]
    refusal: OptOut | None
    has_refused_sender: bool = False

    @property
    def may_return(self) -> bool:
        """Whether the person can take the refusal of all back here."""
        return self.refusal is not None and self.refusal.source in _OWN


class Choice(Struct, frozen=True, kw_only=True):
    """What a person chose: whether they get messages (None: as before), and of which topics none."""

    refused_topics: frozenset[str]
    gets_messages: bool | None = None


def preference_ids(person: LinkedPerson, alone: Refusable) -> tuple[str, ...]:
    """The ids of all opt-outs that a choice may change."""
    narrow = (topic_opt_out_id(person.channel, person.address, topic) for topic in alone.topics)
    return (*_ids_of_all(person), *narrow, *_sender_ids(person, alone))


def preferences_of(person: LinkedPerson, alone: Refusable, held: Mapping[str, OptOut]) -> Preferences:
    """What holds for the person. `held` are the opt-outs that hold, by id."""
    refused = (one for one in alone.topics if topic_opt_out_id(person.channel, person.address, one) in held)
    refusal = holding(_ids_of_all(person), held)
    of_senders = (held[item_id] for item_id in _sender_ids(person, alone) if item_id in held)
    return Preferences(
        refused_topics=frozenset(refused),
        refusal=None if refusal is None or refusal.is_bounce else refusal,
        has_refused_sender=any(one.source in _OWN for one in of_senders),
    )


def took_back_stop(opt_out: OptOut) -> bool:
    """Whether it has just ended, and was what a provider may have noted as well."""
    return not opt_out.is_active and bool(opt_out.earlier) and opt_out.earlier[-1].source in _AT_PROVIDER


def after_choice(
    person: LinkedPerson,
    alone: Refusable,
    stored: Mapping[str, OptOut],
    choice: Choice,
    now: datetime,
    *,
    is_forgotten: bool,
) -> list[OptOut]:
    """The opt-outs that change. Of a person who was deleted the address is not stored again."""
    changed = [*_all(person, alone, stored, choice, now), *_topics(person, alone.topics, stored, choice, now)]
    return [replace(one, address="") if is_forgotten else one for one in changed]


def _all(
    person: LinkedPerson, alone: Refusable, stored: Mapping[str, OptOut], choice: Choice, now: datetime
) -> Iterator[OptOut]:
    """Who wants messages again wants them from each sender: what was said to a single one ends too."""
    ids = _ids_of_all(person)
    if choice.gets_messages is False:
        theirs = [stored[item_id] for item_id in ids if item_id in stored]
        new = noted(theirs, _refusal(person, opt_out_id(person.channel, person.address), now))
        yield from [new] if new else []
    if choice.gets_messages:
        for item_id in (*ids, *_sender_ids(person, alone)):
            one = stored.get(item_id)
            if one is not None and one.is_active and one.source in _OWN:
                yield ended(one, OptOutSource.PAGE, now)


def _ids_of_all(person: LinkedPerson) -> tuple[str, ...]:
    return opt_out_ids(person.channel, person.address)


def _sender_ids(person: LinkedPerson, alone: Refusable) -> tuple[str, ...]:
    return tuple(sender_opt_out_id(person.channel, person.address, one) for one in alone.sender_ids)


def _topics(
    person: LinkedPerson, topics: Collection[str], stored: Mapping[str, OptOut], choice: Choice, now: datetime
) -> Iterator[OptOut]:
    for topic in topics:
        item_id = topic_opt_out_id(person.channel, person.address, topic)
        current = stored.get(item_id)
        if topic in choice.refused_topics:
            refusal = replace(_refusal(person, item_id, now), topic=topic)
            if (new := noted([current] if current else [], refusal)) is not None:
                yield new
        elif current is not None and current.is_active:
            yield ended(current, OptOutSource.PAGE, now)


def _refusal(person: LinkedPerson, item_id: str, now: datetime) -> OptOut:
    return OptOut(
        id=item_id,
        channel=person.channel,
        address=person.address,
        is_active=True,
        source=OptOutSource.PAGE,
        changed_at=now,
    )
