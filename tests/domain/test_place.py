"""Zones and regions as companies and rows name them."""

import pytest

from shared.domain.errors import Problem
from shared.domain.place import check_region, check_time_zone, find_zones


def test_a_zone_that_is_none_is_named_with_one_that_is() -> None:
    assert check_time_zone("time_zone", "America/New_York") == ()
    assert check_time_zone("time_zone", "UTC") == ()
    for wrong in ("EST5EDT", "america/new_york", "Mars/Base", ""):
        assert check_time_zone("time_zone", wrong) == (
            Problem(field="time_zone", reason=f"{wrong!r} is not a time zone; write one as America/New_York"),
        )
    [problem] = check_time_zone("zone", "x" * 80)
    assert problem.reason.startswith("'" + "x" * 50 + "' is not")


def test_a_region_that_is_none_is_named() -> None:
    assert check_region("default_region", "GB") == ()
    assert check_region("default_region", "usa") == (
        Problem(
            field="default_region",
            reason="'usa' is not a region; write two capital letters, such as US",
        ),
    )


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("NJ", ("America/New_York",)),
        ("new jersey", ("America/New_York",)),
        ("  America/Los_Angeles ", ("America/Los_Angeles",)),
        ("america/los angeles", ("America/Los_Angeles",)),
        ("EST", ()),
        ("Jersey Shore", ()),
        ("", ()),
    ],
)
def test_a_row_names_a_zone_or_a_state(text: str, zones: tuple[str, ...]) -> None:
    assert find_zones(text) == zones
