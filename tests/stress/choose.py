# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session does next, by chance."""
import asyncio

from commands import Append, Command, Concatenate, Copy, Replace, Store
from commands_read import Expunge, Fetch, Folder, Leave, Search, Select, Sort, Status, Thread
from history import FLAGS
from notify import Batches, Notify
from truth import LASTING
from wire import as_set

MOVING = ('Hot', 'Hotter')  # one mailbox that is renamed now and then
PASSING = ('Temp1', 'Temp2', 'Temp1/Deep')
MOST = 250  # messages a mailbox may hold before the sessions prefer to remove
ITEMS = ('(UID FLAGS)', '(UID FLAGS MODSEQ)', '(UID INTERNALDATE EMAILID THREADID RFC822.SIZE)', '(UID ENVELOPE BODYSTRUCTURE)',
         '(UID BODY.PEEK[HEADER.FIELDS (X-STRESS)] EMAILID FLAGS)', '(UID RFC822.SIZE BODY.PEEK[])', '(UID BODY[])',
         '(UID BODY.PEEK[TEXT]<0.100> BODY.PEEK[1.MIME])', '(UID PREVIEW SAVEDATE)', '(UID BINARY.PEEK[1])')


# A flag that lets nothing be removed.
SAFE = [flag for flag in FLAGS if flag != '\\Deleted']


