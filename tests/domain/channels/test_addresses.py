"""Every way to write one address gives one address; what is none is refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.channels.email_addresses import normalize_email
from shared.domain.channels.phone_numbers import PhoneType, normalize_phone, read_phone


@pytest.mark.parametrize(
    "text",
    [
        "(212) 555-0187",
        "212.555.0187",
        "2125550187",
        "12125550187",
        "+1 212 555 0187",
        "+1-212-555-0187",
        "tel:+1-212-555-0187",
        "2125550187.0",
        " 212 555 0187 ",
        "212\u00a0555\u00a00187",
        "\u202a+1 212 555 0187\u202c",
        "+12125550187\n",
        "２１２５５５０１８７",
    ],
)
def test_all_forms_of_a_number_are_one(text: str) -> None:
    assert normalize_phone(text, "US") == "+12125550187"
    assert normalize(Channel("sms"), text, "us") == "+12125550187"


NUMBERS = st.sampled_from(
    [
        ("US", "2125550187", "+12125550187"),
        ("GB", "07911123456", "+447911123456"),
        ("DE", "015123456789", "+4915123456789"),
        ("AU", "0412345678", "+61412345678"),
        ("IN", "09876543210", "+919876543210"),
    ]
)


@given(number=NUMBERS, data=st.data())
def test_punctuation_never_makes_another_number(number: tuple[str, str, str], data: st.DataObject) -> None:
    region, national, expected = number
    marks = data.draw(
        st.lists(
            st.sampled_from(["", " ", "-", ".", "\u00a0"]), min_size=len(national), max_size=len(national)
        )
    )
    text = "".join(digit + mark for digit, mark in zip(national, marks, strict=True))
    assert normalize_phone(text, region) == normalize_phone(expected, "US") == expected


@given(
    text=st.text(alphabet="+0123456789 ()-.x/#;a", max_size=20), region=st.sampled_from(["US", "GB", "IN"])
)
def test_a_normal_number_stays_as_it_is_and_nothing_crashes(text: str, region: str) -> None:
    try:
        number = normalize_phone(text, region)
    except AddressInvalid:
        return
    assert normalize_phone(number, "FR") == number


@pytest.mark.parametrize(
    ("text", "region", "part"),
    [
        ("", "US", "no number"),
        ("212555", "US", "too short"),
        ("555-0187", "US", "area code"),
        ("212-555-0187 / 212-555-0188", "US", "too long"),
        ("2" * 1000, "US", "too long"),
        ("+1 111 111 1111", "DE", "not one that US gives out"),
        ("+999 123456", "US", "country code"),
        ("hello", "US", "not a phone number"),
        ("212 555 0187 x12", "US", "extension"),
        ("DO NOT CALL 212 555 0187", "US", "words"),
        ("2.12556E+09", "US", "not a phone number"),
        ("2125550187", "XX", "'XX'"),
        ("2125550187", "", "names no country"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text: str, region: str, part: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        normalize_phone(text, region)
    assert part in caught.value.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+442079460018", PhoneType.LANDLINE),
        ("+447911123456", PhoneType.MOBILE),
        ("+12125550187", PhoneType.EITHER),
        ("+18003569377", PhoneType.OTHER),
    ],
)
def test_the_type_of_a_number_is_told_and_none_is_refused(text: str, expected: PhoneType) -> None:
    assert read_phone(text, "US").type is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana@Example.COM", "Ana@example.com"),
        (" ana@example.com\u200b ", "ana@example.com"),
        ("ana@MÜNCHEN.de", "ana@xn--mnchen-3ya.de"),
        ("ana@xn--mnchen-3ya.de", "ana@xn--mnchen-3ya.de"),
        ("ünï@example.com", "ünï@example.com"),
    ],
)
def test_an_email_address_has_one_form(text: str, expected: str) -> None:
    assert normalize_email(text) == expected
    assert normalize_email(expected) == expected
    assert normalize(Channel("email"), text, "US") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "ana@@example.com",
        "ana@localhost",
        "a b@example.com",
        "Ana <ana@example.com>",
        "ana@example.com, bob@example.com",
        "ana@[127.0.0.1]",
        "ana@example.com\r\nBcc: all@example.com",
        "a" * 400 + "@example.com",
    ],
)
def test_what_is_no_email_address_is_refused(text: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        normalize_email(text)
    assert caught.value.reason.endswith(".")
