"""What ops does about users: the first of a company, and one without a password when no admin is left."""

import argparse
from typing import Any

from shared.domain.companies.user import Role
from shared.domain.errors import NotFound
from shared.runtime import Runtime
from shared.usecases.users.invite_user import invite_to_reset, invite_user

INVITED_BY = "ops"


async def _invite(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    role = Role(args.role)
    given = (args.email, args.name, role)
    invitation, token = await invite_user(runtime, args.company, *given, by=INVITED_BY)
    return _shown(runtime, token.text, invitation.expires_at.isoformat())


async def _reset(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    login = await runtime.stores.logins.find(args.email)
    if login is None or login.company_id != args.company:
        raise NotFound("user", args.email)
    invitation, token = await invite_to_reset(runtime, args.company, login.user_id, by=INVITED_BY)
    return _shown(runtime, token.text, invitation.expires_at.isoformat())


def _shown(runtime: Runtime, token: str, expires_at: str) -> dict[str, object]:
    return {"link": f"{runtime.settings.portal_url}/invitation/{token}", "expires_at": expires_at}


def add_commands(commands: Any) -> None:
    """Add `invite-user` and `reset-password` to the parser's commands."""
    invite = commands.add_parser("invite-user", help="make a link by which a person becomes a user, once")
    invite.add_argument("--company", required=True, help="the company's id")
    invite.add_argument("--email", required=True)
    invite.add_argument("--name", required=True)
    invite.add_argument("--role", choices=list(Role), default=Role.ADMIN)
    invite.set_defaults(run=_invite)
    reset = commands.add_parser("reset-password", help="make a link by which a user sets a new password")
    reset.add_argument("--company", required=True, help="the company's id")
    reset.add_argument("--email", required=True)
    reset.set_defaults(run=_reset)
