# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole run: people with several sessions each, deliveries beside them, quiet points, restarts in between."""
import asyncio
import itertools
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
from beside import Collector, Compaction, Deliveries  # noqa: E402
from choose import LASTING, MOVING, Chooser  # noqa: E402
from commands import Append, Command  # noqa: E402
from commands_read import Enable, Status  # noqa: E402
from history import Clock, Violation, demand  # noqa: E402
from mirror import Mirror  # noqa: E402
from quiet import account_for, agrees, compare, look  # noqa: E402
from session import Session  # noqa: E402
from truth import Account  # noqa: E402
from wire import Ended  # noqa: E402

PEOPLE = (('anna', 11), ('boris', 8), ('clara', 5))


class World:
    notifies = 0.004  # how often a session that has not given NOTIFY does so next

    def __init__(self, server, seed, sessions=PEOPLE, compacting=False, limit=0):
        self.limit = limit  # of messages in one command; then everybody's Archive has more
        self.server, self.seed = server, seed
        self.clock, self.numbers = Clock(), itertools.count(1)
        self.accounts, self.sessions, self.mirrors = {}, [], {}
        for person, count in sessions:
            account = self.accounts[person] = Account(person, seed, self.clock)
            for index in range(count):
                self.sessions.append(self.make_session(account, f'{person[0]}{index}'))
            self.mirrors[person] = [Mirror(name) for name in LASTING for _ in range(2)]
        self.may_go, self.parked, self.stopping = asyncio.Event(), 0, False
        self.failure = None
        self.deliveries, self.collector = Deliveries(self), Collector(self)
        self.others = [self.deliveries, self.collector, *([Compaction(self)] if compacting else [])]
        self.quiet_points = self.dropped = 0

    def make_session(self, account, name):
        session = Session(name, account, random.Random(f'{self.seed}/{name}'), f'{account.name}@example.test', kontor.PASSWORD)
        session.limit = self.limit
        return session

    async def connect(self, session):
        await session.connect(self.server.port('imaps'), self.context)

    async def has_waited(self):
        """Waits while the world stands still; then it may have stopped."""
        if self.may_go.is_set():
            return False
        self.parked += 1
        await self.may_go.wait()
        self.parked -= 1
        return True

    # --- one session ------------------------------------------------------------------------------------
    async def live(self, session):
        try:
            while not self.stopping:
                if await self.has_waited():
                    continue
                try:
                    await self.step(session)
                except Ended:
                    self.leave(session)
                    await asyncio.sleep(0.05)
        except Violation as error:
            self.fail(session, error)
        except Exception as error:  # of the client itself: shown with what led there
            self.fail(session, error)
        self.parked += 1

    def fail(self, session, error):
        if self.failure is None:
            self.failure = error
            print(f'--- session {session.name}, seed {self.seed}: {error}')
            print('\n'.join(session.transcript))
            if os.environ.get('KONTOR_STRESS_DUMP'):
                everybody = '\n'.join('\n'.join(one.transcript) for one in self.sessions)
                pathlib.Path(os.environ['KONTOR_STRESS_DUMP']).write_text(everybody, encoding='utf-8')
        self.stopping = True
        self.may_go.set()

    def leave(self, session):
        """The connection is over; sometimes a mail program keeps what it knew."""
        self.dropped += 1
        mirrors = [mirror for mirror in self.mirrors[session.account.name] if session.picture and mirror.mailbox == session.picture.name]
        picture = session.picture
        session.drop()
        if mirrors and picture.box is not None:
            session.chance.choice(mirrors).remember(picture)

    async def step(self, session):
        chance = session.chance
        if session.link is None:
            await self.connect(session)
            if chance.random() < 0.3:
                await session.run(Enable(session, chance.choice(('QRESYNC', 'CONDSTORE', 'UIDONLY', 'UIDONLY QRESYNC', 'IMAP4rev2'))))
            if chance.random() < 0.1:
                await session.compress()
        chooser = Chooser(session, self.numbers)
        if session.notices is None and chance.random() < self.notifies:
            await session.run(chooser.notify())
        elif session.notices is not None and chance.random() < 0.05:
            await chooser.listen()
        picture, pick = session.picture, chance.random()
        if picture is None or picture.box is None:
            if pick < 0.35:
                await chance.choice(self.mirrors[session.account.name]).come_back(session)
            elif pick < 0.9:
                await session.run(chooser.open())
            else:
                await session.run(*chooser.batch())
        elif pick < 0.012:
            for command in chooser.batch():
                session.send(command)
            await session.link.drain_some(chance)
            raise Ended('in the midst of a command')
        elif pick < 0.03:
            await chooser.idle()
        elif pick < 0.04:
            await chooser.slow_append()
        elif pick < 0.05:
            await chooser.saved()
        elif pick < 0.07:
            await session.run(chooser.leave())
        elif pick < 0.08:
            await session.run(chooser.open())
        elif pick < 0.082:
            await session.sign_out()
        elif pick < 0.085:
            raise Ended('gone at leisure')
        else:
            await session.run(*chooser.batch())

    # --- beside the sessions ------------------------------------------------------------------------------
    async def beside(self, other):
        try:
            while not self.stopping:
                if await self.has_waited():
                    continue
                await other.step()
        except Exception as error:
            print(f'--- {type(other).__name__}, seed {self.seed}: {error}')
            self.failure = self.failure or error
            self.stopping = True
            self.may_go.set()
        self.parked += 1

    # --- quiet points ---------------------------------------------------------------------------------------
    async def pause(self):
        self.may_go.clear()
        while self.parked < len(self.tasks):
            await asyncio.sleep(0.01)
        if self.failure:
            raise self.failure

    async def only_ours(self):
        """What was dropped may still be at work: waits until the server knows no other connection."""
        ours = sum(session.link is not None for session in self.sessions)
        end = time.monotonic() + kontor.PATIENCE
        while True:
            status = await asyncio.to_thread(self.server.ctl, 'status')
            if status['connections'] <= ours:
                return
            demand(time.monotonic() < end, 'the server keeps', status['connections'], 'connections of', ours)
            await asyncio.sleep(0.02)

    async def fresh(self, account):
        session = self.make_session(account, f'q{self.quiet_points}{account.name[0]}')
        await self.connect(session)
        return session

    async def check(self):
        """All agree: fresh sessions, those that were there, and the memories kept by CONDSTORE and QRESYNC."""
        self.quiet_points += 1
        await self.only_ours()
        for session in self.sessions:
            if session.link and session.notices:  # what was told before is read before
                await self.guarded(session, session.run(Command(session, 'NOOP')))
        everything = {}
        for account in self.accounts.values():
            fresh = await self.fresh(account)
            try:
                everything[account.name] = found = await look(fresh)
                account_for(account, found)
                for session in self.sessions:
                    if session.account is account and session.link and session.picture and session.picture.box:
                        await self.guarded(session, compare(session, found))
                for mirror in self.mirrors[account.name]:
                    other = await self.fresh(account)
                    await self.guarded(other, self.compare_mirror(mirror, other, found))
                for name in found:
                    await fresh.run(Status(fresh, name, False))
            except Violation:
                print('\n'.join(fresh.transcript))
                raise
            fresh.drop()
        return everything

    async def guarded(self, session, work):
        try:
            await work
        except Ended:
            session.drop()
        except Violation:
            print(f'--- session {session.name}, seed {self.seed}')
            print('\n'.join(session.transcript))
            raise

    async def compare_mirror(self, mirror, session, found):
        await mirror.come_back(session)
        agrees(f'a memory of {mirror.mailbox}', session.picture, found)
        mirror.remember(session.picture)
        session.drop()

    # --- the run ----------------------------------------------------------------------------------------------
    async def prepare(self):
        self.context = self.server.tls_context()
        for account in self.accounts.values():
            session = await self.fresh(account)
            for name in ('Box', MOVING[0]):
                await session.run(Command(session, f'CREATE {name}'))
            for name in (*LASTING, MOVING[0]):
                await session.run(Status(session, name, False))
            account.lasting = set(account.boxes)
            for _ in range(self.limit // 100 + 1 if self.limit else 0):
                given = [(next(self.numbers), [], 1_700_000_000 + number) for number in range(110)]
                await session.run(Append(session, 'Archive', given))
            session.drop()

    async def run(self, seconds, quiet_every, restart):
        """restart(number of the quiet point): None, 'stop' or 'kill' after this stretch. A slow machine takes longer than
        `seconds`: till there was a second quiet point and everybody beside the sessions has done something."""
        await self.prepare()
        self.tasks = [asyncio.create_task(self.live(session)) for session in self.sessions]
        self.tasks += [asyncio.create_task(self.beside(other)) for other in self.others]
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end or (not self.is_enough() and time.monotonic() < end + 2 * kontor.PATIENCE):
                self.may_go.set()
                stretch = min(quiet_every, max(1.0, end - time.monotonic()))
                began = time.monotonic()
                while time.monotonic() < began + stretch and not self.failure:
                    await asyncio.sleep(0.05)
                how = restart(self.quiet_points + 1)
                if how == 'kill':
                    self.server.kill()
                await self.pause()
                if how == 'kill':
                    self.server.start()
                found = await self.check()
                if how == 'stop':
                    await self.restart(found)
        finally:
            self.stopping = True
            self.may_go.set()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            for session in self.sessions:
                session.drop()

    def is_enough(self):
        return self.quiet_points > 1 and all(other.count for other in self.others)

    async def restart(self, before):
        """A stop in good order changes nothing at all."""
        for session in self.sessions:
            if session.link:
                self.leave(session)
        await asyncio.to_thread(self.server.stop)
        await asyncio.to_thread(self.server.start)
        after = await self.check()
        for person, found in before.items():
            demand(found.keys() == after[person].keys(), 'folders changed by a restart')
            for name, one in found.items():
                demand(one.same_as(after[person][name]), person, name, 'changed by a restart:', vars(one), vars(after[person][name]))
