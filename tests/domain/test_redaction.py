"""Redaction takes out what no log may hold, and leaves what lines are found by."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.redaction import redact

AREA = st.integers(200, 999).map(str)
LINE = st.integers(0, 9999).map("{:04}".format)
AROUND = st.sampled_from(
    [
        "{}", "to {} failed", "The 'To' number {} is not a valid phone number.", "To={}&x=1", "'{}'", '"{}"',
        "({})", "x:{},", "<{}>", "[{}]", "{}\n", "tel:{}", "é {} ü",
    ]
)  # fmt: skip
FORMS = (
    "+1{0}{1}{2}", "%2B1{0}{1}{2}", "%2b1{0}{1}{2}", "1{0}{1}{2}", "{0}{1}{2}", "({0}) {1}-{2}",
    "{0}-{1}-{2}", "{0}.{1}.{2}", "+1 {0} {1} {2}", "+1 ({0}) {1}-{2}", "+1-{0}-{1}-{2}",
)  # fmt: skip


@given(area=AREA, exchange=AREA, line=LINE, form=st.sampled_from(FORMS), around=AROUND)
def test_no_number_stays_in_any_form(area: str, exchange: str, line: str, form: str, around: str) -> None:
    number = form.format(area, exchange, line)
    clean = redact(around.format(number))
    assert number not in clean
    assert line not in re.sub(r"\[number\]", "", clean)
    assert "[number]" in clean


@given(number=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), around=AROUND)
def test_no_number_of_any_country_stays(number: str, around: str) -> None:
    assert number[1:] not in redact(around.format(number))


LOCAL = st.text(string.ascii_letters + string.digits + "._+-", min_size=1, max_size=20)
LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=10)


@given(
    local=LOCAL,
    labels=st.lists(LABEL, min_size=2, max_size=4),
    at=st.sampled_from(["@", "%40"]),
    around=AROUND,
)
def test_no_address_stays(local: str, labels: list[str], at: str, around: str) -> None:
    address = f"{local}{at}{'.'.join(labels)}"
    assert address not in redact(around.format(address))


@given(secret=st.text(min_size=6, max_size=40), before=st.text(max_size=10), after=st.text(max_size=10))
def test_no_known_secret_stays(secret: str, before: str, after: str) -> None:
    assert secret not in redact(f"{before}{secret}{after}", [secret]).replace("[secret]", "\0")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer eyJhbGciOi.J9.abc-_",
        "rk_acme_key_0123456789abcdef",
        "SG.abcdefghijk.lmnop-qrs_tuv",
        "POST /?token=hush-hush HTTP/1.1",
        "https://h/?a=1&token=hush-hush&b=2",
    ],
)
def test_no_key_stays(text: str) -> None:
    clean = redact(text)
    assert "[secret]" in clean
    assert not re.search("hush|abc|eyJ|0123", clean)


@given(st.text(string.hexdigits.lower()[:16], min_size=24, max_size=24))
def test_an_id_stays(item_id: str) -> None:
    assert redact(item_id) == item_id
    assert redact(f"There is no fire {item_id!r}.") == f"There is no fire {item_id!r}."


@given(st.datetimes())
def test_a_time_stays(moment: object) -> None:
    assert redact(f"at {moment}") == f"at {moment}"


@given(st.one_of(st.integers(0, 10**8), st.floats(0, 10**7, allow_nan=False)))
def test_a_count_and_a_duration_stay(number: float) -> None:
    assert redact(f"{number} done") == f"{number} done"


@given(st.text())
def test_any_text_is_taken_and_twice_is_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)
