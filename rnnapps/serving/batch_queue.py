"""Items of requests that come at the same time, answered together."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any


class QueueFull(Exception):
    """More items wait than could be answered in time."""


class QueueClosed(Exception):
    """The server is stopping."""


@dataclass(frozen=True)
class _Waiting:
    item: Any
    cost: float
    since: float
    answer: asyncio.Future


class BatchQueue:
    """Collects items and has them answered in batches, one batch after the other.

    The first of a batch waits `wait` seconds for others; while a batch is being answered the next one collects, so
    that under load nobody waits for company. A batch is led by the item that waits longest, with those that are
    nearest to it in cost. Items whose asker has gone are left out. If a batch fails, its items are answered one by
    one, so that an item's fault is its own.

    Use it within one event loop.

    Args:
        answer: items -> answers, in a thread.
        batch_size: int >= 1, items of a batch at most.
        wait: seconds, >= 0.
        cost: item -> a number > 0.
        batch_cost: most that the highest cost of a batch times its size may be; one item may cost more.
        most_waiting: items that may wait; more are refused.
        waiting_cost: cost of what waits from which on more is refused, for what waits is held in memory.

    Attributes:
        batches, items: how many were answered so far.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Any]], Sequence[Any]],
        batch_size: int = 32,
        wait: float = 0.005,
        cost: Callable[[Any], float] = lambda item: 1.0,
        batch_cost: float = math.inf,
        most_waiting: int = 4096,
        waiting_cost: float = math.inf,
    ):
        self._answer, self._cost = answer, cost
        self._batch_size, self._wait, self._batch_cost = batch_size, wait, batch_cost
        self._most_waiting, self._waiting_cost = most_waiting, waiting_cost
        self._waiting: deque[_Waiting] = deque()
        self._changed = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task | None = None
        self._thread = ThreadPoolExecutor(1, "batches")
        self.batches = self.items = 0

    def __len__(self) -> int:
        return len(self._waiting)

    async def ask(self, item: Any) -> Any:
        """The answer to one item.

        Raises:
            QueueFull, QueueClosed: it was not taken.
            Exception: what `answer` raised for this item.
        """
        (answer,) = await self.ask_all([item])
        return answer

    async def ask_all(self, items: Sequence[Any]) -> list[Any]:
        """The answers to several items, which need not be answered in one batch; errors as of `ask`."""
        if self._closing:
            raise QueueClosed("the server is stopping")
        too_many = len(self._waiting) + len(items) > self._most_waiting
        if too_many or sum(one.cost for one in self._waiting) >= self._waiting_cost:
            raise QueueFull(f"{len(self._waiting)} items are waiting already")
        loop = asyncio.get_running_loop()
        if self._task is None:
            self._task = loop.create_task(self._run())
        asked = [_Waiting(item, self._cost(item), loop.time(), loop.create_future()) for item in items]
        self._waiting.extend(asked)
        self._changed.set()
        try:
            return await asyncio.gather(*(one.answer for one in asked))
        finally:
            for one in asked:  # no effect on those that are done
                one.answer.cancel()

    async def close(self) -> None:
        """Answers what is waiting, and ends the thread."""
        self._closing = True
        self._changed.set()
        if self._task is not None:
            await self._task
        self._thread.shutdown(wait=False)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._waiting and not self._closing:
                self._changed.clear()
                await self._changed.wait()
            await self._collect(loop)
            batch = self._next_batch()
            if batch:
                await self._answer_batch(loop, batch)
            elif self._closing:
                return

    async def _collect(self, loop) -> None:
        """Until the one that waits longest has waited, or a batch is full."""
        while self._waiting and len(self._waiting) < self._batch_size and not self._closing:
            left = self._waiting[0].since + self._wait - loop.time()
            if left <= 0:
                return
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except asyncio.TimeoutError:
                return

    def _next_batch(self) -> list[_Waiting]:
        there = [one for one in self._waiting if not one.answer.done()]
        if not there:
            self._waiting.clear()
            return []
        first = there[0].cost
        batch, highest = [], 0.0
        for one in sorted(there, key=lambda one: abs(math.log(max(one.cost, 1e-9) / max(first, 1e-9)))):
            if len(batch) == self._batch_size:
                break
            if batch and max(highest, one.cost) * (len(batch) + 1) > self._batch_cost:
                continue
            batch.append(one)
            highest = max(highest, one.cost)
        taken = set(map(id, batch))
        self._waiting = deque(one for one in there if id(one) not in taken)
        return batch

    async def _answer_batch(self, loop, batch: list[_Waiting]) -> None:
        try:
            answers = await loop.run_in_executor(self._thread, self._checked, [one.item for one in batch])
        except Exception as error:
            if len(batch) == 1:
                _settle(batch[0], error)
                return
            for one in batch:
                await self._answer_batch(loop, [one])
            return
        self.batches += 1
        self.items += len(batch)
        for one, answer in zip(batch, answers, strict=True):
            _settle(one, answer)

    def _checked(self, items: list[Any]) -> list[Any]:
        try:
            answers = list(self._answer(items))
        except StopIteration as error:  # which no future can hold, so that the item would wait for ever
            raise RuntimeError("StopIteration") from error
        if len(answers) != len(items):
            raise RuntimeError(f"{len(items)} items got {len(answers)} answers")
        return answers


def _settle(one: _Waiting, answer: Any) -> None:
    if one.answer.done():  # the asker has gone
        return
    if isinstance(answer, Exception):
        one.answer.set_exception(answer)
    else:
        one.answer.set_result(answer)
