"""Of options that mean the same, the one that was said sets off what it has."""

from typing import Any

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.fires.chosen_option import chosen_option
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from tests.kit.builders import NOON

YES = Disposition.CONFIRMED
FIRST = ReplyOption(words=("1", "ok"), disposition=YES)
MORNING = ReplyOption(words=("4", "C1", "in the morning"), disposition=YES)
EVENING = ReplyOption(words=("5", "C12", "tarde"), disposition=YES)
OTHER = ReplyOption(words=("2",), disposition=Disposition.CANCELED)
A_REPLY = Reply(
    id="r", sender_id="texts", channel=Channel("sms"), address="+12125550187", body="5", received_at=NOON,
    meaning=ReplyMeaning.ANSWER,
)  # fmt: skip
OPTIONS = (FIRST, OTHER, MORNING, EVENING)
SENT = "Dear Ana, reply 1, 4 or 5 to say when you come, 2 if you cannot."


def chosen(body: str, **changes: Any) -> ReplyOption | None:
    """What is chosen of four, three of which mean yes."""
    return chosen_option(OPTIONS, YES, replace(A_REPLY, body=body, **changes), [SENT])


@pytest.mark.parametrize(
    ("body", "option"),
    [
        *(("1", FIRST), ("OK!", FIRST), ("4", MORNING), ("4️⃣", MORNING), ("5.", EVENING), ("c12", EVENING)),
        *(("C1 please", MORNING), ("In the  MORNING then", MORNING), ("por la Tárde", EVENING)),
        *(("4, sorry, 5", EVENING), ("5, no, 4", MORNING)),
        *(("yes", FIRST), ("sí, claro", FIRST), ("", FIRST), ("in the", FIRST)),
        (f"5\n\nOn Monday, Desk wrote:\n> {SENT}", EVENING),
        (f"yes\n> {SENT}", FIRST),
    ],
)
def test_the_word_that_was_said_last_chooses(body: str, option: ReplyOption) -> None:
    assert chosen(body) is option


def test_a_button_chooses_whatever_it_says() -> None:
    assert chosen("1 ok", choice="5") is EVENING


def test_what_is_meant_alone_needs_no_word() -> None:
    assert chosen_option(OPTIONS, Disposition.CANCELED, A_REPLY) is OTHER
    assert chosen_option(OPTIONS, Disposition.RESCHEDULE_ASKED, A_REPLY) is None
