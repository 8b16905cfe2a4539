"""Bindings in the policies of projects, topics, subscriptions, buckets, secrets, accounts and services."""

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from infra.deploy.step import Action, Ask, Found, Listing, Section, Step, gcloud
from infra.deploy.target import Target

RIGHTS = "rights on "  # how the names of policies' listings begin


class Holder(Struct, frozen=True, kw_only=True):
    """What has a policy. `group` are the words of gcloud's commands for its kind."""

    title: str
    group: tuple[str, ...]
    name: str
    flags: tuple[str, ...]


class Condition(Struct, frozen=True, kw_only=True):
    """When a binding holds: an expression without commas. https://cloud.google.com/iam/docs/conditions-overview"""

    title: str
    expression: str


class Right(Struct, frozen=True, kw_only=True):
    """A role on something for one member."""

    holder: Holder
    role: str
    member: str
    condition: Condition | None = None


def project(target: Target) -> Holder:
    """The project itself."""
    return Holder(title="the project", group=("projects",), name=target.project, flags=())


def topic(target: Target, name: str) -> Holder:
    """A topic."""
    return Holder(title=f"topic {name}", group=("pubsub", "topics"), name=name, flags=(target.in_project,))


def subscription(target: Target, name: str) -> Holder:
    """A subscription."""
    group = ("pubsub", "subscriptions")
    return Holder(title=f"subscription {name}", group=group, name=name, flags=(target.in_project,))


def bucket(target: Target, name: str) -> Holder:
    """A bucket."""
    group = ("storage", "buckets")
    return Holder(title=f"bucket {name}", group=group, name=f"gs://{name}", flags=(target.in_project,))


def secret(target: Target, name: str) -> Holder:
    """A secret."""
    return Holder(title=f"secret {name}", group=("secrets",), name=name, flags=(target.in_project,))


def account(target: Target, email: str) -> Holder:
    """A service account, as something one may act as."""
    group = ("iam", "service-accounts")
    return Holder(title=f"account {email}", group=group, name=email, flags=(target.in_project,))


def service(target: Target, name: str) -> Holder:
    """The Cloud Run service under a function."""
    flags = (target.in_region, target.in_project)
    return Holder(title=f"function {name}", group=("run", "services"), name=name, flags=flags)


def right_step(section: Section, right: Right, target: Target) -> Step:
    """The step that grants the right."""
    holder = right.holder
    who = right.member.partition(":")[2].partition("@")[0]
    when = f" ({right.condition.title})" if right.condition else ""
    return Step(
        section=section,
        title=f"{right.role} on {holder.title} for {who}{when}",
        listing=policy(holder, target),
        key=_key(right.role, right.member, right.condition),
        create=(_change("add", right),),
    )


def policy(holder: Holder, target: Target) -> Listing:
    """All bindings on `holder`. Ours are those of our own accounts, also of deleted ones."""
    look = gcloud(*holder.group, "get-iam-policy", holder.name, *holder.flags, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        return {
            _key(binding["role"], one, condition): Found(
                id=json.dumps(binding), is_ours=_is_ours(one, target)
            )
            for binding in ask(look).get("bindings", [])
            for condition in [_condition(binding)]
            for one in binding.get("members", [])
        }

    def remove(key: str, found: Found) -> Action:
        binding = json.loads(found.id)
        [one] = [one for one in binding["members"] if _key(binding["role"], one, _condition(binding)) == key]
        right = Right(holder=holder, role=binding["role"], member=one, condition=_condition(binding))
        return _change("remove", right)

    return Listing(name=f"{RIGHTS}{holder.title}", looks=(look,), read=read, remove=remove)


def _key(role: str, one: str, condition: Condition | None) -> str:
    return f"{role} {one} {condition.expression if condition else ''}"


def _is_ours(one: str, target: Target) -> bool:
    kind, _, email = one.removeprefix("deleted:").partition(":")
    return kind == "serviceAccount" and target.is_account_of_ours(email.partition("?")[0])


def _condition(binding: Mapping[str, Any]) -> Condition | None:
    found = binding.get("condition")
    return Condition(title=found["title"], expression=found["expression"]) if found else None


def _change(verb: str, right: Right) -> Action:
    """Add or remove it. A project's policy may hold conditions, so that gcloud wants to be told of none."""
    holder, condition = right.holder, right.condition
    if condition:
        when = [f"--condition=expression={condition.expression},title={condition.title}"]
    else:
        when = ["--condition=None"] if holder.group == ("projects",) else []
    return gcloud(
        *holder.group,
        f"{verb}-iam-policy-binding",
        holder.name,
        f"--member={right.member}",
        f"--role={right.role}",
        *when,
        *holder.flags,
    )
