"""Tests set their own clock, and none is a race against the machine's."""

import re

from tests.kit.architecture.source_tree import source_files

LOOKS = re.compile(r"datetime\.now\(|date\.today\(|\btime\.time\(|perf_counter|monotonic\(|process_time")
# Who looks at the machine's clock, and why no clock of the test's own will do.
REASONS = {
    "tests/architecture/test_oidc.py": "Google's library judges tokens by the machine's clock",
    "tests/architecture/test_webhooks.py": "the entry points judge signatures by the machine's clock",
    "tests/bench/__main__.py": "says on which day it measured",
    "tests/bench/bare.py": "a bench measures time",
    "tests/bench/contacts.py": "a bench measures time",
    "tests/bench/fire.py": "a bench measures time",
    "tests/bench/intake.py": "a bench measures time",
    "tests/bench/pages.py": "a bench measures time",
    "tests/bench/peers/mails.py": "a bench measures time",
    "tests/bench/peers/texts.py": "a bench measures time",
    "tests/bench/preview.py": "a bench measures time",
    "tests/bench/provider.py": "a bench measures time",
    "tests/bench/receipts.py": "a bench measures time",
    "tests/bench/stub.py": "waits for other processes, with patience",
    "tests/bench/telling.py": "a bench measures time",
    "tests/deploy/test_apply.py": "waits for another process, with patience",
    "tests/docs/test_webhooks.py": "the library that checks signatures has the machine's clock",
    "tests/faults/chaos.py": "says how long a trial took",
    "tests/faults/laboratory.py": "the processes of a real stack have the machine's clock",
    "tests/faults/trial.py": "says how long a trial took",
    "tests/faults/verdict.py": "says how long a trial took",
    "tests/kit/architecture/google_signer.py": "Google's library judges tokens by the machine's clock",
    "tests/kit/providers/faults.py": "TLS judges certificates by the machine's clock",
    "tests/kit/suite/ceiling.py": "how long a run takes is what it is about",
    "tests/kit/suite/orderly_end.py": "waits for other processes, with patience",
    "tests/portal/test_inbox_way.py": "the processes of a real stack have the machine's clock",
    "tests/portal/test_sign_in_way.py": "the processes of a real stack have the machine's clock",
    "tests/portal/test_main_way.py": "the processes of a real stack have the machine's clock",
    "tests/providers/sendgrid/test_client.py": "the client compares the provider's time with the machine's",
    "tests/mutants/trial.py": "says how long a trial took, and stops in time",
    "tests/stack/test_main_job.py": "the processes of a real stack have the machine's clock",
    "tests/stack/test_replies.py": "the processes of a real stack have the machine's clock",
    "tests/stack/test_rules.py": "the processes of a real stack have the machine's clock",
    "tests/stack/test_consent.py": "the processes of a real stack have the machine's clock",
    "tests/bench/sequences.py": "a bench measures time",
    "tests/bench/sequence_effect.py": "a bench measures time",
    "tests/bench/automations.py": "how long it takes is what it is about",
    "tests/usecases/sending/test_runs.py": "the pace of calls is that of the machine's clock",
    "tests/stack/test_ses.py": "Amazon's certificates are judged by the machine's clock",
    "tests/stack/test_traces.py": "the processes of a real stack have the machine's clock",
    "tests/suite/test_orderly_end.py": "waits for another process, with patience",
    "tests/upgrade/test_previous_data.py": "the processes of a real stack have the machine's clock",
}


def test_only_who_must_looks_at_the_machines_clock() -> None:
    looking = {file.name for file in source_files("tests") if LOOKS.search(file.text)}
    assert looking - {"tests/architecture/test_time_in_tests.py"} == REASONS.keys()
