"""Stands in for gcloud and the cloud behind it: keeps what commands make, and lists it as Google does.

It knows the commands of the plan and refuses all others. Whether their flags are right is not its business:
the real gcloud is asked for that (test_commands.py). The program that runs these is in running_gcloud.py.
"""

import json
from typing import Any, NoReturn

import yaml

from infra.deploy.source import REPOSITORY

Flags = dict[str, list[str]]
Thing = dict[str, Any]

NUMBER = "424242424242"
# Words that name a kind of resource, and where its things are listed under.
KINDS = {
    ("iam", "service-accounts"): "serviceAccounts",
    ("iam", "roles"): "roles",
    ("firestore", "databases"): "databases",
    ("firestore", "backups", "schedules"): "backupSchedules",
    ("firestore", "indexes", "composite"): "indexes",
    ("firestore", "indexes", "fields"): "fields",
    ("firestore", "fields", "ttls"): "ttls",
    ("secrets",): "secrets",
    ("storage", "buckets"): "buckets",
    ("storage", "buckets", "notifications"): "notificationConfigs",
    ("pubsub", "topics"): "topics",
    ("pubsub", "subscriptions"): "subscriptions",
    ("functions",): "functions",
    ("logging", "metrics"): "metrics",
    ("alpha", "monitoring", "policies"): "alertPolicies",
    ("monitoring", "dashboards"): "dashboards",
    ("projects",): "projects",
    ("run", "services"): "runServices",
    ("run", "revisions"): "revisions",
}
VERBS = {
    "create", "update", "delete", "deploy", "list", "describe", "get-iam-policy", "add-iam-policy-binding",
    "remove-iam-policy-binding", "update-traffic",
}  # fmt: skip


class Refused(Exception):
    """The command failed; what gcloud says then."""


class Hangs(Exception):
    """The command never ends; what is touched when it has begun."""


def refuse(text: str) -> NoReturn:
    """End as gcloud does when the cloud says no."""
    raise Refused(f"ERROR: (gcloud) {text}")


class FakeCloud:
    """The state: things by kind and name, policies, and the log of commands that changed something.

    Its "trouble" makes commands fail or hang: by a part of the command, what it says and how many times.
    """

    def __init__(self) -> None:
        self.state: Thing = {"things": {}, "policies": {}, "trouble": {}, "log": []}

    def things(self, kind: str) -> dict[str, Thing]:
        """All of a kind, by name."""
        found: dict[str, Thing] = self.state["things"].setdefault(kind, {})
        return found


def flags_of(words: list[str]) -> Flags:
    """--name=value as a map of lists; a bare --name has an empty value."""
    flags: Flags = {}
    for word in words:
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            flags.setdefault(name, []).append(value)
    return flags


def labels_of(flags: Flags) -> dict[str, str]:
    """The labels that any of the flags for them sets."""
    pairs = [
        pair
        for name in ("labels", "update-labels", "user-labels", "update-user-labels")
        for text in flags.get(name, [])
        for pair in text.split(",")
    ]
    return dict(pair.split("=", 1) for pair in pairs)


def definition_of(flags: Flags) -> Thing:
    """What is in the definition's file."""
    for name in ("config-from-file", "policy-from-file"):
        for path in flags.get(name, []):
            found: Thing = yaml.safe_load((REPOSITORY / path).read_text(encoding="utf-8"))
            return found
    return {}


def name_of(kind: str, words: list[str], flags: Flags, cloud: FakeCloud) -> str:
    """What the thing is called: where the server makes names, a number."""
    plain = [word for word in words if not word.startswith("--")]
    if kind in ("backupSchedules", "indexes", "notificationConfigs", "alertPolicies", "dashboards"):
        given = plain or flags.get("backup-schedule", [])
        return (
            given[0].rpartition("/")[2]
            if given and kind != "notificationConfigs"
            else str(len(cloud.things(kind)) + 1)
        )
    if kind in ("fields", "ttls"):
        return f"collectionGroups/{flags['collection-group'][0]}/fields/{plain[0]}"
    if kind == "databases":
        return flags["database"][0]
    return plain[0].removeprefix("gs://")


