"""What a plan is made of: steps, each one resource with how it is looked up, made and changed."""

import hashlib
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

# In an action's words or body: the id that the look-up found, or the name that the action before it was
# answered with. Some resources have names that only the server knows.
FOUND = "FOUND_ID"
MARK_LABEL = "rollcall-plan"  # on everything of ours that takes labels; its value changes with what is wanted
MARK_LENGTH = 16
RANDOM_SECRET = ("python3", "-c", "import secrets; print(secrets.token_urlsafe(32), end='')")


class DeployError(Exception):
    """The plan cannot be made or carried out; the text says why and what to do."""


class Section(StrEnum):
    """The plan's parts, in their order. A part may rely on those before it."""

    SERVICES = "Services"
    ACCOUNTS = "Service accounts"
    ROLES = "Roles"
    DATABASE = "Firestore"
    INDEXES = "Indexes, exemptions and times to live"
    SECRETS = "Secrets"
    BUCKETS = "Buckets"
    TOPICS = "Topics and dead letters"
    RIGHTS = "Rights"
    UPLOADS = "Upload notification"
    READY = "Waiting for the indexes"
    FUNCTIONS = "Functions"
    CALLERS = "Who may call the functions"
    SUBSCRIPTIONS = "Push subscriptions"
    SCHEDULES = "Schedules"
    MONITORING = "Metrics, alerts and the dashboard"


class Gcloud(Struct, frozen=True, kw_only=True):
    """A gcloud command. `words` come after `gcloud`; `makes_secret`: a random text is its standard input."""

    words: tuple[str, ...]
    makes_secret: bool = False


class Request(Struct, frozen=True, kw_only=True):
    """A REST call, where gcloud has no command. It carries gcloud's access token. A GET may find nothing."""

    method: str
    url: str
    body: Mapping[str, Any] | None = None


class SchedulerCall(Struct, frozen=True, kw_only=True):
    """A call of google-cloud-scheduler's client. `job` is a Job of its REST interface, or its name alone."""

    method: str  # list_jobs, create_job, update_job, delete_job, pause_job, resume_job
    parent: str
    job: Mapping[str, Any] | None = None


class UntilEmpty(Struct, frozen=True, kw_only=True):
    """Asks again and again until the command lists nothing."""

    look: Gcloud


Action = Gcloud | Request | SchedulerCall | UntilEmpty
Ask = Callable[[Action], Any]  # does it, and gives the answer: JSON, None where a GET found nothing


class Found(Struct, frozen=True, kw_only=True):
    """Something that exists. `mark` says in which condition; only what `is_ours` may ever be removed."""

    id: str
    mark: str = ""
    is_ours: bool = False


class Listing(Struct, frozen=True, kw_only=True):
    """How all resources of one kind are looked up. Equal names are one listing.

    `looks` are the actions `read` asks, for printing. `remove` is how one is taken away: None for all that
    holds data, which is never taken away.
    """

    name: str
    looks: tuple[Action, ...]
    read: Callable[[Ask], Mapping[str, Found]]
    remove: Callable[[str, Found], Action] | None = None


class Step(Struct, frozen=True, kw_only=True):
    """One resource as it should be.

    `key` is its place in the listing; without one `create` is done each time. `mark` is what the listing has
    when nothing is to do, empty when it is enough that it exists. Without `update` it is never changed.
    """

    section: Section
    title: str
    create: tuple[Action, ...]
    update: tuple[Action, ...] = ()
    listing: Listing | None = None
    key: str = ""
    mark: str = ""


def mark_of(*parts: object) -> str:
    """A short digest of what is wanted, fit for a label."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_LENGTH]


def gcloud(*words: str) -> Gcloud:
    """The command with these words."""
    return Gcloud(words=words)
