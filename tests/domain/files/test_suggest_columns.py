"""A first mapping out of a file's header and records."""

import pytest

from shared.domain.files.cell import TypedCell
from shared.domain.files.check_columns import check_columns
from shared.domain.files.file import RejectedRow
from shared.domain.files.mapping import map_record, prepare_mapping
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.files.suggest_columns import Suggestion, suggest_columns

_T = FieldType


def test_suggested_columns_are_a_mapping_that_reads_the_sample() -> None:
    header = (
        "Patient Name",
        "Phone No.",
        "E-Mail",
        "Appt Date",
        "Due date",
        "State",
        "Größe",
        "2nd",
        "",
        "Name",
        "name",
    )
    sample = [
        ("Zoë", "(212) 555-0100", "a@b.com", "01/31/2026", "01/02/2026", "NJ", "1", "x", "", "n", "m"),
        ("Doe", "", "", "02/01/2026", "03/04/2026", "TX", "2"),
    ]
    suggestion = suggest_columns(header, sample)
    columns = suggestion.columns
    check_columns(columns)
    assert [(column.field, column.type) for column in columns] == [
        ("patient_name", FieldType.TEXT),
        ("phone_no", FieldType.PHONE),
        ("e_mail", FieldType.EMAIL),
        ("appt_date", FieldType.DATE),
        ("due_date", FieldType.DATE),
        ("state", FieldType.TEXT),
        ("groe", FieldType.TEXT),
        ("column_2nd", FieldType.TEXT),
        ("time_zone", FieldType.TIME_ZONE),
    ]
    assert columns[3].formats == ("%m/%d/%Y",)
    assert columns[4].formats == (), "day and month cannot be told apart"
    texts = [(question.column, question.text) for question in suggestion.questions]
    assert texts == [
        ("Due date", "'01/02/2026' can mean 2026-01-02 (%m/%d/%Y) or 2026-02-01 (%d/%m/%Y): choose which"),
        (
            "Name",
            "the name occurs more than once, so neither column is mapped: rename all but one in the file",
        ),
    ]
    assert [choice.formats for choice in suggestion.questions[0].choices] == [("%m/%d/%Y",), ("%d/%m/%Y",)]
    mapping = prepare_mapping(columns, header, time_zone="UTC")
    assert isinstance(map_record(mapping, 2, sample[0]), RejectedRow), "the ambiguous date is not guessed"


def suggest(name: str, *values: str) -> tuple[ColumnMapping, Suggestion]:
    """The suggestion for one column."""
    suggestion = suggest_columns((name,), [(value,) for value in values])
    check_columns(suggestion.columns)
    return suggestion.columns[0], suggestion


