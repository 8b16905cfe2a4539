"""What a channel takes, to the last character."""

import pytest

from shared.domain.channels.channel import Channel, all_channels, as_text, channel_at
from shared.domain.errors import InvalidInput

SMS, EMAIL = Channel("sms").record, Channel("email").record


def test_a_text_has_1600_characters_at_most_and_an_email_as_many_as_it_likes() -> None:
    assert not SMS.is_too_long("x" * 1_600)
    assert SMS.is_too_long("x" * 1_601)
    assert not EMAIL.is_too_long("x" * 200_000)


def test_only_an_email_needs_a_subject() -> None:
    assert EMAIL.lacks_subject("")
    assert EMAIL.lacks_subject(" \t")
    assert not EMAIL.lacks_subject("Visit")
    assert not SMS.lacks_subject("")


def test_a_channel_that_is_none_is_told_with_those_there_are() -> None:
    with pytest.raises(InvalidInput) as invalid:
        channel_at("steps[0].channel", "fax")
    [problem] = invalid.value.problems
    assert problem.field == "steps[0].channel"
    assert problem.reason.startswith("must be one of: ")
    assert {"sms", "email"} <= set(problem.reason.removeprefix("must be one of: ").split(", "))
    assert channel_at("channel", "sms") == Channel("sms")


def test_all_channels_have_a_record() -> None:
    assert {Channel("sms"), Channel("email")} <= set(all_channels())
    assert as_text(Channel("sms")) == "sms"
    assert type(as_text(Channel("sms"))) is str
    with pytest.raises(NotImplementedError, match="int is no channel"):
        as_text(4)
