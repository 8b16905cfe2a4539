"""The source whose fields an audience's recipients have."""

from shared.domain.campaigns.audience import Audience, FileRows, PeopleAudience
from shared.domain.contacts.contact_source import contact_source
from shared.domain.files.source import CONTACTS, ColumnMapping, Source
from shared.runtime import Runtime
from shared.views.segments import read_fields


async def find_source(runtime: Runtime, company_id: str, audience: Audience) -> Source | None:
    """The stored source of the files, or that of contacts as the company's fields are now.

    Files that people are taken from add their own fields, where contacts have none of that name.
    """
    if not isinstance(audience, PeopleAudience):
        return await runtime.stores.sources.find(company_id, audience.source_id)
    fields = await read_fields(runtime, company_id)
    others = await _columns_of_files(runtime, company_id, audience)
    return contact_source(fields.values(), runtime.now(), others)


async def keep_contact_source(runtime: Runtime, company_id: str) -> None:
    """Store the source of contacts, once: it remembers that something was sent to them."""
    source = contact_source((), runtime.now())
    await runtime.stores.sources.add(company_id, CONTACTS, source)


async def sources_of_rows(runtime: Runtime, company_id: str, audience: PeopleAudience) -> dict[str, Source]:
    """By file id, the sources of the files that the audience names; those that are gone are left out."""
    wanted = {one.file_id for one in audience.chosen() if isinstance(one, FileRows)}
    files = await runtime.stores.files.find_many(company_id, wanted) if wanted else {}
    sources = await runtime.stores.sources.find_many(company_id, {file.source_id for file in files.values()})
    return {file.id: sources[file.source_id] for file in files.values() if file.source_id in sources}


async def _columns_of_files(
    runtime: Runtime, company_id: str, audience: PeopleAudience
) -> list[ColumnMapping]:
    sources = await sources_of_rows(runtime, company_id, audience)
    return [column for source in sources.values() for column in source.columns]
