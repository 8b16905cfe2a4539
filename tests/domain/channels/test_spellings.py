"""One person, whatever spelling of the address a provider or a file has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.address_kinds import EMAIL_ADDRESS, PHONE_NUMBER
from shared.domain.channels.channel import Channel
from shared.domain.channels.phone_spellings import one_spelling, spellings
from shared.domain.contacts.opt_out import opt_out_id, opt_out_ids
from shared.domain.ids import computed_id

SMS, EMAIL = Channel("sms"), Channel("email")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+525512345678", "+5215512345678"),  # Mexico: 1 before mobiles until 2019, and in WhatsApp
        ("+528112345678", "+5218112345678"),
        ("+5491123456789", "+541123456789"),  # Argentina: 9 before mobiles, called from abroad
        ("+5493434123456", "+543434123456"),
        ("+5511987654321", "+551187654321"),  # Brazil: the ninth digit of mobiles
        ("+5585987654321", "+558587654321"),
        ("+2290197123456", "+22997123456"),  # Benin: 01 before every number since 2024
    ],
)
def test_two_spellings_are_one_phone(one: str, other: str) -> None:
    assert one_spelling(one) == one_spelling(other) == one
    assert spellings(one) == spellings(other) == (one, other)
    assert opt_out_id(SMS, one) == opt_out_id(SMS, other)
    # A refusal that an older version stored by the other spelling is looked up too.
    assert computed_id(SMS, other) in opt_out_ids(SMS, one)
    assert PHONE_NUMBER.is_same(f"whatsapp:{other}", one)


@pytest.mark.parametrize(
    "number",
    [
        "+12125550187",
        "+551132345678",  # a fixed line in Sao Paulo: eight digits, no mobile
        "+5511912345678",
        "+2250707654321",  # Ivory Coast: what the old number was does not follow from it
        "+4915123456789",
        "+541",
        "+52",
    ],
)
def test_other_numbers_have_one_spelling_and_one_id(number: str) -> None:
    assert spellings(number) == (one_spelling(number),) == (number,)
    assert opt_out_ids(SMS, number) == (opt_out_id(SMS, number),) == (computed_id(SMS, number),)


@given(
    national=st.integers(2_000_000_000, 9_999_999_999),
    other=st.integers(2_000_000_000, 9_999_999_999),
    country=st.sampled_from(("52", "54", "55", "549", "521", "22901")),
)
def test_different_numbers_stay_different(national: int, other: int, country: str) -> None:
    one, two = f"+{country}{national}", f"+{country}{other}"
    assert (one_spelling(one) == one_spelling(two)) == (national == other)


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("+1 (212) 555-0187", "", "+12125550187"),
        ("whatsapp:+12125550187", "", "+12125550187"),
        ("\u200e+12125550187 ", "", "+12125550187"),
        ("tel:+12125550187", "", "+12125550187"),
        ("2125550187", "US", "+12125550187"),
        ("12125550187", "US", "+12125550187"),
        ("12125550187", "DE", "+12125550187"),  # no number there, so its country stands before it
        ("0012125550187", "DE", "+12125550187"),
        ("0044 7911 123456", "US", "+447911123456"),
        ("01144 7911 123456", "US", "+447911123456"),
        ("07911 123456", "GB", "+447911123456"),
        ("+17295550187", "US", "+17295550187"),  # an area code that is not known yet
        ("whatsapp:+5215512345678", "US", "+525512345678"),
        ("5215512345678", "", "+525512345678"),
        ("011 15-2345-6789", "AR", "+5491123456789"),
        ("+541123456789", "US", "+5491123456789"),
        ("whatsapp:558587654321", "US", "+5585987654321"),
        ("85 8765-4321", "BR", "+5585987654321"),
        ("12345", "US", "12345"),  # a short code, and no number anywhere
        ("22395", "DE", "22395"),
        ("ROLLCALL", "US", "ROLLCALL"),
        ("anonymous", "", "anonymous"),
        ("2125550187", "", "2125550187"),  # of which country nobody knows
        ("", "US", ""),
        ("+", "US", "+"),
    ],
)
def test_who_wrote_is_brought_to_the_form_in_which_we_send(written: str, region: str, expected: str) -> None:
    assert PHONE_NUMBER.received(written, region) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Ana <ANA@Example-Clinic.COM>", "ANA@example-clinic.com"),
        ('"Vega, Ana" <ana@bücher.example>', "ana@xn--bcher-kva.example"),
        ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
        ("<ana@example.com>", "ana@example.com"),
        ("nobody", "nobody"),
        ("", ""),
    ],
)
def test_who_mailed_is_brought_to_the_form_in_which_we_send(written: str, expected: str) -> None:
    assert EMAIL_ADDRESS.received(written) == expected


def test_a_mailbox_is_one_in_any_case_and_another_with_a_plus_or_a_dot() -> None:
    assert EMAIL_ADDRESS.is_same("Ana <ANA@Bücher.example>", "ana@xn--bcher-kva.example")
    assert not EMAIL_ADDRESS.is_same("ana+x@example.com", "ana@example.com")
    assert not EMAIL_ADDRESS.is_same("a.na@example.com", "ana@example.com")
    assert opt_out_ids(EMAIL, "Ana@example.com") == (opt_out_id(EMAIL, "ana@example.com"),)


@given(text=st.text(), region=st.sampled_from(("", "US", "BR", "XX")))
def test_any_text_can_be_who_wrote(text: str, region: str) -> None:
    for kind in (PHONE_NUMBER, EMAIL_ADDRESS):
        received = kind.received(text, region)
        assert kind.key(received) == kind.key(kind.received(received, region))
