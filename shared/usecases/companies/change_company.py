"""Change what a company may decide about itself."""

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.campaigns.working_days import check_calendar
from shared.domain.characters import check_characters
from shared.domain.companies.company import Company
from shared.domain.companies.consent_rules import check_rules
from shared.domain.companies.work_calendar import WorkCalendar
from shared.domain.errors import InvalidInput, Problem
from shared.runtime import Runtime


async def change_company(
    runtime: Runtime,
    company_id: str,
    *,
    allows_possible_numbers: bool | None = None,
    postal_address: str | None = None,
    consent: Mapping[str, object] | None = None,
    calendar: WorkCalendar | None = None,
) -> Company:
    """Change which numbers are sent to, where it can be written to, its working days, and rules for refusals.

    What is None stays. Campaigns that are ready keep what they were frozen with; the rules hold at once.
    Raises NotFound, InvalidInput.
    """
    companies = runtime.stores.companies
    if postal_address is not None and (problems := check_characters("postal_address", postal_address)):
        raise InvalidInput(*problems)
    if consent:
        company = await companies.get(company_id)
        rules = replace(company.consent, **consent)  # type: ignore[arg-type]  # fields of ConsentRules
        if faults := list(check_rules(rules)):
            raise InvalidInput(*(Problem(field=f"consent.{one.field}", reason=one.reason) for one in faults))
        await companies.change_consent(company_id, rules)
    if calendar is not None:
        if faults := list(check_calendar(calendar)):
            raise InvalidInput(*(Problem(field=f"calendar.{one.field}", reason=one.reason) for one in faults))
        await companies.set_calendar(company_id, calendar)
    if allows_possible_numbers is not None:
        await companies.allow_possible_numbers(company_id, is_allowed=allows_possible_numbers)
    if postal_address is not None:
        await companies.say_postal_address(company_id, postal_address.strip())
    return await companies.get(company_id)