@pytest.mark.parametrize(
    ("name", "values", "kind", "formats"),
    [
        ("When", ["06/14/2027 9:00 AM", "06/15/2027 10:30 PM"], _T.DATETIME, ("%m/%d/%Y %I:%M %p",)),
        ("When", ["14/06/2027 09:00"], _T.DATETIME, ("%d/%m/%Y %H:%M",)),
        ("Anything", ["06/14/2027 at 9:00 AM"], _T.DATETIME, ("%m/%d/%Y at %I:%M %p",)),
        ("Date", ["06/14/2027", "06/15/27", "07/31/2027"], _T.DATE, ("%m/%d/%Y", "%m/%d/%y")),
        ("Date", ["June 14, 2027", "Jul 1, 2027"], _T.DATE, ("%B %d, %Y", "%b %d, %Y")),
        ("Termin", ["31.12.2027"], _T.DATE, ("%d.%m.%Y",)),
        ("Date", ["20271231"], _T.DATE, ("%Y%m%d",)),
        ("Fecha", ["14/06/2027"], _T.DATE, ("%d/%m/%Y",)),
        ("Hora", ["09:30", "14:00"], _T.TIME, ()),
        ("Time", ["9:30 AM"], _T.TIME, ()),
        ("Time", ["9:30", "14:00"], _T.TIME, ("%H:%M",)),
        ("Godzina", ["09:30", "14:00"], _T.TIME, ()),
        ("Heure", ["9h30", "14 h 05"], _T.TIME, ("%Hh%M", "%H h %M")),
        ("Ora", ["09.30", "15.45"], _T.TIME, ("%H.%M",)),
        ("Uhrzeit", ["9:30 Uhr", "14.15 Uhr"], _T.TIME, ("%H:%M Uhr", "%H.%M Uhr")),
        ("Time", ["9:30a", "10:15P"], _T.TIME, ()),
        ("時間", ["9時30分"], _T.TIME, ("%H時%M分",)),
        ("Duration", ["00:45", "01:00"], _T.TEXT, ()),
        ("Version", ["09.30", "15.45"], _T.TEXT, ()),
        ("Rendez-vous", ["14/06/2027 à 9h30"], _T.DATETIME, ("%d/%m/%Y à %Hh%M",)),
        ("Termin", ["14.06.2027, 09:30 Uhr"], _T.DATETIME, ("%d.%m.%Y, %H:%M Uhr",)),
        ("Cita", ["14/06/2027 09:30 a. m."], _T.DATETIME, ("%d/%m/%Y %I:%M %p",)),
        ("Appt", ["6/14/27 9:30p"], _T.DATETIME, ("%m/%d/%y %I:%M%p",)),
        ("予約", ["2027年6月14日 9時30分"], _T.DATETIME, ("%Y年%m月%d日 %H時%M分",)),
        ("Контакт", ["+7 916 123-45-67", "+49 151 23456789"], _T.PHONE, ()),
        ("When", [TypedCell("2027-06-14")], _T.DATE, ()),
        ("When", [TypedCell("2027-06-14T00:00:00")], _T.DATETIME, ()),
        ("Teléfono", ["2025550165"], _T.PHONE, ()),
        ("Handynummer", ["0151 23456789"], _T.PHONE, ()),
        ("Correo electrónico", ["a@b.com"], _T.EMAIL, ()),
        ("Contact", ["a@b.com", "c@d.com"], _T.EMAIL, ()),
        ("Email", [], _T.EMAIL, ()),
        ("Mobile", [], _T.PHONE, ()),
        ("Date", [], _T.TEXT, ()),
        ("Account", ["20271231", "20270101"], _T.TEXT, ()),
        ("Note", ["see 06/14/2027"], _T.TEXT, ()),
        ("Consent", ["yes", "NO"], _T.BOOLEAN, ()),
        ("Zeitzone", ["Europe/Berlin"], _T.TIME_ZONE, ()),
    ],
)
def test_types_and_formats(name: str, values: list[str], kind: FieldType, formats: tuple[str, ...]) -> None:
    column, suggestion = suggest(name, *values)
    assert (column.type, column.formats) == (kind, formats)
    assert suggestion.questions == ()


@pytest.mark.parametrize(
    ("name", "values", "separators"),
    [
        ("Amount", ["1,234.50", "12"], (".", ",")),
        ("Betrag", ["1.234,50", "12"], (",", ".")),
        ("Importe", ["1 234,5"], (",", " ")),
        ("Balance", ["-12.50"], (".", ",")),
    ],
)
def test_separators_of_amounts(name: str, values: list[str], separators: tuple[str, str]) -> None:
    column, suggestion = suggest(name, *values)
    assert column.type is _T.NUMBER
    assert (column.decimal_separator, column.thousands_separator) == separators
    assert suggestion.questions == ()


@pytest.mark.parametrize(
    ("name", "good", "bad", "kind"),
    [
        ("Date", "06/14/2027", "tbd", _T.DATE),
        ("Amount", "$1,234.50", "n/a", _T.NUMBER),
        ("Time zone", "America/New_York", "Mars", _T.TIME_ZONE),
    ],
)
def test_one_bad_cell_in_fifty_does_not_make_text_of_a_column(
    name: str, good: str, bad: str, kind: FieldType
) -> None:
    column, suggestion = suggest(name, *[good] * 49, bad)
    assert column.type is kind
    words = kind.value.replace("_", " ")
    expected = f"1 of 50 values are not read as {words} ('{bad}'): such rows are rejected"
    assert expected in [question.text for question in suggestion.questions]
    assert suggest(name, good, bad, good)[0].type is _T.TEXT, "a third of the values is no mistake"


@pytest.mark.parametrize("values", [("07/05/2027", "07/09/2027"), ("07/07/2027",)])
def test_days_that_can_be_read_two_ways_are_asked_about(values: tuple[str, ...]) -> None:
    column, suggestion = suggest("Date", *values)
    assert (column.type, column.formats) == (_T.DATE, ())
    [question] = suggestion.questions
    assert "can mean" in question.text
    assert [choice.formats for choice in question.choices] == [("%m/%d/%Y",), ("%d/%m/%Y",)]


def test_one_impossible_day_decides_between_the_orders() -> None:
    column, suggestion = suggest("Date", *["07/05/2027"] * 20, "14/06/2027")
    assert column.formats == ("%d/%m/%Y",)
    assert suggestion.questions == ()


def test_dots_are_asked_about_too_when_they_can_be_read_two_ways() -> None:
    _, suggestion = suggest("Termin", "05.06.2027")
    assert [choice.formats for choice in suggestion.questions[0].choices] == [("%d.%m.%Y",), ("%m.%d.%Y",)]


