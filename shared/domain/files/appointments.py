"""Files of appointments, as calendars and clinics' systems export them: their columns, with a ready mapping.

Whatever the format, an appointment becomes one record for each person it is with, and the columns that say
when, where and how to reach somebody have the same names.

| column | holds |
|---|---|
| appointment_id | what the appointment is called in the system it comes from, the same in every export |
| series_id | of recurring visits, what they have in common |
| change | new, changed or canceled |
| phone, phone_2, email, email_2 | the first valid address, and another one |
| start, end | moments; an all-day appointment has only an end |
| start_date, start_time | where the appointment is, as people say it |
| useful_until | until when a message is of use: the start; the end of its day if that is all there is |
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from msgspec import Struct

from shared.domain.files.source import ColumnMapping, FieldType, SourceFormat
from shared.domain.ids import computed_id

APPOINTMENT_ID, SERIES_ID, CHANGE, USEFUL_UNTIL = "appointment_id", "series_id", "change", "useful_until"
NEW, CHANGED, CANCELED = "new", "changed", "canceled"
MOST_DAYS = 731

_PERSON = ("name", "first_name", "last_name", "phone", "phone_2", "email", "email_2")
_WHEN = ("start", "start_date", "start_time", "end", "all_day", "useful_until", "time_zone")
_COLUMNS: Mapping[SourceFormat, tuple[str, ...]] = MappingProxyType(
    {
        SourceFormat.ICALENDAR: (
            APPOINTMENT_ID, SERIES_ID, CHANGE, "uid", "recurrence_id", "sequence", "status", *_PERSON, *_WHEN,
            "summary", "description", "location", "organizer", "organizer_email",
        ),
        SourceFormat.HL7: (
            APPOINTMENT_ID, CHANGE, "event", "status", "person_id", *_PERSON, *_WHEN,
            "service", "reason", "location", "provider",
        ),
        SourceFormat.FHIR: (
            APPOINTMENT_ID, CHANGE, "status", "person_id", *_PERSON, *_WHEN,
            "service", "description", "instruction", "location", "provider",
        ),
    }
)  # fmt: skip
_TYPES: Mapping[str, FieldType] = MappingProxyType(
    {
        **dict.fromkeys(("phone", "phone_2"), FieldType.PHONE),
        **dict.fromkeys(("email", "email_2", "organizer_email"), FieldType.EMAIL),
        **dict.fromkeys(("start", "end", "useful_until"), FieldType.DATETIME),
        "start_date": FieldType.DATE,
        "start_time": FieldType.TIME,
        "all_day": FieldType.BOOLEAN,
        "time_zone": FieldType.TIME_ZONE,
    }
)
_REQUIRED = frozenset({APPOINTMENT_ID, "start_date", "useful_until"})
# One message for an appointment at its time to one address: at another time it is another message.
DEDUPE_KEY = (APPOINTMENT_ID, "useful_until", "address")


class VisitRange(Struct, frozen=True, kw_only=True):
    """Which visits of a calendar are loaded: none before `first_day` (in `time_zone`, IANA).

    Of recurring ones, those within `days` of it, or of the first visit if the series begins later.
    """

    first_day: date
    time_zone: str
    days: int


class Visit(Struct, frozen=True, kw_only=True):
    """One appointment of a source, by the keys that its messages are found by.

    `at` is when (ISO 8601); where its rows do not say that in `useful_until`, a print of the row.
    """

    key: str
    series_key: str | None = None
    at: str | None = None


def columns_of(form: SourceFormat) -> tuple[str, ...]:
    """The columns that files of the format have."""
    return _COLUMNS[form]


def ready_mapping(form: SourceFormat) -> tuple[ColumnMapping, ...]:
    """The mapping of such a file: every column is the field of its name."""
    return tuple(
        ColumnMapping(
            column=name,
            field=name,
            type=_TYPES.get(name, FieldType.TEXT),
            is_required=name in _REQUIRED,
        )
        for name in _COLUMNS[form]
    )


def appointment_key(source_id: str, appointment_id: str) -> str:
    """What an appointment, or a series, of a source is found by."""
    return computed_id(source_id, "appointment", appointment_id)


def visit_of(source_id: str, values: Mapping[str, str]) -> Visit | None:
    """The appointment that a row is about; None when its source has no field `appointment_id`."""
    appointment_id, series_id = values.get(APPOINTMENT_ID), values.get(SERIES_ID)
    if not appointment_id:
        return None
    return Visit(
        key=appointment_key(source_id, appointment_id),
        series_key=appointment_key(source_id, series_id) if series_id else None,
        at=values.get(USEFUL_UNTIL) or row_print(values),
    )


def row_print(values: Mapping[str, str]) -> str:
    """What tells a row from what it was before: equal for equal values. No time, and read as none."""
    return f"row {computed_id('print', *(text for pair in sorted(values.items()) for text in pair))}"
