"""Items that are asked for at the same time, answered together."""

import asyncio
import threading
import time

import pytest

from rnnapps.serving.batch_queue import BatchQueue, QueueClosed, QueueFull


class Doubling:
    """Answers items with their double, and remembers its batches."""

    def __init__(self, seconds=0.0):
        self.batches, self.seconds = [], seconds

    def __call__(self, items):
        time.sleep(self.seconds)
        self.batches.append(list(items))
        if "bad" in items:
            raise ValueError("bad is not allowed")
        return [2 * item for item in items]


def asked(queue, *items, each=None):
    """The answers, or errors, to items that are asked for at the same time."""

    async def run():
        found = await asyncio.gather(*(queue.ask(item) for item in items), return_exceptions=True)
        if each:
            await each()
        await queue.close()
        return found

    return asyncio.run(run())


async def made(*arguments, **options):
    return BatchQueue(*arguments, **options)


def queue_of(*arguments, **options):
    return asyncio.run(made(*arguments, **options))


def test_items_of_the_same_time_are_one_batch():
    answer = Doubling()
    assert asked(queue_of(answer), 1, 2, 3) == [2, 4, 6]
    assert answer.batches == [[1, 2, 3]]


def test_no_batch_is_larger_than_its_size():
    answer = Doubling()
    asked(queue_of(answer, batch_size=2), 1, 2, 3, 4, 5)
    assert [len(batch) for batch in answer.batches] == [2, 2, 1]


def test_a_full_batch_does_not_wait():
    began = time.monotonic()
    asked(queue_of(Doubling(), batch_size=2, wait=5.0), 1, 2)
    assert time.monotonic() - began < 2


def test_a_batch_is_the_longest_waiting_item_and_those_nearest_in_cost():
    answer = Doubling()
    asked(queue_of(answer, batch_size=2, cost=float), 10, 1, 90, 11)
    assert answer.batches == [[10, 11], [1, 90]]


def test_the_cost_of_a_batch_counts_its_padding():
    answer = Doubling()
    asked(queue_of(answer, cost=float, batch_cost=20), 10, 10, 10, 4)
    assert answer.batches == [[10, 10], [10, 4]]


def test_an_item_that_costs_more_than_a_batch_is_answered_alone():
    answer = Doubling()
    assert asked(queue_of(answer, cost=float, batch_cost=20), 100, 1) == [200, 2]
    assert answer.batches == [[100], [1]]


def test_the_fault_of_an_item_is_its_own():
    found = asked(queue_of(Doubling()), 1, "bad", 3)
    assert found[0::2] == [2, 6]
    assert isinstance(found[1], ValueError)


def test_an_answer_may_be_an_error_of_its_item():
    found = asked(queue_of(lambda items: [ValueError("no") if item == 1 else item for item in items]), 1, 2)
    assert isinstance(found[0], ValueError)
    assert found[1] == 2


def test_what_nobody_waits_for_is_not_answered():
    answer = Doubling()

    async def run():
        queue = BatchQueue(answer, batch_size=1, wait=0.0)
        impatient = asyncio.ensure_future(queue.ask("gone"))
        await asyncio.sleep(0)
        impatient.cancel()
        await queue.ask("there")
        await queue.close()

    asyncio.run(run())
    assert answer.batches == [["there"]]


def test_more_than_can_wait_are_refused():
    async def run():
        queue = BatchQueue(Doubling(), most_waiting=2)
        with pytest.raises(QueueFull, match="0 items are waiting"):
            await queue.ask_all([1, 2, 3])
        await queue.close()

    asyncio.run(run())


def test_where_what_waits_costs_too_much_more_is_refused():
    async def run():
        queue = BatchQueue(Doubling(), cost=float, waiting_cost=20)
        waiting = [asyncio.ensure_future(queue.ask(19)), asyncio.ensure_future(queue.ask(5))]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull, match="2 items are waiting"):
            await queue.ask(1)
        answers = await asyncio.gather(*waiting)
        await queue.close()
        return answers

    assert asyncio.run(run()) == [38, 10]


def test_closing_answers_what_is_waiting():
    async def run():
        queue = BatchQueue(Doubling(0.05), batch_size=1, wait=0.0)
        waiting = [asyncio.ensure_future(queue.ask(item)) for item in (1, 2, 3)]
        await asyncio.sleep(0.01)
        await queue.close()
        return [await one for one in waiting]

    assert asyncio.run(run()) == [2, 4, 6]


def test_a_closed_queue_takes_nothing():
    async def run():
        queue = BatchQueue(Doubling())
        await queue.close()
        await queue.ask(1)

    with pytest.raises(QueueClosed):
        asyncio.run(run())


def test_items_collect_while_a_batch_is_answered():
    answer = Doubling(0.1)

    async def run():
        queue = BatchQueue(answer, wait=0.0)
        first = asyncio.ensure_future(queue.ask(1))
        await asyncio.sleep(0.03)
        await asyncio.gather(first, *(queue.ask(item) for item in (2, 3, 4)))
        await queue.close()

    asyncio.run(run())
    assert answer.batches == [[1], [2, 3, 4]]


def test_batches_are_answered_outside_of_the_event_loop():
    threads = []
    asked(queue_of(lambda items: [threads.append(threading.current_thread()) for _ in items]), 1)
    assert threads[0] is not threading.main_thread()
