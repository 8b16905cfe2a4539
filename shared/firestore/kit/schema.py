"""The version of each record's stored shape, and how a document of an older one becomes the newest.

A document says its version in `schema`; one without was written before there were versions, and is of
version 1. What only adds a field with a default needs no new version: an older worker leaves alone the
fields it does not know (see codec.overwriting). Everything else does: raise the version by adding an
Upgrade, and run `make shapes`.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.company import Company
from shared.domain.contacts.contact_changes import ContactPair
from shared.domain.errors import NewerDocument
from shared.domain.files.source import Source
from shared.domain.fires.fire import Fire, FireProgress
from shared.domain.messages.reply import Reply

Fields = dict[str, Any]
NAME = "schema"


class Upgrade(Struct, frozen=True, kw_only=True):
    """From one version to the next: a pure function, and the fields that are gone afterwards."""

    change: Callable[[Fields], Fields]
    removes: tuple[str, ...] = ()


def _unchanged(fields: Fields) -> Fields:
    """What is new has its default. The version keeps older workers, which would drop it, from writing."""
    return fields


# By record: the first upgrade leads from version 1 to 2, the next from 2 to 3. None is ever taken out.
UPGRADES: dict[type, tuple[Upgrade, ...]] = {
    CampaignContent: (
        Upgrade(change=_unchanged),  # senders got reply_to and created_at
        # Dedupe keys may hold "time" and "text", and the text fills their gaps; campaigns have a row filter.
        # A worker that does not know that would give messages of a fire other ids, or plan too many.
        Upgrade(change=_unchanged),
        Upgrade(change=_unchanged),  # campaigns say until when answers are taken
        Upgrade(change=_unchanged),  # templates have HTML: an older worker would send the text alone
        Upgrade(change=_unchanged),  # and pictures
        Upgrade(change=_unchanged),  # steps have times, and say for whom they are
        Upgrade(change=_unchanged),  # templates say whether an answering machine gets a call's text
        Upgrade(change=_unchanged),  # templates may be made from formats that providers keep
        # Windows have half days and quiet hours: an older worker would send within them.
        # Reply options set things off, campaigns have a topic. An older worker would write to who refused it.
        Upgrade(change=_unchanged),
        # Campaigns have a frequency cap, senders a stand-in; in runs: an older worker would not stop them.
        # Steps invite to others: an older worker would fail who has no address yet.
        Upgrade(change=_unchanged),
        # Campaigns ask together: an older worker would ask each row by itself. Options start steps.
        Upgrade(change=_unchanged),
        Upgrade(change=_unchanged),  # campaigns say who approved them
        Upgrade(change=_unchanged),  # options have an event: an older worker would not tell it
        # Runs have a pace: an older worker would send faster. Mails have files: it would leave them out.
        Upgrade(change=_unchanged),
        Upgrade(change=_unchanged),  # and when they pause by themselves
        Upgrade(change=_unchanged),  # senders have a daily capacity
    ),
    Company: (
        Upgrade(change=_unchanged),  # its rules have a frequency cap
        Upgrade(change=_unchanged),  # and words of its own: without them a refusal would be missed
    ),
    ContactPair: (Upgrade(change=_unchanged),),  # contacts say which were merged into them; none was before
    Campaign: (
        Upgrade(change=_unchanged),  # steps have times, and say for whom they are
        # An older worker that edits a draft would drop half days, quiet hours and what reply options set off.
        Upgrade(change=_unchanged),
        Upgrade(change=_unchanged),  # steps invite to others
        Upgrade(change=_unchanged),  # nor would it know of options that start steps
        Upgrade(change=_unchanged),  # an older worker would fire what waits for a second person's approval
        Upgrade(change=_unchanged),  # nor would it keep the events of options
        Upgrade(change=_unchanged),  # runs have a pace
    ),
    # A worker that does not know of steps to come would close the fire before them.
    Fire: (Upgrade(change=_unchanged),),
    # A worker that knows no row filter would load rows that are to be left out; one that knows no time column
    # would take a date for its midnight; one that counts nothing as filtered would not balance.
    Source: (Upgrade(change=_unchanged),),
    Reply: (Upgrade(change=_unchanged),),  # what lies beside a reply has a name and a size
    FireProgress: (Upgrade(change=_unchanged),),
}

# The same of records by their name: what few functions need is not loaded by all.
BY_NAME: dict[str, tuple[Upgrade, ...]] = {
    "Broadcast": (
        Upgrade(change=_unchanged),  # options have an event here too
        Upgrade(change=_unchanged),  # its runs have a pace
    ),
}


def _upgrades(record_type: type) -> tuple[Upgrade, ...]:
    return UPGRADES.get(record_type) or BY_NAME.get(record_type.__name__, ())


def version_of(record_type: type) -> int:
    """The version in which records of this type are written."""
    return len(_upgrades(record_type)) + 1


def removed_fields(record_type: type) -> tuple[str, ...]:
    """Fields of older versions that the newest does not have any more."""
    return tuple(name for upgrade in _upgrades(record_type) for name in upgrade.removes)


def upgraded(record_type: type, fields: Fields) -> Fields:
    """The document's fields in the newest version, without their version. Raises NewerDocument."""
    version = fields.pop(NAME, 1)
    known = version_of(record_type)
    if version > known:
        raise NewerDocument(record_type.__name__, version, known)
    for upgrade in _upgrades(record_type)[version - 1 :]:
        fields = upgrade.change(fields)
    return fields
