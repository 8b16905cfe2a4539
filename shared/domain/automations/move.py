"""What a round does with one enrollment, before it is stored."""

from msgspec import Struct

from shared.domain.automations.enrollment import Enrollment
from shared.domain.automations.steps import AutomationStep


class Move(Struct, frozen=True, kw_only=True):
    """The step that is done for an enrollment, and what came of it.

    `before` is the enrollment as it was read: another one by the time it is stored is left alone. Without a
    step it only goes on: it has just entered, or the step it stood on is gone. `outcome` is None for a step
    whose outcome shows when it is stored: a send, a webhook. `brought` is what edits make of it, before
    anything else is done.
    """

    before: Enrollment
    step: AutomationStep | None = None
    outcome: str | None = None
    record_id: str = ""
    is_waiting: bool = False
    brought: Enrollment | None = None
