"""Checks of what a person enters as Amazon SES credentials."""

import re
from typing import Annotated

from pydantic import AfterValidator

from shared.providers.kit.credential_input import CredentialsInput, Secret

_KEY_ID = re.compile(r"A[A-Z0-9]{15,127}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}")
_SET = re.compile(r"[\w-]{1,64}")


def _as(pattern: re.Pattern[str], what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(f"must be {what}")
        return value

    return AfterValidator(check)


class SesCredentialsInput(CredentialsInput):
    """An access key, its region, the topic that events come from, and the configuration set, if any."""

    access_key_id: Annotated[
        Secret, _as(_KEY_ID, "an access key id, such as AKIA and sixteen more characters")
    ]
    secret_access_key: Secret
    region: Annotated[Secret, _as(_REGION, "a region, such as us-east-1")]
    topic_arn: Annotated[
        Secret, _as(_TOPIC, "the ARN of an SNS topic: arn:aws:sns:us-east-1:123456789012:mail")
    ]
    configuration_set: Annotated[Secret, _as(_SET, "the name of a configuration set")] = None  # type: ignore[assignment]  # left out
