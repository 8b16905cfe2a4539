"""Checks of what a person enters as SendGrid credentials."""

from typing import Annotated

from pydantic import AfterValidator

from shared.providers.kit.credential_input import CredentialsInput, Secret


def _is_public_key(value: str) -> str:
    from shared.providers.sendgrid.webhook import is_public_key

    if not is_public_key(value):
        raise ValueError(
            "must be the verification key that SendGrid shows for the signed event webhook, or the public "
            "key of the security policy of Inbound Parse"
        )
    return value


class SendGridCredentialsInput(CredentialsInput):
    """A SendGrid API key, the verification key of its signed event webhook, and that of Inbound Parse."""

    api_key: Secret
    webhook_public_key: Annotated[Secret, AfterValidator(_is_public_key)]
    inbound_public_key: Annotated[Secret, AfterValidator(_is_public_key)] = None  # type: ignore[assignment]  # left out
