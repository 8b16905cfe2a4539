"""Who may do what: per function no more than its trigger, its topics and what it uses need."""

from collections.abc import Iterator, Mapping

from infra.deploy.policies import (
    Condition,
    Right,
    account,
    bucket,
    project,
    right_step,
    secret,
    service,
    subscription,
    topic,
)
from infra.deploy.step import Ask, Found, Listing, Section, Step, gcloud, mark_of
from infra.deploy.target import SIGNING_KEY, Target, member
from infra.manifest import Function, Manifest, Trigger, Use

CREDENTIALS_PREFIX = "sender-"  # of the secrets with senders' credentials (shared/storage/cloud_secrets.py)
# Google's own roles would let who reads credentials list every secret, and who adds them read all of them.
ROLES: Mapping[str, tuple[str, ...]] = {
    "rollcallCredentialReader": ("secretmanager.versions.access", "secretmanager.versions.list"),
    "rollcallCredentialCreator": ("secretmanager.secrets.create",),
    "rollcallCredentialChanger": (
        "secretmanager.secrets.delete",
        "secretmanager.versions.add",
        "secretmanager.versions.destroy",
    ),
}
BUILDER_ROLES = ("roles/artifactregistry.writer", "roles/logging.logWriter", "roles/storage.objectViewer")


def role_steps(target: Target) -> list[Step]:
    """The roles that Google has not."""
    look = gcloud("iam", "roles", "list", target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        # The list leaves permissions out; the title carries the mark.
        return {
            item["name"].rpartition("/")[2]: Found(id=item["name"], mark=item.get("title", ""))
            for item in ask(look)
        }

    listing = Listing(name="roles", looks=(look,), read=read)
    return [_role(target, listing, name, permissions) for name, permissions in ROLES.items()]


def _role(target: Target, listing: Listing, name: str, permissions: tuple[str, ...]) -> Step:
    title = f"Rollcall {mark_of(permissions)}"
    flags = (f"--permissions={','.join(permissions)}", f"--title={title}", "--stage=GA", target.in_project)
    return Step(
        section=Section.ROLES,
        title=f"role {name}",
        listing=listing,
        key=name,
        mark=title,
        create=(gcloud("iam", "roles", "create", name, *flags),),
        update=(gcloud("iam", "roles", "update", name, *flags),),
    )


def right_steps(manifest: Manifest, target: Target) -> list[Step]:
    """What functions and Google's own agents need before the functions exist."""
    rights = [
        right for function in manifest.functions for right in function_rights(function, manifest, target)
    ]
    rights += [
        Right(holder=project(target), role=role, member=member(target.builder)) for role in BUILDER_ROLES
    ]
    rights += _agent_rights(manifest, target)
    return [right_step(Section.RIGHTS, right, target) for right in rights]


def caller_steps(manifest: Manifest, target: Target) -> list[Step]:
    """The caller's account may call ticks and workers, one by one."""
    called = [function for function in manifest.functions if not function.public]
    rights = [
        Right(
            holder=service(target, function.service), role="roles/run.invoker", member=member(target.caller)
        )
        for function in called
    ]
    return [right_step(Section.CALLERS, right, target) for right in rights]


def delivery_steps(manifest: Manifest, target: Target) -> list[Step]:
    """Pub/Sub takes what it gives up from the push subscription to the dead letters."""
    return [
        right_step(
            Section.SUBSCRIPTIONS,
            Right(
                holder=subscription(target, worker.subscription),
                role="roles/pubsub.subscriber",
                member=member(target.agent("gcp-sa-pubsub")),
            ),
            target,
        )
        for worker in manifest.with_trigger(Trigger.WORKER)
    ]


def function_rights(function: Function, manifest: Manifest, target: Target) -> Iterator[Right]:
    """What this function's account may do."""
    who = member(target.account_of(function))
    yield Right(holder=project(target), role="roles/telemetry.tracesWriter", member=who)
    yield Right(holder=secret(target, SIGNING_KEY), role="roles/secretmanager.secretAccessor", member=who)
    for name in function.publishes:
        holder = topic(target, manifest.get(name).topic)
        yield Right(holder=holder, role="roles/pubsub.publisher", member=who)
    for use in sorted(function.uses):
        yield from _use_rights(use, who, manifest, target)


def _use_rights(use: Use, who: str, manifest: Manifest, target: Target) -> Iterator[Right]:
    match use:
        case Use.DATABASE:
            yield Right(holder=project(target), role="roles/datastore.user", member=who)
        case Use.UPLOAD_READS:
            yield Right(holder=bucket(target, target.uploads), role="roles/storage.objectViewer", member=who)
        case Use.UPLOADS:
            yield Right(holder=bucket(target, target.uploads), role="roles/storage.objectUser", member=who)
        case Use.UPLOAD_LINKS:  # the IAM API signs as the account itself: there is no key file
            holder = account(target, who.partition(":")[2])
            yield Right(holder=holder, role="roles/iam.serviceAccountTokenCreator", member=who)
        case Use.DEAD_LETTERS:
            for worker in manifest.with_trigger(Trigger.WORKER):
                holder = subscription(target, worker.dead_letter_topic)
                yield Right(holder=holder, role="roles/pubsub.subscriber", member=who)
        case Use.CREDENTIALS:
            yield _on_credentials("rollcallCredentialReader", who, target)
        case Use.CREDENTIAL_CHANGES:
            role = f"projects/{target.project}/roles/rollcallCredentialCreator"
            yield Right(
                holder=project(target), role=role, member=who
            )  # what is not there yet has no name to match
            yield _on_credentials("rollcallCredentialChanger", who, target)


def _on_credentials(role: str, who: str, target: Target) -> Right:
    """A role on the senders' secrets only. Conditions know secrets by the project's number."""
    expression = f'resource.name.startsWith("projects/{target.number}/secrets/{CREDENTIALS_PREFIX}")'
    return Right(
        holder=project(target),
        role=f"projects/{target.project}/roles/{role}",
        member=who,
        condition=Condition(title="senders-credentials", expression=expression),
    )


def _agent_rights(manifest: Manifest, target: Target) -> Iterator[Right]:
    """Cloud Storage announces uploads; Pub/Sub publishes dead letters and signs as the caller."""
    pubsub = member(target.agent("gcp-sa-pubsub"))
    if worker := manifest.upload_worker:
        storage = member(target.agent("gs-project-accounts"))
        yield Right(holder=topic(target, worker.topic), role="roles/pubsub.publisher", member=storage)
    for worker in manifest.with_trigger(Trigger.WORKER):
        yield Right(
            holder=topic(target, worker.dead_letter_topic), role="roles/pubsub.publisher", member=pubsub
        )
    creator = "roles/iam.serviceAccountTokenCreator"
    yield Right(holder=account(target, target.caller), role=creator, member=pubsub)
