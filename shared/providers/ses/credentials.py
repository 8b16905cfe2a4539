"""What signs in at Amazon SES, and which topic of SNS its events come from."""

from shared.providers.kit.credentials import Credentials


class SesCredentials(Credentials, frozen=True, kw_only=True):
    """An access key with its secret and region, and the ARN of the SNS topic that events are published to.

    `configuration_set` is the one that publishes them: without it an identity's own notifications do.
    """

    access_key_id: str
    secret_access_key: str
    region: str
    topic_arn: str
    configuration_set: str = ""
