"""Programs with child processes end in order when they are told to: Ctrl-C, `kill`, or a closed terminal."""

import asyncio
import signal

STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_on_signals() -> None:
    """Let the first signal cancel the running task, started or still starting; more change nothing."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None  # noqa: S101  # a coroutine of asyncio.run always has one

    def stop() -> None:
        for number in STOPPING_SIGNALS:  # ignored by the process itself: the loop ends before it does
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)
        task.cancel()

    for number in STOPPING_SIGNALS:
        loop.add_signal_handler(number, stop)
