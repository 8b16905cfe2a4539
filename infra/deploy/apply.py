"""Applies a plan: looks everything up, makes what is missing, changes what differs, and says what it did."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from infra.deploy.cloud import ActionFailed, Cloud, answered_name
from infra.deploy.printing import shell
from infra.deploy.step import FOUND, Action, DeployError, Found, Gcloud, Listing, Request, Step
from shared.domain.record import replace

# What has just been made is not known everywhere at once. https://cloud.google.com/iam/docs/access-change-propagation
SOON = re.compile(
    r"does not exist|not exist|NOT_FOUND|Cannot find metric|concurrent|try again|ABORTED|UNAVAILABLE", re.I
)
PAUSES_SECONDS = (5.0, 15.0, 30.0)


class Outcome(StrEnum):
    """What became of a step."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DONE = "done"  # it is done each time


class Inventory:
    """What exists, each listing looked up once, when it is first needed."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._known: dict[str, Mapping[str, Found]] = {}

    def of(self, listing: Listing) -> Mapping[str, Found]:
        """What the listing holds. Raises ActionFailed."""
        if listing.name not in self._known:
            self._known[listing.name] = listing.read(self._cloud.do)
        return self._known[listing.name]


def apply_plan(
    steps: Sequence[Step], cloud: Cloud, say: Callable[[str], None], *, repair: bool = False
) -> dict[Outcome, int]:
    """Do every step in order; how many had which outcome. With `repair` all that can be is changed.

    Raises DeployError at the first step that fails. All before it are done, and running again goes on there.
    """
    inventory = Inventory(cloud)
    counts = dict.fromkeys(Outcome, 0)
    for number, step in enumerate(steps, start=1):
        place = f"[{number}/{len(steps)}] {step.title}"
        try:
            outcome = _do_step(step, inventory, cloud, repair=repair)
        except ActionFailed as failure:
            raise _stopped(place, failure, counts) from failure
        except KeyboardInterrupt:
            raise DeployError(
                f"{place}: stopped by hand. Running the same command again goes on here."
            ) from None
        counts[outcome] += 1
        say(f"{place}: {outcome}")
    return counts


def _stopped(place: str, failure: ActionFailed, counts: Mapping[Outcome, int]) -> DeployError:
    done = counts[Outcome.CREATED] + counts[Outcome.CHANGED]
    return DeployError(
        f"{place}: failed.\n{failure}\n"
        f"{done} steps before it were carried out and stay. Mend the cause and run the same command again: "
        "it goes on here."
    )


def _do_step(step: Step, inventory: Inventory, cloud: Cloud, *, repair: bool) -> Outcome:
    found = inventory.of(step.listing).get(step.key) if step.listing else None
    if found is None:
        do_actions(step.create, cloud)
        return Outcome.CREATED if step.listing else Outcome.DONE
    is_as_wanted = found.mark == step.mark and not (repair and step.mark)
    if is_as_wanted or not step.update:
        return Outcome.UNCHANGED
    do_actions(step.update, cloud, found.id)
    return Outcome.CHANGED


def do_actions(actions: Sequence[Action], cloud: Cloud, found_id: str = "") -> None:
    """One after the other; each is given the id that was found, or what the one before it made."""
    for action in actions:
        answer = _do_patiently(_with_id(action, found_id), cloud)
        found_id = answered_name(answer) or found_id


def _do_patiently(action: Action, cloud: Cloud) -> object:
    """Try again for a while when something that was made before it may not be known everywhere yet."""
    for pause in PAUSES_SECONDS:
        try:
            return cloud.do(action)
        except ActionFailed as failure:
            if not SOON.search(str(failure)):
                raise _with_command(action, failure) from failure
            cloud.sleep(pause)
    try:
        return cloud.do(action)
    except ActionFailed as failure:
        raise _with_command(action, failure) from failure


def _with_command(action: Action, failure: ActionFailed) -> ActionFailed:
    return ActionFailed(f"{shell(action)}\n{failure}")


def _with_id(action: Action, found_id: str) -> Action:
    match action:
        case Gcloud(words=words):
            return replace(action, words=tuple(word.replace(FOUND, found_id) for word in words))
        case Request(body=body) if body:
            filled = json.loads(json.dumps(body).replace(FOUND, found_id))
            return replace(action, body=filled)
    return action
