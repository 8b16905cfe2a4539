"""What providers keep for a campaign's templates: their formats, as they stand now."""

import asyncio
from collections.abc import Mapping, Sequence

from shared.domain.campaigns.step import Step
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.senders.sender import Sender
from shared.domain.templates.provider_content import ProviderContent
from shared.domain.templates.template import Template
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.kit.credentials import WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable


async def find_contents(
    runtime: Runtime,
    company_id: str,
    steps: Sequence[Step],
    templates: Mapping[str, Template],
    senders: Mapping[str, Sender],
) -> dict[str, ProviderContent]:
    """The formats of the steps' templates that are made from one, by template; none of one that is not there.

    Raises InvalidInput where senders have different ones, Conflict when a provider cannot be asked now.
    """
    made = [(index, step) for index, step in enumerate(steps) if templates[step.template_id].content_id]
    found = await asyncio.gather(
        *(
            _find(runtime, company_id, templates[step.template_id], senders[step.sender_id])
            for _, step in made
        )
    )
    contents: dict[str, ProviderContent] = {}
    for (index, step), content in zip(made, found, strict=True):
        if content is None:
            continue
        if contents.setdefault(step.template_id, content) != content:
            reason = "the template's format differs between the accounts of the campaign's senders"
            raise InvalidInput.at(f"steps[{index}].template_id", reason)
    return contents


async def _find(
    runtime: Runtime, company_id: str, template: Template, sender: Sender
) -> ProviderContent | None:
    try:
        credentials = await runtime.credentials(company_id, sender)
        contents = runtime.provider_contents(sender, credentials)
        return await contents.find(template.content_id or "") if contents else None
    except (CredentialsMissing, WrongCredentials, SenderRefused):
        return None  # whether the sender can send is asked apart, and said better
    except (ProviderUnavailable, SecretsUnavailable) as error:
        raise Conflict(
            f"The format of the template {template.name!r} could not be asked for: {error} Try again shortly."
        ) from error
