"""The pump: runs due jobs and sends stored messages until none are left, then sets a timer for the next one.

All its state is in the database. One delivery loop runs at a time, as a task that ends; the timer or `wake` starts the
next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from bot.context import BotClient
from bot.delivery.drop_log import Dropped
from bot.delivery.job_runner import JobRunner
from bot.delivery.message_kinds import Kind
from bot.delivery.priority_semaphore import PrioritySemaphore
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.sending import SEND_S, Sender
from bot.discretion import marked
from bot.domain.messages.priority import Priority
from bot.errors import Unavailable
from bot.scheduler import Scheduler
from bot.services.messages import outbox
from bot.services.messages.outbox import ClaimedMessage

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""Lease of a claimed message. A crash delays it by as much, and Discord still recognises its nonce then."""
AT_ONCE = 32
"""Addresses sent to concurrently."""
CLAIMED_AT_ONCE = 20
"""Messages claimed together, half a second at the rate limit: they are sent long before the lease ends."""
SWEEP = timedelta(minutes=5)
"""Longest sleep; limits the delay after a change of the machine's clock or a row written by another process."""
AFTER_TROUBLE = timedelta(seconds=5)
"""Pause after a delivery loop that failed, for example because the database was busy."""
GRACE_S = 2.5
"""Seconds that a shutdown waits for messages being sent."""


