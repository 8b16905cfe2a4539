"""Sources: kinds of file, with their mapping."""

from datetime import date
from itertools import islice
from pathlib import Path

from msgspec import Struct

from shared.domain.files.appointments import DEDUPE_KEY, VisitRange, ready_mapping
from shared.domain.files.source import ColumnMapping, Source, SourceFormat
from shared.domain.files.suggest_columns import Question, suggest_columns
from shared.firestore.queries.lists import SOURCES
from shared.runtime import Runtime
from shared.tabular.caps import MIB, Caps
from shared.tabular.kind import Kind
from shared.tabular.table import open_table
from shared.views.kit.paging import Page, PageAsked, page_of

SAMPLE_ROWS = 50
# It is done beside the API's other requests, so it gets less than a file that is loaded.
SUGGESTION_CAPS = Caps(inflated_bytes=200 * MIB, memory_bytes=512 * MIB, seconds=10)
APPOINTMENT_KINDS = (Kind.ICALENDAR, Kind.HL7, Kind.FHIR)


class SuggestedMapping(Struct, frozen=True, kw_only=True):
    """What a file seems to hold, to be corrected. What its kind of file has none of is None."""

    columns: tuple[ColumnMapping, ...]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int
    notes: tuple[str, ...]
    questions: tuple[Question, ...]
    format: SourceFormat = SourceFormat.TABLE
    dedupe_key: tuple[str, ...] | None = None


async def list_sources(
    runtime: Runtime, company_id: str, asked: PageAsked, *, name: str | None = None
) -> Page[Source]:
    """The company's sources, newest first."""
    return await page_of(runtime.stores.sources, company_id, asked, SOURCES, name=name)


async def get_source(runtime: Runtime, company_id: str, source_id: str) -> Source:
    """One source. Raises NotFound."""
    return await runtime.stores.sources.get(company_id, source_id)


def suggest_mapping(path: Path) -> SuggestedMapping:
    """A first mapping for the local file `path`, out of its header and first records; ready for appointments.

    It takes seconds of work for the widest: suggest_apart does it in a process of its own. Raises
    FileRefused for a file that is no table, or more than SUGGESTION_CAPS allow.
    """
    # Whatever is in a file of appointments, its mapping is the same; which visits are wanted is no matter.
    visits = VisitRange(first_day=date.min, time_zone="UTC", days=1)
    with open_table(path, visits=visits, caps=SUGGESTION_CAPS) as table:
        if table.kind in APPOINTMENT_KINDS:
            return _ready(SourceFormat(table.kind))
        sample = [record.cells for record in islice(table.records, SAMPLE_ROWS)]
        suggested = suggest_columns(table.header, sample)
        return SuggestedMapping(
            columns=tuple(suggested.columns),
            encoding=table.encoding,
            delimiter=table.delimiter,
            sheet=table.sheet,
            header_row=table.header_row,
            notes=table.notes,
            questions=tuple(suggested.questions),
        )


def _ready(form: SourceFormat) -> SuggestedMapping:
    return SuggestedMapping(
        columns=ready_mapping(form),
        encoding=None,
        delimiter=None,
        sheet=None,
        header_row=1,
        notes=(),
        questions=(),
        format=form,
        dedupe_key=DEDUPE_KEY,
    )
