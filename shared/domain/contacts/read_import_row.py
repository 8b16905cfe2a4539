"""Reading the rows of an import: each cell as what its column holds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.address_search import address_key
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import Consent, tag_of
from shared.domain.contacts.contact_edit import AddressEdit
from shared.domain.contacts.contact_field import ContactField
from shared.domain.contacts.contact_import import BY_ID, BY_KEY, ContactImport
from shared.domain.contacts.contact_keys import external_key
from shared.domain.contacts.import_cells import CellFault, consent_in, moment_in, text_in, value_in
from shared.domain.contacts.import_columns import OF_ADDRESSES, ImportColumn, Target
from shared.domain.contacts.import_row import ImportRow, RowRejected
from shared.domain.contacts.list_cells import ListCellFault, parted
from shared.domain.contacts.list_names import ListNames
from shared.domain.files.column_names import column_key
from shared.domain.files.file import FileRefused
from shared.domain.files.several_addresses import addresses_in

_LANGUAGE = re.compile(r"([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?", re.ASCII)
_ID = re.compile(r"([A-Za-z0-9-][A-Za-z0-9_-]{0,63})?", re.ASCII)
_Places = Mapping[Target, tuple[int, ImportColumn]]


class Known(Struct, frozen=True, kw_only=True):
    """What rows may name: the company's fields by id, its lists, and how it reads numbers and times."""

    company: Company
    fields: Mapping[str, ContactField]
    lists: ListNames


def placed(columns: Sequence[ImportColumn], header: Sequence[str]) -> list[tuple[int, ImportColumn]]:
    """The columns with their index in the file. Raises FileRefused for one that is not there, or twice."""
    keys = [column_key(name) for name in header]
    found = []
    for column in columns:
        count = keys.count(key := column_key(column.column))
        if count != 1:
            fault = "has no column" if not count else f"has {count} columns"
            names = ", ".join(repr(name[:60]) for name in header[:30])
            raise FileRefused(f"The file {fault} {column.column!r}; its columns are: {names}.")
        found.append((keys.index(key), column))
    return found


def is_matched_by(match_by: str, column: ImportColumn) -> bool:
    """Whether the column is what an import's contacts are found by."""
    if match_by in (BY_ID, BY_KEY):
        return column.to == match_by
    return column.to is Target.ADDRESS and column.channel == match_by


class ConsentSaid(NamedTuple):
    """What a row says of the consent of an address."""

    consent: Consent | None
    consent_at: datetime | None
    consent_note: str


class RowReader:
    """Reads the rows of one file."""

    def __init__(
        self, item: ContactImport, columns: Sequence[tuple[int, ImportColumn]], known: Known
    ) -> None:
        """`columns` are each with its index among the row's cells."""
        self._item, self._known = item, known
        self._own = [one for one in columns if one[1].to not in OF_ADDRESSES]
        places: dict[tuple[Channel, int], dict[Target, tuple[int, ImportColumn]]] = {}
        for index, column in columns:
            if column.channel is not None:
                places.setdefault((column.channel, column.number), {})[column.to] = (index, column)
        # By channel as the file has them, and the first address of each first: it is the preferred one.
        order = list(dict.fromkeys(channel for channel, _ in places))
        self._addresses = sorted(
            (one for one in places.items() if Target.ADDRESS in one[1]),
            key=lambda one: (order.index(one[0][0]), one[0][1]),
        )
        self._matched = next((one.column for _, one in columns if is_matched_by(item.match_by, one)), "")

    def read(self, number: int, cells: tuple[str, ...]) -> ImportRow:
        """What the row says. Raises RowRejected."""
        row, column, cell = ImportRow(number=number, cells=cells), "", ""
        try:
            for index, one in self._own:
                column, cell = one.column, _cell(cells, index)
                if cell or self._item.replaces:
                    self._take(row, one, cell)
            found: list[AddressEdit] = []
            for (channel, _), theirs in self._addresses:
                index, one = theirs[Target.ADDRESS]
                column, cell = one.column, _cell(cells, index)
                if cell:
                    found += self._read_addresses(channel, text_in(cell), self._said(theirs, cells))
            row.addresses = tuple(found)
        except (CellFault, ListCellFault) as fault:
            raise RowRejected(column, cell, str(fault)) from fault
        row.match = self._match(row)
        return row

    def _take(self, row: ImportRow, column: ImportColumn, cell: str) -> None:
        """What the cell says, noted in the row. An empty one says something only where it empties."""
        text = text_in(cell)
        if not text and not self._item.replaces:
            return
        match column.to:
            case Target.ID:
                row.contact_id = _checked(_ID, text, "must be the id of a contact, or empty for a new one")
            case Target.NAME:
                parts = (row.texts.get("name", ""), *text.splitlines())
                row.texts["name"] = " ".join(filter(None, parts))
            case Target.LANGUAGE:
                row.texts["language"] = _checked(_LANGUAGE, text, "must be a language such as en or pt-BR")
            case Target.KEY | Target.TIME_ZONE:
                row.texts[str(column.to)] = text
            case Target.TAGS:
                row.tags = tuple(map(tag_of, parted(text, column.separator)))
            case Target.LISTS:
                row.list_ids = tuple(map(self._list, parted(text, column.separator)))
            case Target.FIELD:
                kind = self._known.fields[column.field].kind
                row.fields[column.field] = value_in(kind, cell, self._known.company.time_zone)

    def _list(self, word: str) -> str:
        found = self._known.lists.find(word)
        if found is None:
            raise CellFault(
                f"names {word[:60]!r}, which is no list, or several; POST /v1/contact-lists makes one"
            )
        return found

    def _said(self, theirs: _Places, cells: Sequence[str]) -> ConsentSaid | None:
        """What is said of the consent beside an address."""
        if len(theirs) == 1:
            return None
        said = {target: _cell(cells, index) for target, (index, _) in theirs.items()}
        try:
            return ConsentSaid(
                consent=consent_in(said.get(Target.CONSENT, "")),
                consent_at=moment_in(said.get(Target.CONSENT_AT, ""), self._known.company.time_zone),
                consent_note=text_in(said.get(Target.CONSENT_NOTE, "")),
            )
        except CellFault as fault:
            raise CellFault(f"has a consent that is unclear: {fault}") from fault

    def _read_addresses(self, channel: Channel, text: str, said: ConsentSaid | None) -> Iterator[AddressEdit]:
        for part in addresses_in(text):
            if not part:
                continue
            try:
                region = self._known.company.default_region
                address = normalize(channel, part, region, allows_possible=True)
            except AddressInvalid as invalid:
                raise CellFault(invalid.reason) from invalid
            if said is None:
                yield AddressEdit(channel=channel, address=address)
            else:
                yield AddressEdit(channel=channel, address=address, **said._asdict())

    def _match(self, row: ImportRow) -> str:
        """What the row's contact is found by; nothing where rows name contacts by their id."""
        by = self._item.match_by
        if by == BY_ID:
            return ""
        if by == BY_KEY:
            found = external_key(row.key) if row.key else ""
        else:
            found = next(
                (address_key(one.channel, one.address) for one in row.addresses if one.channel == by), ""
            )
        if not found:
            raise RowRejected(self._matched, "", "is empty, and rows are matched by it; fill it in")
        return found


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _checked(form: re.Pattern[str], text: str, reason: str) -> str:
    if not form.fullmatch(text):
        raise CellFault(reason)
    return text
