"""Mark rows whose phone or email is none, so that somebody can mend them before there is a campaign.

A marked row is loaded like any other. The checks are those of planning, with the same region: what is marked
fails there, and what is not does not. A cell may hold several addresses, parted as Google Contacts does: the
first valid one is the field's, and the others are kept.
"""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from shared.domain.channels.address_kinds import EMAIL_ADDRESS, PHONE_NUMBER, AddressInvalid
from shared.domain.channels.plain_emails import plain_email
from shared.domain.channels.plain_phones import plain_phone
from shared.domain.companies.company import Company
from shared.domain.files.column_names import column_key
from shared.domain.files.file import Row
from shared.domain.files.several_addresses import PARTING, addresses_in
from shared.domain.files.source import FieldType, Source
from shared.domain.record import replace

_KINDS = {FieldType.PHONE: PHONE_NUMBER, FieldType.EMAIL: EMAIL_ADDRESS}


class AddressMarks:
    """Checks the addresses of one source's rows, for one company."""

    def __init__(self, source: Source, company: Company) -> None:
        region = source.default_region or company.default_region
        self._fields = {
            column.field: (column.type, column.default_region or region)
            for column in source.columns
            if column.type in _KINDS
        }
        self._allows_possible = company.allows_possible_numbers
        self._shared = _fields_of_cells(source)

    def marked(self, row: Row) -> Row:
        """The row with an address in each field, and with its marks."""
        row = replace(row, values=self._parted(row.values))
        marks = self.of(row.values)
        return replace(row, marks=marks) if marks or row.marks else row

    def marked_all(self, rows: Sequence[Row]) -> list[Row]:
        """The same for many rows; those whose addresses are all plain come back as they are."""
        odd = {place for place, row in enumerate(rows) if self._fields.keys().isdisjoint(row.values)}
        for field, (kind, region) in self._fields.items():
            texts = [row.values.get(field) for row in rows]
            odd |= {n for n, text in enumerate(texts) if text and not _is_plain(kind, text, region)}
        return [self.marked(row) if place in odd else row for place, row in enumerate(rows)]

    def of(self, values: Mapping[str, str]) -> dict[str, str]:
        """By field, why its address is none. A row without any address is marked at the first field."""
        marks: dict[str, str] = {}
        has_one = not self._fields
        for field, (kind, region) in self._fields.items():
            text = values.get(field)
            if text is None:
                continue
            has_one = True
            fault = None if _is_plain(kind, text, region) else self._fault(kind, text, region)
            if fault is not None:
                marks[field] = fault
        return marks if has_one else {next(iter(self._fields)): self._nowhere()}

    def _parted(self, values: dict[str, str]) -> dict[str, str]:
        """The values with each address of a cell in a field of its own: the valid ones first."""
        parted = dict(values)
        for fields in self._shared:
            text = values.get(fields[0], "")
            if PARTING not in text:
                continue
            parts = addresses_in(text)
            kind, region = self._fields[fields[0]]
            parts.sort(key=lambda part: self._fault(kind, part, region) is not None)
            others = (f"{fields[0]}_{number}" for number in range(2, len(parts) + 2))
            names = [*fields, *(name for name in others if name not in self._fields and name not in values)]
            for name, part in zip_longest(names, parts):
                if part is None and name is not None:
                    parted.pop(name, None)
                elif name is not None:
                    parted[name] = part
        return parted

    def _fault(self, kind: FieldType, text: str, region: str) -> str | None:
        try:
            _KINDS[kind].normalize(text, region, allows_possible=self._allows_possible)
        except AddressInvalid as invalid:
            return invalid.reason
        return None

    def _nowhere(self) -> str:
        fields: Sequence[str] = tuple(self._fields)
        if len(fields) == 1:
            return "It is empty, and there is no other address."
        return f"There is no address: the fields {', '.join(fields)} are all empty."


def _is_plain(kind: FieldType, text: str, region: str) -> bool:
    if kind is FieldType.PHONE:
        return plain_phone(text, region) is not None
    return plain_email(text) is not None


def _fields_of_cells(source: Source) -> list[tuple[str, ...]]:
    """The fields of each column of addresses, in their order: a column that is mapped twice has two."""
    found: dict[tuple[str, FieldType], list[str]] = {}
    for column in source.columns:
        if column.type in _KINDS:
            found.setdefault((column_key(column.column), column.type), []).append(column.field)
    return [tuple(fields) for fields in found.values()]
