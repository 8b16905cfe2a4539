"""Whether a contact meets the criteria of a segment.

Fields are compared as a row filter compares them (shared/domain/files/judge_rows.py). Days are the contact's
own where its time zone is known, else the company's.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.domain.channels.channel import Channel
from shared.domain.contacts.activity import NOTHING, Tallies
from shared.domain.contacts.contact import Consent, Contact
from shared.domain.contacts.contact_field import FieldKind
from shared.domain.contacts.opt_out import OptOut
from shared.domain.contacts.segment import (
    AllOf,
    AnyOf,
    CanBeReached,
    Criterion,
    FieldIs,
    HasActivity,
    HasConsent,
    HasTag,
    Not,
    OnList,
    RowIs,
    Told,
)
from shared.domain.contacts.standing import AddressState, Standing, standing_of
from shared.domain.files.judge_rows import RowUnfit, meets
from shared.domain.files.loaded_row import LoadedRow
from shared.domain.files.row_filter import RowCondition
from shared.domain.files.source import FieldType

OptOuts = Mapping[str, OptOut]
Judge = Callable[[Contact, OptOuts], bool]
KINDS: Mapping[FieldKind, FieldType] = {
    FieldKind.TEXT: FieldType.TEXT,
    FieldKind.NUMBER: FieldType.NUMBER,
    FieldKind.DATE: FieldType.DATE,
    FieldKind.MOMENT: FieldType.DATETIME,
    FieldKind.BOOLEAN: FieldType.BOOLEAN,
}
TOLD: Mapping[str, FieldType] = {
    told: FieldType.DATETIME if told is Told.CREATED_AT else FieldType.TEXT for told in Told
}
_REMEMBERED = 4_096  # values of one field: most have few


def condition_of(criterion: FieldIs | RowIs) -> RowCondition:
    """The criterion as a row filter's condition."""
    return RowCondition(
        test=criterion.test, field=criterion.field, value=criterion.value, values=criterion.values
    )


def parts_of(criterion: Criterion) -> Iterator[Criterion]:
    """The criterion and all that it consists of."""
    yield criterion
    inner: tuple[Criterion, ...] = ()
    if isinstance(criterion, AllOf | AnyOf):
        inner = criterion.criteria
    elif isinstance(criterion, Not):
        inner = (criterion.criterion,)
    for one in inner:
        yield from parts_of(one)


def asks_consent(criterion: Criterion) -> bool:
    """Whether the opt-outs of a contact's addresses must be known to judge it."""
    return any(isinstance(one, HasConsent | CanBeReached) for one in parts_of(criterion))


def activities_in(criterion: Criterion) -> list[HasActivity]:
    """The activities that must be tallied to judge it."""
    return [one for one in parts_of(criterion) if isinstance(one, HasActivity)]


def asks_row(criterion: Criterion) -> bool:
    """Whether the row that let the contact in must be known to judge it."""
    return any(isinstance(one, RowIs) for one in parts_of(criterion))


def judge_of(
    criterion: Criterion,
    kinds: Mapping[str, FieldKind],
    now: datetime,
    time_zone: str,
    tallies: Tallies = NOTHING,
    row: LoadedRow | None = None,
) -> Judge:
    """What says whether a contact meets the criterion at `now`.

    `kinds` and `time_zone` (IANA) are the company's, `tallies` are until `now`; `row` let the contact in.
    """

    def made(one: Criterion) -> Judge:
        match one:
            case AllOf(criteria=criteria):
                judges = [made(part) for part in criteria]
                return lambda contact, opt_outs: all(judge(contact, opt_outs) for judge in judges)
            case AnyOf(criteria=criteria):
                judges = [made(part) for part in criteria]
                return lambda contact, opt_outs: any(judge(contact, opt_outs) for judge in judges)
            case Not(criterion=inner):
                judge = made(inner)
                return lambda contact, opt_outs: not judge(contact, opt_outs)
            case HasTag(value=tag):
                return lambda contact, _: tag in contact.tags
            case OnList(list_id=list_id):
                return lambda contact, _: list_id in contact.list_ids
            case HasConsent(channel=channel, consent=consent):
                return lambda contact, opt_outs: _has_consent(contact, channel, consent, opt_outs)
            case CanBeReached(channel=channel):
                return lambda contact, opt_outs: any(map(_is_open, _standings(contact, channel, opt_outs)))
            case HasActivity(times=times):
                return lambda contact, _: tallies.count(one, contact) >= times
            case FieldIs():
                return _field_judge(one, kinds, now, time_zone)
            case RowIs():
                return _row_judge(one, row, now, time_zone)

    return made(criterion)


def _field_judge(criterion: FieldIs, kinds: Mapping[str, FieldKind], now: datetime, time_zone: str) -> Judge:
    condition, name = condition_of(criterion), criterion.field
    kind = TOLD.get(name) or KINDS[kinds.get(name, FieldKind.TEXT)]

    @lru_cache(_REMEMBERED)
    def is_met(text: str, zone: str) -> bool:
        return meets(condition, text, kind, now, ZoneInfo(zone))

    return lambda contact, _: is_met(value_text(contact, name), contact.time_zone or time_zone)


def _row_judge(criterion: RowIs, row: LoadedRow | None, now: datetime, time_zone: str) -> Judge:
    """Whether the row meets it; a value that is not what its source says by now does not."""
    values, types = (row.values, row.types) if row is not None else ({}, {})
    zone = row.time_zone if row is not None and row.time_zone else time_zone
    kind = types.get(criterion.field, FieldType.TEXT)
    try:
        is_met = meets(condition_of(criterion), values.get(criterion.field, ""), kind, now, ZoneInfo(zone))
    except RowUnfit:
        is_met = False
    return lambda *_: is_met


def value_text(contact: Contact, name: str) -> str:
    """A contact's field as a row would hold it; empty where it has none."""
    match name:
        case Told.NAME:
            return contact.name
        case Told.KEY:
            return contact.key
        case Told.LANGUAGE:
            return contact.language
        case Told.TIME_ZONE:
            return contact.time_zone
        case Told.CREATED_AT:
            return contact.created_at.isoformat()
    value = contact.fields.get(name, "")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _standings(contact: Contact, channel: Channel, opt_outs: OptOuts) -> Iterator[Standing]:
    return (standing_of(address, opt_outs) for address in contact.on(channel))


def _has_consent(contact: Contact, channel: Channel, consent: Consent, opt_outs: OptOuts) -> bool:
    return any(standing.consent is consent for standing in _standings(contact, channel, opt_outs))


def _is_open(standing: Standing) -> bool:
    return standing.consent is not Consent.UNSUBSCRIBED and standing.state is AddressState.OK
