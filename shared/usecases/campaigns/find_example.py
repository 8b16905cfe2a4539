"""Whose values a test has: a row of the campaign's file, or a person who is in its audience."""

from collections.abc import Collection

from msgspec import Struct

from shared.domain.campaigns.audience import (
    Chosen,
    Everybody,
    FileAudience,
    ListMembers,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.campaigns.campaign import Campaign
from shared.domain.channels.address_kinds import AddressKind
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_source import values_of
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.files.file import FileState
from shared.domain.files.source import CONTACT, PERSON
from shared.domain.fires.gathering import values_of_brought
from shared.domain.fires.recipient import Recipient, recipient_of_row
from shared.runtime import Runtime
from shared.usecases.campaigns.find_source import sources_of_rows
from shared.usecases.campaigns.read_brought import read_brought
from shared.views.contacts import list_contacts
from shared.views.file_rows import get_row, list_rows
from shared.views.files import get_file, list_files
from shared.views.kit.paging import PageAsked
from shared.views.segments import count_segment, read_fields


class Example(Struct, frozen=True, kw_only=True):
    """Who is named: a row of a file, or one of the company's contacts. Nobody: the first there is."""

    file_id: str | None = None
    row_number: int | None = None
    contact_id: str | None = None


NOBODY = Example()


async def find_example(
    runtime: Runtime, company_id: str, campaign: Campaign, example: Example = NOBODY
) -> Recipient:
    """The recipient that is named; without a name, the first of the file, or of whom the campaign is for.

    A person may be any contact of the company. Raises NotFound, InvalidInput, and Conflict where there is
    nobody.
    """
    audience, file_id = campaign.audience, example.file_id
    if isinstance(audience, PeopleAudience):
        kinds = {step.channel.record.address for step in campaign.steps}
        return await find_person(runtime, company_id, audience, kinds, example.contact_id)
    if example.contact_id is not None:
        raise InvalidInput.at("contact_id", "this campaign is for rows of files: name a row")
    if file_id is None and isinstance(audience, FileAudience):
        file_id = audience.file_id
    return await _row(runtime, company_id, audience.source_id, file_id, example.row_number)


async def _row(
    runtime: Runtime, company_id: str, source_id: str, file_id: str | None, row_number: int | None
) -> Recipient:
    """The row of the file; of a file of another source none is taken."""
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


async def find_person(
    runtime: Runtime,
    company_id: str,
    audience: PeopleAudience,
    kinds: Collection[AddressKind],
    contact_id: str | None = None,
) -> Recipient:
    """The contact who is named; without one, somebody in the audience. `kinds` of addresses are sent to.

    Raises InvalidInput, NotFound for a segment that is gone, and Conflict where there is nobody.
    """
    fields = tuple(await read_fields(runtime, company_id))
    if contact_id is not None:
        contacts = await runtime.stores.contact_shards.contacts(company_id, [contact_id])
        if contact_id not in contacts:
            raise InvalidInput.at("contact_id", "there is no such contact")
        return _of_contact(contacts[contact_id], fields)
    for chosen in audience.include:
        if (contact := await _first(runtime, company_id, chosen)) is not None:
            return _of_contact(contact, fields)
        if (brought := await _brought(runtime, company_id, audience, kinds, chosen, fields)) is not None:
            return brought
    raise Conflict("Nobody is in the campaign's audience now: there are no values for a test.")


def _of_contact(contact: Contact, fields: tuple[str, ...]) -> Recipient:
    values = values_of(contact, fields)
    return _recipient(values, contact.time_zone)


def _recipient(values: dict[str, str], time_zone: str) -> Recipient:
    return Recipient(key=values[PERSON], values=values, contact_id=values.get(CONTACT), time_zone=time_zone)


async def _first(runtime: Runtime, company_id: str, chosen: Chosen) -> Contact | None:
    """A contact whom this part of the audience names; None where it names none."""
    match chosen:
        case Everybody() | ListMembers():
            list_id = chosen.list_id if isinstance(chosen, ListMembers) else None
            found = await list_contacts(runtime, company_id, PageAsked(1), list_id=list_id)
            return found.items[0].contact if found.items else None
        case SegmentMembers(segment_id=segment_id):
            segment = await runtime.stores.segments.get(company_id, segment_id)
            counted = await count_segment(runtime, company_id, segment.criterion)
            return next(iter(counted.sample), None)
        case PickedContacts(contact_ids=ids):
            contacts = await runtime.stores.contact_shards.contacts(company_id, ids[:1])
            return next(iter(contacts.values()), None)
    return None


async def _brought(
    runtime: Runtime,
    company_id: str,
    audience: PeopleAudience,
    kinds: Collection[AddressKind],
    chosen: Chosen,
    fields: tuple[str, ...],
) -> Recipient | None:
    """The first whom this part brings by an address."""
    company = await runtime.stores.companies.get(company_id)
    sources = await sources_of_rows(runtime, company_id, audience)
    async for one in read_brought(runtime, company_id, company, chosen, sources, kinds, runtime.now()):
        values = values_of_brought(one.keys[0], one.name, one.values, None, fields)
        return _recipient(values, one.time_zone)
    return None
