"""A campaign's life: which state may follow which."""

from itertools import product

import pytest

from shared.domain.campaigns.campaign import ARROWS, CampaignState, check_arrow
from shared.domain.errors import Conflict


def test_every_state_has_its_arrows_and_no_others_are_taken() -> None:
    assert set(ARROWS) == set(CampaignState)
    for current, following in product(CampaignState, CampaignState):
        if following in ARROWS[current]:
            check_arrow(current, following)
        else:
            with pytest.raises(Conflict, match=f"{current} cannot become {following}"):
                check_arrow(current, following)


def test_what_was_fired_cannot_be_edited_and_what_was_canceled_is_over() -> None:
    editable = {state for state in CampaignState if CampaignState.DRAFT in ARROWS[state]}
    assert editable == {CampaignState.READY, CampaignState.SCHEDULED}
    assert not ARROWS[CampaignState.CANCELED]


def test_whatever_may_still_send_can_be_paused_and_canceled() -> None:
    for state in (
        CampaignState.READY,
        CampaignState.SCHEDULED,
        CampaignState.FIRING,
        CampaignState.NEEDS_ATTENTION,
    ):
        assert {CampaignState.PAUSED, CampaignState.CANCELED} <= ARROWS[state]
