"""What is stored of a record is what comes back, and a name that is in no table does not."""

import copy

import msgspec
import pytest

from shared.domain.channels.channel import Channel
from shared.firestore.kit.codec import from_document, to_document
from tests.kit.builders import a_campaign, a_message, a_step


def test_a_channel_is_stored_as_a_plain_text_and_read_as_a_channel() -> None:
    campaign = a_campaign(steps=(a_step(), a_step(id="mail", channel=Channel("email"))))
    document = to_document(campaign)
    stored = [step["channel"] for step in document["steps"]]
    assert stored == ["sms", "email"]
    assert {type(name) for name in stored} == {str}
    read = from_document(type(campaign), campaign.id, document)
    assert read == campaign
    assert [step.channel.record.name for step in read.steps] == ["sms", "email"]
    assert type(copy.deepcopy(read).steps[0].channel) is Channel


@pytest.mark.parametrize("name", ["fax", "SMS", "", 4, None, ["sms"]])
def test_what_is_no_channel_is_no_such_record(name: object) -> None:
    message = a_message()
    with pytest.raises(msgspec.ValidationError, match="channel"):
        from_document(type(message), message.id, {**to_document(message), "channel": name})
