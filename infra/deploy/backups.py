"""The commands that export the database and bring it back."""

from datetime import datetime

from infra.deploy.database import IN_DATABASE
from infra.deploy.step import Gcloud, gcloud
from infra.deploy.target import Target


def export_action(target: Target, now: datetime) -> Gcloud:
    """Export everything as it is now into a folder of the backups bucket named by the time."""
    folder = now.strftime("%Y-%m-%dT%H-%M-%S")
    return gcloud("firestore", "export", f"gs://{target.backups}/{folder}", IN_DATABASE, target.in_project)


def import_action(target: Target, folder: str) -> Gcloud:
    """Bring an export back: documents it has are overwritten, others stay."""
    return gcloud("firestore", "import", f"gs://{target.backups}/{folder}", IN_DATABASE, target.in_project)


def backup_looks(target: Target) -> list[Gcloud]:
    """Which scheduled backups and exports there are."""
    return [
        gcloud("firestore", "backups", "list", target.in_project),
        gcloud("storage", "ls", f"gs://{target.backups}/", target.in_project),
    ]


def restore_action(target: Target, backup: str, database: str) -> Gcloud:
    """Restore a scheduled backup into a new database: Firestore restores into no existing one."""
    return gcloud(
        "firestore",
        "databases",
        "restore",
        f"--source-backup={backup}",
        f"--destination-database={database}",
        target.in_project,
    )
