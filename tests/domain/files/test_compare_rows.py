"""What is found when a file's rows are compared with those of its source's last files."""

import pytest

from shared.domain.files.compare_rows import EarlierFile, compare_rows
from shared.domain.files.file import File
from shared.domain.files.finding import Finding, FindingCode, Severity
from shared.domain.files.profile import Profile
from shared.domain.files.row_sketch import KnownRows, RowSketch, Sketching
from shared.domain.record import replace
from tests.kit.builders import NOON

SERIOUS, WARNING = Severity.SERIOUS, Severity.WARNING


def a_file(name: str = "new.csv") -> File:
    return File(id=name, source_id="appointments", name=name, object_name=name, created_at=NOON)


def sketch(*rows: int) -> RowSketch:
    sketching = Sketching()
    for row in rows:
        sketching.add(row)
    return sketching.sketch()


def profile(rows: int = 40, rejected: int = 0, marked: int = 0, *hashes: int) -> Profile:
    return Profile(
        row_count=rows,
        rejected_count=rejected,
        marked_count=marked,
        day=NOON.toordinal(),
        columns=(),
        days={},
        rows=sketch(*hashes),
        fields={},
    )


def earlier(*profiles: Profile) -> list[EarlierFile]:
    return [EarlierFile(file=a_file(f"old{n}.csv"), profile=one) for n, one in enumerate(profiles)]


def findings(new: Profile, *before: Profile, file: File | None = None) -> list[Finding]:
    found = list(compare_rows(file or a_file(), new, KnownRows({}), earlier(*before)))
    assert all(one.to_do for one in found)
    return found


def codes(new: Profile, *before: Profile) -> list[tuple[FindingCode, Severity]]:
    return [(one.code, one.severity) for one in findings(new, *before)]


FEWER, MORE = FindingCode.FEWER_ROWS, FindingCode.MORE_ROWS


@pytest.mark.parametrize(
    ("now", "usual", "expected"),
    [
        (40, (40,), []),
        (21, (40,), []),
        (20, (40,), [(FEWER, WARNING)]),  # half
        (11, (40,), [(FEWER, WARNING)]),
        (10, (40,), [(FEWER, SERIOUS)]),  # a quarter
        (79, (40,), []),
        (80, (40,), [(MORE, WARNING)]),  # twice
        (159, (40,), [(MORE, WARNING)]),
        (160, (40,), [(MORE, SERIOUS)]),  # four times
        (4, (8,), []),  # four rows fewer say nothing
        (4, (9,), [(FEWER, WARNING)]),  # five do
        (2, (9,), [(FEWER, WARNING)]),  # nine rows say little of what is usual
        (2, (10,), [(FEWER, SERIOUS)]),
        (8, (4,), []),
        (10, (5,), [(MORE, WARNING)]),
        (36, (9,), [(MORE, WARNING)]),
        (40, (10,), [(MORE, SERIOUS)]),
        (25, (40, 60), []),
        (20, (60, 40), [(FEWER, WARNING)]),  # the least of them counts
        (100, (60, 40), []),
        (120, (60, 40), [(MORE, WARNING)]),  # and the most
        (0, (40,), []),  # a file without rows is refused or said to be empty elsewhere
        (4, (), []),
    ],
)
def test_how_many_rows_are_usual(
    now: int, usual: tuple[int, ...], expected: list[tuple[FindingCode, Severity]]
) -> None:
    assert codes(profile(now), *map(profile, usual)) == expected


def test_rejected_rows_are_rows_of_the_file() -> None:
    assert codes(profile(20, 1), profile(40)) == []
    assert codes(profile(20), profile(35, 5)) == [(FEWER, WARNING)]


def test_a_rejected_rows_file_that_comes_back_says_nothing_of_what_is_usual() -> None:
    assert codes(replace(profile(4), comes_back=True), profile(40)) == []
    assert codes(profile(40), replace(profile(4), comes_back=True)) == []


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ((1_200,), "The file has 4 rows; the file before of its source had 1,200."),
        ((40, 40), "The file has 4 rows; the last 2 files of its source had 40."),
        ((60, 40), "The file has 4 rows; the last 2 files of its source had 40 to 60."),
    ],
)
def test_it_is_told_in_numbers(before: tuple[int, ...], words: str) -> None:
    (finding,) = findings(profile(4), *map(profile, before))
    assert finding.what == words


def test_one_row_is_one_row() -> None:
    (finding,) = findings(profile(1), profile(40))
    assert finding.what.startswith("The file has 1 row;")


def test_the_same_rows_in_the_same_order_are_the_same_file() -> None:
    (finding,) = findings(profile(3, 0, 0, 1, 2, 3), profile(3, 0, 0, 3, 2, 1), profile(3, 0, 0, 1, 2, 3))
    assert (finding.code, finding.severity, finding.file_id) == (FindingCode.SAME_FILE, SERIOUS, "old1.csv")
    assert finding.what == "Its rows are those of the file 'old1.csv' of 2026-11-23 17:00 UTC."


