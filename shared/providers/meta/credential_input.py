"""Checks of what a person enters as Meta credentials."""

from typing import Annotated

from pydantic import AfterValidator

from shared.providers.kit.credential_input import CredentialsInput, Secret

LEAST_TOKEN = 12  # anybody who knows it could have our address confirmed, and no more


def _is_number(value: str) -> str:
    if not (value.isascii() and value.isdigit()):
        raise ValueError("must be digits alone, as Meta shows it")
    return value


def _is_secret(value: str) -> str:
    if len(value) != 32 or not value.isalnum():
        raise ValueError("must be the app's secret: 32 letters and digits")
    return value


def _is_long(value: str) -> str:
    if len(value) < LEAST_TOKEN:
        raise ValueError(f"must have {LEAST_TOKEN} characters at least: choose it at random")
    return value


class MetaCredentialsInput(CredentialsInput):
    """A token of a page or account, and its app's secret. `app_id` and `page_id` may be left out."""

    access_token: Secret
    app_secret: Annotated[Secret, AfterValidator(_is_secret)]
    verify_token: Annotated[Secret, AfterValidator(_is_long)]
    app_id: Annotated[Secret, AfterValidator(_is_number)] = None  # type: ignore[assignment]  # left out
    page_id: Annotated[Secret, AfterValidator(_is_number)] = None  # type: ignore[assignment]  # left out