class Chooser:
    def __init__(self, session, numbers):
        self.session, self.chance, self.numbers = session, session.chance, numbers

    # --- pieces ---------------------------------------------------------------------------------------
    def flags(self):
        return self.chance.sample(FLAGS, self.chance.randint(0, 3))

    def some(self, most=4):
        """(sequence set, UID set, UIDs) of a few known messages; None when there are none."""
        picture = self.session.picture
        places = [place for place, uid in enumerate(picture.uids) if uid is not None]
        if not places:
            return None
        if self.chance.random() < 0.5:
            start = self.chance.randrange(len(places))
            chosen = places[start:start + self.chance.randint(1, 2 * most)]
        else:
            chosen = sorted(self.chance.sample(places, min(len(places), self.chance.randint(1, most))))
        uids = [picture.uids[place] for place in chosen]
        return as_set([place + 1 for place in chosen]), as_set(uids), uids

    def target(self):
        name = self.chance.choice(LASTING + LASTING + MOVING + PASSING)
        return name, name not in LASTING

    # --- one command -----------------------------------------------------------------------------------
    def append(self):
        mailbox, passing = self.target()
        given = [self.one_given() for _ in range(self.chance.choice((1, 1, 1, 2, 3)))]
        return Append(self.session, mailbox, given, passing)

    def command(self, may_use_numbers):
        """A command for the session as it is; None: none of those fits."""
        picture, chance = self.session.picture, self.chance
        if picture is None or picture.box is None:
            return chance.choice((self.append, self.status, self.folder, self.noop))()
        full = len(picture.uids) > max(MOST, self.session.limit + MOST)
        kinds = ((self.append, 2 if full else 12), (self.store, 22), (self.copy, 3 if full else 8), (self.move, 7),
                 (self.expunge, 12 if full else 4), (self.fetch, 20), (self.search, 8), (self.noop, 6), (self.status, 4), (self.folder, 1),
                 (self.replace, 3), (self.catenate, 2), (self.batches, 1), (self.whole, 12 if 0 < self.session.limit < len(picture.uids) else 0))
        kind = chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        numbered = (self.replace, self.store, self.copy, self.move, self.fetch, self.search, self.whole)
        return kind(may_use_numbers) if kind in numbered else kind()

    def whole(self, may_use_numbers):
        """More messages than one command may name (RFC 9738)."""
        picture, chance = self.session.picture, self.chance
        if None in picture.uids:
            return Fetch(self.session, '1:*', picture.known(), not may_use_numbers, '(UID FLAGS MODSEQ)')
        uids = list(picture.uids)
        by_uid = not may_use_numbers or chance.random() < 0.5
        everything = f'{uids[0]}:{uids[-1]}' if by_uid else f'1:{len(uids)}'
        kind = chance.random()
        if kind < 0.4 and not picture.read_only:
            silent = chance.random() < 0.4 and self.session.notices is None
            return Store(self.session, everything, uids, by_uid, chance.choice('+-'), [chance.choice(SAFE)], silent)
        if kind < 0.5:
            return Copy(self.session, 'COPY', everything, uids, 'Box', by_uid, True)
        items = chance.choice(('(UID FLAGS)', '(UID FLAGS MODSEQ)', '(UID ENVELOPE BODYSTRUCTURE)', '(UID INTERNALDATE EMAILID)'))
        return Fetch(self.session, everything, uids, by_uid, items)

    def one_given(self):
        return next(self.numbers), self.flags(), 1_700_000_000 + self.chance.randrange(10_000_000)

    def replace(self, may_use_numbers):
        some = self.some(1)
        if some is None or self.session.picture.read_only:
            return None
        by_uid = not may_use_numbers or self.chance.random() < 0.5
        uid = some[2][0]
        mailbox, passing = self.target()
        return Replace(self.session, self.session.picture.uids.index(uid) + 1, uid, mailbox, self.one_given(), by_uid, passing)

    def catenate(self):
        some, picture = self.some(1), self.session.picture
        one = picture.box.message(some[2][0]) if some else None
        if one is None or one.number is None or picture.name not in LASTING:
            return None
        return Concatenate(self.session, picture.name, picture.box, one, *self.one_given()[1:])

    def store(self, may_use_numbers):
        some = self.some()
        if some is None or self.session.picture.read_only:
            return None
        by_uid = not may_use_numbers or self.chance.random() < 0.5
        since = None
        if self.chance.random() < 0.2:
            known = [self.session.picture.modseqs.get(uid, 0) for uid in some[2]]
            since = max(0, max(known) - self.chance.choice((0, 0, 1, 20)))
        action = self.chance.choice(('', '+', '+', '+', '-'))
        flags = self.flags()
        # With NOTIFY nobody knows which change came first, one that is told or one's own.
        silent = self.chance.random() < 0.4 and self.session.notices is None
        return Store(self.session, some[by_uid], some[2], by_uid, action, flags, silent, since)

    def copy(self, may_use_numbers, verb='COPY'):
        some = self.some(3)
        if some is None:
            return None
        by_uid = not may_use_numbers or self.chance.random() < 0.5
        mailbox, passing = self.target()
        return Copy(self.session, verb, some[by_uid], some[2], mailbox, by_uid, passing)

    def move(self, may_use_numbers):
        return None if self.session.picture.read_only else self.copy(may_use_numbers, 'MOVE')

    def expunge(self):
        some = self.some(8)
        if some is not None and self.chance.random() < 0.5:
            return Expunge(self.session, some[1], some[2])
        return Expunge(self.session)

    def fetch(self, may_use_numbers):
        picture = self.session.picture
        if may_use_numbers and (None in picture.uids or self.chance.random() < 0.1):
            if not picture.uids:
                return None
            return Fetch(self.session, '1:*', picture.known(), False, self.chance.choice(('(UID FLAGS)', '(UID FLAGS MODSEQ)')))
        some = self.some(6)
        if some is None:
            return None
        by_uid = not may_use_numbers or self.chance.random() < 0.5
        since, vanished = None, False
        if self.chance.random() < 0.15:
            since = max(1, max(picture.modseqs.get(uid, 0) for uid in some[2]) - self.chance.choice((0, 3, 30)))
            vanished = by_uid and self.session.qresync and self.chance.random() < 0.5
        items = ITEMS[self.chance.choice((0, 1))] if since is not None else self.chance.choice(ITEMS)
        return Fetch(self.session, some[by_uid], some[2], by_uid, items, since, vanished)

    def search(self, may_use_numbers):
        by_uid = not may_use_numbers or self.chance.random() < 0.5
        flag = self.chance.choice(FLAGS)
        wanted = self.chance.random() < 0.5
        name = flag[1:].upper() if flag.startswith('\\') else f'KEYWORD {flag}'
        key = name if wanted else f'UN{name}'
        if self.chance.random() < 0.3:
            key, flag = self.chance.choice(('ALL', 'TEXT invoice', 'SUBJECT meeting', 'SINCE 1-Jan-2024', 'MODSEQ 5')), None
        if 'MODSEQ' in key:
            self.session.condstore = True
        kind = self.chance.random()
        if kind < 0.12:
            return Sort(self.session, by_uid, key, flag, wanted, self.chance.random() < 0.5)
        if kind < 0.24:
            return Thread(self.session, by_uid, key, flag, wanted, self.chance.choice(('ORDEREDSUBJECT', 'REFERENCES', 'REFS')))
        returns = self.chance.choice((None, None, 'ALL', 'MIN MAX COUNT', 'ALL COUNT', 'SAVE ALL', 'SAVE ALL', 'PARTIAL 1:5 COUNT',
                                      'PARTIAL 3:90 COUNT'))
        return Search(self.session, by_uid, key, flag, wanted, returns)

    def batches(self):
        return Batches(self.session, self.chance.choice((500, 900)))

    def notify(self):
        return Notify(self.session, self.chance.choice(('selected', 'selected-delayed', 'selected-delayed')),
                      self.chance.choice(('', 'UID FLAGS', 'UID FLAGS MODSEQ')), self.chance.choice((None, 'personal', 'inboxes')))

    def noop(self):
        return Command(self.session, 'NOOP')

    def status(self):
        return Status(self.session, *self.target())

    def folder(self):
        verb = self.chance.choice(('CREATE', 'CREATE', 'DELETE', 'RENAME'))
        if verb == 'RENAME':
            return Folder(self.session, verb, *self.chance.sample(MOVING, 2))
        return Folder(self.session, verb, self.chance.choice(PASSING))

    # --- several ---------------------------------------------------------------------------------------
    def batch(self):
        """Commands to be sent at once: a number means the same for all only while nothing can be expunged (RFC 9051, 5.5)."""
        commands = []
        for _ in range(self.chance.choice((1, 1, 1, 1, 2, 3, 6))):
            command = self.command(self.session.is_numbered and all(one.withholds for one in commands))
            if command is not None:
                commands.append(command)
            if isinstance(command, Folder):
                break
        return commands or [self.noop()]

    def open(self):
        if self.session.limit and self.chance.random() < 0.6:
            return Select(self.session, 'Archive', 'SELECT', ' (CONDSTORE)' if self.chance.random() < 0.3 else '')
        if self.chance.random() < 0.25:
            return Select(self.session, self.chance.choice(PASSING + MOVING + MOVING), optional=True)
        verb = 'EXAMINE' if self.chance.random() < 0.15 else 'SELECT'
        parameters = ' (CONDSTORE)' if self.chance.random() < 0.3 else ''
        return Select(self.session, self.chance.choice(LASTING), verb, parameters)

    def leave(self):
        return Leave(self.session, self.chance.choice(('CLOSE', 'UNSELECT')))

    # --- what is more than a line ------------------------------------------------------------------------
    async def saved(self):
        """$ stands for what was found (RFC 5182), without what left meanwhile."""
        session = self.session
        await session.run(Search(session, True, 'UNDELETED', '\\Deleted', False, 'SAVE ALL'))
        if session.saved is None or session.picture is None:
            return
        wanted = sorted(session.saved)
        await session.run(Fetch(session, '$', wanted, True, '(UID FLAGS)'))

    async def listen(self):
        """What NOTIFY tells while nothing is asked for."""
        end = asyncio.get_running_loop().time() + self.chance.random()
        while (left := end - asyncio.get_running_loop().time()) > 0:
            if not await self.session.read_within(left):
                break

    async def idle(self):
        session = self.session
        command = Command(session, 'IDLE')
        session.send(command)
        while (await session.read()).kind != 'more':
            pass
        end = asyncio.get_running_loop().time() + self.chance.random() * 1.5
        while (left := end - asyncio.get_running_loop().time()) > 0:
            if not await session.read_within(left):
                break
        session.link.send(b'DONE\r\n')
        while command.status is None:
            await session.read()

    async def slow_append(self):
        """A synchronizing literal: the server asks for it."""
        session = self.session
        command = Append(session, self.chance.choice(LASTING), [(next(self.numbers), self.flags(), 1_700_000_000)], synchronizing=True)
        head = command.text.index(b'}\r\n') + 3 + len(session.next_tag()) + 1
        data = session.send(command, head)
        while command.status is None:
            if (await session.read()).kind == 'more':
                session.link.send(data[head:])
