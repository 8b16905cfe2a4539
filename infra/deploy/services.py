"""Which Google services the project needs, and which service agents must exist to be given rights."""

from collections.abc import Mapping

from infra.deploy.step import Ask, Found, Listing, Section, Step, gcloud
from infra.deploy.target import Target

SERVICES = tuple(
    f"{name}.googleapis.com"
    for name in (
        "artifactregistry", "cloudbuild", "cloudfunctions", "cloudresourcemanager", "cloudscheduler",
        "cloudtrace", "firebaserules", "firestore", "iam", "iamcredentials", "logging", "monitoring",
        "pubsub", "run", "secretmanager", "serviceusage", "storage", "telemetry",
    )
)  # fmt: skip


def service_steps(target: Target) -> list[Step]:
    """Enable what is not enabled yet, all at once; then make the agents of Pub/Sub and Cloud Storage."""
    look = gcloud("services", "list", "--enabled", target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        enabled = {item["config"]["name"] for item in ask(look)}
        missing = [name for name in SERVICES if name not in enabled]
        return (
            {"services": Found(id="services", mark=" ".join(missing))} if len(missing) < len(SERVICES) else {}
        )

    enable = (gcloud("services", "enable", *SERVICES, target.in_project),)
    identity = ("beta", "services", "identity", "create", "--service=pubsub.googleapis.com")
    return [
        Step(
            section=Section.SERVICES,
            title=f"{len(SERVICES)} services",
            listing=Listing(name="services", looks=(look,), read=read),
            key="services",
            create=enable,
            update=enable,
        ),
        Step(
            section=Section.SERVICES,
            title="service agent of Pub/Sub",
            create=(gcloud(*identity, target.in_project),),
        ),
        Step(
            section=Section.SERVICES,
            title="service agent of Cloud Storage",
            create=(gcloud("storage", "service-agent", target.in_project),),
        ),
    ]
