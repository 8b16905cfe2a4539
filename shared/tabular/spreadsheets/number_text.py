"""A number as a format's section shows it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from shared.tabular.spreadsheets.format_tokens import Part, Token

_PRECISION = 15  # digits that spreadsheets keep of a number
_WIDE = Context(prec=1_000)  # for the largest numbers with the longest formats


def exact(value: float) -> Decimal:
    """The number without the noise beyond the digits that spreadsheets keep: 6.050000000000001 is 6.05."""
    return Decimal(format(value, f".{_PRECISION}g"))


def plain(value: Decimal) -> str:
    """The number in digits, without an exponent and without zeros that say nothing."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def rounded(value: Decimal, places: int) -> Decimal:
    """The number rounded half away from zero, as spreadsheets do."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)


def places_of(tokens: Sequence[Token]) -> int | None:
    """How many decimal places of a value the section shows; None when it shows another kind of number."""
    parts = [token.part for token in tokens]
    if Part.DIGIT not in parts or {Part.EXPONENT, Part.SLASH, Part.GENERAL} & set(parts) or _scale(tokens):
        return None
    return len(_decimals(tokens)) + 2 * parts.count(Part.PERCENT)


def number_text(value: Decimal, tokens: Sequence[Token]) -> str:
    """`value`, not negative, as the section shows it."""
    parts = [token.part for token in tokens]
    if Part.GENERAL in parts or Part.TEXT in parts:
        shown = plain(value)
        return "".join(shown if token.part in (Part.GENERAL, Part.TEXT) else token.text for token in tokens)
    if Part.EXPONENT in parts:
        return _scientific(value, tokens)
    if Part.SLASH in parts and _is_fraction(tokens):
        return _fraction(value, tokens)
    value = value.scaleb(2 * parts.count(Part.PERCENT) - 3 * _scale(tokens))
    return _positional(rounded(value, len(_decimals(tokens))), tokens)


def _point(tokens: Sequence[Token]) -> int:
    """Where the decimal part begins."""
    return next((index for index, token in enumerate(tokens) if token.part is Part.POINT), len(tokens))


def _decimals(tokens: Sequence[Token]) -> list[str]:
    return [token.text for token in tokens[_point(tokens) :] if token.part is Part.DIGIT]


def _scale(tokens: Sequence[Token]) -> int:
    """How many commas stand after the last digit before the point, or of all: each divides by a thousand."""
    point = _point(tokens)
    return sum(
        token.part is Part.COMMA
        for half in (tokens[:point], tokens[point:])
        for token in half[_last_digit(half) + 1 :]
        if _last_digit(half) >= 0
    )


def _last_digit(tokens: Sequence[Token]) -> int:
    return max((index for index, token in enumerate(tokens) if token.part is Part.DIGIT), default=-1)


def _is_grouped(tokens: Sequence[Token]) -> bool:
    """Whether a comma stands between digits."""
    digits = [index for index, token in enumerate(tokens) if token.part is Part.DIGIT]
    return any(token.part is Part.COMMA for token in tokens[digits[0] : digits[-1]]) if digits else False


def _positional(value: Decimal, tokens: Sequence[Token]) -> str:
    whole, _, decimals = format(value, "f").partition(".")
    point = _point(tokens)
    head = _whole(whole.lstrip("0"), tokens[:point], is_grouped=_is_grouped(tokens[:point]))
    return head + _tail(decimals, tokens[point:])


def _whole(digits: str, tokens: Sequence[Token], *, is_grouped: bool) -> str:
    """The digits before the point in their places, from the right; the first place takes what is left."""
    left = sum(token.part is Part.DIGIT for token in tokens)
    shown: list[str] = []
    place = 0
    for token in reversed(tokens):
        if token.part is not Part.DIGIT:
            shown.append("" if token.part is Part.COMMA else token.text)
            continue
        left -= 1
        filler = {"0": "0", "?": " "}.get(token.text, "")
        taken = digits[-1:] or filler if left else digits or filler
        digits = digits[:-1] if left else ""
        for digit in reversed(taken):
            shown.append("," if is_grouped and place and place % 3 == 0 and digit != " " else "")
            shown.append(digit)
            place += 1
    return "".join(reversed(shown))


def _tail(digits: str, tokens: Sequence[Token]) -> str:
    shown = []
    place = 0
    for token in tokens:
        if token.part is Part.DIGIT:
            is_empty = not digits[place:].strip("0")
            shown.append({"#": "", "?": " "}.get(token.text, "0") if is_empty else digits[place])
            place += 1
        else:
            shown.append("" if token.part is Part.COMMA else token.text)
    return "".join(shown)


def _scientific(value: Decimal, tokens: Sequence[Token]) -> str:
    at = next(index for index, token in enumerate(tokens) if token.part is Part.EXPONENT)
    mantissa, rest = tokens[:at], tokens[at + 1 :]
    step = max(1, sum(token.part is Part.DIGIT for token in mantissa[: _point(mantissa)]))
    exponent = value.adjusted() // step * step if value else 0
    shown = rounded(value.scaleb(-exponent), len(_decimals(mantissa)))
    if shown.adjusted() >= step:  # 9.99 rounds to 10.0
        exponent += step
        shown = rounded(value.scaleb(-exponent), len(_decimals(mantissa)))
    sign = "-" if exponent < 0 else "+" if tokens[at].text == "+" else ""
    power = _whole(str(abs(exponent)).lstrip("0"), rest, is_grouped=False)
    return f"{_positional(shown, mantissa)}E{sign}{power}"


def _is_fraction(tokens: Sequence[Token]) -> bool:
    at = next(index for index, token in enumerate(tokens) if token.part is Part.SLASH)
    after = tokens[at + 1 : at + 2]
    is_number = bool(after) and (after[0].part is Part.DIGIT or after[0].text.isdigit())
    return is_number and at > 0 and tokens[at - 1].part is Part.DIGIT


def _fraction(value: Decimal, tokens: Sequence[Token]) -> str:
    at = next(index for index, token in enumerate(tokens) if token.part is Part.SLASH)
    below = "".join(token.text for token in tokens[at + 1 :]).strip()
    fixed = below if below.isdigit() and int(below) else ""
    has_whole = any(token.part is Part.LITERAL and token.text == " " for token in tokens[:at])
    whole = int(value) if has_whole else 0
    rest = Fraction(value - whole)
    if fixed:
        above, below_value = int(rounded(Decimal(value - whole) * int(fixed), 0)), int(fixed)
    else:
        near = rest.limit_denominator(10 ** max(1, len(below)) - 1)
        above, below_value = near.numerator, near.denominator
    if has_whole and above == below_value:
        whole, above = whole + 1, 0
    if has_whole and not above:
        return str(whole)
    return f"{whole} {above}/{below_value}" if whole else f"{above}/{below_value}"
