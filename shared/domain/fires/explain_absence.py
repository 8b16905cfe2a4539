"""Why a contact was not in an audience of people: which of its parts left them out, in words."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from shared.domain.campaigns.audience import (
    Chosen,
    Everybody,
    FileRows,
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.criterion_words import Names, criterion_words, unmet_words
from shared.domain.contacts.judge_contact import OptOuts, judge_of
from shared.domain.contacts.segment import Criterion, Segment
from shared.domain.fires.gathering import Gathering, GatheringFacts
from shared.domain.record import replace


class AudienceFacts(Struct, frozen=True, kw_only=True):
    """What an audience is explained with: what it was gathered with, and what people call it all.

    `files` are the names of its files by id. A segment that is gone is in no `segments`.
    """

    gathering: GatheringFacts
    segments: Mapping[str, Segment]
    names: Names
    files: Mapping[str, str] = field(default_factory=dict)

    def called(self, chosen: Chosen) -> str:
        """What people call a part of an audience."""
        match chosen:
            case Everybody():
                return "all contacts"
            case ListMembers(list_id=list_id):
                return f"the list {self.names.lists.get(list_id, list_id)!r}"
            case SegmentMembers(segment_id=segment_id):
                segment = self.segments.get(segment_id)
                return f"the segment {segment.name if segment else segment_id!r}"
            case PickedContacts():
                return "the contacts picked by hand"
            case PastedAddresses():
                return "the pasted addresses"
            case FileRows(file_id=file_id):
                return f"the file {self.files.get(file_id, file_id)!r}"

    def gone(self, several: Iterable[Chosen]) -> str | None:
        """The id of a segment among them that is no more there."""
        wanted = (one.segment_id for one in several if isinstance(one, SegmentMembers))
        return next((one for one in wanted if one not in self.segments), None)


def is_named(chosen: Chosen, contact: Contact, opt_outs: OptOuts, facts: AudienceFacts) -> bool:
    """Whether the part names the contact itself; what brings addresses is told apart by those."""
    if facts.gone([chosen]) is not None:
        return False
    alone = Gathering(PeopleAudience(include=(chosen,)), replace(facts.gathering, excluded={}))
    return alone.takes(contact, opt_outs)


def brings_addresses(chosen: Chosen) -> bool:
    """Whether it names people by addresses: its rows or texts must be read to know whom."""
    return isinstance(chosen, PastedAddresses | FileRows)


def not_named_words(chosen: Chosen, contact: Contact | None, opt_outs: OptOuts, facts: AudienceFacts) -> str:
    """Why a part of the audience does not name the person, as a sentence."""
    called = facts.called(chosen)
    match chosen:
        case SegmentMembers(segment_id=segment_id) if contact is not None and segment_id in facts.segments:
            criterion = facts.segments[segment_id].criterion
            wants = _unmet(criterion, contact, opt_outs, facts)
            return f"The person was not in {called}: it wants whoever {wants}."
        case PastedAddresses():
            return "None of the person's addresses is among the pasted ones."
        case FileRows(row_filter=row_filter):
            taken = f" that its filter takes ({row_filter})" if row_filter else ""
            return f"No row of {called}{taken} has an address of the person's."
    return f"The person was not {_place(chosen)} {called}."


def excluded_words(chosen: Chosen, facts: AudienceFacts) -> str:
    """That a part of the audience keeps the person out, as a sentence."""
    called = facts.called(chosen)
    if isinstance(chosen, SegmentMembers) and chosen.segment_id in facts.segments:
        wants = criterion_words(facts.segments[chosen.segment_id].criterion, facts.names)
        return f"The campaign leaves out {called}, and the person was in it: it has whoever {wants}."
    return f"The campaign leaves out {called}, and the person was {_place(chosen)} that."


def changed_words(several: Sequence[Chosen], facts: AudienceFacts) -> list[str]:
    """Which segments changed after the fire: what they were then is not kept."""
    wanted = dict.fromkeys(one.segment_id for one in several if isinstance(one, SegmentMembers))
    found = (facts.segments[one] for one in wanted if one in facts.segments)
    return [
        f"The segment {one.name!r} was changed after the fire, on {one.updated_at:%Y-%m-%d}: "
        "it is judged as it is now."
        for one in found
        if one.updated_at > facts.gathering.now
    ]


def _unmet(criterion: Criterion, contact: Contact, opt_outs: OptOuts, facts: AudienceFacts) -> str:
    given = facts.gathering

    def meets(part: Criterion) -> bool:
        judge = judge_of(part, given.kinds, given.now, given.time_zone, given.tallies)
        return judge(contact, opt_outs)

    return unmet_words(criterion, contact, meets, facts.names)


def _place(chosen: Chosen) -> str:
    return {ListMembers: "on", SegmentMembers: "in", FileRows: "in"}.get(type(chosen), "among")
