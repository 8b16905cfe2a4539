"""A conversation is open for the channel's hours after the person last wrote, less what a text needs."""

from datetime import UTC, datetime, timedelta

from shared.domain.channels.channel import Channel
from shared.domain.messages.open_conversation import (
    CLOSING,
    OpenConversation,
    conversation_id,
    conversation_ids,
    conversations_of,
)

WROTE = datetime(2026, 11, 23, 17, tzinfo=UTC)
ANA = "+12125550187"
TALK = OpenConversation(id="t", channel=Channel("whatsapp"), sender_id="chats", written_at=WROTE)


def test_it_is_open_for_24_hours() -> None:
    assert TALK.ends_at == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert TALK.is_open(WROTE)
    assert TALK.is_open(WROTE + timedelta(hours=24) - CLOSING - timedelta(seconds=1))
    assert not TALK.is_open(WROTE + timedelta(hours=24) - CLOSING)


def test_it_is_one_for_each_channel_sender_and_person() -> None:
    ids = {
        conversation_id(Channel(channel), sender_id, address)
        for channel in ("whatsapp", "sms")
        for sender_id in ("chats", "others")
        for address in (ANA, "+12125550188")
    }
    assert len(ids) == 8


def test_two_spellings_of_a_phone_are_one_person() -> None:
    mexican = {
        conversation_id(Channel("whatsapp"), "chats", one) for one in ("+5215512345678", "+525512345678")
    }
    assert len(mexican) == 1


def test_channels_without_the_rule_keep_none() -> None:
    assert conversations_of(Channel("sms"), ["texts"], ANA, WROTE) == []
    assert conversation_ids(Channel("email"), ["mails"], "ana@example.com") == frozenset()


def test_what_is_written_to_a_pool_opens_it_for_each_sender_once() -> None:
    talks = conversations_of(Channel("whatsapp"), ["chats", "pool", "chats"], ANA, WROTE)
    assert [(talk.sender_id, talk.written_at) for talk in talks] == [("chats", WROTE), ("pool", WROTE)]
    assert {talk.id for talk in talks} == conversation_ids(Channel("whatsapp"), ["chats", "pool"], ANA)
