"""A company's rules: working days and holidays, quiet hours, refusals and what answers them. Admins only."""

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.quiet_hours import quiet_rules
from shared.domain.companies.api_key import Scope
from shared.domain.companies.company import Company
from shared.domain.companies.consent_rules import ANSWER_CHARACTERS, OptOutScope
from shared.domain.companies.frequency_cap import MOST_HOURS, MOST_MESSAGES, FrequencyCap, WhenFull
from shared.domain.companies.work_calendar import WorkCalendar
from shared.domain.errors import InvalidInput
from shared.domain.replies.consent import HELP_WORDS, OPT_IN_WORDS, OPT_OUT_WORDS
from shared.usecases.companies.change_company import change_company

pages = Pages()
HERE = "/settings/company"
SCOPES = {
    OptOutScope.SENDER: "that sender alone",
    OptOutScope.CHANNEL: "everything you send on that channel",
    OptOutScope.ADDRESS: "also other channels with the same number or mailbox",
}
_TEXTS = ("postal_address", "holiday_country", "closed_days", "topics", "help_text", "opt_out_text")


@pages.get(HERE, Scope.ADMIN)
async def show_company(visit: Visit) -> Response:
    """How it is set."""
    return _page(visit, {})


@pages.post(HERE, Scope.ADMIN)
async def change_company_rules(visit: Visit) -> Response:
    """Set it otherwise. Campaigns that are ready stay as they were frozen; the rules hold at once."""
    form = visit.form
    calendar, consent = _calendar(visit), _consent(visit)
    postal = form.text("postal_address", is_needed=False, most=500)
    try:
        form.check()
        await change_company(
            visit.runtime,
            visit.company_id,
            allows_possible_numbers=form.is_set("allows_possible_numbers"),
            postal_address=postal,
            consent=consent,
            calendar=calendar,
        )
    except InvalidInput as invalid:
        return _page(visit, {_place(one.field): one.reason for one in invalid.problems})
    return visit.go(HERE, done="Your company's rules are saved.")


def _calendar(visit: Visit) -> WorkCalendar:
    form = visit.form
    return WorkCalendar(
        days=tuple(day for day in range(1, 8) if str(day) in form.lines("days")),
        keeps_holidays=form.is_set("keeps_holidays"),
        holiday_country=form.line("holiday_country", is_needed=False, most=60) or None,
        closed_days=form.days("closed_days"),
    )


def _consent(visit: Visit) -> dict[str, object]:
    form = visit.form
    messages, hours = (
        form.whole("cap_messages", most=MOST_MESSAGES, least=1),
        form.whole("cap_hours", most=MOST_HOURS, least=1),
    )
    if (messages is None) != (hours is None):
        form.wrong("cap_hours", "give both numbers, or neither")
    full = WhenFull.WAIT if form.is_set("cap_waits") else WhenFull.SKIP
    cap = FrequencyCap(messages=messages, hours=hours, when_full=full) if messages and hours else None
    topics = (line.strip() for line in form.text("topics", is_needed=False).splitlines())
    return {
        "opt_out_scope": form.choice("opt_out_scope", OptOutScope),
        "topics": tuple(filter(None, topics)),
        "help_text": form.text("help_text", is_needed=False),
        "opt_out_text": form.text("opt_out_text", is_needed=False),
        "confirms_opt_outs": form.is_set("confirms_opt_outs"),
        "frequency_cap": cap,
    }


def _place(field: str) -> str:
    """The form's field for one of the company's."""
    name = field.removeprefix("consent.").removeprefix("calendar.")
    known = {"frequency_cap.messages": "cap_messages", "frequency_cap.hours": "cap_hours"}
    return known.get(name, name.partition("[")[0])


def _kept(company: Company) -> dict[str, str]:
    rules, calendar = company.consent, company.calendar
    cap = rules.frequency_cap
    return {
        "postal_address": company.postal_address,
        "holiday_country": calendar.holiday_country or "",
        "closed_days": "\n".join(day.isoformat() for day in calendar.closed_days),
        "topics": "\n".join(rules.topics),
        "help_text": rules.help_text,
        "opt_out_text": rules.opt_out_text,
        "opt_out_scope": rules.opt_out_scope,
        "cap_messages": str(cap.messages) if cap else "",
        "cap_hours": str(cap.hours) if cap else "",
    }


def _page(visit: Visit, problems: dict[str, str]) -> Response:
    company, form = visit.company, visit.form
    kept = _kept(company)
    cap = company.consent.frequency_cap
    ticked = {
        "keeps_holidays": company.calendar.keeps_holidays,
        "confirms_opt_outs": company.consent.confirms_opt_outs,
        "allows_possible_numbers": company.allows_possible_numbers,
        "cap_waits": cap is not None and cap.when_full is WhenFull.WAIT,
    }
    days = [str(day) for day in company.calendar.days]
    return visit.page(
        "company_settings/settings.html",
        code=422 if problems else 200,
        problems=problems,
        typed={name: form.given(name) for name in kept} if problems else kept,
        ticked={name: form.is_set(name) for name in ticked} if problems else ticked,
        days=form.lines("days") if problems else days,
        scopes=SCOPES,
        most=ANSWER_CHARACTERS,
        quiet=sorted(quiet_rules().values(), key=lambda rule: rule.name),
        words=(
            ("Refuse", sorted(OPT_OUT_WORDS)),
            ("Agree again", sorted(OPT_IN_WORDS)),
            ("Ask for help", sorted(HELP_WORDS)),
        ),
    )
