"""What an audience of people is explained with: its segments, and what people call what it names."""

from datetime import datetime

from shared.domain.campaigns.audience import FileRows, ListMembers, PeopleAudience, SegmentMembers
from shared.domain.contacts.activity import NOTHING
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.criterion_words import Names
from shared.domain.contacts.judge_contact import parts_of
from shared.domain.contacts.segment import OnList
from shared.domain.fires.explain_absence import AudienceFacts
from shared.domain.fires.gathering import GatheringFacts
from shared.runtime import Runtime
from shared.views.activity import read_tallies_of
from shared.views.segments import read_fields


async def read_audience_facts(
    runtime: Runtime, company_id: str, audience: PeopleAudience, contact: Contact | None, at: datetime
) -> AudienceFacts:
    """Segments and names as they are now, to judge the audience as of `at`; and the contact's activity then.

    What became of a message later counts: when it did is not kept.
    """
    stores, chosen = runtime.stores, audience.chosen()
    company = await stores.companies.get(company_id)
    segments = await stores.segments.find_many(
        company_id, {one.segment_id for one in chosen if isinstance(one, SegmentMembers)}
    )
    criteria = {one.id: one.criterion for one in segments.values()}
    parts = [part for one in segments.values() for part in parts_of(one.criterion)]
    list_ids = {one.list_id for one in (*chosen, *parts) if isinstance(one, ListMembers | OnList)}
    lists = await stores.contact_lists.find_many(company_id, list_ids)
    files = await stores.files.find_many(
        company_id, {one.file_id for one in chosen if isinstance(one, FileRows)}
    )
    fields = (await read_fields(runtime, company_id)).values()
    return AudienceFacts(
        gathering=GatheringFacts(
            criteria=criteria,
            kinds={one.id: one.kind for one in fields},
            now=at,
            time_zone=company.time_zone,
            excluded={},
            tallies=await read_tallies_of(runtime, company_id, criteria.values(), [contact], at)
            if contact
            else NOTHING,
        ),
        segments=segments,
        names=Names(
            lists={one.id: one.name for one in lists.values()},
            fields={one.id: one.name for one in fields},
        ),
        files={one.id: one.name for one in files.values()},
    )
