"""Check an automation's definition against what the company has."""

from shared.domain.automations.automation import Definition
from shared.domain.automations.check_automation import check_automation, check_whole, in_one_form
from shared.domain.automations.problem_places import new_problems
from shared.domain.errors import InvalidInput
from shared.runtime import Runtime
from shared.usecases.automations.read_parts import read_parts


async def check_parts(
    runtime: Runtime,
    company_id: str,
    definition: Definition,
    *,
    is_draft: bool = False,
    over: Definition | None = None,
) -> Definition:
    """The definition in its one form. Raises InvalidInput with the place of what could never work.

    A draft may have no trigger and no step yet. What was wrong `over` which it is put may be wrong still: a
    list that was deleted since keeps nobody from editing another step.
    """
    known = await read_parts(runtime, company_id, definition)
    problems = list(check_automation(definition, known))
    if problems and over is not None:
        before = list(check_automation(over, await read_parts(runtime, company_id, over)))
        problems = new_problems((over.steps, before), (definition.steps, problems))
    if not is_draft:
        problems += check_whole(definition)
    if problems:
        raise InvalidInput(*problems)
    return in_one_form(definition, known.fields)
