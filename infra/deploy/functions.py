"""The functions themselves: second generation, each under its own account, built by ours."""

from infra.deploy.environment import SECRET_SETTINGS, environment_of
from infra.deploy.labels import label, labelled
from infra.deploy.source import source_digest
from infra.deploy.step import Listing, Section, Step, gcloud, mark_of
from infra.deploy.target import Target
from infra.manifest import Function, Manifest


def function_steps(manifest: Manifest, target: Target) -> list[Step]:
    """One deployment per function; the source counts as a part of what is wanted."""
    digest = source_digest()
    return [_function(function, manifest, target, digest) for function in manifest.functions]


def functions(target: Target) -> Listing:
    """The functions in the region."""
    look = gcloud(
        "functions", "list", "--v2", f"--regions={target.region}", target.in_project, "--format=json"
    )
    group = ("functions", "delete")
    return labelled(
        "functions",
        look,
        remove=lambda name: gcloud(*group, name, "--gen2", target.in_region, target.in_project, "--quiet"),
    )


def _function(function: Function, manifest: Manifest, target: Target, digest: str) -> Step:
    flags = (
        "--gen2",
        f"--runtime={function.runtime}",
        "--source=.",
        f"--entry-point={function.name}",
        "--trigger-http",
        f"--memory={function.memory}",
        f"--cpu={function.cpu}",
        f"--concurrency={function.concurrency}",
        f"--timeout={function.timeout_seconds}s",
        f"--min-instances={function.min_instances}",
        f"--max-instances={function.max_instances}",
        f"--service-account={target.account_of(function)}",
        f"--build-service-account=projects/{target.project}/serviceAccounts/{target.builder}",
        f"--set-env-vars={_pairs(environment_of(function, manifest, target))}",
        f"--set-secrets={_pairs({name: f'{secret}:latest' for name, secret in SECRET_SETTINGS.items()})}",
        *_access(function),
    )
    mark = mark_of(flags, digest)
    where = (target.in_region, target.in_project, "--quiet")
    deploy = (
        gcloud("functions", "deploy", function.service, *flags, f"--update-labels={label(mark)}", *where),
    )
    return Step(
        section=Section.FUNCTIONS,
        title=f"function {function.service}",
        listing=functions(target),
        key=function.service,
        mark=mark,
        create=deploy,
        update=deploy,
    )


def _access(function: Function) -> tuple[str, str]:
    """Only what checks its callers itself is open; the rest is called by this project's Google services."""
    if function.public:
        return "--ingress-settings=all", "--allow-unauthenticated"
    return "--ingress-settings=internal-only", "--no-allow-unauthenticated"


def _pairs(values: dict[str, str]) -> str:
    """As gcloud takes maps. No value has a comma: the target's names and addresses are checked."""
    return ",".join(f"{name}={value}" for name, value in values.items())
