"""Log-based metrics, alert policies and the dashboard, from the definitions in infra/monitoring."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.deploy.step import FOUND, MARK_LABEL, Action, Ask, Found, Listing, Section, Step, gcloud, mark_of
from infra.deploy.target import Target

INFRA = Path(__file__).resolve().parents[1]
POLICIES = ("alpha", "monitoring", "policies")  # the only track that has them
ALERT_LABEL = "rollcall-alert"  # whose value is the definition's file name
OWN_METRICS = "rollcall"  # how every metric of ours begins


Definition = Mapping[str, Any]


def monitoring_steps(target: Target, infra: Path = INFRA) -> list[Step]:
    """First the metrics: a policy about one that is not there is refused."""
    folder = infra / "monitoring"
    measured = {path: _read(path) for path in sorted((folder / "metrics").glob("*.yaml"))}
    listing = metrics(target, {definition["name"]: definition for definition in measured.values()})
    return [
        *(_metric(target, listing, path.relative_to(infra), wanted) for path, wanted in measured.items()),
        *(
            _alert(target, path.relative_to(infra), _read(path))
            for path in sorted((folder / "alerts").glob("*.yaml"))
        ),
        *(_dashboard(target, path.relative_to(infra), _read(path)) for path in folder.glob("dashboard.json")),
    ]


def metrics(target: Target, wanted: Mapping[str, Definition]) -> Listing:
    """The project's log-based metrics, each marked with what is wanted when it holds all of that."""
    look = gcloud("logging", "metrics", "list", target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        return {item["name"]: _compared(item, wanted.get(item["name"])) for item in ask(look)}

    def remove(name: str, found: Found) -> Action:
        return gcloud("logging", "metrics", "delete", name, target.in_project, "--quiet")

    return Listing(name="metrics", looks=(look,), read=read, remove=remove)


def alerts(target: Target) -> Listing:
    """The project's alert policies that have our label."""
    look = gcloud(*POLICIES, "list", target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        policies = [(item["name"], item.get("userLabels") or {}) for item in ask(look)]
        return {
            labels[ALERT_LABEL]: Found(id=name, mark=labels.get(MARK_LABEL, ""), is_ours=True)
            for name, labels in policies
            if ALERT_LABEL in labels
        }

    def remove(key: str, found: Found) -> Action:
        return gcloud(*POLICIES, "delete", found.id, target.in_project, "--quiet")

    return Listing(name="alerts", looks=(look,), read=read, remove=remove)


def _metric(target: Target, listing: Listing, path: Path, wanted: Definition) -> Step:
    name = wanted["name"]
    flags = (name, f"--config-from-file=infra/{path}", target.in_project)
    return Step(
        section=Section.MONITORING,
        title=f"metric {name}",
        listing=listing,
        key=name,
        mark=mark_of(wanted),
        create=(gcloud("logging", "metrics", "create", *flags),),
        update=(gcloud("logging", "metrics", "update", *flags),),
    )


def _alert(target: Target, path: Path, wanted: Definition) -> Step:
    """Without channels of the target, an update keeps those that somebody set."""
    mark = mark_of(wanted, target.channels)
    labels = f"{MARK_LABEL}={mark},{ALERT_LABEL}={path.stem}"
    file = f"--policy-from-file=infra/{path}"
    channels = ",".join(target.channels)
    create = [file, f"--user-labels={labels}"] + ([f"--notification-channels={channels}"] if channels else [])
    update = [file, f"--update-user-labels={labels}"] + (
        [f"--set-notification-channels={channels}"] if channels else []
    )
    return Step(
        section=Section.MONITORING,
        title=f"alert {path.stem}",
        listing=alerts(target),
        key=path.stem,
        mark=mark,
        create=(gcloud(*POLICIES, "create", *create, target.in_project),),
        update=(gcloud(*POLICIES, "update", FOUND, *update, target.in_project),),
    )


def _dashboard(target: Target, path: Path, wanted: Definition) -> Step:
    """Found by its title: its name is the server's."""
    group, title = ("monitoring", "dashboards"), wanted["displayName"]
    look = gcloud(*group, "list", target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        return {
            item["displayName"]: _compared(item, wanted)
            for item in ask(look)
            if item.get("displayName") == title
        }

    file = f"--config-from-file=infra/{path}"
    return Step(
        section=Section.MONITORING,
        title=f"dashboard {title}",
        listing=Listing(name="dashboards", looks=(look,), read=read),
        key=title,
        mark=mark_of(wanted),
        create=(gcloud(*group, "create", file, target.in_project),),
        update=(gcloud(*group, "update", FOUND, file, target.in_project),),
    )


def _compared(item: Definition, wanted: Definition | None) -> Found:
    """These take no labels: what the server says is compared with what is wanted."""
    mark = mark_of(wanted) if wanted is not None and holds(item, wanted) else ""
    return Found(id=item["name"], mark=mark, is_ours=item["name"].startswith(OWN_METRICS))


def holds(found: Any, wanted: Any) -> bool:
    """Whether `found` has all that `wanted` has. Servers add fields, and leave out empty ones and zeros."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            holds(found[key], value) if key in found else not value for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(holds, found, wanted))
    return bool(found == wanted or str(found) == str(wanted))  # the servers write large numbers as texts


def _read(path: Path) -> Definition:
    definition: Definition = yaml.safe_load(path.read_text(encoding="utf-8"))  # JSON is YAML too
    return definition
