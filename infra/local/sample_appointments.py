"""A realistic messy file of appointments for the demo, and what must become of each of its rows.

It is made anew for each day, as appointments must lie ahead; the same day gives the same file.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from shared.domain.record import replace

HEADER = ("Appt No", "Patient", "Mobile", "E-Mail", "Provider", "Appointment", "State", "Clinic")
PEOPLE = 440
FIRST_NAMES = ("José", "Zoë", "Françoise", "Ana", "Ben", "Chloé", "Dmitri", "Ingrid", "Noël", "María")
LAST_NAMES = ("Núñez", "Müller", "O'Brien", "Smith", "García", "Lefèvre", "Johnson", "Åberg", "Peña", "Wu")
DOCTORS = ("Dr. Vega", "Dr. Okafor", "Dr. Lindström", "Dr. Patel", "Dr. D'Angelo")
STATES = {"NY": 212, "CA": 415, "IL": 312, "CO": 303, "AZ": 602, "WA": 206, "TX": 214, "HI": 808}
PHONE_STYLES = (
    "({0}) {1}-{2}", "{0}.{1}.{2}", "+1 {0} {1} {2}", "1-{0}-{1}-{2}", "{0}{1}{2}", " {0} {1}\xa0{2} ",
)  # fmt: skip
# The simulators answer these last four digits in a way of their own (infra/local/simulator/outcomes.py).
SENT_DIGITS = ("0001", "0002", "0004", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
REFUSED_DIGITS = "0003"
UNKNOWN_DIGITS = "0005"
BAD_PHONES = ("n/a", "12345", "call first", "212-555-2001 x12", "000 000 0000", "see notes")
SENT, FAILED, SKIPPED, UNKNOWN = "sent", "failed", "skipped", "unknown"


class SampleRow(Struct, frozen=True, kw_only=True):
    """One row as it stands in the file, and what its text and its email must end as (None: rejected)."""

    cells: tuple[str, ...]
    sms: str | None = SENT
    email: str | None = SENT


class Sample(Struct, frozen=True, kw_only=True):
    """The file's content and what it must come to."""

    content: bytes
    rejected_count: int
    ledger: dict[str, int]
    answerable: tuple[str, ...]  # numbers of ordinary people with one appointment


def make_sample(today: date) -> Sample:
    """A file as a clinic's old system exports it: semicolons, cp1252, and what people typed."""
    chance = random.Random(today.isoformat())  # noqa: S311  # a repeatable mess, no secret
    people = [_person(number, today, chance) for number in range(PEOPLE)]
    rows = [*people, *_families(people), *_duplicates(people, chance), *_faulty(people, today)]
    chance.shuffle(rows)
    rows = _with_first_of_duplicates_sent(rows)
    accepted = [row for row in rows if row.sms is not None]
    ends = Counter(end for row in accepted for end in (row.sms, row.email))
    lines = [";".join(cells) for cells in (HEADER, *(row.cells for row in rows))]
    return Sample(
        content="\r\n".join(lines).encode("cp1252"),
        rejected_count=len(rows) - len(accepted),
        ledger={"planned": 2 * len(accepted), "pending": 0, **{str(end): n for end, n in ends.items()}},
        answerable=tuple(_number(n) for n in range(60, 75)),
    )


def _number(n: int) -> str:
    state = list(STATES)[n % len(STATES)]
    return f"+1{STATES[state]}555{2000 + n:04}"


def _person(n: int, today: date, chance: random.Random) -> SampleRow:
    number = _number(n)
    shown = chance.choice(PHONE_STYLES).format(number[2:5], number[5:8], number[8:])
    day = today + timedelta(days=chance.randint(2, 20))
    at = f"{day:%m/%d/%Y} {chance.randint(1, 12):02}:{chance.choice((0, 15, 30, 45)):02} PM"
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)} {n}"
    state = list(STATES)[n % len(STATES)]
    cells = (
        f"A{n:05}", name, shown, f"patient{n}@north-clinic.com", chance.choice(DOCTORS), at, state,
        '"Main St; 2nd floor"',
    )  # fmt: skip
    return SampleRow(cells=cells)


def _changed(row: SampleRow, **cells: str) -> SampleRow:
    at = {"number": 0, "patient": 1, "phone": 2, "email": 3, "doctor": 4, "when": 5, "state": 6}
    values = list(row.cells)
    for name, value in cells.items():
        values[at[name]] = value
    return replace(row, cells=tuple(values))


def _families(people: list[SampleRow]) -> Iterator[SampleRow]:
    """Children with appointments of their own, on a parent's phone and mailbox."""
    for n in range(20):
        yield _changed(people[n], number=f"B{n:05}", patient=f"Child {n}")
    for n in range(5):
        yield _changed(people[n], number=f"C{n:05}", patient=f"Second child {n}", doctor="Dr. Patel")


def _duplicates(people: list[SampleRow], chance: random.Random) -> Iterator[SampleRow]:
    """The same appointment exported twice, the number written in another way."""
    for n in range(30, 44):
        number = _number(n)
        shown = chance.choice(PHONE_STYLES).format(number[2:5], number[5:8], number[8:])
        yield _changed(people[n], number=f"D{n:05}", phone=shown)


def _faulty(people: list[SampleRow], today: date) -> Iterator[SampleRow]:
    """Rows that cannot be read, cannot be sent, or end in a way of their own."""
    fresh = iter(range(100, PEOPLE))

    def changed(n: int, **cells: str) -> SampleRow:
        mail = cells.pop("email", f"other{n}@north-clinic.com")
        return _changed(people[n], number=f"E{n:05}", patient=f"Other {n}", email=mail, **cells)

    for phone in BAD_PHONES:
        yield replace(changed(next(fresh), phone=phone), sms=FAILED)
    for email in ("", "not-an-address", "two@@north-clinic.com"):
        n = next(fresh)
        yield replace(changed(n, phone=f"+1 312 555 {6000 + n}", email=email), email=FAILED)
    past = f"{today - timedelta(days=3):%m/%d/%Y} 09:00 AM"
    for n in (next(fresh) for _ in range(3)):
        yield replace(changed(n, phone=f"+1 312 555 {6000 + n}", when=past), sms=SKIPPED, email=SKIPPED)
    for digits in (*SENT_DIGITS, REFUSED_DIGITS, UNKNOWN_DIGITS):
        end = {REFUSED_DIGITS: FAILED, UNKNOWN_DIGITS: UNKNOWN}.get(digits, SENT)
        yield replace(changed(next(fresh), phone=f"+1 646 555 {digits}"), sms=end)
    for cells in ({"when": "02/30/2030 09:00 AM"}, {"when": "tomorrow"}, {"state": "ZZ"}, {"patient": ""}):
        row = _changed(changed(next(fresh)), **cells)
        yield replace(row, sms=None, email=None)
    ragged = changed(next(fresh))
    yield SampleRow(cells=(*ragged.cells, "typed; into", "the margin"), sms=None, email=None)


def _with_first_of_duplicates_sent(rows: list[SampleRow]) -> list[SampleRow]:
    """Of two rows for one appointment the first is sent and the second skipped, whichever that is."""
    seen: set[tuple[str, ...]] = set()
    ends = []
    for row in rows:
        key = (*row.cells[1:2], *row.cells[3:6])
        is_repeated = key in seen and row.sms is not None
        seen.add(key)
        ends.append(replace(row, sms=SKIPPED, email=SKIPPED) if is_repeated else row)
    return ends
