"""Work that is counted instead of timed: the same on a busy machine as on an idle one."""

import os
import sys
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import TypeVar

import pytest

T = TypeVar("T")


def counting_calls(act: Callable[[], T]) -> tuple[T, int]:
    """What `act` gives, and how many functions, Python's and C's, were called for it. Raises what `act` does.

    A call of a C function counts as one, whatever it does: a regular expression's search, for one.
    """
    _skip_where_every_call_is_several()
    count = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        result = act()
        return result, count
    finally:
        sys.setprofile(before)


async def counting_calls_meanwhile(act: Awaitable[T]) -> tuple[T, int]:
    """As counting_calls, for all that this process's loop does until `act` has ended."""
    count = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        result = await act
    finally:
        sys.setprofile(before)
    _skip_where_every_call_is_several()  # after it: what is not awaited is a warning
    return result, count


def _skip_where_every_call_is_several() -> None:
    """mutmut puts a switch before every function: there, calls say nothing."""
    if "MUTANT_UNDER_TEST" in os.environ:
        pytest.skip("calls are not counted in code that mutmut has changed")
