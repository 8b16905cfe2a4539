"""The stack that fairness is looked at on."""

from pathlib import Path

from infra.local.stack import StackOptions
from shared.domain.record import replace
from tests.kit.stack.office import stack_options

TICK_SECONDS = 5.0  # one instance of each function has fewer places than a deployment: docs/scale.md


def fair_options(root: Path) -> StackOptions:
    """One instance of each function, and ticks that announce what is due within five seconds."""
    settings = {"ROLLCALL_DISPATCH_SECONDS": str(TICK_SECONDS)}
    return replace(stack_options(root, settings), tick_seconds=TICK_SECONDS)
