"""The one secret that is a setting: the key that signs page cursors. It is made once, and never changed."""

from infra.deploy.labels import label, labelled
from infra.deploy.step import Gcloud, Section, Step, gcloud
from infra.deploy.target import SIGNING_KEY, Target


def signing_key_steps(target: Target) -> list[Step]:
    """The secret with a first random version, which is seen by nobody."""
    words = (
        "secrets", "create", SIGNING_KEY, "--replication-policy=automatic", "--data-file=-",
        f"--labels={label('made')}", target.in_project,
    )  # fmt: skip
    look = gcloud("secrets", "list", target.in_project, "--format=json")
    return [
        Step(
            section=Section.SECRETS,
            title=f"secret {SIGNING_KEY}",
            listing=labelled("secrets", look),
            key=SIGNING_KEY,
            create=(Gcloud(words=words, makes_secret=True),),
        )
    ]
