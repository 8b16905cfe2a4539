"""Which column of an import is what of a contact: as somebody says, or as the columns' names tell."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from shared.domain.channels.channel import Channel, all_channels
from shared.domain.contacts.contact_field import ContactField
from shared.domain.errors import InvalidInput, Problem
from shared.domain.files.column_names import column_key

MOST_COLUMNS = 200


class Target(StrEnum):
    """What a column holds of a contact."""

    ID = "id"
    NAME = "name"
    KEY = "key"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    TAGS = "tags"
    LISTS = "lists"
    FIELD = "field"
    ADDRESS = "address"
    CONSENT = "consent"
    CONSENT_AT = "consent_at"
    CONSENT_NOTE = "consent_note"


OF_ADDRESSES = frozenset({Target.ADDRESS, Target.CONSENT, Target.CONSENT_AT, Target.CONSENT_NOTE})
_SEVERAL = frozenset({Target.NAME})  # a first and a last name are one


class ImportColumn(Struct, frozen=True, kw_only=True):
    """One column: what of a contact it holds.

    `channel` and `number` say of which address, the first or another one; `field` names a field of the
    company's own. `separator` is what parts tags and lists in a cell; empty: commas, semicolons and bars do.
    """

    column: str
    to: Target
    channel: Channel | None = None
    number: int = 1
    field: str = ""
    separator: str = ""

    @property
    def place(self) -> tuple[str, ...]:
        """What it sets; two columns cannot set the same, but for parts of a name."""
        return (self.to, self.channel or "", str(self.number), self.field)


def check_columns(columns: Sequence[ImportColumn], fields: Mapping[str, ContactField]) -> None:
    """Raises InvalidInput that names every column that cannot be."""
    problems = [
        Problem(field=f"columns[{place}]", reason=reason)
        for place, column in enumerate(columns)
        for reason in _faults(column, fields)
    ]
    counts = Counter(one.place for one in columns if one.to not in _SEVERAL)
    for place, column in enumerate(columns):
        if counts[column.place] > 1:
            reason = f"sets the same as another column ({column.to}); leave one out"
            problems.append(Problem(field=f"columns[{place}].to", reason=reason))
    if problems:
        raise InvalidInput(*problems)


def _faults(column: ImportColumn, fields: Mapping[str, ContactField]) -> Iterator[str]:
    if (column.channel is None) == (column.to in OF_ADDRESSES):
        yield f"must name a channel exactly when it holds an address or its consent, and is {column.to}"
    if (column.to is Target.FIELD) != bool(column.field):
        yield "must name a field exactly when it holds one of your own"
    elif column.field and column.field not in fields:
        yield f"names {column.field!r}, which is no field of yours; POST /v1/contact-fields defines one"


def guessed(header: Iterable[str], fields: Mapping[str, ContactField]) -> tuple[ImportColumn, ...]:
    """What the columns hold by their names: those of an export of ours, and those that others use.

    A column that tells nothing is left out, and so is one that would set what another sets.
    """
    found: list[ImportColumn] = []
    taken: set[tuple[str, ...]] = set()
    for name in header:
        column = _guess(name, fields)
        if column is None:
            continue
        if column.place in taken and column.to is Target.ADDRESS:
            column = _next_address(column, taken)
        if column.place not in taken or column.to in _SEVERAL:
            taken.add(column.place)
            found.append(column)
    return tuple(found)


def _next_address(column: ImportColumn, taken: set[tuple[str, ...]]) -> ImportColumn:
    """The column as one more address of its channel: "Mobile" beside "Phone"."""
    numbers = [int(place[2]) for place in taken if place[:2] == column.place[:2]]
    return ImportColumn(column=column.column, to=column.to, channel=column.channel, number=max(numbers) + 1)


_CALLED: Mapping[Target, str] = {
    Target.ID: "contact id, rollcall id",
    Target.NAME: (
        "name, full name, display name, contact, customer, patient, client, first name, given name, "
        "last name, family name, surname"
    ),
    Target.KEY: "key, external id, customer id, patient id, client id, id, uid",
    Target.LANGUAGE: "language, lang, locale",
    Target.TIME_ZONE: "time zone, timezone, tz",
    Target.TAGS: "tags, tag, labels, categories",
    Target.LISTS: "lists, list, groups",
}
_WORDS = {word: target for target, words in _CALLED.items() for word in words.split(", ")}
_CONSENTS = {
    "consent": Target.CONSENT,
    "consent since": Target.CONSENT_AT,
    "consent note": Target.CONSENT_NOTE,
}
_NUMBERED = re.compile(r"(?P<word>.+?)(?: (?P<number>\d{1,2}))?(?: (?P<consent>consent(?: since| note)?))?")
_FIELD = "fields."
# What people call an address of a kind, by the kind's name.
_ADDRESS_WORDS = {
    "phone": [
        *("phone", "mobile", "cell", "cell phone", "mobile phone", "phone number", "mobile number"),
        *("tel", "telephone", "text"),
    ],
    "email": ["e-mail", "email address", "e-mail address", "mail"],
}


def _guess(name: str, fields: Mapping[str, ContactField]) -> ImportColumn | None:
    key = column_key(name)
    if key.startswith(_FIELD):
        own = key.removeprefix(_FIELD)
        return ImportColumn(column=name, to=Target.FIELD, field=own) if own in fields else None
    if key in _WORDS:
        return ImportColumn(column=name, to=_WORDS[key])
    for field in fields.values():
        if key in (field.id, column_key(field.name)):
            return ImportColumn(column=name, to=Target.FIELD, field=field.id)
    found = _NUMBERED.fullmatch(key.replace("_", " "))
    channel = _channel(found["word"]) if found else None
    if found is None or channel is None:
        return None
    to = _CONSENTS[found["consent"]] if found["consent"] else Target.ADDRESS
    return ImportColumn(column=name, to=to, channel=channel, number=int(found["number"] or 1))


def _channel(word: str) -> Channel | None:
    channels = all_channels()
    if named := [one for one in channels if one == word]:
        return named[0]
    kinds = [kind for kind, words in _ADDRESS_WORDS.items() if word in words]
    return next((one for one in channels if kinds and one.record.address.name == kinds[0]), None)


def heading(to: Target, channel: Channel | None = None, number: int = 1, field: str = "") -> str:
    """The name that an export gives to a column, and `guessed` knows again."""
    if to is Target.FIELD:
        return f"{_FIELD}{field}"
    if channel is None:
        return {Target.ID: "Contact id", Target.TIME_ZONE: "Time zone"}.get(to, to.capitalize())
    place = f"{channel} {number}" if number > 1 else str(channel)
    words = next((word for word, target in _CONSENTS.items() if target is to), "")
    return f"{place} {words}".strip()
