"""A pasted list: what its lines hold, which are no addresses, and what stands there twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.audience import PastedAddresses
from shared.domain.campaigns.pasted_list import (
    MOST_TOGETHER,
    SHOWN_FAULTS,
    PastedFault,
    read_pasted,
)
from shared.domain.channels.channel import Channel

SMS, EMAIL = Channel("sms"), Channel("email")
PASTED = """(212) 555-0187
+1 212 555 0187

Ana Vega <Ana@Example.com>; "Vega, Ben" <ben@example.com>
212.555.0188, ana@example.COM\t212-555-01
Call me
"""


def test_phones_and_emails_may_stand_beside_each_other() -> None:
    found = read_pasted(PASTED, "US")
    assert found.parts == (
        PastedAddresses(channel=SMS, addresses=("+12125550187", "+12125550188")),
        PastedAddresses(channel=EMAIL, addresses=("Ana@example.com", "ben@example.com")),
    )
    assert (found.count, found.repeated, found.faulty) == (4, 2, 2)


def test_what_is_no_address_is_named_by_its_line() -> None:
    short, words = read_pasted(PASTED, "US").faults
    assert (short.line, short.value) == (5, "212-555-01")
    assert "The number is too short." in short.reason
    assert words == PastedFault(6, "Call me", "This is not a phone number.")


def test_with_a_channel_all_are_its_own() -> None:
    found = read_pasted(PASTED, "US", Channel("whatsapp"))
    assert [part.channel for part in found.parts] == ["whatsapp"]
    assert {fault.line for fault in found.faults} == {4, 5, 6}
    assert read_pasted("", "US").parts == ()


def test_many_are_parted_and_of_many_faults_the_first_are_shown() -> None:
    numbers = "\n".join(f"+1212{2_000_000 + number}" for number in range(MOST_TOGETHER + 1))
    assert [len(part.addresses) for part in read_pasted(numbers, "US").parts] == [MOST_TOGETHER, 1]
    wrong = read_pasted("x\n" * 200, "US")
    assert (wrong.faulty, len(wrong.faults), wrong.parts) == (200, SHOWN_FAULTS, ())


@given(st.text(max_size=200), st.sampled_from([None, SMS, EMAIL]))
def test_any_text_can_be_pasted(text: str, channel: Channel | None) -> None:
    found = read_pasted(text, "US", channel)
    lines = len(text.splitlines())
    assert all(1 <= fault.line <= lines for fault in found.faults)
    addresses = [address for part in found.parts for address in part.addresses]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("between", [",", ";", "|", "\t", "\n", "\r\n", " , "])
def test_however_they_are_parted(between: str) -> None:
    found = read_pasted(between.join(["212 555 0187", "ana@example.com", "(212) 555-0188"]), "US")
    assert (found.count, found.faulty, found.repeated) == (3, 0, 0)
