"""Note the refusals of a whole list, a file or a pasted text: read row by row, noted some hundred at once."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from msgspec import Struct, field

from shared import log
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource, noted
from shared.domain.contacts.opt_out_list import (
    LOOKED_AT,
    SHOWN_VALUE,
    ListedAddress,
    Reader,
    RefusedCell,
    Row,
    find_columns,
    read_row,
    reader_of,
)
from shared.domain.errors import InvalidInput
from shared.domain.events.other_events import opt_out_events
from shared.domain.record import replace
from shared.firestore.kit.documents import READ_SIZE
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.tabular.raw_table import Record
from shared.tabular.table import open_records
from shared.usecases.outbox.open_outbox import open_outbox

MOST_ADDRESSES = 100_000
SHOWN_ERRORS = 1_000
_AT_ONCE = 8  # transactions under way; they touch different documents


class OptOutList(Struct, kw_only=True):
    """What became of a list: its addresses are new, known already or renewed; its other cells are refused.

    `renewed` had refused before and taken it back since. `repeated` stood in the list before. `errors` are
    the first thousand of the refused cells.
    """

    is_dry_run: bool
    rows: int = 0
    new: int = 0
    renewed: int = 0
    known: int = 0
    repeated: int = 0
    refused: int = 0
    errors: list[RefusedCell] = field(default_factory=list)


async def save_opt_outs(
    runtime: Runtime,
    company_id: str,
    channel: Channel,
    path: Path,
    *,
    column: str | None = None,
    sheet: str | None = None,
    text: str = "",
    is_dry_run: bool = False,
) -> OptOutList:
    """From now on nothing goes to the addresses in the local file `path`; a dry run only says what would be.

    One that refuses already stays as it was noted then. A call that is cut short is made good by another:
    what it noted is known by then. Raises FileRefused for a file that is no list, InvalidInput when its
    column cannot be told or it has more than 100,000 addresses.
    """
    company = await runtime.stores.companies.get(company_id)
    counts, read = OptOutList(is_dry_run=is_dry_run), reader_of(channel, company.default_region)
    listed = await asyncio.to_thread(_read, path, channel, read, column, sheet, counts)
    noted = {
        item_id: OptOut(
            id=item_id,
            channel=channel,
            address=address,
            is_active=True,
            source=OptOutSource.FILE,
            changed_at=runtime.now(),
            text=text,
        )
        for item_id, address in listed.items()
    }
    await _note_all(runtime, company_id, list(noted.values()), counts)
    log.event(
        "opt-out list", is_dry_run=is_dry_run, new=counts.new, known=counts.known, refused=counts.refused
    )
    return counts


def _read(
    path: Path, channel: Channel, read: Reader, column: str | None, sheet: str | None, counts: OptOutList
) -> dict[str, str]:
    """The list's addresses by the ids of their refusals. What else it holds is counted."""
    listed: dict[str, str] = {}
    with open_records(path, sheet=sheet, columns=(column,) if column else ()) as records:
        rows = _readable(records, counts)
        head: list[Row] = list(islice(rows, LOOKED_AT))
        if not head:
            raise InvalidInput.at("body", "holds no addresses; send a file, or one address a line")
        columns = find_columns(head, read, column)
        for row in chain(head, rows):
            counts.rows += row[0] > columns.header_row
            for found in read_row(row, columns, channel, read):
                _take(found, listed, counts)
    return listed


def _readable(records: Iterator[Record], counts: OptOutList) -> Iterator[Row]:
    """The records that can be read; the others are refused as a whole."""
    for record in records:
        if record.fault is None:
            yield record.number, record.cells
            continue
        value = (record.fault.line or "")[:SHOWN_VALUE]
        fault = RefusedCell(row=record.number, column="", value=value, reason=record.fault.reason)
        counts.rows += 1
        _refuse(fault, counts)


def _take(found: ListedAddress | RefusedCell, listed: dict[str, str], counts: OptOutList) -> None:
    if isinstance(found, RefusedCell):
        _refuse(found, counts)
    elif found.opt_out_id in listed:
        counts.repeated += 1
    elif len(listed) >= MOST_ADDRESSES:
        raise InvalidInput.at("body", f"holds more than {MOST_ADDRESSES:,} addresses; split the list")
    else:
        listed[found.opt_out_id] = found.address


def _refuse(found: RefusedCell, counts: OptOutList) -> None:
    counts.refused += 1
    if counts.refused <= SHOWN_ERRORS:
        counts.errors.append(found)


async def _note_all(runtime: Runtime, company_id: str, noted: Sequence[OptOut], counts: OptOutList) -> None:
    groups = [noted[start : start + READ_SIZE] for start in range(0, len(noted), READ_SIZE)]
    for first in range(0, len(groups), _AT_ONCE):
        await asyncio.gather(
            *(_note(runtime, company_id, group, counts) for group in groups[first : first + _AT_ONCE])
        )


async def _note(runtime: Runtime, company_id: str, group: Sequence[OptOut], counts: OptOutList) -> None:
    """Note some refusals, all of them or none, and count what they were before."""
    opt_outs, outbox = runtime.stores.opt_outs, await open_outbox(runtime, company_id)
    ids = [one.id for one in group]

    async def note(transaction: Transaction) -> Mapping[str, OptOut]:
        current = await opt_outs.find_many(company_id, ids, transaction)
        pairs = [(one.id, noted([current[one.id]] if one.id in current else [], one)) for one in group]
        new = {item_id: one for item_id, one in pairs if one is not None}
        for item_id, one in new.items():
            opt_outs.put(transaction, company_id, item_id, one)
        outbox.put(transaction, opt_out_events(new.values()))
        return current

    if counts.is_dry_run:
        before: Mapping[str, OptOut] = await opt_outs.find_many(company_id, ids)
    else:
        before = await transact(runtime.stores.db, note)
        await outbox.announce()
    # A commit that was applied and reported an error runs again, and finds its own: those are new too.
    for one in group:
        stored = before.get(one.id)
        if stored is None or _is_ours(stored, one):
            counts.new += 1
        elif noted([stored], one) is None:
            counts.known += 1
        else:  # it took the refusal back, or was out of reach without one
            counts.renewed += not stored.is_active
            counts.new += stored.is_active


def _is_ours(stored: OptOut, one: OptOut) -> bool:
    return replace(stored, earlier=()) == one
