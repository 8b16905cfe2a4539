"""What is exported and imported again changes nothing, whatever the contacts hold.

And imported where there is none of them it makes the same contacts: with every kind of field, several
addresses on a channel, tags, lists and consent. No spreadsheet program calculates with either file.
"""

import csv
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel
from shared.domain.characters import control_in
from shared.domain.contacts.contact import Consent, Contact, tag_of
from shared.domain.contacts.contact_cells import ContactTable, most_addresses
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit, edited
from shared.domain.contacts.contact_field import ContactField, FieldKind, WrongValue, value_of
from shared.domain.contacts.contact_import import ContactImport
from shared.domain.contacts.import_cells import text_in
from shared.domain.contacts.import_columns import guessed
from shared.domain.contacts.import_plan import Effect, Found, planned
from shared.domain.contacts.import_row import ImportRow, imported, with_consents
from shared.domain.contacts.list_names import ListNames
from shared.domain.contacts.opt_out import OptOut, OptOutSource, ended, opt_out_id
from shared.domain.contacts.read_import_row import Known, RowReader, placed
from shared.domain.record import replace
from shared.tabular.rejected_rows import csv_export
from shared.tabular.table import open_table
from shared.tabular.xlsx_export import xlsx_file
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
CALCULATED = ("=", "+", "-", "@", "\t", "\r")
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
    _comes_back(people, choices, replaces, "csv")


@settings(  # a workbook is read in a process of its own
    max_examples=25, suppress_health_check=[HealthCheck.filter_too_much]
)
@given(PEOPLE, st.lists(st.integers(0, 3)), st.booleans())
def test_a_workbook_that_comes_back_changes_nothing(
    people: tuple[Contact, ...], choices: list[int], replaces: bool
) -> None:
    _comes_back(people, choices, replaces, "xlsx")


def _comes_back(people: tuple[Contact, ...], choices: list[int], replaces: bool, ending: str) -> None:
    opt_outs = _opt_outs(people, choices)
    table = ContactTable(
        channels=sorted(most_addresses(people).items()), fields=list(FIELDS.values()), lists=LISTS
    )
    lines = [table.header, *(table.row(person, opt_outs) for person in people)]
    item = ContactImport(
        id="i", name="n", object_name="o", created_at=NOON, created_by="k", match_by="id", replaces=replaces
    )
    item, rows = _read(item, lines, ending)
    found = Found(by_id={one.id: one for one in people}, by_key={}, opt_outs=opt_outs)
    assert [planned(row, item, found).effect for row in rows] == [Effect.UNCHANGED] * len(people)
    nobody = Found(by_id={}, by_key={}, opt_outs=opt_outs)
    plans = [planned(row, item, nobody) for row in rows]
    assert [plan.effect for plan in plans] == [Effect.CREATED] * len(people)
    for person, row, plan in zip(people, rows, plans, strict=True):
        told = with_consents(row, plan.consents) if plan.consents else row
        made = imported(None, plan.contact_id, told, item)
        assert _whole(made, opt_outs) == _whole(person, opt_outs)


def _whole(person: Contact, opt_outs: Mapping[str, OptOut]) -> tuple[object, ...]:
    """Everything that a contact holds, as a file can: texts as cells are read, addresses by channel.

    The consent of an address with an opt-out is told by that.
    """
    fields = {name: text_in(one) if isinstance(one, str) else one for name, one in person.fields.items()}
    filled = {name: one for name, one in fields.items() if one != ""}
    addresses = [
        (
            one.channel,
            one.address,
            one.is_preferred,
            *((one.consent, text_in(one.consent_note), one.consent_at) if is_free else ()),
        )
        for channel in (SMS, EMAIL)
        for one in person.on(channel)
        for is_free in [opt_out_id(one.channel, one.address) not in opt_outs]
    ]
    texts = (person.id, text_in(person.name), text_in(person.key), person.language, person.time_zone)
    return (*texts, tuple(sorted(map(text_in, person.tags))), person.list_ids, filled, addresses)


def _read(item: ContactImport, lines: list[list[str]], ending: str) -> tuple[ContactImport, list[ImportRow]]:
    known = Known(company=a_company(), fields=FIELDS, lists=LISTS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"contacts.{ending}"
        if ending == "csv":
            path.write_bytes(b"".join(csv_export(lines)))
            cells = [cell for row in csv.reader(path.read_text("utf-8-sig").splitlines(True)) for cell in row]
            assert not [cell for cell in cells if cell.startswith(CALCULATED)]
        else:
            with xlsx_file(path) as sheet:
                sheet.write_rows(lines)
            with zipfile.ZipFile(path) as book:
                assert b"<f>" not in book.read("xl/worksheets/sheet1.xml"), "no cell is a formula"
        with open_table(path) as opened:
            used = guessed(opened.header, FIELDS)
            assert [one.column for one in used] == lines[0], "every column is known again"
            item = replace(item, used=used)
            reader = RowReader(item, placed(used, opened.header), known)
            return item, [reader.read(record.number, record.cells) for record in opened.records]
