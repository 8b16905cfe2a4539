"""Credentials as a person or program gives them: checked whole, before anything is stored or asked."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from shared.domain.errors import InvalidInput, Problem

LONGEST = 500
LONGEST_SHOWN = 100  # characters of a caller's own field name that are repeated to him


def _is_plain(value: str) -> str:
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise ValueError("must be plain characters without blanks: check that it was copied right")
    return value


Secret = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(_is_plain),
]


class CredentialsInput(BaseModel):
    """Base of every provider's: the fields of its credentials, each a Secret with its checks.

    Fields it does not know are refused; what was given is never repeated, not even in an error.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def check_fields(
    model: type[CredentialsInput], provider: str, fields: Mapping[str, object], where: str = ""
) -> dict[str, str]:
    """The fields as they are stored. Raises InvalidInput naming each wrong one, after `where`."""
    try:
        checked: dict[str, str] = model.model_validate(dict(fields)).model_dump(exclude_unset=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        names = ", ".join(model.model_fields)
        raise InvalidInput(
            *(
                Problem(
                    field=where + str(item["loc"][0])[:LONGEST_SHOWN],
                    reason=_reason(item["type"], item["msg"], f"{provider} credentials are: {names}"),
                )
                for item in found
            )
        ) from None
    return checked


def _reason(kind: str, message: str, expected: str) -> str:
    if kind == "missing":
        return f"is required; {expected}"
    if kind == "extra_forbidden":
        return f"is not known here; {expected}"
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
