"""Whose values a text is shown with while it is written: a file's rows, or contacts."""

from collections.abc import Mapping
from contextlib import suppress

from msgspec import Struct

from functions.portal.audience_fields import NOBODY, read_audience
from functions.portal.campaign_fields import Choices
from functions.portal.contact_named import contact_named
from functions.portal.kit.visit import Visit
from functions.portal.text_sides import LOOKED_AT, has_sides
from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact_source import values_of
from shared.domain.errors import Conflict, NotFound
from shared.domain.files.file import Row
from shared.domain.files.source import Source
from shared.usecases.campaigns.find_example import find_person
from shared.usecases.campaigns.find_source import find_source
from shared.views.campaigns import get_campaign
from shared.views.contacts import list_contacts
from shared.views.file_rows import get_row, list_rows
from shared.views.files import get_file
from shared.views.kit.paging import PageAsked
from shared.views.segments import read_fields
from shared.views.sources import get_source

EVERY_KIND = frozenset(one.record.address for one in all_channels())


class Examples(Struct, frozen=True, kw_only=True):
    """The row that is asked for, others with which a text's conditions may have their other side.

    `row_count` is 0 where nobody has counted them. People are rows without a number.
    """

    source: Source
    wanted: Row
    rows: list[Row]
    row_count: int = 0

    def whose(self, row: Row) -> str:
        """The row's person, in words."""
        if row.number:
            return f"the person of row {row.number}"
        values = row.values
        return values.get("name") or values.get("phone") or values.get("email") or "somebody without a name"


async def find_examples(visit: Visit, body: str) -> Examples:
    """Those for the form's file, or for its people.

    Raises NotFound for a file that is gone, and InvalidInput or Conflict where there is nobody.
    """
    if file_id := visit.form.item_id("file_id", is_needed=False):
        return await _of_file(visit, body, file_id)
    return await _of_people(visit, body)


async def first_values(visit: Visit, choices: Choices) -> Mapping[str, str]:
    """The first row's values, as examples of what the fields hold."""
    if choices.file is None:
        return {}
    rows = await list_rows(visit.runtime, visit.company_id, PageAsked(1), file_id=choices.file.id)
    return rows.items[0].values if rows.items else {}


async def known_audience(visit: Visit) -> PeopleAudience:
    """The people whom the draft is for that the form is of; nobody where it is new."""
    if not (campaign_id := visit.form.item_id("campaign_id", is_needed=False)):
        return NOBODY
    audience = (await get_campaign(visit.runtime, visit.company_id, campaign_id)).audience
    return audience if isinstance(audience, PeopleAudience) else NOBODY


async def _of_file(visit: Visit, body: str, file_id: str) -> Examples:
    runtime, company_id = visit.runtime, visit.company_id
    file = await get_file(runtime, company_id, file_id)
    source = await get_source(runtime, company_id, file.source_id)
    asked = PageAsked(LOOKED_AT if has_sides(body) else 1)
    rows = (await list_rows(runtime, company_id, asked, file_id=file.id)).items
    wanted, number = rows[0] if rows else Row(number=0, values={}), visit.form.given("row").strip()
    if number.isdecimal() and len(number) <= 7 and int(number) != wanted.number:
        with suppress(NotFound):
            wanted = await get_row(runtime, company_id, file.id, int(number))
    return Examples(source=source, wanted=wanted, rows=rows, row_count=file.row_count)


async def _of_people(visit: Visit, body: str) -> Examples:
    """The contact who is named, or somebody in the audience. Any contact may be another side's example."""
    runtime, company_id, form = visit.runtime, visit.company_id, visit.form
    known = await known_audience(visit)
    audience = await read_audience(visit, known) if form.is_set("has_people") else known
    person = form.given("person").strip()
    if not audience.include and not person:
        raise Conflict("Choose who gets it: then the text stands here as one of them gets it.")
    contact_id = await contact_named(visit, person) if person else None
    found = await find_person(runtime, company_id, audience, EVERY_KIND, contact_id)
    wanted, rows = Row(number=0, values=dict(found.values)), list[Row]()
    if has_sides(body):
        fields = tuple(await read_fields(runtime, company_id))
        several = (await list_contacts(runtime, company_id, PageAsked(LOOKED_AT))).items
        rows = [Row(number=0, values=values_of(one.contact, fields)) for one in several]
    source = await find_source(runtime, company_id, audience)
    if source is None:
        raise NotFound("source", audience.source_id)
    return Examples(source=source, wanted=wanted, rows=[wanted, *rows])
