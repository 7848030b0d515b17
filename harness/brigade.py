"""A crew that uses all of the kitchen's functions: holds, pushes, undo, recalls, plates, fired courses and pauses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from harness.load_clients import Crew, Token
from tools.simulator.client import Credential
from tools.simulator.credentials import Credentials

COURSES = (1, 2)
HOUSE = 50  # orders open or being placed, so that guests order as fast as the kitchen cooks
Ticket = Mapping[str, Any]


class Brigade(Crew):
    """Cooks and waiters at work.

    Every third order is cooked course by course and delivered; the others are cancelled while they are in work. `acts`
    counts the actions by name.
    """

    left_open = 10

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acts: Counter[str] = Counter()
        self.stations: set[int] = set()

    async def _close(self, order_id: int) -> None:
        if order_id % 3:
            for ticket in await self.open_tickets(order_id):
                await self.before(ticket)
        await super()._close(order_id)

    def serves(self, order_id: int) -> bool:
        return order_id % 3 == 0

    async def serve(self, order_id: int) -> bool:
        """Cook and deliver the order course by course; return True if the last course was delivered."""
        brought = False
        for course in COURSES:
            if course > COURSES[0]:
                await self.act(f"orders/{order_id}/plan", self.waiter, {"course": course, "minutes": 30})
                await self.act(f"orders/{order_id}/fire", self.waiter, {"course": course})
            for ticket in await self.open_tickets(order_id):
                await self.cook(ticket)
            for ticket in await self.open_tickets(order_id):  # left by a push or by a lost answer
                await self.act(f"tickets/{ticket['id']}/bump", self.screen)
            brought = await self.act(f"orders/{order_id}/deliver", self.waiter)
        return brought

    async def open_tickets(self, order_id: int) -> Sequence[Ticket]:
        found = await self.client.get(f"/api/v1/tickets?status=open&order={order_id}", credential=self.screen)
        tickets: Sequence[Ticket] = found.body["results"] if found.ok else []
        self.stations |= {ticket["station"] for ticket in tickets}
        return tickets

    async def before(self, ticket: Ticket) -> None:
        """Hold and release the ticket, move it or a line to another station, and begin it."""
        number, place = ticket["id"], f"tickets/{ticket['id']}"
        if number % 2:
            await self.act(f"{place}/hold", self.screen)
            await self.act(f"{place}/release", self.screen)
        others = sorted(self.stations - {ticket["station"]})
        if number % 3 == 0 and others:
            line = ticket["lines"][0]["id"]
            what = f"ticket-lines/{line}/push" if number % 2 else f"{place}/push"
            await self.act(what, self.screen, {"station": others[number % len(others)]})
        await self.act(f"{place}/start", self.screen)

    async def cook(self, ticket: Ticket) -> None:
        """Bump the ticket, undo and bump again; recall some from the pass; leave it on the pass."""
        number, place = ticket["id"], f"tickets/{ticket['id']}"
        await self.before(ticket)
        await self.act(f"{place}/bump", self.screen)
        if number % 2:
            await self.act(f"{place}/undo", self.screen)
            await self.act(f"{place}/bump", self.screen)
        if number % 5 == 0:
            await self.act(f"{place}/recall", self.screen)
            await self.act(f"{place}/bump", self.screen)
        for line in ticket["lines"]:
            await self.act(f"ticket-lines/{line['id']}/plate", self.screen, {"plated": True})

    async def act(self, path: str, credential: Credential, body: Any = None) -> bool:
        """Perform one action and count it.

        A refusal is no fault: another person was first, or the answer to the first attempt was lost.
        """
        answer = await self._do(f"/api/v1/{path}", credential, body)
        name = path.rpartition("/")[2]
        self.acts[name if answer.ok else f"{name} refused"] += 1
        return answer.ok


def acts_of(crews: Sequence[Crew]) -> Counter[str]:
    """Add up the actions of all brigades, by name."""
    return sum((crew.acts for crew in crews if isinstance(crew, Brigade)), Counter())


def crew_of(client: Any, who: Credentials, waiter: Token, hands: int, *, whole_kitchen: bool) -> Crew:
    return (Brigade if whole_kitchen else Crew)(client, who, waiter, hands)
