"""A person's page says how each reply was read, and why it waits."""

import pytest

from functions.portal.timeline_words import told
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.views.timeline_entries import TimelineEntry, TimelineKind
from tests.kit.builders import NOON

REPLY = Reply(
    id="r",
    sender_id="texts",
    channel=Channel("sms"),
    address="+12125550187",
    body="2",
    received_at=NOON,
    meaning=ReplyMeaning.ANSWER,
    disposition=Disposition.CANCELED,
)
CHANGES = "Changes the earlier answer: confirmed."


@pytest.mark.parametrize(
    ("reply", "badge", "reason"),
    [
        (REPLY, "canceled", ""),
        (replace(REPLY, waits=True, note=CHANGES), "waits", f"Taken as: cancelled. {CHANGES}"),
        (
            replace(REPLY, waits=True, meaning=ReplyMeaning.OPT_OUT, disposition=None),
            "waits",
            "Taken as: opt out.",
        ),
        (
            replace(REPLY, waits=True, meaning=ReplyMeaning.UNCLEAR, disposition=None, note="It asks."),
            "waits",
            "It asks.",
        ),
    ],
)
def test_a_reply_is_told_with_its_reading(reply: Reply, badge: str, reason: str) -> None:
    line = told(TimelineEntry(id="e", at=NOON, kinds=(TimelineKind.REPLY,), record=reply), {}, {})
    assert (line.badge, line.reason, line.link) == (badge, reason, "/inbox/r")