def _index_kind(field: dict[str, str]) -> dict[str, str]:
    return {"order" if name == "order" else "arrayConfig": kind.upper() for name, kind in field.items()}


def thing_of(kind: str, name: str, words: list[str], flags: Flags) -> Thing:
    """The thing as Google lists it."""
    project = flags.get("project", ["?"])[0]
    full = f"projects/{project}/{kind}/{name}"
    thing: Thing = {"name": full, "labels": labels_of(flags)}
    if kind == "serviceAccounts":
        email = name if "@" in name else f"{name}@{project}.iam.gserviceaccount.com"
        return {"name": full, "email": email}
    if kind == "roles":
        return {"name": full, "title": flags["title"][0]}
    if kind == "databases":
        return {
            "name": full,
            "pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_ENABLED",
            "deleteProtectionState": "DELETE_PROTECTION_ENABLED",
        }
    if kind == "backupSchedules":
        kept = flags["retention"][0]
        seconds = int(kept[:-1]) * {"d": 86400, "w": 604800}[kept[-1]]
        recurrence: Thing = {f"{one}Recurrence": {} for one in flags.get("recurrence", [])}
        return {"name": full, "retention": f"{seconds}s", **recurrence}
    if kind == "indexes":
        fields = [dict(part.split("=") for part in text.split(",")) for text in flags["field-config"]]
        listed = [{"fieldPath": f.pop("field-path"), **_index_kind(f)} for f in fields]
        group = flags["collection-group"][0]
        scope = flags["query-scope"][0].upper().replace("-", "_")
        full = f"projects/{project}/databases/(default)/collectionGroups/{group}/indexes/{name}"
        return {
            "name": full,
            "queryScope": scope,
            "state": "READY",
            "fields": [*listed, {"fieldPath": "__name__", "order": "ASCENDING"}],
        }
    if kind == "fields":
        orders = [text.partition("=")[2].upper() for text in flags.get("index", [])]
        field = name.rpartition("/")[2]
        indexes = [
            {"queryScope": "COLLECTION", "fields": [{"fieldPath": field, "order": order}]} for order in orders
        ]
        return {"name": f"projects/{project}/databases/(default)/{name}", "indexConfig": {"indexes": indexes}}
    if kind == "ttls":
        return {"name": f"projects/{project}/databases/(default)/{name}", "ttlConfig": {"state": "ACTIVE"}}
    if kind == "buckets":
        return {"name": name, "labels": labels_of(flags)}
    if kind == "notificationConfigs":
        config = {"id": name, "topic": f"//pubsub.googleapis.com/{flags['topic'][0]}"}
        return {"Bucket URL": words[0], "Notification Configuration": config}
    if kind == "alertPolicies":
        return {**definition_of(flags), "name": full, "userLabels": labels_of(flags)}
    if kind == "metrics":
        return {**definition_of(flags), "name": name}
    if kind == "dashboards":
        return {**definition_of(flags), "name": full}
    return thing


def change(cloud: FakeCloud, kind: str, verb: str, words: list[str], flags: Flags) -> Thing | None:
    """Make, change or delete one thing."""
    name, things = name_of(kind, words, flags, cloud), cloud.things(kind)
    if kind == "fields" or kind == "ttls":
        verb = "deploy"  # a field is always there
    if verb == "create" and name in things:
        refuse(f"ALREADY_EXISTS: {kind} {name}")
    if verb in ("update", "delete") and name not in things and kind != "serviceAccounts":
        refuse(f"NOT_FOUND: {kind} {name}")
    if verb == "delete":
        account = name.partition("@")[0] if kind == "serviceAccounts" else name
        del things[account]
        cloud.state["policies"].pop(f"{kind}/{name}", None)
        return None
    thing = thing_of(kind, name, words, flags)
    old = things.get(name, {})
    if "labels" in thing:
        thing["labels"] = {**old.get("labels", {}), **thing["labels"]}
    things[name] = {**old, **thing}
    if kind == "functions":
        cloud.things("runServices")[name] = {"name": name}
    return thing


