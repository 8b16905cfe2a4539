"""What the filters of a campaign look like going in and out: changes made to every rendered text."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import Field

from functions.api.kit.shapes import Input, Output
from shared.domain.templates.message_filter import FilterKind, MessageFilter

_Text = Annotated[str, Field(max_length=2000)]


class FilterInput(Input):
    """One change made to every rendered text."""

    record_type: ClassVar[Callable[..., Any] | None] = MessageFilter
    kind: FilterKind
    text: _Text = ""
    replacement: _Text = ""


class FilterOutput(Output):
    """One change made to every rendered text."""

    kind: FilterKind
    text: str
    replacement: str
