"""Topics, dead-letter topics with the subscriptions that keep dead letters, and the push subscriptions."""

from infra.deploy.labels import label, labelled
from infra.deploy.step import Action, Listing, Section, Step, gcloud, mark_of
from infra.deploy.target import Target
from infra.manifest import Function, Manifest, Trigger

# Nothing expires for want of use, and what waits is kept for Pub/Sub's default of a week.
LASTING = ("--expiration-period=never", "--message-retention-duration=7d")


def topic_steps(manifest: Manifest, target: Target) -> list[Step]:
    """Per worker its topic, and where its dead letters go and wait."""
    steps = []
    for worker in manifest.with_trigger(Trigger.WORKER):
        steps += [_topic(target, name) for name in (worker.topic, worker.dead_letter_topic)]
        steps.append(_dead_letters(target, worker))
    return steps


def subscription_steps(manifest: Manifest, target: Target) -> list[Step]:
    """What pushes each topic's jobs to its worker, signed as the caller's account."""
    return [_push(target, worker) for worker in manifest.with_trigger(Trigger.WORKER)]


def topics(target: Target) -> Listing:
    """The project's topics."""
    look = gcloud("pubsub", "topics", "list", target.in_project, "--format=json")
    return labelled("topics", look, remove=lambda name: _removal(target, "topics", name))


def subscriptions(target: Target) -> Listing:
    """The project's subscriptions."""
    look = gcloud("pubsub", "subscriptions", "list", target.in_project, "--format=json")
    return labelled("subscriptions", look, remove=lambda name: _removal(target, "subscriptions", name))


def _removal(target: Target, kind: str, name: str) -> Action:
    return gcloud("pubsub", kind, "delete", name, target.in_project, "--quiet")


def _topic(target: Target, name: str) -> Step:
    mark, group = mark_of(name), ("pubsub", "topics")
    return Step(
        section=Section.TOPICS,
        title=f"topic {name}",
        listing=topics(target),
        key=name,
        mark=mark,
        create=(gcloud(*group, "create", name, f"--labels={label(mark)}", target.in_project),),
        update=(gcloud(*group, "update", name, f"--update-labels={label(mark)}", target.in_project),),
    )


def _dead_letters(target: Target, worker: Function) -> Step:
    return _subscription(target, Section.TOPICS, worker.dead_letter_topic, worker.dead_letter_topic, LASTING)


def _push(target: Target, worker: Function) -> Step:
    url = target.url(worker)
    flags = (
        f"--push-endpoint={url}/",
        f"--push-auth-service-account={target.caller}",
        f"--push-auth-token-audience={url}",
        f"--ack-deadline={worker.ack_deadline_seconds}",
        f"--min-retry-delay={worker.minimum_backoff_seconds}s",
        f"--max-retry-delay={worker.maximum_backoff_seconds}s",
        f"--dead-letter-topic=projects/{target.project}/topics/{worker.dead_letter_topic}",
        f"--max-delivery-attempts={worker.max_delivery_attempts}",
        *LASTING,
    )
    return _subscription(target, Section.SUBSCRIPTIONS, worker.subscription, worker.topic, flags)


def _subscription(target: Target, section: Section, name: str, topic: str, flags: tuple[str, ...]) -> Step:
    mark, group = mark_of(topic, flags), ("pubsub", "subscriptions")
    return Step(
        section=section,
        title=f"subscription {name}",
        listing=subscriptions(target),
        key=name,
        mark=mark,
        create=(
            gcloud(
                *group,
                "create",
                name,
                f"--topic={topic}",
                *flags,
                f"--labels={label(mark)}",
                target.in_project,
            ),
        ),
        update=(gcloud(*group, "update", name, *flags, f"--update-labels={label(mark)}", target.in_project),),
    )
