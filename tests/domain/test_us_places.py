"""Places in the USA: states, ZIP codes, addresses, area codes."""

import pytest
from phonenumbers import PhoneNumber, geocoder, region_code_for_number

from shared.domain.us_places import UsPlace, find_place, state_of_area

NEW_YORK, CHICAGO, DENVER = "America/New_York", "America/Chicago", "America/Denver"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("NJ", UsPlace("NJ", (NEW_YORK,))),
        ("new jersey", UsPlace("NJ", (NEW_YORK,))),
        ("07102", UsPlace("NJ", (NEW_YORK,))),
        ("7102", UsPlace("NJ", (NEW_YORK,))),  # as a spreadsheet leaves it
        ("07102-1234", UsPlace("NJ", (NEW_YORK,))),
        ("12 Main St, Austin, TX 78701", UsPlace("TX", (CHICAGO,))),
        ("1 A St\nEl Paso TX 79901", UsPlace("TX", (DENVER,))),
        ("El Paso, Texas, USA", UsPlace("TX", (CHICAGO, DENVER))),
        ("Newark, NJ 07102, United States", UsPlace("NJ", (NEW_YORK,))),
        ("37201", UsPlace("TN", (CHICAGO,))),  # Nashville
        ("37402", UsPlace("TN", (NEW_YORK,))),  # Chattanooga
        ("37405", UsPlace("TN", (CHICAGO, NEW_YORK))),  # the sources disagree: both must be open
        ("86033", UsPlace("AZ", (DENVER,))),  # Kayenta, in the Navajo Nation
        ("85001", UsPlace("AZ", ("America/Phoenix",))),
        ("89883", UsPlace("NV", (DENVER,))),  # West Wendover keeps Utah's clocks
        ("96701", UsPlace("HI", ("Pacific/Honolulu",))),
        ("00926", UsPlace("PR", ("America/Puerto_Rico",))),
        ("06390", UsPlace("NY", (NEW_YORK,))),  # Fishers Island, amid Connecticut's
        ("00000", None),
        ("99999", None),
        ("09001", None),  # the forces abroad
        ("123456", None),
        ("75001 Paris", None),
        ("Springfield", None),
        ("", None),
    ],
)
def test_a_place_is_found_in_what_people_write(text: str, place: UsPlace | None) -> None:
    assert find_place(text) == place


def test_area_codes_are_where_phonenumbers_has_them() -> None:
    known = {"FL": "Florida", "NY": "New York", "TX": "Texas", "WA": "Washington State", "PR": "Puerto Rico"}
    found = 0
    for area in range(200, 1000):
        number = PhoneNumber(country_code=1, national_number=area * 10_000_000 + 2_225_555)
        state = state_of_area(str(area))
        told = geocoder.description_for_number(number, "en")
        for code, name in known.items():
            is_there = told == name or told.endswith(f", {code}")
            if is_there and region_code_for_number(number) == "US":
                assert state == code, area
                found += 1
    assert found > 60, "most of a large state's codes"
    assert state_of_area("800") is None
