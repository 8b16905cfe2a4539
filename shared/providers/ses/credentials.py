"""What signs in at Amazon SES, and which topic of SNS its events come from."""

from dataclasses import dataclass, field

from shared.providers.kit.credentials import Credentials


@dataclass(frozen=True, kw_only=True, slots=True)
class SesCredentials(Credentials):
    """An access key with its secret and region, and the ARN of the SNS topic that events are published to.

    `configuration_set` is the one that publishes them: without it an identity's own notifications do.
    """

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    region: str = field(repr=False)
    topic_arn: str = field(repr=False)
    configuration_set: str = field(default="", repr=False)
