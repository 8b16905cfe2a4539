"""One service account per function, one that calls functions, one that builds them; none is a default one."""

from collections.abc import Mapping

from infra.deploy.step import Action, Ask, Found, Listing, Section, Step, gcloud
from infra.deploy.target import ACCOUNT_PREFIX, Target
from infra.manifest import Manifest


def account_steps(manifest: Manifest, target: Target) -> list[Step]:
    """The accounts. They are made once and never changed; what they may do is in `rights`."""
    purposes = {
        "build": "Rollcall: builds the functions",
        "caller": "Rollcall: Cloud Scheduler and Pub/Sub call functions as this",
        **{function.service: f"Rollcall: runs {function.name}" for function in manifest.functions},
    }
    return [
        Step(
            section=Section.ACCOUNTS,
            title=f"account {target.account(name)}",
            listing=accounts(target),
            key=target.account(name),
            create=(
                gcloud(
                    "iam", "service-accounts", "create", ACCOUNT_PREFIX + name,
                    f"--display-name={purpose}", target.in_project,
                ),
            ),
        )
        for name, purpose in purposes.items()
    ]  # fmt: skip


def accounts(target: Target) -> Listing:
    """The project's service accounts."""
    look = gcloud("iam", "service-accounts", "list", target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        emails = [item["email"] for item in ask(look)]
        return {email: Found(id=email, is_ours=target.is_account_of_ours(email)) for email in emails}

    def remove(email: str, found: Found) -> Action:
        return gcloud("iam", "service-accounts", "delete", email, target.in_project, "--quiet")

    return Listing(name="accounts", looks=(look,), read=read, remove=remove)
