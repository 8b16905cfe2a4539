"""Where an automation is in its life."""

from enum import StrEnum


class AutomationState(StrEnum):
    """What an automation does. While it is PAUSED who enters waits before the first step."""

    DRAFT = "draft"  # never published
    LIVE = "live"
    PAUSED = "paused"  # nobody moves on
    DRAINING = "draining"  # nobody enters; who is in it goes on
    ENDED = "ended"  # nobody enters or moves on any more


MOST_AUTOMATIONS = 100  # of a company, that are published and not ended
HEARING = (AutomationState.LIVE, AutomationState.PAUSED, AutomationState.DRAINING)
