"""Is the right to audience still there? Asked for all sockets of a process that want to know at about the same time."""

import asyncio

from bistro.core.live.credentials import Credential, still_valid_among
from bistro.core.live.threads import in_thread

GATHERING_SECONDS = 0.1  # five hundred sockets beat every five seconds: ten wait together


class CredentialRechecker:
    """Of one event loop. Sockets of one credential are one question."""

    def __init__(self) -> None:
        self._asked: dict[Credential, asyncio.Future[bool]] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    async def still_valid(self, credential: Credential) -> bool:
        """Whether its right stands, as of some moment after this call. Raises what the database raises."""
        if not self._asked:
            self._start_round()
        answer = self._asked.get(credential)
        if answer is None:
            answer = self._asked[credential] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(answer)  # one socket that leaves does not take the answer from the others

    def _start_round(self) -> None:
        task = asyncio.create_task(self._round())
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)

    async def _round(self) -> None:
        await asyncio.sleep(GATHERING_SECONDS)
        asked, self._asked = self._asked, {}
        try:
            valid = await in_thread(still_valid_among, asked.keys())
        except Exception as error:  # whoever asked decides what it means
            for answer in asked.values():
                answer.set_exception(error)
                answer.exception()  # nobody may be left to hear it
            return
        for credential, answer in asked.items():
            answer.set_result(credential in valid)
