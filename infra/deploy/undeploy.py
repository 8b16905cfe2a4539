"""Takes away what bears our mark and the plan no longer names. Nothing that holds data can be taken away."""

from collections.abc import Callable, Iterator, Sequence

from infra.deploy.apply import Inventory, do_actions
from infra.deploy.cloud import ActionFailed, Cloud
from infra.deploy.plan import listings_of
from infra.deploy.policies import (
    RIGHTS,
    account,
    bucket,
    policy,
    project,
    secret,
    service,
    subscription,
    topic,
)
from infra.deploy.printing import shell
from infra.deploy.step import Action, DeployError, Listing, Step
from infra.deploy.target import Target

# What has a policy of its own, by the listing it is in.
HOLDERS = {
    "accounts": account,
    "buckets": bucket,
    "functions": service,
    "secrets": secret,
    "subscriptions": subscription,
    "topics": topic,
}


def removals(steps: Sequence[Step], target: Target, cloud: Cloud) -> list[Action]:
    """What takes away everything of ours that no step names; what relies on others comes before them.

    Raises ActionFailed when something cannot be looked up.
    """
    inventory = Inventory(cloud)
    wanted = {(step.listing.name, step.key) for step in steps if step.listing}
    kinds = [one for one in listings_of(steps, target) if one.remove and not one.name.startswith(RIGHTS)]
    kinds.sort(
        key=lambda one: one.name == "accounts", reverse=True
    )  # what they run is taken away before them
    rights = [policy(project(target), target), *_policies(steps, target, inventory)]
    return [
        listing.remove(key, found)
        for listing in (*reversed(kinds[1:]), *rights, kinds[0])
        if listing.remove
        for key, found in inventory.of(listing).items()
        if found.is_ours and (listing.name, key) not in wanted
    ]


def _policies(steps: Sequence[Step], target: Target, inventory: Inventory) -> Iterator[Listing]:
    """Of all that is wanted and there; what is taken away takes its policy along."""
    for step in steps:
        listing = step.listing
        if listing and listing.name in HOLDERS and step.key in inventory.of(listing):
            yield policy(HOLDERS[listing.name](target, step.key), target)


def undeploy(
    steps: Sequence[Step], target: Target, cloud: Cloud, say: Callable[[str], None], *, dry: bool = False
) -> int:
    """Take it away, or only say what would be; how many things. Raises DeployError."""
    try:
        actions = removals(steps, target, cloud)
        for action in actions:
            say(shell(action))
            if not dry:
                do_actions((action,), cloud)
    except ActionFailed as failure:
        raise DeployError(
            f"{failure}\nMend the cause and run the same command again: it goes on here."
        ) from failure
    return len(actions)
