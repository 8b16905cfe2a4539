"""What `make mutants` tries, and what it says came of it."""

from pathlib import Path

import pytest

from tests.mutants.counted import list_unnoticed, table
from tests.mutants.parts import PARTS, chosen
from tests.mutants.trial import Sample, sampled

STATUSES = {
    "shared.domain.lease.x_a__mutmut_1": "killed",
    "shared.domain.lease.x_a__mutmut_2": "timeout",
    "shared.domain.lease.x_a__mutmut_3": "survived",
    "shared.domain.place.x_b__mutmut_1": "no tests",
    "shared.domain.place.x_b__mutmut_2": "not checked",
    "shared.domain.place.x_b__mutmut_3": "check was interrupted by user",
}


def test_without_a_choice_each_part_has_its_turn() -> None:
    assert [(part.code, pattern) for part, pattern in chosen("")] == [
        ("shared/domain", "shared/domain/*"),
        ("shared/tabular", "shared/tabular/*"),
        ("shared/providers", "shared/providers/*"),
        ("functions/api", "functions/api/*"),
        ("shared/usecases", "shared/usecases/*"),
    ]


@pytest.mark.parametrize(
    ("only", "code", "pattern"),
    [
        ("api", "functions/api", "functions/api/*"),
        ("shared/domain/messages/", "shared/domain", "shared/domain/messages/*"),
        ("shared/usecases/run_job.py", "shared/usecases", "shared/usecases/run_job.py"),
    ],
)
def test_a_part_a_folder_or_a_module(only: str, code: str, pattern: str) -> None:
    assert [(part.code, found) for part, found in chosen(only)] == [(code, pattern)]


def test_what_is_in_no_part_is_refused() -> None:
    with pytest.raises(ValueError, match="'portal' is none of domain, tabular, providers, api, usecases"):
        list(chosen("portal"))


def test_all_code_and_tests_of_the_parts_are_there() -> None:
    folders = [part.code for part in PARTS.values()] + [part.tests[0] for part in PARTS.values()]
    assert all(Path(folder).is_dir() for folder in folders)


def test_a_sample_that_is_cut_short_is_a_smaller_sample() -> None:
    names = {f"m{number}": "not checked" for number in range(100)}
    drawn = sampled(names, Sample(size=30, seed=1))
    assert len(set(drawn)) == 30
    assert drawn[:10] == sampled(names, Sample(size=10, seed=1))
    assert drawn != sampled(names, Sample(size=30, seed=2))
    assert sorted(sampled(names, Sample(size=0, seed=1))) == sorted(names)


def test_what_was_not_tried_is_in_no_share(tmp_path: Path) -> None:
    assert table("shared/domain/*", STATUSES).splitlines() == [
        "shared/domain/*: of 6",
        "   tried  noticed  reached  share  module",
        "       3        2        3   66 %  shared.domain.lease",
        "       1        0        0    0 %  shared.domain.place",
        "       4        2        3   50 %  all",
    ]
    list_unnoticed(tmp_path, STATUSES)
    assert (tmp_path / "unnoticed.txt").read_text().splitlines() == [
        "shared.domain.lease.x_a__mutmut_3: survived",
        "shared.domain.place.x_b__mutmut_1: no tests",
    ]
