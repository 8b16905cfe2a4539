"""A source: a kind of file a company uploads again and again, with its saved mapping."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.files.finding import FindingCode
from shared.domain.files.row_filter import RowFilter
from shared.domain.record import replace

# The source of everything that is sent to people (shared/domain/contacts/contact_source.py), and its fields
# that say who somebody is: the person, and the contact, if they are one.
CONTACTS = "contacts"
PERSON, CONTACT = "person_id", "contact_id"


class FieldType(StrEnum):
    """What the cells of a column mean."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    PHONE = "phone"
    EMAIL = "email"
    TIME_ZONE = "time_zone"  # an IANA name, or a US state


class HoldRule(StrEnum):
    """When a loaded file is held until a person, or a program, says go."""

    SERIOUS = "serious"  # on serious findings
    LISTED = "listed"  # on the findings that the source lists
    ALWAYS = "always"
    NEVER = "never"


class SourceFormat(StrEnum):
    """How files of a source are written; those that are no tables hold appointments (see appointments.py)."""

    TABLE = "table"
    ICALENDAR = "icalendar"
    HL7 = "hl7"
    FHIR = "fhir"


class ColumnMapping(Struct, frozen=True, kw_only=True):
    """Which column is which field, and how its cells are read.

    `formats` are strptime formats tried in order for dates and times; `decimal_separator` and
    `thousands_separator` are for numbers; `default_region` (ISO 3166) is for phones.
    A date-time whose time stands in another column names it in `time_column`; `formats` are then those of the
    date, and `time_formats` those of the time.
    """

    column: str
    field: str
    type: FieldType = FieldType.TEXT
    formats: tuple[str, ...] = ()
    decimal_separator: str = "."
    thousands_separator: str = ","
    default_region: str | None = None
    is_required: bool = False
    time_column: str | None = None
    time_formats: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it is read from."""
        return (self.column,) if self.time_column is None else (self.column, self.time_column)

    @property
    def parts(self) -> "tuple[ColumnMapping, ...]":
        """The cells it is read from, each as a column of its own: itself, or a date and a time."""
        if self.time_column is None:
            return (self,)
        alone = replace(self, time_column=None, time_formats=())
        return (
            replace(alone, type=FieldType.DATE),
            replace(alone, type=FieldType.TIME, column=self.time_column, formats=self.time_formats),
        )


class ContactColumn(Struct, frozen=True, kw_only=True):
    """A field of the source, named in `column`, and what of a contact it is: as the column of an import."""

    column: str
    to: str
    channel: str = ""
    number: int = 1
    field: str = ""
    separator: str = ""


class RowsToContacts(Struct, frozen=True, kw_only=True):
    """What contacts are made of a source's rows: found by `match_by`, with these fields, and in this mode.

    `tags` and `list_ids` are given to everybody. See shared/domain/contacts/contact_import.py.
    """

    match_by: str
    columns: tuple[ContactColumn, ...]
    mode: str = "create_and_update"
    tags: tuple[str, ...] = ()
    list_ids: tuple[str, ...] = ()


class Source(Struct, frozen=True, kw_only=True):
    """A kind of file. `time_zone` is that of its date-times; None means the company's. `time_zone_field` is
    the field that names each row's own: a zone, a US state or a phone; where it is empty, `time_zone` holds.

    `encoding`, `delimiter`, `sheet` and `header_row` (the row of the columns' names, counted from 1) are
    found out per file when None. Of a calendar's recurring visits, those of the next `days_ahead` days are
    loaded. Rows that a spreadsheet hides are left out unless `loads_hidden_rows`, and those that
    `row_filter` does not take.
    `dedupe_key` is the default of
    campaigns on this source (see shared/domain/campaigns/dedupe.py for the words it may hold): where none
    was chosen, the same text to the same address is one message.
    `was_fired`: a campaign has fired for it, so that what is planned may have been sent before.
    `holds` says which files wait for a person; with LISTED, those with a finding in `holds_on`.
    `contacts` says which contacts are made of the rows of its files, if any.
    """

    id: str
    name: str
    columns: tuple[ColumnMapping, ...]
    created_at: datetime
    updated_at: datetime
    time_zone: str | None = None
    time_zone_field: str | None = None
    default_region: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    loads_hidden_rows: bool = False
    row_filter: RowFilter | None = None
    dedupe_key: tuple[str, ...] = ("address", "text")
    holds: HoldRule = HoldRule.SERIOUS
    holds_on: tuple[FindingCode, ...] = ()
    format: SourceFormat = SourceFormat.TABLE
    days_ahead: int = 180
    was_fired: bool = True
    contacts: RowsToContacts | None = None
