"""Sources: kinds of file, with their mapping."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from shared.domain.files.source import ColumnMapping, Source
from shared.domain.files.suggest_columns import suggest_columns
from shared.runtime import Runtime
from shared.tabular.table import open_table
from shared.views.kit.paging import Page, PageAsked, page_of

SAMPLE_ROWS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestedMapping:
    """What a file seems to hold, to be corrected. What its kind of file has none of is None."""

    columns: tuple[ColumnMapping, ...]
    encoding: str | None
    delimiter: str | None
    sheet: str | None


async def list_sources(runtime: Runtime, company_id: str, asked: PageAsked) -> Page[Source]:
    """The company's sources."""
    return await page_of(runtime.stores.sources, company_id, asked)


async def get_source(runtime: Runtime, company_id: str, source_id: str) -> Source:
    """One source. Raises NotFound."""
    return await runtime.stores.sources.get(company_id, source_id)


def suggest_mapping(path: Path) -> SuggestedMapping:
    """A first mapping for the local file `path`, out of its header and first records.

    It reads the file, so call it in a thread. Raises FileRefused for a file that is no table.
    """
    with open_table(path) as table:
        sample = [record.cells for record in islice(table.records, SAMPLE_ROWS)]
        return SuggestedMapping(
            columns=tuple(suggest_columns(table.header, sample)),
            encoding=table.encoding,
            delimiter=table.delimiter,
            sheet=table.sheet,
        )