def test_a_number_with_one_separator_may_be_two_numbers() -> None:
    _, suggestion = suggest("Amount", "1,234")
    [question] = suggestion.questions
    assert question.text.startswith(
        "'1,234' can mean 1234 (decimal separator .) or 1.234 (decimal separator ,)"
    )


def test_a_currency_is_told_and_several_make_text() -> None:
    column, suggestion = suggest("Total", "$1,234.50", "$12")
    assert column.type is _T.NUMBER
    assert "without its currency ($)" in suggestion.questions[0].text
    column, suggestion = suggest("Total", "45 USD", "45.00 EUR")
    assert column.type is _T.TEXT
    assert "several currencies (EUR, USD)" in suggestion.questions[0].text


def pairs_of(header: str, *rows: str) -> Suggestion:
    return suggest_columns(header.split(","), [row.split(",") for row in rows])


@pytest.mark.parametrize(
    ("header", "row", "pairs"),
    [
        ("Name,Date,Time", "A,06/14/2027,2:30 PM", [("Date", "Time", "date_time", ("%m/%d/%Y",), ())]),
        ("Time,Name,Date", "14:30,A,31.12.2027", [("Date", "Time", "date_time", ("%d.%m.%Y",), ())]),
        ("Hora,Fecha", "9:30,14/06/2027", [("Fecha", "Hora", "fecha_hora", ("%d/%m/%Y",), ("%H:%M",))]),
        ("Visit Date,Visit Time", "2027-06-14,14:30", [("Visit Date", "Visit Time", "visit_at", (), ())]),
        (
            "Date,Start Time,End Time",
            "2027-06-14,9 AM,10 AM",
            [
                ("Date", "Start Time", "date_start_time", (), ()),
                ("Date", "End Time", "date_end_time", (), ()),
            ],
        ),
        (
            "Time 1,Date 1,Time 2,Date 2",
            "09:00,2027-06-14,10:00,2027-06-15",
            [("Date 1", "Time 1", "date_1_time_1", (), ()), ("Date 2", "Time 2", "date_2_time_2", (), ())],
        ),
        ("Date,Time", "2027-06-14 00:00:00,09:00", [("Date", "Time", "date_time", (), ())]),
        ("DOB,Time", "1980-06-14,09:00", []),
        ("DOB,Time,Name,Date", "1980-06-14,09:00,A,2027-06-14", [("Date", "Time", "date_time", (), ())]),
        ("Booked,Due date,x,Time", "2027-01-01,2027-06-14,x,09:00", []),
        ("Date,Time", "2027-06-14 09:00,09:00", []),
        ("Date,Name", "06/14/2027,A", []),
    ],
)
def test_a_date_and_a_time_that_stand_together_are_proposed_as_one_field(
    header: str, row: str, pairs: list[tuple[object, ...]]
) -> None:
    suggestion = pairs_of(header, row)
    check_columns(suggestion.columns)
    found = [column for column in suggestion.columns if column.time_column]
    assert [(one.column, one.time_column, one.field, one.formats, one.time_formats) for one in found] == pairs
    said = [question.text for question in suggestion.questions if "together with" in question.text]
    assert len(said) == len(pairs)


def test_a_pair_whose_date_can_be_read_two_ways_asks_which() -> None:
    suggestion = pairs_of("Date,Time", "01/02/2027,9:30", "03/04/2027,14:00")
    [pair] = [column for column in suggestion.columns if column.time_column]
    assert (pair.formats, pair.time_formats) == ((), ("%H:%M",))
    question = suggestion.questions[-1]
    assert question.text.endswith("choose how it is read")
    assert [(one.field, one.formats, one.time_formats) for one in question.choices] == [
        ("date_time", ("%m/%d/%Y",), ("%H:%M",)),
        ("date_time", ("%d/%m/%Y",), ("%H:%M",)),
    ]
    row = map_record(
        prepare_mapping(question.choices[1:], ("Date", "Time"), time_zone="UTC"), 2, ("01/02/2027", "9:30")
    )
    assert not isinstance(row, RejectedRow)
    assert row is not None
    assert row.values == {"date_time": "2027-02-01T09:30:00+00:00"}


def test_columns_with_the_same_letters_are_fields_of_their_own() -> None:
    suggested = suggest_columns(("Note", "Note!", "note?", "Ünit"), [("a", "b", "c", "d")])
    assert [column.field for column in suggested.columns] == ["note", "note_2", "note_3", "unit"]


def test_a_question_names_its_column() -> None:
    suggested = suggest_columns(("Name", "Fee"), [("Ana", "$5"), ("Ben", "EUR 6")])
    assert [question.column for question in suggested.questions] == ["Fee"]
