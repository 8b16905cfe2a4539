"""The guards of the send protocol, and how to take one out: a test suite that cannot fail proves nothing.

A guard is a piece of the source of one function. Removing it compiles that function anew without it and
swaps its code object, so that everybody who imported the function is affected, and it can be put back.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from shared.usecases import intend_messages


@dataclass(frozen=True, slots=True)
class Guard:
    """`there` in the source of `function` is the guard; `instead` is what is left without it."""

    function: Callable[..., Any]
    there: str
    instead: str

    def remove(self) -> CodeType:
        """Take the guard out; returns the code to put back. Raises ValueError when the source has changed."""
        function = self.function
        assert isinstance(function, FunctionType)
        source = textwrap.dedent(inspect.getsource(function))
        if source.count(self.there) != 1:
            raise ValueError(f"{function.__qualname__} does not have {self.there!r} exactly once")
        broken: dict[str, Any] = {}
        code = compile(source.replace(self.there, self.instead), inspect.getfile(function), "exec")
        exec(code, function.__globals__, broken)  # noqa: S102 - our own source
        kept, function.__code__ = function.__code__, broken[function.__name__].__code__
        return kept

    @contextmanager
    def removed(self) -> Iterator[None]:
        """Without the guard for a while."""
        kept = self.remove()
        try:
            yield
        finally:
            self.function.__code__ = kept  # type: ignore[attr-defined]  # it is a plain function


GUARDS: dict[str, Guard] = {
    "intent fence": Guard(
        intend_messages.intend_messages,
        "if batch.lease_token != claim.token or batch.state is not BatchState.LEASED:",
        "if False:",
    ),
}
