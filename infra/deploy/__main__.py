"""For ops: `python -m infra.deploy plan | apply | undeploy | rollback | pause | …`: see make help."""

import argparse
import asyncio
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from infra.deploy.apply import apply_plan
from infra.deploy.backups import backup_looks, export_action, import_action
from infra.deploy.cloud import Cloud
from infra.deploy.environment import SECRET_SETTINGS, environment_of
from infra.deploy.plan import plan_steps
from infra.deploy.printing import number_look, plan_text, shell
from infra.deploy.rollback import rollback_actions
from infra.deploy.schedules import switch_jobs
from infra.deploy.smoke import run_smoke
from infra.deploy.step import Action, DeployError
from infra.deploy.target import EXAMPLE_NUMBER, EXAMPLE_PROJECT, Target
from infra.deploy.undeploy import undeploy
from infra.manifest import Manifest, ManifestError, read_manifest

Command = Callable[[argparse.Namespace, Manifest], int]


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code is 1 when it could not be done."""
    args = _parser().parse_args(arguments)
    run: Command = args.run
    try:
        return run(args, read_manifest())
    except (DeployError, ManifestError) as error:
        print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print(
            "stopped by hand: what is printed is done, and the same command goes on after it", file=sys.stderr
        )
    return 1


def _plan(args: argparse.Namespace, manifest: Manifest) -> int:
    target = _target(args, EXAMPLE_NUMBER)
    print(plan_text(plan_steps(manifest, target), target), end="")
    return 0


def _apply(args: argparse.Namespace, manifest: Manifest) -> int:
    cloud, target = _cloud(args)
    counts = apply_plan(plan_steps(manifest, target), cloud, _say, repair=args.repair)
    _say(", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count))
    return 0


def _undeploy(args: argparse.Namespace, manifest: Manifest) -> int:
    cloud, target = _cloud(args)
    count = undeploy(plan_steps(manifest, target), target, cloud, _say, dry=args.dry_run)
    _say(f"{count} {'would be taken away' if args.dry_run else 'taken away'}; no data was touched")
    return 0


def _rollback(args: argparse.Namespace, manifest: Manifest) -> int:
    cloud, target = _cloud(args)
    name = args.function.replace("-", "_")
    return _do_all(rollback_actions(manifest, target, cloud, name=name, to_latest=args.to_latest), cloud)


def _switch(args: argparse.Namespace, manifest: Manifest) -> int:
    cloud, target = _cloud(args)
    name = args.function.replace("-", "_")
    return _do_all(switch_jobs(manifest, target, paused=args.command == "pause", name=name), cloud)


def _backup(args: argparse.Namespace, manifest: Manifest) -> int:
    cloud, target = _cloud(args)
    return _do_all([export_action(target, datetime.now(UTC))], cloud)


def _restore_plan(args: argparse.Namespace, manifest: Manifest) -> int:
    target = _target(args, EXAMPLE_NUMBER)
    _say("# What there is:")
    for look in backup_looks(target):
        _say(shell(look))
    _say("# Nothing new begins:")
    _say(f"make pause PROJECT={target.project}")
    _say("# Documents of the export overwrite those of the same name:")
    _say(shell(import_action(target, args.folder)))
    _say("# docs/operations/restore.md says what to do before the ticks run again:")
    _say(f"make resume PROJECT={target.project}")
    return 0


def _env(args: argparse.Namespace, manifest: Manifest) -> int:
    _, target = _cloud(args)
    for name, value in environment_of(manifest.get("api"), manifest, target).items():
        _say(f"export {name}={shlex.quote(value)}")
    for name, secret in SECRET_SETTINGS.items():
        look = f"gcloud secrets versions access latest --secret={secret} {target.in_project}"
        _say(f'export {name}="$({look})"')
    return 0


def _smoke(args: argparse.Namespace, manifest: Manifest) -> int:
    _, target = _cloud(args)
    urls = {function.name: target.url(function) for function in manifest.functions}
    return 0 if asyncio.run(run_smoke(manifest, urls, _say)) else 1


def _do_all(actions: Sequence[Action], cloud: Cloud) -> int:
    for action in actions:
        cloud.do(action)
        _say(shell(action))
    return 0


def _cloud(args: argparse.Namespace) -> tuple[Cloud, Target]:
    """The project, with its number as Google knows it."""
    cloud = Cloud(
        project=args.project, scheduler_address=args.scheduler_address, rest_address=args.rest_address
    )
    number = cloud.do(number_look(_target(args, EXAMPLE_NUMBER)))
    if not str(number).isdigit():
        raise DeployError(f"gcloud does not know the number of project {args.project}: it said {number!r}")
    return cloud, _target(args, str(number))


def _target(args: argparse.Namespace, number: str) -> Target:
    return Target(
        project=args.project,
        number=number,
        region=args.region,
        database_location=args.database_location,
        public_url=args.public_url.rstrip("/"),
        channels=tuple(channel for channel in args.channels.split(",") if channel),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    plan = _command(commands, "plan", _plan, "print every step; needs no network and no credentials")
    plan.set_defaults(project=EXAMPLE_PROJECT)
    apply = _command(commands, "apply", _apply, "make what is missing, change what differs")
    apply.add_argument("--repair", action="store_true", help="also change what seems as wanted")
    away = _command(
        commands, "undeploy", _undeploy, "take away what the manifest no longer names; never data"
    )
    away.add_argument("--dry-run", action="store_true", help="only say what")
    back = _command(commands, "rollback", _rollback, "back to the revision before")
    back.add_argument("--to-latest", action="store_true", help="forward to the newest again")
    pause = _command(commands, "pause", _switch, "pause the ticks: nothing new begins")
    resume = _command(commands, "resume", _switch, "let the ticks run again")
    for command in (back, pause, resume):
        command.add_argument("--function", default="", help="only this one")
    _command(commands, "backup", _backup, "export the database now")
    restore = _command(commands, "restore-plan", _restore_plan, "print what brings an export back")
    restore.add_argument("--folder", default="FOLDER", help="the export's folder")
    _command(commands, "env", _env, "print the settings for python -m infra.ops")
    _command(commands, "smoke", _smoke, "ask every function from outside")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, text: str
) -> argparse.ArgumentParser:
    usual = Target()
    parser = commands.add_parser(name, help=text)
    parser.add_argument("--project", required=name != "plan", help="the Google Cloud project's id")
    parser.add_argument("--region", default=usual.region)
    parser.add_argument(
        "--database-location", default=usual.database_location, help="of a new database, for ever"
    )
    parser.add_argument(
        "--public-url", default="", help="where providers reach the webhooks, if by a domain of yours"
    )
    parser.add_argument(
        "--channels", default="", help="notification channels of the alerts, with commas between"
    )
    parser.add_argument("--scheduler-address", default="", help="a stand-in for Cloud Scheduler, for tests")
    parser.add_argument(
        "--rest-address", default="", help="a stand-in for Google's REST interfaces, for tests"
    )
    parser.set_defaults(run=run)
    return parser


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