class Pump:
    """Claims, sends and records messages. Built before the client, which attaches itself when it is ready.

    Args:
        pace: rate limiter; within Discord's limits by default.
        sweep: longest sleep.
    """

    def __init__(self, pace: RateLimiter | None = None, sweep: timedelta = SWEEP) -> None:
        self._pace = pace or RateLimiter()
        self._turns = PrioritySemaphore()
        self._sweep = sweep
        self._client: BotClient | None = None
        self._kinds: Mapping[str, Kind] = {}
        self._sender: Sender | None = None
        self._firing: JobRunner | None = None
        self._dropped = Dropped()
        self._scheduler: Scheduler | None = None
        self._turn: asyncio.Task[None] | None = None
        self._poked = False
        self._bell: asyncio.Future[None] | None = None
        self._sending: dict[asyncio.Task[None], list[ClaimedMessage]] = {}
        self._urgent_waits = False
        self._unknown: set[str] = set()
        self._checked_at: datetime | None = None

    def attach(self, client: BotClient, kinds: Mapping[str, Kind]) -> None:
        """Start sending through this client with the kinds its cogs declare, by name, and catch up on missed work."""
        if self._client is not client:
            if self._scheduler is not None:
                self._scheduler.close()
            self._client, self._kinds = client, kinds
            self._sender = Sender(client, kinds, self._pace, self._dropped)
            self._firing = JobRunner(kinds, client.app.database, client.app.clock, self._dropped)
            self._scheduler = Scheduler(self.wake)
            self._scheduler.start()
        self.wake()

    def wake(self) -> None:
        """Look now for due jobs and unsent messages. Never blocks."""
        if self._client is None or self._sender is None or self._firing is None:
            return
        self._ring()
        if self._turn is None:
            self._turn = asyncio.create_task(self._run(self._client, self._firing, self._sender))

    def slot(self, priority: int) -> AbstractAsyncContextManager[None]:
        """Hold a rate-limit slot for one other request; see `RateLimiter.slot`."""
        return self._pace.slot(priority)

    async def detach(self, client: BotClient) -> None:
        """Stop claiming for this client, finish messages being sent, and cancel those that take over `GRACE_S`."""
        if self._client is not client:
            return
        self._client = None
        if self._scheduler is not None:
            self._scheduler.close()
            self._scheduler = None
        self._ring()
        while self._sending or self._turn is not None:
            under_way = {*self._sending, *([self._turn] if self._turn is not None else [])}
            _, late = await asyncio.wait(under_way, timeout=GRACE_S)
            if late:
                left = self._in_hand()
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)
                await self._give_back(client, left)
                return

    def _ring(self) -> None:
        self._poked = True
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    # -- the delivery loop -------------------------------------------------------------------------------------

    async def _run(self, client: BotClient, firing: JobRunner, sender: Sender) -> None:
        try:
            await self._work(client, firing, sender)
        except Unavailable as error:
            client.dispatch("database_trouble")
            if await client.app.operator.told_of(error) is None:
                log.warning("delivery loop failed; retrying in 5 s: %s", error.key)
            self._wake_at(client, client.app.clock() + AFTER_TROUBLE)
        except Exception:
            # Without a timer set no loop would ever start again, so set one whatever the fault.
            log.exception("delivery loop failed; retrying in 5 s")
            self._wake_at(client, client.app.clock() + AFTER_TROUBLE)
        finally:
            self._turn = None
            self._dropped.tell()

    async def _work(self, client: BotClient, firing: JobRunner, sender: Sender) -> None:
        every = fired = firing.kinds()
        drawn = frozenset(name for name, kind in self._kinds.items() if kind.draw is not None)
        while self._client is client:
            self._poked = False
            now = client.app.clock()
            # When `AT_ONCE` addresses are being sent to, safety messages are still claimed, and overtake the others.
            full = len(self._sending) >= AT_ONCE
            least = Priority.SAFETY if full else Priority.NUDGE
            async with client.app.database.urgent.read() as session:
                hand = [one.delivery_id for one in self._in_hand()]
                outlook = await outbox.outlook(session, fired, drawn, now, hand, least)
            before, fired = fired, firing.kinds(outlook.backlog) if self._sending else every
            if fired - before:
                continue  # a kind that the outlook left out may run again
            fired_some = outlook.due and await firing.some(fired, safety_due=outlook.safety_due)
            looked_for = outlook.waiting or fired_some
            self._urgent_waits = full and looked_for  # set before claiming, which may free the address meanwhile
            urgent = outlook.safety_due or outlook.backlog[Priority.SAFETY] > 0
            if looked_for and await self._claim(client, sender, drawn, least, urgent):
                continue
            if fired_some:
                continue
            await self._look_for_unknown(client, every, drawn, now)
            self._wake_at(client, outlook.next_at)
            if self._poked:
                continue
            if not self._sending:
                return
            await self._wait()

    def _in_hand(self) -> list[ClaimedMessage]:
        return [one for batch in self._sending.values() for one in batch]

    async def _wait(self) -> None:
        """Wait until a message being sent is done, or `wake` is called."""
        self._bell = asyncio.get_running_loop().create_future()
        await self._bell

    def _wake_at(self, client: BotClient, instant: datetime | None) -> None:
        if self._client is client and self._scheduler is not None:
            latest = client.app.clock() + self._sweep
            self._scheduler.wake_at(min(instant or latest, latest))

    async def _look_for_unknown(
        self, client: BotClient, fired: frozenset[str], drawn: frozenset[str], now: datetime
    ) -> None:
        """Log once per kind that rows of it exist but no cog declares it; they stay for a version that does."""
        if self._checked_at is not None and now < self._checked_at + self._sweep:
            return
        self._checked_at = now
        for kind in await outbox.orphans(client.app.database, fired, drawn, now):
            if kind not in self._unknown:
                self._unknown.add(kind)
                log.warning("this version does not know the kind %s; its rows stay in the database", kind)

    # -- messages ----------------------------------------------------------------------------------------------

    async def _claim(
        self, client: BotClient, sender: Sender, drawn: frozenset[str], least: Priority, urgent: bool
    ) -> bool:
        """Claim messages and send each address's batch in a task. Return whether there were any."""
        now, database = client.app.clock(), client.app.database
        async with (database.urgent if urgent else database).write() as session:
            claimed = await outbox.claim(session, drawn, now, now + LEASE, CLAIMED_AT_ONCE, self._in_hand(), least)
        batches: dict[tuple[str, int], list[ClaimedMessage]] = {}
        for one in claimed:
            batches.setdefault(one.address, []).append(one)
        for batch in batches.values():
            task = asyncio.create_task(self._deliver(client, sender, batch))
            self._sending[task] = batch
            task.add_done_callback(self._arrived)
        return bool(batches)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        del self._sending[task]
        # Look again, since the last query left out this address. While all places are taken only safety can be
        # claimed, so looking again is useless unless a safety message waits.
        if self._urgent_waits or len(self._sending) < AT_ONCE:
            self._ring()

    async def _deliver(self, client: BotClient, sender: Sender, batch: list[ClaimedMessage]) -> None:
        """Send the messages to one address in order. One that must be retried holds back those after it."""
        for place, one in enumerate(batch):
            try:
                async with self._turns.turn(one.priority) as made_ready:
                    in_time = client.app.clock() + timedelta(seconds=SEND_S) < one.until
                    gone = in_time and await sender.deliver(one, made_ready)
                if not gone:
                    await self._give_back(client, batch[place + in_time :])
                    return
            except Unavailable as error:
                log.warning("the outcome of %s %d could not be recorded: %s", one.kind, one.delivery_id, error.key)
                return
            except Exception:
                # The next one to this address is still sent; this one is retried when its lease ends.
                log.exception("%s %d could not be delivered", one.kind, one.delivery_id, extra=marked(one.kind))

    @staticmethod
    async def _give_back(client: BotClient, left: list[ClaimedMessage]) -> None:
        """Release leases early."""
        if not left:
            return
        try:
            async with client.app.database.write() as session:
                now = client.app.clock()
                await outbox.give_back(session, [one.delivery_id for one in left], left[0].until, now)
        except Unavailable as error:
            log.warning("leases could not be released and will expire: %s", error.key)
