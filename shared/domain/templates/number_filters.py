"""Filters that reckon: exact decimals, halves away from zero, and nothing counts as 0 that is no number."""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from types import MappingProxyType

from liquid.exceptions import FilterArgumentError, LiquidTypeError

from shared.domain.templates.values import Number, number_in

LARGEST_NUMBER = 10**30
_CONTEXT = Context(prec=64)
_DECIMALS = 30  # the most `round` may be asked for
_SHARES = Context(prec=28)  # of a division: as many digits as Python's own


def number_of(name: str, value: object) -> Number:
    """`value` as a number. Raises FilterArgumentError for a text that is none, LiquidTypeError for a kind."""
    number = _number(value)
    if number is None and not isinstance(value, str):
        raise LiquidTypeError(f"{name}: {str(value)[:40]!r} is no number", token=None)
    if number is None:
        raise FilterArgumentError(f"{name}: {str(value)[:40]!r} is no number such as 1234.50", token=None)
    if abs(number) > LARGEST_NUMBER:
        raise FilterArgumentError(f"{name}: the number is too large", token=None)
    return number


def _number(value: object) -> Number | None:
    if isinstance(value, str):
        return number_in(value)
    if isinstance(value, float):
        return Number(repr(value)) if math.isfinite(value) else None
    return Number(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def is_whole(number: Decimal) -> bool:
    """Whether it was written without decimals: 5 is, 5.0 is not."""
    return number.as_tuple().exponent == 0


def rounded(number: Decimal, decimals: int) -> Number:
    """To at most so many decimals (below 0: tens), a half away from zero. One that has fewer stays."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= decimals and exponent <= 0:
        return Number(number)
    step = Decimal(1).scaleb(-decimals)
    near = number.quantize(step, rounding=ROUND_HALF_UP, context=_CONTEXT)
    return Number(near) if decimals >= 0 else Number(int(near))


def _abs(number: Number) -> Number:
    return Number(abs(number))


def _ceil(number: Number) -> Number:
    return Number(int(number.to_integral_value(ROUND_CEILING, _CONTEXT)))


def _floor(number: Number) -> Number:
    return Number(int(number.to_integral_value(ROUND_FLOOR, _CONTEXT)))


def _round(number: Number, decimals: Number | None = None) -> Number:
    if decimals is None:
        return Number(int(number.to_integral_value(ROUND_HALF_UP, _CONTEXT)))
    if not is_whole(decimals) or abs(decimals) > _DECIMALS:
        raise FilterArgumentError(f"round: give a whole number of decimals up to {_DECIMALS}", token=None)
    return rounded(number, int(decimals)) if decimals else _round(number)


def _at_least(number: Number, other: Number) -> Number:
    return max(number, other)


def _at_most(number: Number, other: Number) -> Number:
    return min(number, other)


def _plus(number: Number, other: Number) -> Number:
    return Number(_CONTEXT.add(number, other))


def _minus(number: Number, other: Number) -> Number:
    return Number(_CONTEXT.subtract(number, other))


def _times(number: Number, other: Number) -> Number:
    return Number(_CONTEXT.multiply(number, other))


def _divided_by(number: Number, other: Number) -> Number:
    if not other:
        raise FilterArgumentError("divided_by: nothing can be divided by 0", token=None)
    if is_whole(number) and is_whole(other):
        return Number(int(number) // int(other))
    return Number(_SHARES.divide(number, other))


def _modulo(number: Number, other: Number) -> Number:
    """What is left, with the sign of the divisor, for decimals as for whole numbers."""
    if not other:
        raise FilterArgumentError("modulo: nothing can be divided by 0", token=None)
    times = _floor(Number(_CONTEXT.divide(number, other)))
    return _minus(number, _times(other, times))


def _reckoning(name: str, function: Callable[..., Number]) -> Callable[..., Number]:
    def reckon(value: object, *args: object) -> Number:
        result = function(number_of(name, value), *(number_of(name, argument) for argument in args))
        return number_of(name, result)

    return reckon


_FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    "abs": _abs,
    "at_least": _at_least,
    "at_most": _at_most,
    "ceil": _ceil,
    "divided_by": _divided_by,
    "floor": _floor,
    "minus": _minus,
    "modulo": _modulo,
    "plus": _plus,
    "round": _round,
    "times": _times,
}
NUMBER_FILTERS: Mapping[str, Callable[..., Number]] = MappingProxyType(
    {name: _reckoning(name, function) for name, function in _FUNCTIONS.items()}
)
