"""The buckets for uploads and for exports of the database, and the notification of uploads."""

from collections.abc import Mapping
from pathlib import Path

from infra.deploy.labels import label, labelled
from infra.deploy.step import Ask, Found, Listing, Section, Step, gcloud, mark_of
from infra.deploy.target import Target
from infra.manifest import Manifest

INFRA = Path(__file__).resolve().parents[1]


def bucket_steps(target: Target) -> list[Step]:
    """Nothing in them is public, and their lifecycle deletes what is old."""
    return [
        # Browsers put large files there by signed links, from the portal's pages.
        _bucket(target, target.uploads, "storage.lifecycle.json", cors="uploads.cors.json"),
        _bucket(target, target.backups, "backups.lifecycle.json"),
    ]


def _bucket(target: Target, name: str, lifecycle: str, cors: str = "") -> Step:
    look = gcloud("storage", "buckets", "list", target.in_project, "--format=json")
    files = [lifecycle, *([cors] if cors else [])]
    mark = mark_of("".join((INFRA / file).read_text(encoding="utf-8") for file in files))
    private = ("--uniform-bucket-level-access", "--public-access-prevention")
    update = gcloud(
        "storage", "buckets", "update", f"gs://{name}", f"--lifecycle-file=infra/{lifecycle}", *private,
        *([f"--cors-file=infra/{cors}"] if cors else []),
        f"--update-labels={label(mark)}", target.in_project,
    )  # fmt: skip
    create = gcloud(
        "storage",
        "buckets",
        "create",
        f"gs://{name}",
        f"--location={target.region}",
        *private,
        target.in_project,
    )
    return Step(
        section=Section.BUCKETS,
        title=f"bucket {name}",
        listing=labelled("buckets", look),
        key=name,
        mark=mark,
        create=(create, update),
        update=(update,),
    )


def notification_steps(manifest: Manifest, target: Target) -> list[Step]:
    """Cloud Storage publishes each finished upload on the topic of the worker that takes them."""
    worker = manifest.upload_worker
    if worker is None:
        return []
    group, bucket = ("storage", "buckets", "notifications"), f"gs://{target.uploads}"
    look = gcloud(*group, "list", bucket, target.in_project, "--format=json")
    topic = f"projects/{target.project}/topics/{worker.topic}"

    def read(ask: Ask) -> Mapping[str, Found]:
        configs = [item["Notification Configuration"] for item in ask(look)]
        return {
            f"projects/{config['topic'].partition('/projects/')[2]}": Found(id=config["id"])
            for config in configs
        }

    return [
        Step(
            section=Section.UPLOADS,
            title=f"notification of {target.uploads} on {worker.topic}",
            listing=Listing(name="notifications", looks=(look,), read=read),
            key=topic,
            create=(
                gcloud(
                    *group, "create", bucket, f"--topic={topic}", "--event-types=OBJECT_FINALIZE",
                    "--payload-format=none", "--skip-topic-setup", "--object-prefix=companies/",
                    target.in_project,
                ),
            ),
        )
    ]  # fmt: skip
