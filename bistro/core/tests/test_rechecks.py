"""Rechecks of credentials: one query for all sockets that ask at about the same time."""

import asyncio
from dataclasses import replace

import pytest
from django.db import OperationalError

from bistro.core.kernel.actors import Actor
from bistro.core.live import rechecks
from bistro.core.live.credentials import Credential
from bistro.core.live.rechecks import CredentialRechecker

GOOD = Credential(Actor("device", 1, 1, frozenset({"pad"}), 1, "Pad 1"), version=0)
REVOKED = replace(GOOD, version=7)


@pytest.fixture
def asked(monkeypatch):
    """Collect the checks that reach the database, and answer them without one."""
    questions = []

    async def answer(function, credentials):
        questions.append(set(credentials))
        return {GOOD} & set(credentials)

    monkeypatch.setattr(rechecks, "in_thread", answer)
    monkeypatch.setattr(rechecks, "GATHERING_SECONDS", 0.01)
    return questions


async def test_many_sockets_are_one_question(asked):
    rechecker = CredentialRechecker()
    answers = await asyncio.gather(*(rechecker.still_valid(who) for who in [GOOD, REVOKED] * 50))
    assert answers == [True, False] * 50
    assert asked == [{GOOD, REVOKED}]


async def test_who_asks_later_is_not_told_an_old_answer(asked):
    rechecker = CredentialRechecker()
    assert await rechecker.still_valid(GOOD)
    assert await rechecker.still_valid(GOOD)
    assert asked == [{GOOD}, {GOOD}]


async def test_who_leaves_takes_nothing_from_the_others(asked):
    rechecker = CredentialRechecker()
    leaving, staying = (asyncio.create_task(rechecker.still_valid(GOOD)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying
    assert leaving.cancelled() or leaving.cancelling()


async def test_a_database_that_is_away_is_told_to_each_and_the_next_ask_again(asked, monkeypatch):
    answers = rechecks.in_thread

    async def away(function, credentials):
        raise OperationalError("away")

    rechecker = CredentialRechecker()
    monkeypatch.setattr(rechecks, "in_thread", away)
    for outcome in await asyncio.gather(
        rechecker.still_valid(GOOD), rechecker.still_valid(REVOKED), return_exceptions=True
    ):
        assert isinstance(outcome, OperationalError)
    monkeypatch.setattr(rechecks, "in_thread", answers)
    assert await rechecker.still_valid(GOOD)
