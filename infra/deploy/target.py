"""Where Rollcall is deployed to, and the name of everything there."""

import re

from msgspec import Struct

from infra.deploy.step import DeployError
from infra.manifest import Function

EXAMPLE_PROJECT = "rollcall-example"
EXAMPLE_NUMBER = "123456789012"  # stands for the project's number, which only Google knows; apply asks for it
PROJECT_ID = re.compile(
    r"[a-z][a-z0-9-]{4,28}[a-z0-9]"
)  # cloud.google.com/resource-manager/docs/creating-managing-projects
REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
PUBLIC_URL = re.compile(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9._/-]*[A-Za-z0-9])?")
CHANNEL = re.compile(r"projects/[a-z0-9-]+/notificationChannels/[0-9]+")
ACCOUNT_PREFIX = "rollcall-"
ACCOUNT_LENGTH = 30  # cloud.google.com/iam/docs/service-accounts-create
DATABASE = "(default)"
SIGNING_KEY = "rollcall-signing-key"


class Target(Struct, frozen=True, kw_only=True):
    """One project in one region. `public_url` is empty unless webhooks come by a domain of one's own.

    `channels` are the notification channels of all alerts.
    """

    project: str = EXAMPLE_PROJECT
    number: str = EXAMPLE_NUMBER
    region: str = "us-central1"
    database_location: str = "nam5"
    public_url: str = ""
    channels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = [
            f"{name} is {text!r}, but must be {meaning}"
            for name, text, pattern, meaning in (
                ("PROJECT", self.project, PROJECT_ID, "a project id, such as acme-rollcall"),
                ("REGION", self.region, REGION, "a region, such as us-central1"),
                ("DATABASE_LOCATION", self.database_location, re.compile(r"[a-z0-9-]+"), "such as nam5"),
                ("PUBLIC_URL", self.public_url or "https://x", PUBLIC_URL, "https and no slash at the end"),
                *(
                    ("CHANNELS", channel, CHANNEL, "projects/…/notificationChannels/…")
                    for channel in self.channels
                ),
            )
            if not pattern.fullmatch(text)
        ]
        if faults:
            raise DeployError("; ".join(faults))

    @property
    def in_project(self) -> str:
        """The flag that every command has, whatever gcloud's own default is."""
        return f"--project={self.project}"

    @property
    def in_region(self) -> str:
        """The flag for what lies in a region."""
        return f"--region={self.region}"

    @property
    def uploads(self) -> str:
        """The bucket of uploaded files."""
        return f"{self.project}-rollcall-uploads"

    @property
    def backups(self) -> str:
        """The bucket of the database's exports."""
        return f"{self.project}-rollcall-backups"

    @property
    def caller(self) -> str:
        """The account that Cloud Scheduler and Pub/Sub sign their calls as."""
        return self.account("caller")

    @property
    def builder(self) -> str:
        """The account that builds the functions."""
        return self.account("build")

    def account(self, name: str) -> str:
        """The e-mail of a service account of ours. Raises DeployError when its name is too long."""
        if len(ACCOUNT_PREFIX + name) > ACCOUNT_LENGTH:
            raise DeployError(
                f"{name}: a service account's name has {ACCOUNT_LENGTH} characters at most and begins with "
                f"{ACCOUNT_PREFIX!r}: {ACCOUNT_LENGTH - len(ACCOUNT_PREFIX)} are left for the function"
            )
        return f"{ACCOUNT_PREFIX}{name}@{self.project}.iam.gserviceaccount.com"

    def account_of(self, function: Function) -> str:
        """The account a function runs as."""
        return self.account(function.service)

    def is_account_of_ours(self, email: str) -> bool:
        """Whether the plan makes accounts of such a name."""
        return email.startswith(ACCOUNT_PREFIX) and email.endswith(f"@{self.project}.iam.gserviceaccount.com")

    def url(self, function: Function) -> str:
        """Where a function answers: Cloud Run's address that does not depend on chance.

        https://cloud.google.com/run/docs/triggering/https-request#deterministic
        Only this kind counts as internal when Pub/Sub or Cloud Scheduler calls it:
        https://cloud.google.com/run/docs/securing/ingress
        """
        return f"https://{function.service}-{self.number}.{self.region}.run.app"

    def agent(self, domain: str) -> str:
        """The e-mail of a Google service's own account in this project."""
        return f"service-{self.number}@{domain}.iam.gserviceaccount.com"


def member(email: str) -> str:
    """How policies name a service account."""
    return f"serviceAccount:{email}"
