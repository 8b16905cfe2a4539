"""An answer whose option stops the steps ends them, also where the campaign goes on after answers."""

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.campaigns.step import OnlyIf, Step
from shared.domain.channels.channel import Channel
from shared.domain.fires.step_rules import unmet
from shared.domain.messages.skip_reason import SkipReason
from tests.kit.builders import a_campaign, a_message

NO = ReplyOption(words=("2",), disposition=Disposition.CANCELED, stops_steps=True)
YES = ReplyOption(words=("1",), disposition=Disposition.CONFIRMED)
CAMPAIGN = a_campaign(reply_options=(YES, NO), stop_at_answer=False)


def a_step(only_if: OnlyIf = OnlyIf.ANYBODY, *answers: Disposition) -> Step:
    return Step(
        id="next",
        channel=Channel("sms"),
        template_id="t",
        sender_id="s",
        address_field="phone",
        only_if=only_if,
        answers=answers,
    )


@pytest.mark.parametrize(
    ("given", "skip"),
    [(Disposition.CONFIRMED, None), (Disposition.CANCELED, SkipReason.ANSWERED)],
)
def test_an_option_that_starts_the_steps_ends_none(given: Disposition, skip: SkipReason | None) -> None:
    starting = ReplyOption(words=("1",), disposition=Disposition.CONFIRMED, starts_steps=True)
    campaign = a_campaign(reply_options=(starting, NO), stop_at_answer=True)
    before = [[a_message(disposition=given, reply_id="r")]]
    assert unmet(a_step(), campaign, before) is skip
    assert unmet(a_step(), campaign, [[a_message(reply_id="r")]]) is SkipReason.ANSWERED


@pytest.mark.parametrize(
    ("step", "given", "skip"),
    [
        (a_step(), None, None),
        (a_step(), Disposition.CONFIRMED, None),
        (a_step(), Disposition.CANCELED, SkipReason.ANSWERED),
        (a_step(OnlyIf.NOT_DELIVERED), Disposition.CANCELED, SkipReason.ANSWERED),
        (a_step(OnlyIf.ANSWERED_WITH, Disposition.CONFIRMED), Disposition.CONFIRMED, None),
        (a_step(OnlyIf.ANSWERED_WITH, Disposition.CANCELED), Disposition.CANCELED, SkipReason.ANSWERED),
    ],
)
def test_an_option_that_stops_the_steps(
    step: Step, given: Disposition | None, skip: SkipReason | None
) -> None:
    assert unmet(step, CAMPAIGN, [[a_message(disposition=given)]]) is skip
