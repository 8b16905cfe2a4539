"""Sources: kinds of file, with their mapping."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from shared.domain.files.source import ColumnMapping, Source
from shared.domain.files.suggest_columns import Question, suggest_columns
from shared.firestore.queries.lists import SOURCES
from shared.runtime import Runtime
from shared.tabular.caps import MIB, Caps
from shared.tabular.table import open_table
from shared.views.kit.paging import Page, PageAsked, page_of

SAMPLE_ROWS = 50
# It is done beside the API's other requests, so it gets less than a file that is loaded.
SUGGESTION_CAPS = Caps(inflated_bytes=200 * MIB, memory_bytes=512 * MIB, seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestedMapping:
    """What a file seems to hold, to be corrected. What its kind of file has none of is None."""

    columns: tuple[ColumnMapping, ...]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int
    notes: tuple[str, ...]
    questions: tuple[Question, ...]


async def list_sources(
    runtime: Runtime, company_id: str, asked: PageAsked, *, name: str | None = None
) -> Page[Source]:
    """The company's sources, newest first."""
    return await page_of(runtime.stores.sources, company_id, asked, SOURCES, name=name)


async def get_source(runtime: Runtime, company_id: str, source_id: str) -> Source:
    """One source. Raises NotFound."""
    return await runtime.stores.sources.get(company_id, source_id)


def suggest_mapping(path: Path) -> SuggestedMapping:
    """A first mapping for the local file `path`, out of its header and first records.

    It takes seconds of work for the widest: suggest_apart does it in a process of its own. Raises
    FileRefused for a file that is no table, or more than SUGGESTION_CAPS allow.
    """
    with open_table(path, caps=SUGGESTION_CAPS) as table:
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
