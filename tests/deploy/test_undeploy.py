"""Undeploy takes away what the manifest no longer names, and nothing that holds data (against stand-ins)."""

from infra.deploy.plan import listings_of, plan_steps
from infra.deploy.undeploy import undeploy
from tests.kit.deploy.empty_project import Project
from tests.kit.deploy.every_command import MANIFEST, TARGET, removal_words

DATA = ("databases", "buckets", "secrets", "indexes", "fields", "ttls", "backupSchedules")
# All that undeploy may ever run.
REMOVALS = {
    ("functions", "delete"),
    ("pubsub", "topics", "delete"),
    ("pubsub", "subscriptions", "delete"),
    ("iam", "service-accounts", "delete"),
    ("logging", "metrics", "delete"),
    ("alpha", "monitoring", "policies", "delete"),
}


def _undeploy(project: Project, *, dry: bool = False) -> int:
    return undeploy(project.steps(), project.target, project.cloud, project.said.append, dry=dry)


def test_nothing_is_taken_away_while_the_manifest_names_all(project: Project) -> None:
    assert _undeploy(project) == 0
    assert project.said == []


def test_what_is_no_longer_named_is_taken_away(project: Project) -> None:
    before = project.state
    project.manifest = project.without(["preview_campaign", "watch_work"])
    assert _undeploy(project, dry=True) > 0
    assert {kind: things for kind, things in project.state["things"].items() if things} == before["things"]
    project.change(log=[])

    project.said.clear()
    count = _undeploy(project)
    assert len(project.said) == count
    things = project.state["things"]
    for kind in ("functions", "topics", "subscriptions"):
        assert set(before["things"][kind]) - set(things[kind]) <= {
            "preview-campaign",
            "preview-campaign-dead",
            "watch-work",
        }
        assert not {name for name in things[kind] if name.startswith(("preview-campaign", "watch-work"))}
    assert not any("preview-campaign" in name or "watch-work" in name for name in things["serviceAccounts"])
    assert "watch-work" not in str(sorted(project.scheduler.jobs))
    left = {m for key in project.state["policies"].values() for b in key for m in b["members"]}
    assert not any("rollcall-watch-work" in one for one in left)
    for kind in DATA:
        assert things[kind] == before["things"][kind]
    assert _undeploy(project) == 0


def test_rights_that_are_no_longer_named_are_taken_away(project: Project) -> None:
    project.manifest = project.with_function("send_batch", uses=frozenset())
    assert _undeploy(project) == 3  # the database, the credentials and the uploads
    assert all("remove-iam-policy-binding" in line for line in project.said)
    assert _undeploy(project) == 0


def test_what_is_not_ours_stays(project: Project) -> None:
    state = project.state
    mine = {"name": "projects/p/topics/theirs", "labels": {"team": "billing"}}
    state["things"]["topics"]["theirs"] = mine
    state["things"]["serviceAccounts"]["ci"] = {"email": "ci@acme-rollcall.iam.gserviceaccount.com"}
    state["policies"]["projects/acme-rollcall"].append(
        {"role": "roles/owner", "members": ["user:ann@acme.example"]}
    )
    project.change(**state)
    assert _undeploy(project) == 0


def test_even_an_empty_manifest_leaves_all_data(project: Project) -> None:
    before = project.state["things"]
    project.manifest = project.without([function.name for function in project.manifest.functions])
    steps = [
        step for step in plan_steps(MANIFEST, project.target) if step.section.name in ("SERVICES", "DATABASE")
    ]
    undeploy(steps, project.target, project.cloud, project.said.append)
    things = project.state["things"]
    assert things["functions"] == things["topics"] == things["subscriptions"] == {}
    assert project.scheduler.jobs == {}
    for kind in DATA:
        assert things[kind] == before[kind]


def test_no_removal_can_touch_data() -> None:
    steps = plan_steps(MANIFEST, TARGET)
    for words in removal_words(steps):
        verb = next(i for i, word in enumerate(words) if word in ("delete", "remove-iam-policy-binding"))
        assert words[: verb + 1] in REMOVALS or words[verb] == "remove-iam-policy-binding", words
    kept = {listing.name for listing in listings_of(steps, TARGET) if listing.remove is None}
    assert {"databases", "buckets", "secrets", "composite indexes", "single fields", "times to live"} <= kept
