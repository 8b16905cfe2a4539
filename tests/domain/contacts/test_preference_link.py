"""Links by which people refuse: only ours work, for ever, and nobody reads in them whom they are for."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel
from shared.domain.contacts.preference_link import (
    LinkedPerson,
    LinkInvalid,
    Links,
    is_preference_path,
    link_fields,
    person_in,
    token_of,
)
from shared.domain.record import replace

ANA = LinkedPerson(company_id="acme", channel=Channel("email"), address="ana@example.com", topic="News")
_TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=60)


@given(address=_TEXTS, topic=_TEXTS, key=st.text(st.characters(codec="ascii"), min_size=1))
def test_a_link_says_whom_it_is_for_and_is_always_the_same(address: str, topic: str, key: str) -> None:
    person = replace(ANA, address=address, topic=topic)
    token = token_of(person, key)
    assert person_in(token, [key]) == person
    assert token_of(person, key) == token


@given(place=st.integers(min_value=0), change=st.integers(min_value=1, max_value=255))
def test_a_changed_link_is_none_of_ours(place: int, change: int) -> None:
    sealed = bytearray(base64.urlsafe_b64decode(token_of(ANA, "key") + "=="))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(LinkInvalid):
        person_in(base64.urlsafe_b64encode(sealed).decode().rstrip("="), ["key"])


@given(token=st.text(max_size=200))
def test_nothing_else_is_taken_for_a_link(token: str) -> None:
    with pytest.raises(LinkInvalid):
        person_in(token, ["key"])


@pytest.mark.parametrize("token", ["", "A", "=" * 9, "a" * 100_000, token_of(ANA, "key")[:-3]])
def test_what_was_cut_or_is_endless_is_refused(token: str) -> None:
    with pytest.raises(LinkInvalid):
        person_in(token, ["key"])


def test_a_link_of_a_former_key_still_works_and_one_of_another_does_not() -> None:
    token = token_of(ANA, "old")
    assert person_in(token, ["new", "old"]) == ANA
    with pytest.raises(LinkInvalid):
        person_in(token, ["new"])


def test_nobody_reads_in_a_link_whom_it_is_for() -> None:
    token = token_of(ANA, "key")
    plain = base64.urlsafe_b64decode(token + "==")
    assert b"ana" not in plain
    assert b"example" not in plain
    assert token[:20] != token_of(replace(ANA, address="ben@example.com"), "key")[:20]


def test_a_text_message_has_room_for_a_link() -> None:
    links = Links(public_url="https://rollcall.example", key="key", company_id="0123456789abcdef01234567")
    url = links.unsubscribe(Channel("sms"), "+12125550187")
    assert len(url) < 125


def test_only_the_links_that_a_text_names_are_made() -> None:
    links = Links(public_url="https://rollcall.example", key="key", company_id="acme")
    made = link_fields(links, ["name", "unsubscribe_url"], ANA.channel, ANA.address, "")
    assert list(made) == ["unsubscribe_url"]
    assert is_preference_path(made["unsubscribe_url"].split("/messages/")[1])


@pytest.mark.parametrize("path", ["p", "u", "incoming", "p/a/b", "status/x", ""])
def test_other_paths_are_no_persons_links(path: str) -> None:
    assert not is_preference_path(path)
