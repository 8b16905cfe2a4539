"""An address is found in any spelling: among messages by its key, among cells by its traces."""

import pytest

from shared.domain.channels.address_kinds import EMAIL_ADDRESS, PHONE_NUMBER, AddressInvalid
from shared.domain.channels.address_search import (
    MOST_TRACES,
    FoundAddress,
    address_key,
    read_address,
    traces_in,
)
from shared.domain.channels.channel import Channel

SMS, EMAIL, MESSENGER = Channel("sms"), Channel("email"), Channel("messenger")
ANA = FoundAddress(PHONE_NUMBER, "+12125550187")


def test_text_that_is_a_phone_is_found_as_one() -> None:
    assert read_address("(212) 555-0187", "US") == (ANA,)
    assert read_address("(212) 555-0187", "US", SMS) == (ANA,)
    assert read_address("0171 5550187", "DE", SMS) == (FoundAddress(PHONE_NUMBER, "+491715550187"),)


def test_text_that_is_an_email_is_found_as_one() -> None:
    assert read_address("Ana@Patients.Example.com", "US") == (
        FoundAddress(EMAIL_ADDRESS, "Ana@patients.example.com"),
    )


def test_a_number_that_is_only_possible_is_looked_for() -> None:
    assert read_address("+1 729 555 0187", "US", SMS) == (FoundAddress(PHONE_NUMBER, "+17295550187"),)


def test_text_that_is_no_address_is_refused_with_every_reason() -> None:
    with pytest.raises(AddressInvalid) as caught:
        read_address("nobody", "US")
    with pytest.raises(AddressInvalid) as as_phone:
        read_address("nobody", "US", SMS)
    with pytest.raises(AddressInvalid) as as_email:
        read_address("nobody", "US", EMAIL)
    with pytest.raises(AddressInvalid) as as_id:
        read_address("nobody", "US", MESSENGER)
    reasons = (as_email.value.reason, as_id.value.reason, as_phone.value.reason)
    assert caught.value.reason == " ".join(reasons)


def test_a_record_without_an_address_has_no_key() -> None:
    assert address_key(SMS, "") == ""
    assert address_key(SMS, "+12125550187") == ANA.key
    assert address_key(EMAIL, "Ana@patients.example.com") == address_key(EMAIL, "ana@patients.example.com")
    assert address_key(SMS, "+12125550187") != address_key(SMS, "+12125550188")


@pytest.mark.parametrize("cell", ["(212) 555-0187", "212.555.0187", "+1 212 555 0187", "0012125550187"])
def test_a_cell_is_found_with_and_without_its_country(cell: str) -> None:
    assert set(traces_in([cell])) & set(ANA.traces)


def test_an_emails_cell_is_found_whatever_its_case() -> None:
    assert traces_in([" ANA@patients.example.com "]) == list(
        FoundAddress(EMAIL_ADDRESS, "ana@patients.example.com").traces
    )


@pytest.mark.parametrize(
    ("cell", "has_trace"),
    [
        ("", False),
        ("123456", False),
        ("1234567", True),
        ("0123456", False),  # zeros at the front are written or not
        ("1" * 18, True),
        ("1" * 19, False),
        ("@", True),
        ("x" * 319 + "@", True),
        ("x" * 320 + "@", False),
        ("Ana", False),
    ],
)
def test_which_cells_may_hold_an_address(cell: str, has_trace: bool) -> None:
    assert bool(traces_in([cell])) is has_trace


def test_a_row_has_at_most_a_hundred_traces_each_once() -> None:
    assert len(traces_in(str(2_125_550_000 + n) for n in range(200))) == MOST_TRACES
    assert len(traces_in(["2125550187", "212-555-0187"])) == 1
