"""Checks of what a person enters as Twilio credentials."""

from typing import Annotated

from pydantic import AfterValidator

from shared.providers.kit.credential_input import CredentialsInput, Secret


def _is_account(value: str) -> str:
    if len(value) != 34 or not value.startswith("AC") or not value.isalnum():
        raise ValueError("must be the account's id: AC and 32 more characters")
    return value


class TwilioCredentialsInput(CredentialsInput):
    """A Twilio account's id and auth token, primary or secondary."""

    account_sid: Annotated[Secret, AfterValidator(_is_account)]
    auth_token: Secret