def policy(cloud: FakeCloud, kind: str, verb: str, words: list[str], flags: Flags) -> Thing | None:
    """Bindings of one thing."""
    name = next(word for word in words if not word.startswith("--"))
    if kind == "runServices" and name not in cloud.things(kind):
        refuse(f"NOT_FOUND: service {name}")
    bindings: list[Thing] = cloud.state["policies"].setdefault(f"{kind}/{name}", [])
    if verb == "get-iam-policy":
        return {"bindings": bindings}
    binding: Thing = {"role": flags["role"][0], "members": flags["member"]}
    condition = flags.get("condition", ["None"])[0]
    if condition != "None":
        binding["condition"] = dict(part.split("=", 1) for part in condition.split(",", 1))
    if verb == "add-iam-policy-binding":
        bindings.append(binding)
    elif binding in bindings:
        bindings.remove(binding)
    else:
        refuse("Policy binding with the specified principal and role not found!")
    return None


def revisions(cloud: FakeCloud, kind: str, verb: str, words: list[str], flags: Flags) -> Any:
    """What a rollback looks at and does."""
    if kind == "revisions":
        wanted = flags["service"][0]
        return [one for one in cloud.things(kind).values() if one["metadata"]["labels"]["service"] == wanted]
    name = words[0]
    service = cloud.things(kind).setdefault(name, {"name": name})
    if verb == "update-traffic":
        target = flags.get("to-revisions", ["LATEST=100"])[0].partition("=")[0]
        service["status"] = {"traffic": [{"revisionName": target, "percent": 100}]}
        return None
    return service


def answer(cloud: FakeCloud, words: list[str]) -> Any:
    """Do one command; what it prints."""
    flags = flags_of(words)
    if words[:2] == ["auth", "print-access-token"]:
        return "a-token"
    if words[:2] == ["projects", "describe"]:
        return NUMBER
    if words[:2] == ["services", "list"]:
        return [{"config": {"name": name}} for name in cloud.state.setdefault("services", [])]
    if words[:2] == ["services", "enable"]:
        cloud.state["services"] = sorted(
            {*cloud.state.setdefault("services", []), *(w for w in words[2:] if "." in w and "=" not in w)}
        )
        return ""
    if words[:4] == ["beta", "services", "identity", "create"] or words[:2] == ["storage", "service-agent"]:
        return ""
    if words[:2] == ["firestore", "export"]:
        return ""
    place = next((i for i, word in enumerate(words) if word in VERBS), 0)
    kind = KINDS.get(tuple(words[:place]))
    if kind is None:
        refuse(f"Invalid choice: {' '.join(words)}")
    verb, rest = words[place], words[place + 1 :]
    if "iam-policy" in verb:
        return policy(cloud, kind, verb, rest, flags)
    if kind in ("revisions", "runServices"):
        return revisions(cloud, kind, verb, rest, flags)
    if verb == "list":
        found = list(cloud.things(kind).values())
        return [one for one in found if one.get("state") == "CREATING"] if "filter" in flags else found
    return change(cloud, kind, verb, rest, flags)


def run(cloud: FakeCloud, words: list[str], given: str) -> str:
    """Do what the command line says; what it prints. Raises Refused and Hangs."""
    line = " ".join(words)
    for text, trouble in cloud.state["trouble"].items():
        if text in line and trouble.get("times", 1) > 0:
            trouble["times"] = trouble.get("times", 1) - 1
            if "hang" in trouble:
                raise Hangs(trouble["hang"])
            refuse(trouble["says"])
    if given:
        cloud.state["secret"] = given
    said = answer(cloud, words)
    if not {"list", "describe", "get-iam-policy", "print-access-token"} & set(words):
        cloud.state["log"].append(line)
    return said if isinstance(said, str) else json.dumps(said if said is not None else {})
