"""Programs with child processes end in order when they are told to: Ctrl-C, `kill`, or a closed terminal."""

import asyncio
import signal

STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_on_signals() -> None:
    """Let the first signal cancel the running task, started or still starting; more change nothing."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None  # noqa: S101  # a coroutine of asyncio.run always has one
    is_stopping = False

    def stop() -> None:
        nonlocal is_stopping
        # Blocked meanwhile: `kill` reaches us twice, by make and by our process group, and the default must
        # not hold for a moment. A loop that closes gives back the default of each handler it still has.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING_SIGNALS)
        for number in STOPPING_SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING_SIGNALS)
        if not is_stopping:
            is_stopping = True
            task.cancel()

    for number in STOPPING_SIGNALS:
        loop.add_signal_handler(number, stop)
