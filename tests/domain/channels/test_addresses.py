"""Every way to write one address gives one address; what is none is refused with a sentence."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.channels.email_addresses import normalize_email
from shared.domain.channels.phone_numbers import PhoneType, normalize_phone, read_phone, zones_of_phone


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
    ("text", "region"),
    [
        ("+52 1 55 1234 5678", "US"),
        ("+5215512345678", "MX"),
        ("521 55 1234 5678", "MX"),
        ("011 52 1 55 1234 5678", "US"),
        ("00 52 1 55 1234 5678", "MX"),
        ("1 55 1234 5678", "MX"),
        ("044 55 1234 5678", "MX"),
        ("045 55 1234 5678", "MX"),
        ("01 55 1234 5678", "MX"),
        ("+52 01 55 1234 5678", "US"),
        ("+52 (044) 55-1234-5678", "US"),
        ("52 55 1234 5678", "MX"),
        ("55 1234 5678", "MX"),
    ],
)
def test_a_prefix_mexico_gave_up_is_taken_off(text: str, region: str) -> None:
    assert normalize_phone(text, region) == "+525512345678"


@pytest.mark.parametrize(
    ("text", "region"),
    [("+52 1 55 1234 567", "US"), ("+52 1 000 123 4567", "US"), ("044 55 1234 567", "MX")],
)
def test_a_prefix_stays_where_the_rest_is_no_number(text: str, region: str) -> None:
    with pytest.raises(AddressInvalid, match=r"A number of (MX|US) looks like \+(52 1?|1 )"):
        normalize_phone(text, region)


def test_a_number_with_a_code_that_is_not_known_is_taken_where_that_is_allowed() -> None:
    with pytest.raises(AddressInvalid, match="not one that US gives out, unless its area code is new"):
        normalize_phone("(729) 234-5678", "US")
    taken = read_phone("(729) 234-5678", "US", allows_possible=True)
    assert (taken.e164, taken.type) == ("+17292345678", PhoneType.OTHER)
    assert normalize(Channel("sms"), "7292345678", "US", allows_possible=True) == "+17292345678"
    for text in (
        "729 234 567",
        "729 234 56789",
        "DO NOT CALL 729 234 5678",
        "729 234 5678 x1",
        "+999 123456",
    ):
        with pytest.raises(AddressInvalid):
            normalize_phone(text, "US", allows_possible=True)


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+61882345678", {"Australia/Adelaide", "Australia/Perth"}),
        ("+12125550187", {"America/New_York"}),
        ("+525512345678", {"America/Mexico_City"}),
        ("+17292345678", set()),
    ],
)
def test_a_number_may_be_in_all_zones_of_its_area(number: str, zones: set[str]) -> None:
    assert set(zones_of_phone(number)) == zones


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
        "üser@example.com",
        "ana@münchen.de@example.com",
        "аnа@example.com",
    ],
)
def test_what_is_no_email_address_is_refused(text: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        normalize_email(text)
    assert caught.value.reason.endswith(".")


@given(
    local=st.from_regex(r"[A-Za-z0-9_+.-]{1,66}", fullmatch=True),
    domain=st.sampled_from(
        ["example.com", "EXAMPLE.org", "xn--mnchen-3ya.de", "localhost", "a.test", "-.com"]
    )
    | st.from_regex(r"[A-Za-z0-9.-]{1,70}\.com", fullmatch=True),
)
def test_what_is_plainly_an_email_address_is_taken_as_the_whole_check_takes_it(
    local: str, domain: str
) -> None:
    try:
        found = validate_email(f"{local}@{domain}", check_deliverability=False)
        expected = f"{found.local_part}@{found.ascii_domain}"
    except EmailNotValidError:
        with pytest.raises(AddressInvalid):
            normalize_email(f"{local}@{domain}")
    else:
        assert normalize_email(f"{local}@{domain}") == expected


def test_a_person_with_letters_that_cannot_be_sent_to_can_still_refuse() -> None:
    with pytest.raises(AddressInvalid, match="before the @-sign"):
        normalize(Channel("email"), "üser@example.com", "US")
    assert normalize(Channel("email"), "üser@Example.com", "US", allows_possible=True) == "üser@example.com"
    assert normalize(Channel("email"), "user@bücher.example.com", "US") == "user@xn--bcher-kva.example.com"
