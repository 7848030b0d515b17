"""Group commit: requests that wait for one batch are written together in the next, each with its own outcome."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bistro.core.kernel.errors import Overloaded
from bistro.core.speed import group_commit
from bistro.core.speed.group_commit import GroupCommit

QUEUE = 1


class Writer:
    """A writer that tests can delay and that remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.fails = False

    def write(self, requests):
        self.entered.set()
        if 1 in requests:
            self.open.wait(10)
        self.batches.append(list(requests))
        if self.fails:
            raise ValueError("the database is away")
        return [request * 10 for request in requests]


@pytest.fixture
def writer():
    return Writer()


def wait_for(condition) -> None:
    """Wait until another thread has come so far."""
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came so far")


def submit_while_busy(writer: Writer, group: GroupCommit, later: list[int], queue_key: int = QUEUE):
    """Submit `later` while one request is being written, and return the futures of all."""
    pool = ThreadPoolExecutor(len(later) + 1)
    writer.open.clear()
    writer.entered.clear()
    futures = [pool.submit(group.submit, queue_key, 1)]
    assert writer.entered.wait(10)
    futures += [pool.submit(group.submit, queue_key, number) for number in later]
    wait_for(lambda: len(group._queues.get(queue_key, ())) == len(later))
    writer.open.set()
    return futures


def test_alone_it_is_written_alone_in_the_callers_own_thread(writer):
    threads = []
    group = GroupCommit(lambda requests: [threads.append(threading.current_thread()) or 0 for _ in requests])
    group.submit(QUEUE, 1)
    assert threads == [threading.current_thread()]
    assert group._queues == {}


def test_who_came_meanwhile_goes_together_and_hears_its_own_answer(writer):
    group = GroupCommit(writer.write)
    futures = submit_while_busy(writer, group, [2, 3, 4])
    assert sorted(future.result(10) for future in futures) == [10, 20, 30, 40]
    assert [sorted(batch) for batch in writer.batches] == [[1], [2, 3, 4]]
    assert group._queues == {}


def test_a_batch_has_a_largest_size(writer, monkeypatch):
    monkeypatch.setattr(group_commit, "LARGEST_BATCH", 2)
    group = GroupCommit(writer.write)
    futures = submit_while_busy(writer, group, [2, 3, 4])
    assert sorted(future.result(10) for future in futures) == [10, 20, 30, 40]
    assert [len(batch) for batch in writer.batches] == [1, 2, 1]


def test_lanes_do_not_wait_for_each_other(writer):
    group = GroupCommit(writer.write)
    writer.open.clear()
    with ThreadPoolExecutor(1) as pool:
        held_up = pool.submit(group.submit, QUEUE, 1)
        assert writer.entered.wait(10)
        assert group.submit(QUEUE + 1, 7) == 70
        assert not held_up.done()
        writer.open.set()
        assert held_up.result(10) == 10


def test_a_failure_reaches_everybody_of_the_batch_and_the_next_batch_goes_on(writer):
    group = GroupCommit(writer.write)
    writer.fails = True
    futures = submit_while_busy(writer, group, [2, 3])
    for future in futures:
        with pytest.raises(ValueError, match="away"):
            future.result(10)
    writer.fails = False
    assert group.submit(QUEUE, 5) == 50


def test_who_waits_too_long_leaves_and_is_not_written(writer, monkeypatch):
    monkeypatch.setattr(group_commit, "LONGEST_WAIT_SECONDS", 0.05)
    group = GroupCommit(writer.write)
    writer.open.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(group.submit, QUEUE, 1)
        assert writer.entered.wait(10)
        with pytest.raises(Overloaded):
            group.submit(QUEUE, 2)
        writer.open.set()
        assert first.result(10) == 10
    assert writer.batches == [[1]]


def test_nobody_is_lost_or_written_twice_in_a_crowd(writer):
    group = GroupCommit(writer.write)
    numbers = list(range(400))
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda number: group.submit(QUEUE, number), numbers))
    assert answers == [number * 10 for number in numbers]
    assert sorted(number for batch in writer.batches for number in batch) == numbers


# --- coroutines --------------------------------------------------------------------------------------------------
async def beside_a_busy_writer(writer, group, later):
    """Submit requests of coroutines while another coroutine's request is being written."""
    writer.open.clear()
    writer.entered.clear()
    tasks = [asyncio.create_task(group.submit_from_loop(QUEUE, 1))]
    await asyncio.to_thread(writer.entered.wait, 10)
    tasks += [asyncio.create_task(group.submit_from_loop(QUEUE, number)) for number in later]
    await asyncio.to_thread(wait_for, lambda: len(group._queues.get(QUEUE, ())) == len(later))
    return tasks


async def test_coroutines_go_together_and_no_thread_waits(writer):
    group = GroupCommit(writer.write)
    tasks = await beside_a_busy_writer(writer, group, list(range(2, 50)))
    assert sum(thread.name.startswith("writer") for thread in threading.enumerate()) >= 1
    writer.open.set()
    assert await asyncio.gather(*tasks) == [number * 10 for number in range(1, 50)]
    assert [len(batch) for batch in writer.batches] == [1, 48]
    assert group._queues == {}


async def test_threads_and_coroutines_share_a_lane(writer):
    group = GroupCommit(writer.write)
    tasks = await beside_a_busy_writer(writer, group, [2, 3])
    with ThreadPoolExecutor(1) as pool:
        thread = pool.submit(group.submit, QUEUE, 4)
        await asyncio.to_thread(wait_for, lambda: len(group._queues.get(QUEUE, ())) == 3)
        writer.open.set()
        assert await asyncio.gather(*tasks) == [10, 20, 30]
        assert await asyncio.to_thread(thread.result, 10) == 40
    assert [sorted(batch) for batch in writer.batches] == [[1], [2, 3, 4]]


async def test_a_coroutine_hears_of_a_failure(writer):
    group = GroupCommit(writer.write)
    writer.fails = True
    tasks = await beside_a_busy_writer(writer, group, [2])
    writer.open.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError, ValueError]
    writer.fails = False
    assert await group.submit_from_loop(QUEUE, 5) == 50


async def test_a_coroutine_that_waits_too_long_leaves_and_is_not_written(writer, monkeypatch):
    monkeypatch.setattr(group_commit, "LONGEST_WAIT_SECONDS", 0.3)
    group = GroupCommit(writer.write)
    first, second = await beside_a_busy_writer(writer, group, [2])
    with pytest.raises(Overloaded):
        await second
    writer.open.set()
    assert await first == 10
    assert writer.batches == [[1]]


async def test_a_coroutine_whose_client_left_is_written_all_the_same(writer):
    """A batch has taken the request, so it can no longer be withdrawn."""
    group = GroupCommit(writer.write)
    first, second, third = await beside_a_busy_writer(writer, group, [2, 3])
    second.cancel()
    writer.open.set()
    assert await first == 10
    assert await third == 30
    assert writer.batches == [[1], [2, 3]]
