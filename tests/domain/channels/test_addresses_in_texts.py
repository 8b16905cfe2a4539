"""Where an address stands in a text, as people write it: what forgetting a person goes by."""

import pytest

from shared.domain.channels.address_kinds import EMAIL_ADDRESS, PHONE_NUMBER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+12125550187", True),
        ("(212) 555-0187", True),
        ("call 212.555.0187 today", True),
        ("1 212 555 0187", True),
        ("212 555 0188", False),
        ("555 0187", False),
        ("", False),
    ],
)
def test_a_phone_number_is_found_by_its_national_digits(text: str, expected: bool) -> None:
    assert PHONE_NUMBER.is_in("+12125550187", text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ana@example.com", True),
        ("Ana <ANA@Example.com>", True),
        ("ana@example.org", False),
        ("@example.com", False),
    ],
)
def test_an_email_address_is_found_whatever_its_case(text: str, expected: bool) -> None:
    assert EMAIL_ADDRESS.is_in("ana@example.com", text) is expected


def test_an_email_keeps_the_case_of_its_local_part_and_a_number_has_one_form() -> None:
    assert EMAIL_ADDRESS.spelling(" Ana.Lopez@Example.COM ") == "Ana.Lopez@example.com"
    assert PHONE_NUMBER.spelling("(212) 555-0187") is None
    assert EMAIL_ADDRESS.key("Ana@Example.com") == EMAIL_ADDRESS.key("aNA@example.COM")
