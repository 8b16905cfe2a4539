"""What a demo works with: the running stack, a company on it, and who acts for it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from msgspec import Struct

from infra.local.api_client import ApiClient
from infra.local.demo_company import DemoCompany, open_company
from infra.local.simulator.client import SimulatorClient, simulator_client
from infra.local.stack import Stack
from infra.local.waiting import Say
from shared.runtime import Runtime
from shared.settings import Settings


class Stage(Struct, frozen=True, kw_only=True):
    """A company at work on the running stack. `say` tells whoever watches."""

    stack: Stack
    company: DemoCompany
    api: ApiClient
    simulator: SimulatorClient
    runtime: Runtime
    say: Say

    def show_logins(self) -> None:
        """Say how to act for the company by hand."""
        self.say(f"\nThe company's API key on this stack: {self.company.key}")
        self.say(f"The portal: {self.stack.addresses.functions['portal']}")
        user = self.company
        self.say(f"  sign in as {user.user_email} with the password {user.user_password}")


@asynccontextmanager
async def open_stage(stack: Stack, say: Say) -> AsyncIterator[Stage]:
    """Open a new company on the stack. Google's clients of this process go to its emulators from then on."""
    os.environ.update(stack.emulator_env)
    runtime = Runtime(Settings.from_env(stack.settings_env))
    async with simulator_client(stack.addresses.simulator) as simulator, aiohttp.ClientSession() as http:
        company = await open_company(runtime, simulator)
        say(f"\nCompany North Clinic ({company.company_id}) with a number and a mailbox")
        api = ApiClient(stack.addresses.functions["api"], company.key, http)
        yield Stage(stack=stack, company=company, api=api, simulator=simulator, runtime=runtime, say=say)
