"""Takes away what bears our mark and the plan no longer names. Nothing that holds data can be taken away."""

from collections.abc import Callable, Sequence

from infra.deploy.apply import Inventory, do_actions
from infra.deploy.cloud import ActionFailed, Cloud
from infra.deploy.plan import listings_of
from infra.deploy.printing import shell
from infra.deploy.step import Action, DeployError, Step
from infra.deploy.target import Target


def removals(steps: Sequence[Step], target: Target, cloud: Cloud) -> list[Action]:
    """What takes away everything of ours that no step names; what relies on others comes before them.

    Raises ActionFailed when something cannot be looked up.
    """
    inventory = Inventory(cloud)
    wanted = {(step.listing.name, step.key) for step in steps if step.listing}
    actions: list[Action] = []
    for listing in reversed(listings_of(steps, target)):
        if listing.remove is None:
            continue
        for key, found in inventory.of(listing).items():
            if found.is_ours and (listing.name, key) not in wanted:
                actions.append(listing.remove(key, found))
    return actions


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
