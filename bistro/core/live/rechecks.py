"""Rechecks of socket credentials, combined for all sockets of a process that ask at about the same time."""

import asyncio

from bistro.core.live.credentials import Credential, still_valid_among
from bistro.core.live.threads import in_thread

GATHERING_SECONDS = 0.1  # of five hundred sockets that recheck every five seconds, ten share a query


class CredentialRechecker:
    """Credential checks of one event loop. Concurrent checks of the same credential share one query."""

    def __init__(self) -> None:
        self._pending: dict[Credential, asyncio.Future[bool]] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    async def still_valid(self, credential: Credential) -> bool:
        """Return whether the credential is valid at some moment after this call. Raises what the database raises."""
        if not self._pending:
            self._start_round()
        answer = self._pending.get(credential)
        if answer is None:
            answer = self._pending[credential] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(answer)  # a cancelled socket must not cancel the check of the others

    def _start_round(self) -> None:
        task = asyncio.create_task(self._round())
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)

    async def _round(self) -> None:
        await asyncio.sleep(GATHERING_SECONDS)
        pending, self._pending = self._pending, {}
        try:
            valid = await in_thread(still_valid_among, pending.keys())
        except Exception as error:  # the callers decide what the error means
            for answer in pending.values():
                answer.set_exception(error)
                answer.exception()  # marks the error as retrieved, because all callers may be gone
            return
        for credential, answer in pending.items():
            answer.set_result(credential in valid)
