"""Group commit: who waits while one batch is written goes together with the next, and everybody hears their own."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bistro.core.kernel.errors import Overloaded
from bistro.core.speed import group_commit
from bistro.core.speed.group_commit import GroupCommit

LANE = 1


class Desk:
    """A writer that can be held up, and remembers its batches."""

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
def desk():
    return Desk()


def wait_for(condition) -> None:
    """Until another thread has come so far."""
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came so far")


def submit_while_busy(desk: Desk, group: GroupCommit, later: list[int], queue_key: int = LANE):
    """One request is being written while `later` arrive; returns the futures of all."""
    pool = ThreadPoolExecutor(len(later) + 1)
    desk.open.clear()
    desk.entered.clear()
    futures = [pool.submit(group.submit, queue_key, 1)]
    assert desk.entered.wait(10)
    futures += [pool.submit(group.submit, queue_key, number) for number in later]
    wait_for(lambda: len(group._queues.get(queue_key, ())) == len(later))
    desk.open.set()
    return futures


def test_alone_it_is_written_alone_in_the_callers_own_thread(desk):
    threads = []
    group = GroupCommit(lambda requests: [threads.append(threading.current_thread()) or 0 for _ in requests])
    group.submit(LANE, 1)
    assert threads == [threading.current_thread()]
    assert group._queues == {}


def test_who_came_meanwhile_goes_together_and_hears_its_own_answer(desk):
    group = GroupCommit(desk.write)
    futures = submit_while_busy(desk, group, [2, 3, 4])
    assert sorted(future.result(10) for future in futures) == [10, 20, 30, 40]
    assert [sorted(batch) for batch in desk.batches] == [[1], [2, 3, 4]]
    assert group._queues == {}


def test_a_batch_has_a_largest_size(desk, monkeypatch):
    monkeypatch.setattr(group_commit, "LARGEST_BATCH", 2)
    group = GroupCommit(desk.write)
    futures = submit_while_busy(desk, group, [2, 3, 4])
    assert sorted(future.result(10) for future in futures) == [10, 20, 30, 40]
    assert [len(batch) for batch in desk.batches] == [1, 2, 1]


def test_lanes_do_not_wait_for_each_other(desk):
    group = GroupCommit(desk.write)
    desk.open.clear()
    with ThreadPoolExecutor(1) as pool:
        held_up = pool.submit(group.submit, LANE, 1)
        assert desk.entered.wait(10)
        assert group.submit(LANE + 1, 7) == 70
        assert not held_up.done()
        desk.open.set()
        assert held_up.result(10) == 10


def test_a_failure_reaches_everybody_of_the_batch_and_the_next_batch_goes_on(desk):
    group = GroupCommit(desk.write)
    desk.fails = True
    futures = submit_while_busy(desk, group, [2, 3])
    for future in futures:
        with pytest.raises(ValueError, match="away"):
            future.result(10)
    desk.fails = False
    assert group.submit(LANE, 5) == 50


def test_who_waits_too_long_leaves_and_is_not_written(desk, monkeypatch):
    monkeypatch.setattr(group_commit, "LONGEST_WAIT_SECONDS", 0.05)
    group = GroupCommit(desk.write)
    desk.open.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(group.submit, LANE, 1)
        assert desk.entered.wait(10)
        with pytest.raises(Overloaded):
            group.submit(LANE, 2)
        desk.open.set()
        assert first.result(10) == 10
    assert desk.batches == [[1]]


def test_nobody_is_lost_or_written_twice_in_a_crowd(desk):
    group = GroupCommit(desk.write)
    numbers = list(range(400))
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda number: group.submit(LANE, number), numbers))
    assert answers == [number * 10 for number in numbers]
    assert sorted(number for batch in desk.batches for number in batch) == numbers


# --- coroutines --------------------------------------------------------------------------------------------------
async def beside_a_busy_desk(desk, group, later):
    """One coroutine's request is being written while those of others arrive."""
    desk.open.clear()
    desk.entered.clear()
    tasks = [asyncio.create_task(group.submit_from_loop(LANE, 1))]
    await asyncio.to_thread(desk.entered.wait, 10)
    tasks += [asyncio.create_task(group.submit_from_loop(LANE, number)) for number in later]
    await asyncio.to_thread(wait_for, lambda: len(group._queues.get(LANE, ())) == len(later))
    return tasks


async def test_coroutines_go_together_and_no_thread_waits(desk):
    group = GroupCommit(desk.write)
    tasks = await beside_a_busy_desk(desk, group, list(range(2, 50)))
    assert sum(thread.name.startswith("writer") for thread in threading.enumerate()) >= 1
    desk.open.set()
    assert await asyncio.gather(*tasks) == [number * 10 for number in range(1, 50)]
    assert [len(batch) for batch in desk.batches] == [1, 48]
    assert group._queues == {}


async def test_threads_and_coroutines_share_a_lane(desk):
    group = GroupCommit(desk.write)
    tasks = await beside_a_busy_desk(desk, group, [2, 3])
    with ThreadPoolExecutor(1) as pool:
        thread = pool.submit(group.submit, LANE, 4)
        await asyncio.to_thread(wait_for, lambda: len(group._queues.get(LANE, ())) == 3)
        desk.open.set()
        assert await asyncio.gather(*tasks) == [10, 20, 30]
        assert await asyncio.to_thread(thread.result, 10) == 40
    assert [sorted(batch) for batch in desk.batches] == [[1], [2, 3, 4]]


async def test_a_coroutine_hears_of_a_failure(desk):
    group = GroupCommit(desk.write)
    desk.fails = True
    tasks = await beside_a_busy_desk(desk, group, [2])
    desk.open.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError, ValueError]
    desk.fails = False
    assert await group.submit_from_loop(LANE, 5) == 50


async def test_a_coroutine_that_waits_too_long_leaves_and_is_not_written(desk, monkeypatch):
    monkeypatch.setattr(group_commit, "LONGEST_WAIT_SECONDS", 0.3)
    group = GroupCommit(desk.write)
    first, second = await beside_a_busy_desk(desk, group, [2])
    with pytest.raises(Overloaded):
        await second
    desk.open.set()
    assert await first == 10
    assert desk.batches == [[1]]


async def test_a_coroutine_whose_client_left_is_written_all_the_same(desk):
    """It was taken already: nobody can say any more that it was not."""
    group = GroupCommit(desk.write)
    first, second, third = await beside_a_busy_desk(desk, group, [2, 3])
    second.cancel()
    desk.open.set()
    assert await first == 10
    assert await third == 30
    assert desk.batches == [[1], [2, 3]]
