"""Ctrl-C that waits until the step is done."""

from __future__ import annotations

import signal
import threading


class DeferredInterrupt:
    """Within the block the first Ctrl-C only sets `requested`; the second one interrupts at once.

    A KeyboardInterrupt in the middle of a training step would leave weights of which nobody knows whether the
    step is in them. Outside of the main thread, where Python delivers no signals, it does nothing.
    """

    def __init__(self):
        self.requested = False
        self._previous = None

    def __enter__(self) -> DeferredInterrupt:
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *error) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None

    def raise_if_requested(self) -> None:
        """Raise the KeyboardInterrupt that was put off."""
        if self.requested:
            raise KeyboardInterrupt

    def _handle(self, number, frame):
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        print("\ninterrupt: finishing the step and writing a checkpoint; Ctrl-C again stops at once", flush=True)
