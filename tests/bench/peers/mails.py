"""Mails by django-post-office over SendGrid's API: `python mails.py COUNT` in the peers' environment.

Prints when it began to queue them, by the clock all processes share. Its database is SQLite in a file, which
is in its favor: there is no network, and nobody else writes.
"""

import os
import sys
import time
import warnings

import django
from django.conf import settings
from django.core.management import call_command

warnings.filterwarnings("ignore", message="django-anymail has dropped official support for SendGrid")
settings.configure(
    SECRET_KEY="bench",
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.contenttypes", "post_office", "anymail"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_DATABASE"]}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    EMAIL_BACKEND="post_office.EmailBackend",
    ANYMAIL={"SENDGRID_API_KEY": "key", "SENDGRID_API_URL": f"{os.environ['BENCH_PROVIDER']}/v3/"},
    POST_OFFICE={
        "BACKENDS": {"default": "anymail.backends.sendgrid.EmailBackend"},
        "BATCH_SIZE": 1_000,
        "THREADS_PER_PROCESS": int(os.environ["BENCH_CONCURRENCY"]),
        "LOG_LEVEL": 0,
    },
)


def main() -> None:
    """Queue all mails, then send all that are queued, as its command `send_queued_mail` does."""
    django.setup()
    call_command("migrate", verbosity=0)
    from post_office import mail

    mails = [
        {
            "recipients": f"p{number}@example.com",
            "sender": "desk@north-clinic.com",
            "subject": "Visit",
            "message": f"Hello Person {number}, you come on Monday at nine. Reply 1 to confirm.",
        }
        for number in range(int(sys.argv[1]))
    ]
    began = time.monotonic()
    mail.send_many(mails)
    mail.send_queued_mail_until_done(processes=int(os.environ["BENCH_PROCESSES"]))
    print(began)


if __name__ == "__main__":
    main()
