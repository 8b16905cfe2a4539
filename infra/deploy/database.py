"""The Firestore database with its daily and weekly backups, and its rules."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.deploy.step import FOUND, Ask, Found, Listing, Request, Section, Step, gcloud, mark_of
from infra.deploy.target import DATABASE, Target

RULES_PATH = Path(__file__).resolve().parents[1] / "firestore.rules"
RULES_HOST = "https://firebaserules.googleapis.com/v1"
IN_DATABASE = f"--database={DATABASE}"
PROTECTED = ("POINT_IN_TIME_RECOVERY_ENABLED", "DELETE_PROTECTION_ENABLED")
# Name, recurrence and how long one is kept; 14 weeks is the longest Firestore takes.
# https://cloud.google.com/firestore/docs/backups
BACKUPS = (
    ("dailyRecurrence", ("--recurrence=daily",), "7d", "604800s"),
    ("weeklyRecurrence", ("--recurrence=weekly", "--day-of-week=SUN"), "14w", "8467200s"),
)


def database_steps(target: Target) -> list[Step]:
    """The database, protected against deletion and with seven days of point-in-time recovery."""
    return [_database(target), *_backups(target), _rules(target)]


def _database(target: Target) -> Step:
    look = gcloud("firestore", "databases", "list", target.in_project, "--format=json")
    protection = ("--enable-pitr", "--delete-protection", target.in_project)

    def read(ask: Ask) -> Mapping[str, Found]:
        return {
            _last(item["name"]): Found(id=item["name"], mark=mark_of(_protection(item))) for item in ask(look)
        }

    return Step(
        section=Section.DATABASE,
        title="database",
        listing=Listing(name="databases", looks=(look,), read=read),
        key=DATABASE,
        mark=mark_of(PROTECTED),
        create=(
            gcloud(
                "firestore", "databases", "create", IN_DATABASE, f"--location={target.database_location}",
                "--type=firestore-native", *protection,
            ),
        ),
        update=(gcloud("firestore", "databases", "update", IN_DATABASE, *protection),),
    )  # fmt: skip


def _protection(database: Mapping[str, Any]) -> tuple[Any, Any]:
    return database.get("pointInTimeRecoveryEnablement"), database.get("deleteProtectionState")


def _backups(target: Target) -> list[Step]:
    group = ("firestore", "backups", "schedules")
    look = gcloud(*group, "list", IN_DATABASE, target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        return {
            kind: Found(id=_last(item["name"]), mark=item["retention"])
            for item in ask(look)
            for kind, *_ in BACKUPS
            if kind in item
        }

    listing = Listing(name="backup schedules", looks=(look,), read=read)
    return [
        Step(
            section=Section.DATABASE,
            title=f"backups: {recurrence[0].partition('=')[2]}",
            listing=listing,
            key=kind,
            mark=seconds,
            create=(
                gcloud(*group, "create", IN_DATABASE, *recurrence, f"--retention={kept}", target.in_project),
            ),
            update=(
                gcloud(
                    *group, "update", IN_DATABASE, f"--backup-schedule={FOUND}", f"--retention={kept}",
                    target.in_project,
                ),
            ),
        )
        for kind, recurrence, kept, seconds in BACKUPS
    ]  # fmt: skip


def _rules(target: Target) -> Step:
    """gcloud has no command for rules; this is the interface the Firebase tools use.

    The release points to a ruleset, whose file's name carries the mark.
    https://firebase.google.com/docs/reference/rules/rest
    """
    content = RULES_PATH.read_text(encoding="utf-8")
    mark = mark_of(content)
    project = f"{RULES_HOST}/projects/{target.project}"
    release = f"projects/{target.project}/releases/cloud.firestore"
    look = Request(method="GET", url=f"{RULES_HOST}/{release}")

    def read(ask: Ask) -> Mapping[str, Found]:
        found = ask(look)
        if found is None:
            return {}
        ruleset = ask(Request(method="GET", url=f"{RULES_HOST}/{found['rulesetName']}"))
        [file] = ruleset["source"]["files"]
        return {"rules": Found(id=found["name"], mark=file["name"])}

    file_name = f"firestore-{mark}.rules"
    source = {"source": {"files": [{"name": file_name, "content": content}]}}
    make = Request(method="POST", url=f"{project}/rulesets", body=source)
    body = {"name": release, "rulesetName": FOUND}
    return Step(
        section=Section.DATABASE,
        title="rules",
        listing=Listing(name="rules", looks=(look,), read=read),
        key="rules",
        mark=file_name,
        create=(make, Request(method="POST", url=f"{project}/releases", body=body)),
        update=(make, Request(method="PATCH", url=f"{RULES_HOST}/{release}", body={"release": body})),
    )


def _last(name: str) -> str:
    return name.rpartition("/")[2]
