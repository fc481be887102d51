# SPDX-License-Identifier: GPL-3.0-or-later
"""Who comes beside the sessions: deliveries by LMTP, and a program that collects the inbox by POP3 now and then."""
import asyncio
import poplib
import random
import smtplib

import kontor
from history import demand
from truth import Removal, message


class Deliveries:
    """A few messages a second to some of the people at once."""

    def __init__(self, world):
        self.world, self.count = world, 0
        self.chance = random.Random(f'{world.seed}/deliveries')

    async def step(self):
        number = next(self.world.numbers)
        people = [account for account in self.world.accounts.values() if self.chance.random() < 0.5]
        addresses = [f'{account.name}@example.test' for account in people]
        if not people:
            return
        try:
            refused = await asyncio.to_thread(self.world.server.lmtp, addresses, message(self.world.seed, number))
            for account, address in zip(people, addresses):
                if address not in refused:
                    account.delivered.append(number)
        except (OSError, smtplib.SMTPException):
            for account in people:
                account.unanswered.append(number)
        self.count += 1
        await asyncio.sleep(self.chance.random() * 0.1)


class Collector:
    """POP3: what RETR gives is what was given, and what DELE marks is gone after QUIT and not before."""

    def __init__(self, world):
        self.world, self.count = world, 0
        self.chance = random.Random(f'{world.seed}/collector')

    async def step(self):
        await asyncio.sleep(self.chance.random())
        account = self.chance.choice(list(self.world.accounts.values()))
        start = account.clock.tick()
        client, removal = None, None
        try:
            client, validity, uids = await asyncio.to_thread(self.open, account)
            if validity is None:
                client.close()
                return
            box = account.box(validity)
            demand(uids == sorted(set(uids)), 'UIDL', uids)
            for uid in uids:
                demand(box.message(uid).told_gone >= start, 'POP3 lists UID', uid, 'which was gone before')
            chosen = self.chance.sample(range(len(uids)), min(len(uids), self.chance.randint(0, 4)))
            for place in chosen:
                raw = await asyncio.to_thread(client.retr, place + 1)
                account.saw_body(box.message(uids[place]), b'\r\n'.join(raw[1]) + b'\r\n')
                await asyncio.to_thread(client.dele, place + 1)
            if self.chance.random() < 0.3:
                client.close()  # without QUIT nothing is removed (RFC 1939, 3)
                return
            removal = Removal(account.clock.tick(), {uids[place] for place in chosen}, needs_deleted=False)
            box.removals.append(removal)
            await asyncio.to_thread(client.quit)
            removal.end = account.clock.tick()
            for uid in removal.uids:
                box.message(uid).told_gone = min(box.message(uid).told_gone, removal.end)
            self.count += 1
        except (OSError, EOFError, poplib.error_proto):
            # Locked by another, or removed meanwhile, or the server was killed: what was asked for may have happened.
            if client:
                client.close()

    def open(self, account):
        client = poplib.POP3_SSL('localhost', self.world.server.port('pop3s'), context=self.world.context, timeout=60)
        client.user(f'{account.name}@example.test')
        client.pass_(kontor.PASSWORD)
        ids = [line.split()[1].split(b'.') for line in client.uidl()[1]]
        return client, int(ids[0][0]) if ids else None, [int(uid) for _, uid in ids]




class Compaction:
    """`kontorctl store compact` of one account after another, as long as the sessions run."""

    def __init__(self, world):
        self.world, self.count = world, 0
        self.chance = random.Random(f'{world.seed}/compaction')

    async def step(self):
        await asyncio.sleep(self.chance.random() * 0.3)
        name = self.chance.choice(list(self.world.accounts))
        try:
            await asyncio.to_thread(self.world.server.ctl, 'store', 'compact', f'{name}@example.test')
            self.count += 1
        except AssertionError:
            # The server was killed in the midst of it: nobody is there to answer.
            demand(self.world.server.process is None, 'store compact was refused')