def test_the_same_rows_in_another_order_are_found_too() -> None:
    (finding,) = findings(profile(3, 0, 0, 1, 2, 3), profile(3, 0, 0, 3, 2, 1))
    assert (finding.code, finding.severity, finding.file_id) == (FindingCode.SAME_ROWS, SERIOUS, "old0.csv")
    assert finding.what.endswith("of 2026-11-23 17:00 UTC, in another order.")


def test_a_repeat_that_was_accepted_at_upload_only_warns() -> None:
    file = replace(a_file(), accepts_repeat=True)
    (finding,) = findings(profile(2, 0, 0, 1, 2), profile(2, 0, 0, 1, 2), file=file)
    assert finding.severity is WARNING


def test_other_rows_and_no_rows_are_no_repeat() -> None:
    assert codes(profile(3, 0, 0, 1, 2, 3), profile(3, 0, 0, 1, 2, 4)) == []
    assert codes(profile(3, 0, 0, 1, 2, 3), profile(2, 0, 0, 4, 2)) == []  # the same sum
    assert codes(profile(3), profile(3)) == []


def sent_finding(sent: int, of: int, *usual: float, file: File | None = None) -> Finding:
    """A file of which so many rows were sent before; of old1.csv more than of old0.csv."""
    known = KnownRows({"old0.csv": sketch(1), "old1.csv": sketch(*range(2, 100))})
    for number in range(1, of + 1):
        known.look(number if number <= sent else 1_000 + number, number + 1)
    before = earlier(*(replace(profile(of), sent_share=share) for share in (usual or (0.0, 0.0))))
    (finding,) = compare_rows(file or a_file(), profile(of), known, before)
    return finding


def test_rows_that_were_sent_before_are_counted_and_some_named() -> None:
    finding = sent_finding(6, 10)
    assert (finding.code, finding.severity) == (FindingCode.ROWS_SENT_BEFORE, SERIOUS)
    assert (finding.file_id, finding.rows) == ("old1.csv", (2, 3, 4, 5, 6))
    assert finding.what == (
        "6 of 10 rows (60%) stood just so in a file that a campaign was fired for; most of them in "
        "'old1.csv' of 2026-11-23 17:00 UTC."
    )


@pytest.mark.parametrize(
    ("sent", "usual", "severity"),
    [
        (5, (0.0, 0.0), SERIOUS),  # half
        (4, (0.0, 0.0), WARNING),
        (6, (0.0, 0.4), WARNING),  # files of this source overlap so
        (6, (0.4, 0.0), WARNING),
        (7, (0.0, 0.4), SERIOUS),
    ],
)
def test_half_of_the_rows_and_a_fifth_more_than_usual_is_serious(
    sent: int, usual: tuple[float, float], severity: Severity
) -> None:
    assert sent_finding(sent, 10, *usual).severity is severity
    repeated = sent_finding(sent, 10, *usual, file=replace(a_file(), accepts_repeat=True))
    assert repeated.severity is WARNING


@pytest.mark.parametrize(
    ("rejected", "of", "before", "severity"),
    [
        (20, 40, (), SERIOUS),  # half
        (19, 40, (), None),
        (5, 10, (), SERIOUS),
        (5, 9, (), WARNING),
        (2, 3, (), WARNING),
        (2, 2, (), None),
        (30, 40, ((20, 40),), SERIOUS),  # seven tenths, when half is usual
        (27, 40, ((20, 40),), None),
        (40, 40, ((36, 40),), SERIOUS),  # all of them are always many
    ],
)
def test_many_rejected_rows(
    rejected: int, of: int, before: tuple[tuple[int, int], ...], severity: Severity | None
) -> None:
    old = [profile(total - part, part) for part, total in before]
    expected = [(FindingCode.MANY_REJECTED, severity)] if severity else []
    assert codes(profile(of - rejected, rejected), *old) == expected


@pytest.mark.parametrize(
    ("marked", "of", "severity"), [(20, 40, SERIOUS), (19, 40, None), (5, 9, WARNING), (5, 10, SERIOUS)]
)
def test_many_rows_with_a_bad_address(marked: int, of: int, severity: Severity | None) -> None:
    expected = [(FindingCode.MANY_MARKED, severity)] if severity else []
    assert codes(profile(of, 0, marked)) == expected
    assert codes(profile(of, 0, marked), profile(of, 0, of)) == []  # as always


def test_their_words() -> None:
    assert [one.what for one in findings(profile(20, 20, 20))] == [
        "20 of 40 rows were rejected.",
        "20 of 20 rows have a bad address, or none.",
    ]
