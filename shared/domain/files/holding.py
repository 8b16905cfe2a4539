"""Whether a file that was just loaded is a held file: its source's rule, and what was found."""

from collections.abc import Sequence

from shared.domain.files.file import FileHold
from shared.domain.files.finding import Finding, Severity
from shared.domain.files.source import HoldRule, Source


def hold_of(source: Source, findings: Sequence[Finding]) -> FileHold:
    """HELD when the source's rule asks for a person."""
    match source.holds:
        case HoldRule.ALWAYS:
            is_held = True
        case HoldRule.NEVER:
            is_held = False
        case HoldRule.LISTED:
            is_held = any(finding.code in source.holds_on for finding in findings)
        case HoldRule.SERIOUS:
            is_held = any(finding.severity is Severity.SERIOUS for finding in findings)
    return FileHold.HELD if is_held else FileHold.NONE
