"""What is exported and imported again changes nothing, whatever the contacts hold."""

import io
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel
from shared.domain.characters import control_in
from shared.domain.contacts.contact import Consent, Contact, tag_of
from shared.domain.contacts.contact_cells import ContactTable, most_addresses
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit, edited
from shared.domain.contacts.contact_field import ContactField, FieldKind, WrongValue, value_of
from shared.domain.contacts.contact_import import ContactImport
from shared.domain.contacts.import_columns import guessed
from shared.domain.contacts.import_plan import Effect, Found, planned
from shared.domain.contacts.list_names import ListNames
from shared.domain.contacts.opt_out import OptOut, OptOutSource, ended, opt_out_id
from shared.domain.contacts.read_import_row import Known, RowReader, placed
from shared.tabular.rejected_rows import csv_export
from shared.tabular.table import open_table
from tests.kit.builders import NOON, a_company

SMS, EMAIL = Channel("sms"), Channel("email")
KINDS = {
    "text": FieldKind.TEXT,
    "number": FieldKind.NUMBER,
    "day": FieldKind.DATE,
    "moment": FieldKind.MOMENT,
    "flag": FieldKind.BOOLEAN,
}
FIELDS = {name: ContactField(id=name, name=name, kind=kind, created_at=NOON) for name, kind in KINDS.items()}
LISTS = ListNames({"l1": "Regulars", "l2": 'New, "york"; ok', "l3": "regulars", "l4": "l1", "l5": "=1+1"})
AWKWARD = st.sampled_from(
    [
        "=1+1",
        "+1",
        "-",
        "@x",
        '"',
        "a\nb",
        "a;b",
        "a, b",
        "007",
        " x ",
        "'=1",
        "'",
        "true",
        "2026-11-30",
        "a|b",
    ]
)


def _free(is_line: bool) -> st.SearchStrategy[str]:
    text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
    return (AWKWARD | text).filter(lambda one: control_in(one, is_line=is_line) is None)


LINES = _free(True).map(str.strip)
TAGS = LINES.map(tag_of).filter(bool)
PHONES = st.integers(100, 999).map(lambda n: f"+12125550{n}")
MAILS = st.sampled_from(["ana@example.com", "Ben.O@example.org", "c+d@example.net"])
MOMENTS = st.integers(1_600_000_000, 1_900_000_000).map(lambda one: datetime.fromtimestamp(one, UTC))


def _valued(kind: FieldKind, values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    def is_one(value: object) -> bool:
        try:
            return value_of(kind, value) is not None
        except WrongValue:
            return False

    return values.filter(is_one).map(lambda one: value_of(kind, one))


VALUES = {
    "text": _valued(FieldKind.TEXT, _free(False)),
    "number": _valued(FieldKind.NUMBER, st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15)),
    "day": st.dates(date(2000, 1, 1), date(2050, 1, 1)).map(str),
    "moment": _valued(FieldKind.MOMENT, MOMENTS.map(datetime.isoformat)),
    "flag": st.booleans(),
}


@st.composite
def contacts(draw: st.DrawFn, number: int) -> Contact:
    def addresses(channel: Channel, texts: st.SearchStrategy[str]) -> list[AddressEdit]:
        return [
            AddressEdit(
                channel=channel,
                address=text,
                consent=draw(st.sampled_from([None, Consent.SUBSCRIBED])),
                consent_note=draw(LINES),
            )
            for text in draw(st.lists(texts, max_size=3, unique_by=str.casefold))
        ]

    mixed = draw(st.permutations([*addresses(SMS, PHONES), *addresses(EMAIL, MAILS)]))
    edit = ContactEdit(
        name=draw(LINES | st.just("")),
        key=draw(LINES | st.just("")),
        language=draw(st.sampled_from(["", "en", "pt-BR"])),
        time_zone=draw(st.sampled_from(["", "America/New_York"])),
        tags=tuple(draw(st.lists(TAGS, max_size=4))),
        list_ids=tuple(draw(st.lists(st.sampled_from(["l1", "l2", "l3", "l4", "l5"])))),
        fields=draw(st.fixed_dictionaries({}, optional=VALUES)),  # type: ignore[arg-type]  # values of several types
        addresses=tuple(mixed),
    )
    blank = Contact(id=f"contact{number}", created_at=NOON, changed_at=NOON, version=3)
    return edited(blank, edit, "api_key", NOON)


PEOPLE = st.integers(1, 4).flatmap(lambda count: st.tuples(*map(contacts, range(count))))


def _opt_outs(people: tuple[Contact, ...], choices: list[int]) -> dict[str, OptOut]:
    """For some of the addresses a refusal, or one that ended, or a bounce."""
    found: dict[str, OptOut] = {}
    every = [one for person in people for one in person.addresses]
    for one, choice in zip(every, choices, strict=False):
        source = OptOutSource.BOUNCE if choice == 3 else OptOutSource.REPLY
        refusal = OptOut(
            id=opt_out_id(one.channel, one.address),
            channel=one.channel,
            address=one.address,
            is_active=True,
            source=source,
            changed_at=NOON,
        )
        if choice:
            found[refusal.id] = ended(refusal, OptOutSource.API, NOON) if choice == 2 else refusal
    return found


@given(PEOPLE, st.lists(st.integers(0, 3)), st.booleans())
def test_an_export_that_comes_back_changes_nothing(
    people: tuple[Contact, ...], choices: list[int], replaces: bool
) -> None:
    opt_outs = _opt_outs(people, choices)
    table = ContactTable(
        channels=sorted(most_addresses(people).items()), fields=list(FIELDS.values()), lists=LISTS
    )
    lines = [table.header, *(table.row(person, opt_outs) for person in people)]
    item = ContactImport(
        id="i", name="n", object_name="o", created_at=NOON, created_by="k", match_by="id", replaces=replaces
    )
    found = Found(by_id={one.id: one for one in people}, by_key={}, opt_outs=opt_outs)
    assert _effects(item, lines, found) == [Effect.UNCHANGED] * len(people)


def _effects(item: ContactImport, lines: list[list[str]], found: Found) -> list[Effect]:
    known = Known(company=a_company(), fields=FIELDS, lists=LISTS)
    content = io.BytesIO(b"".join(csv_export(lines)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        path.write_bytes(content.getvalue())
        with open_table(path) as opened:
            used = guessed(opened.header, FIELDS)
            assert [one.column for one in used] == lines[0], "every column is known again"
            item = replace(item, used=used)
            reader = RowReader(item, placed(used, opened.header), known)
            rows = [reader.read(record.number, record.cells) for record in opened.records]
    return [planned(row, item, found).effect for row in rows]
