"""What a planned message knows of the steps before it."""

from msgspec import Struct


class PlannedBefore(Struct, frozen=True, kw_only=True):
    """An earlier step's message of a recipient. `dedupe` is None where that step has none for them."""

    step_id: str
    dedupe: tuple[str, ...] | None
