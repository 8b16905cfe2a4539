"""Failures: what could not become a sent message, one by one, in pages, or as a file to work through."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from shared.domain.errors import InvalidInput, NotFound
from shared.domain.messages.failure import Failure, FailureState, FailureStep
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import FAILURES
from shared.runtime import Runtime
from shared.views.kit.addresses import find_address
from shared.views.kit.exports import csv_pieces, export_of
from shared.views.kit.paging import Page, PageAsked, page_of

FACTS = ("id", "row_number", "step", "field", "value", "kind", "reason", "state", "file_id", "fire_id")


async def list_failures(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    fire_id: str | None = None,
    file_id: str | None = None,
    campaign_id: str | None = None,
    state: FailureState | None = None,
    step: FailureStep | None = None,
    address: str | None = None,
) -> Page[Failure]:
    """Failures that match every filter given, newest first. `address` is in any spelling.

    Raises InvalidInput for an address that is none.
    """
    found = () if address is None else await find_address(runtime, company_id, address)
    return await page_of(
        runtime.stores.failures,
        company_id,
        asked,
        FAILURES,
        tuple(Match("addresses", trace) for one in found for trace in one.traces),
        fire_id=fire_id,
        file_id=file_id,
        campaign_id=campaign_id,
        state=state,
        step=step,
    )


async def get_failure(runtime: Runtime, company_id: str, failure_id: str) -> Failure:
    """One failure. Raises NotFound."""
    return await runtime.stores.failures.get(company_id, failure_id)


async def export_failures(
    runtime: Runtime,
    company_id: str,
    *,
    fire_id: str | None = None,
    file_id: str | None = None,
    state: FailureState | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AsyncIterator[bytes]:
    """Failures of a fire or a file as a CSV file, piece by piece: a column for each of the source's fields.

    Raises InvalidInput when neither is given or there are too many, NotFound when one does not exist: at
    once, not while the pieces are read.
    """
    fields = await _source_fields(runtime, company_id, fire_id, file_id)

    async def read(asked: PageAsked) -> Page[Failure]:
        return await list_failures(runtime, company_id, asked, fire_id=fire_id, file_id=file_id, state=state)

    async def lines(failures: Sequence[Failure]) -> list[list[str]]:
        return [_cells(failure, fields) for failure in failures]

    header = (*FACTS, *(f"row.{field}" for field in fields), "other_values")
    return await csv_pieces(header, export_of(since, until), read, lines)


async def _source_fields(
    runtime: Runtime, company_id: str, fire_id: str | None, file_id: str | None
) -> tuple[str, ...]:
    """The fields of the source the failures' rows come from."""
    stores = runtime.stores
    if fire_id is None and file_id is None:
        raise InvalidInput.at("fire_id", "give fire_id or file_id: an export is of one fire or one file")
    if fire_id is not None:
        fire = await stores.fires.get(company_id, fire_id)
        file_id = file_id or next(iter(fire.audience.file_ids), None)
    if file_id is None:  # a fire for which there was no file has no rows either
        return ()
    file = await stores.files.get(company_id, file_id)
    try:
        source = await stores.sources.get(company_id, file.source_id)
    except NotFound:
        return ()
    return tuple(column.field for column in source.columns)


def _cells(failure: Failure, fields: Sequence[str]) -> list[str]:
    facts = (getattr(failure, name) for name in FACTS)
    others = {name: value for name, value in failure.values.items() if name not in fields}
    return [
        *("" if fact is None else str(fact) for fact in facts),
        *(failure.values.get(field, "") for field in fields),
        json.dumps(others, ensure_ascii=False) if others else "",
    ]
