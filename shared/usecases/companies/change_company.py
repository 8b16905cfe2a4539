"""Change what a company may decide about itself."""

from collections.abc import Iterable, Mapping

from shared.domain.campaigns.working_days import check_calendar
from shared.domain.characters import check_characters
from shared.domain.companies.company import Company
from shared.domain.companies.consent_rules import check_rules
from shared.domain.companies.contact_hours import ContactHours, check_hours
from shared.domain.companies.kept_for import KeptFor, check_kept_for
from shared.domain.companies.work_calendar import WorkCalendar
from shared.domain.errors import InvalidInput, Problem
from shared.domain.record import replace
from shared.domain.replies.own_words import check_own_words
from shared.runtime import Runtime


async def change_company(
    runtime: Runtime,
    company_id: str,
    *,
    allows_possible_numbers: bool | None = None,
    postal_address: str | None = None,
    consent: Mapping[str, object] | None = None,
    calendar: WorkCalendar | None = None,
    kept_for: KeptFor | None = None,
    contact_hours: ContactHours | None = None,
) -> Company:
    """Change which numbers are sent to, where it can be written to, its working days, rules for refusals, and
    how long it keeps what it has.

    What is None stays. Campaigns that are ready keep what they were frozen with; the rules hold at once.
    Raises NotFound, InvalidInput.
    """
    companies = runtime.stores.companies
    changes, problems = _parts(runtime, calendar, contact_hours, kept_for)
    if postal_address is not None:
        problems += check_characters("postal_address", postal_address)
        changes["postal_address"] = postal_address.strip()
    if consent:
        company = await companies.get(company_id)
        rules = replace(company.consent, **consent)  # type: ignore[arg-type]  # fields of ConsentRules
        problems += _under("consent", (*check_rules(rules), *check_own_words(rules)))
        changes["consent"] = rules
    if allows_possible_numbers is not None:
        changes["allows_possible_numbers"] = allows_possible_numbers
    if problems:
        raise InvalidInput(*problems)
    if changes:
        await companies.change(company_id, **changes)
    return await companies.get(company_id)


def _parts(
    runtime: Runtime, calendar: WorkCalendar | None, hours: ContactHours | None, kept: KeptFor | None
) -> tuple[dict[str, object], list[Problem]]:
    """The parts that are given and replaced as a whole, and what is wrong with them."""
    longest = (runtime.settings.rows_retention_days, runtime.settings.retention_days)
    faults: dict[str, Iterable[Problem]] = {
        "calendar": check_calendar(calendar) if calendar else (),
        "contact_hours": check_hours(hours) if hours else (),
        "kept_for": check_kept_for(kept, *longest) if kept else (),
    }
    given: dict[str, object] = {"calendar": calendar, "contact_hours": hours, "kept_for": kept}
    changes = {name: part for name, part in given.items() if part is not None}
    return changes, [fault for name, found in faults.items() for fault in _under(name, found)]


def _under(place: str, problems: Iterable[Problem]) -> list[Problem]:
    return [Problem(field=f"{place}.{one.field}", reason=one.reason) for one in problems]
