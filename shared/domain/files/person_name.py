"""What a row calls its person, told by the names of its fields."""

from collections.abc import Mapping

_WHOLE = (
    "name",
    "full_name",
    "patient",
    "patient_name",
    "client",
    "client_name",
    "customer",
    "customer_name",
)
_PARTS = ("first_name", "last_name")
_SECOND = ("first", "last")


def person_name(values: Mapping[str, str]) -> str:
    """The name; empty where no field tells one."""
    by_key = {field.casefold().replace(" ", "_"): value.strip() for field, value in values.items()}
    for name in _WHOLE:
        if by_key.get(name):
            return by_key[name]
    for first, last in (_PARTS, _SECOND):
        found = " ".join(part for part in (by_key.get(first, ""), by_key.get(last, "")) if part)
        if found:
            return found
    return next((value for key, value in by_key.items() if "name" in key and value), "")
