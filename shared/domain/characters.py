"""Characters that no text people write needs, and that programs trip over."""

import re

from shared.domain.errors import Problem

# C0 and C1 but for tab, line feed and carriage return; and halves of surrogate pairs, which cannot be stored.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_OR_BREAK = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def control_in(text: str, *, is_line: bool = False) -> str | None:
    """The first control character in `text`, as U+0000; None when it has none.

    In a text of one line, tabs and line breaks count too.
    """
    if text.isascii() and text.isprintable():
        return None
    found = (_CONTROL_OR_BREAK if is_line else _CONTROL).search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def check_characters(field: str, text: str, *, is_line: bool = False) -> tuple[Problem, ...]:
    """A problem when `text` holds a control character, or a text of one line a line break."""
    found = control_in(text, is_line=is_line)
    return (
        ()
        if found is None
        else (Problem(field=field, reason=f"has the control character {found}; remove it"),)
    )
