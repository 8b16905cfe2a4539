"""Who joined a list with double opt-in is on it when they have confirmed it themselves, in time."""

from datetime import timedelta

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.double_opt_in import (
    asked,
    check_confirming,
    consent_ids,
    joining,
    may_be_asked,
    without_unconfirmed,
)
from shared.domain.contacts.list_consent import confirmed
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.record import replace
from shared.domain.replies.yes_words import is_yes
from tests.kit.builders import NOON

SMS, EMAIL = Channel("sms"), Channel("email")
NEWS = ContactList(
    id="news",
    name="News",
    created_at=NOON,
    updated_at=NOON,
    confirm_sender_id="clinic",
    confirm_text="Willow Clinic: reply YES to get our news.",
)
ANA = Contact(
    id="ana",
    created_at=NOON,
    changed_at=NOON,
    list_ids=("news", "spring"),
    addresses=(
        ContactAddress(channel=SMS, address="+12125550187"),
        ContactAddress(channel=EMAIL, address="ana@example.com"),
    ),
)


def test_a_question_can_be_answered_until_it_expires() -> None:
    [joins] = joining(ANA, [NEWS], {"news": SMS})
    consent = asked(joins, NOON)
    assert joins.address == "+12125550187"
    assert confirmed([consent], OptOutSource.REPLY, NOON + timedelta(days=7)) == []
    [given] = confirmed([consent], OptOutSource.REPLY, NOON + timedelta(days=6))
    assert (given.confirmed_at, given.source) == (NOON + timedelta(days=6), OptOutSource.REPLY)
    assert confirmed([given], OptOutSource.PAGE, NOON + timedelta(days=6)) == []


def test_who_has_not_confirmed_is_on_no_list_that_asks() -> None:
    kinds = [SMS.record.address]
    ids = set(consent_ids(ANA, {"news"}, kinds))
    assert without_unconfirmed(ANA, {"news"}, kinds, set()).list_ids == ("spring",)
    assert without_unconfirmed(ANA, {"news"}, kinds, ids).list_ids == ("news", "spring")
    both = [SMS.record.address, EMAIL.record.address]  # a campaign that also writes to an address not asked
    assert without_unconfirmed(ANA, {"news"}, both, ids).list_ids == ("spring",)


def test_whoever_is_on_no_such_list_or_has_no_such_address_is_not_asked() -> None:
    assert joining(replace(ANA, list_ids=("spring",)), [NEWS], {"news": SMS}) == []
    assert joining(replace(ANA, addresses=()), [NEWS], {"news": SMS}) == []


def test_nobody_is_asked_at_night() -> None:
    assert may_be_asked(replace(ANA, time_zone="America/New_York"), "UTC", NOON.replace(hour=18))
    assert not may_be_asked(replace(ANA, time_zone="America/New_York"), "UTC", NOON.replace(hour=8))


def test_a_list_that_asks_says_how() -> None:
    assert list(check_confirming(NEWS)) == []
    wrong = replace(NEWS, confirm_text=" ", confirm_days=31)
    assert [one.field for one in check_confirming(wrong)] == ["confirm_text", "confirm_days"]
    assert list(check_confirming(replace(NEWS, confirm_sender_id="", confirm_text=""))) == []


@pytest.mark.parametrize("text", ["YES", "Yes please", "sí", "oui", "Sim!", "START"])
def test_a_yes_confirms(text: str) -> None:
    assert is_yes(text)


@pytest.mark.parametrize("text", ["yes?", "yes but not on weekends", "no", "stop", "yes, who is this", "ok"])
def test_anything_else_does_not(text: str) -> None:
    assert not is_yes(text)
