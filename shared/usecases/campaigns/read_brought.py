"""People who are brought into an audience by an address: pasted ones, and the rows of files."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.campaigns.audience import Chosen, FileRows, PastedAddresses
from shared.domain.campaigns.dedupe import name_in
from shared.domain.channels.address_kinds import EMAIL_ADDRESS, PHONE_NUMBER, AddressInvalid, AddressKind
from shared.domain.channels.address_search import FoundAddress, address_key
from shared.domain.companies.company import Company
from shared.domain.contacts.contact_source import address_field, field_of_kind
from shared.domain.errors import Conflict
from shared.domain.files.file import Row
from shared.domain.files.judge_rows import RowUnfit, takes
from shared.domain.files.row_filter import RowCondition
from shared.domain.files.row_key import row_key
from shared.domain.files.source import FieldType, Source
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime

_KINDS: Mapping[FieldType, AddressKind] = {FieldType.PHONE: PHONE_NUMBER, FieldType.EMAIL: EMAIL_ADDRESS}


class Brought(Struct, frozen=True):
    """Somebody who came by an address: what that is found by, and what a row says of them."""

    keys: tuple[str, ...]
    values: dict[str, str]
    time_zone: str = ""
    name: str = ""


async def read_brought(
    runtime: Runtime,
    company_id: str,
    company: Company,
    chosen: Chosen,
    sources: Mapping[str, Source],
    kinds: Collection[AddressKind],
    now: datetime,
) -> AsyncIterator[Brought]:
    """Everybody whom `chosen` brings, in order; nobody for what names contacts.

    `sources` are those of its files by file id. `kinds` are those of the addresses that are sent to: a row's
    others tell nobody apart, as families share them. Raises Conflict when a file cannot be read.
    """
    if isinstance(chosen, PastedAddresses):
        name = address_field(chosen.channel)
        for address in chosen.addresses:
            yield Brought((address_key(chosen.channel, address),), {name: address})
    elif isinstance(chosen, FileRows):
        source = sources.get(chosen.file_id)
        file = await runtime.stores.files.find(company_id, chosen.file_id)
        if source is None or file is None:
            raise Conflict(f"The file {chosen.file_id} is not there any more.")
        rows = _Rows(chosen, source, company, kinds, now)
        async for chunk in runtime.stores.row_chunks.each(company_id, file.id, file.chunk_count):
            for row in unpacked(chunk):
                if rows.takes(row):
                    yield rows.brought(row)


class _Rows:
    """The rows of one file, read by its source."""

    def __init__(
        self,
        chosen: FileRows,
        source: Source,
        company: Company,
        kinds: Collection[AddressKind],
        now: datetime,
    ) -> None:
        self._file_id, self._filter, self._now = chosen.file_id, chosen.row_filter, now
        self._types = {column.field: column.type for column in source.columns}
        self._zone = source.time_zone or company.time_zone
        self._kinds = kinds
        region = source.default_region or company.default_region
        self._addresses = [
            (column.field, _KINDS[column.type], column.default_region or region)
            for column in source.columns
            if column.type in _KINDS
        ]

    def takes(self, row: Row) -> bool:
        """Whether the filter takes the row; not one of which that cannot be said."""
        if self._filter is None:
            return True

        def asked(condition: RowCondition) -> tuple[str, FieldType]:
            return row.values.get(condition.name, ""), self._types.get(condition.name, FieldType.TEXT)

        try:
            return takes(self._filter, asked, self._now, ZoneInfo(row.time_zone or self._zone))
        except RowUnfit:
            return False

    def brought(self, row: Row) -> Brought:
        """Who the row is about. Its first address of each kind is the one that contacts have too."""
        found = list(self._found(row))
        values = dict(row.values)
        for one in reversed(found):
            values.setdefault(field_of_kind(one.kind), one.address)
        keys = tuple(one.key for one in found if one.kind in self._kinds)
        if not keys:  # whoever has no address stays in, to be seen as a failure
            keys = (row_key(self._file_id, row.number),)
        return Brought(keys, values, row.time_zone, name_in(row.values))

    def _found(self, row: Row) -> Iterator[FoundAddress]:
        for field, kind, region in self._addresses:
            if text := row.values.get(field):
                try:
                    yield FoundAddress(kind, kind.normalize(text, region, allows_possible=True))
                except AddressInvalid:
                    continue
