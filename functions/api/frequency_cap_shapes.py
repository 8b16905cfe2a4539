"""What a frequency cap looks like going in and out."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictInt

from functions.api.kit.shapes import Input, Output
from shared.domain.companies.frequency_cap import MOST_HOURS, MOST_MESSAGES, FrequencyCap, WhenFull


class FrequencyCapInput(Input):
    """At most so many `messages` to one address on one channel in any `hours`, from all campaigns together.

    One too many is skipped, or waits for the next opening of the contact window at which there is room.
    """

    record_type: ClassVar[Callable[..., Any] | None] = FrequencyCap
    messages: Annotated[StrictInt, Field(ge=1, le=MOST_MESSAGES)]
    hours: Annotated[StrictInt, Field(ge=1, le=MOST_HOURS)]
    when_full: WhenFull = WhenFull.SKIP


class FrequencyCapOutput(Output):
    """How many messages a person may get on one channel."""

    messages: int
    hours: int
    when_full: WhenFull
