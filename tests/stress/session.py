# SPDX-License-Identifier: GPL-3.0-or-later
"""One signed-in connection: sends commands, several at once where the protocol allows, hands every response to the picture and
to the account's truth, and checks what may be told when."""
import asyncio
import collections
from datetime import datetime

from history import FLAGS, NEVER, demand
from picture import Picture, UidPicture
from wire import Ended, Link, numbers

ANSWER_SECONDS = 300
DEEP_CHECKS = 0.25  # of the commands after which the whole picture is compared


class Session:
    def __init__(self, name, account, chance, address, password):
        self.name, self.account, self.chance = name, account, chance
        self.address, self.password = address, password
        self.clock = account.clock
        self.link = None
        self.picture = None
        self.qresync = self.condstore = self.uid_only = False
        self.tags = 0
        self.waiting = []
        self.saved = None  # UIDs that $ stands for, when known
        self.limit = 0  # messages one command may name (RFC 9738); 0: no limit
        self.notices = None  # notify.Notices, after NOTIFY
        self.view_since = 0
        self.transcript = collections.deque(maxlen=80)
        self.commands = self.checks = self.limited = 0

    # --- life ---------------------------------------------------------------------------------------
    async def connect(self, port, context):
        self.picture, self.waiting, self.saved, self.notices = None, [], None, None
        self.qresync = self.condstore = self.uid_only = False
        self.link = await Link.open(port, context)
        await self.read()  # the greeting
        await self.sign_in()

    async def sign_in(self):
        from commands import Command
        demand(await self.run(Command(self, f'LOGIN {self.address} {self.password}')) == 'OK', 'LOGIN failed')

    async def sign_out(self):
        """UNAUTHENTICATE (RFC 8437): nothing of what was enabled or selected stays."""
        from commands import Command
        command = Command(self, 'UNAUTHENTICATE')
        command.synced = False
        await self.run(command)
        self.link.plain()
        self.picture, self.saved, self.notices = None, None, None
        self.qresync = self.condstore = self.uid_only = False
        await self.sign_in()

    async def compress(self):
        from commands import Command
        await self.run(Command(self, 'COMPRESS DEFLATE'))
        self.link.compress()

    def new_picture(self, mailbox):
        return (UidPicture if self.uid_only else Picture)(mailbox)

    def drop(self):
        """Ends the connection in the midst of whatever runs: what it was to do may happen or not."""
        for command in self.waiting:
            command.lost()
        self.waiting, self.picture, self.notices = [], None, None
        if self.link:
            self.link.abort()
        self.link = None

    # --- commands -----------------------------------------------------------------------------------
    def send(self, command, parts=None):
        self.tags += 1
        command.tag = f'{self.name}.{self.tags}'
        command.start = self.clock.tick()
        command.floors = {validity: (box.next_floor, box.highest) for validity, box in self.account.boxes.items()}
        command.begin()
        if self.notices and command.mailbox:
            self.notices.own.add(command.mailbox)
        self.waiting.append(command)
        text = command.text if isinstance(command.text, bytes) else command.text.encode()
        self.transcript.append(f'{self.clock.now} > {command.tag} {text[:200]!r}')
        data = f'{command.tag} '.encode() + text + b'\r\n'
        self.link.send(data if parts is None else data[:parts])
        if len(self.waiting) == 1:
            command.turn()
        return data

    async def run(self, *commands):
        """Sends all at once and reads until the last is answered; its status."""
        for command in commands:
            self.send(command)
        last = commands[-1]
        while last.status is None:
            await self.read()
        return last.status

    @property
    def is_numbered(self):
        """Do numbers of messages mean anything?"""
        return not self.uid_only and not (self.notices and self.notices.at_once)

    def next_tag(self):
        return f'{self.name}.{self.tags + 1}'

    async def read_within(self, seconds):
        """Reads one response when one comes in time. Only while none with a literal can come: in IDLE."""
        try:
            response = await asyncio.wait_for(self.link.response(), seconds)
        except TimeoutError:
            return None
        self.clock.tick()
        self.transcript.append(f'{self.clock.now} < {response}'[:600])
        self.take(response)
        return response

    async def read(self, seconds=ANSWER_SECONDS):
        answered = await self.read_within(seconds)
        demand(answered is not None, 'no answer within', seconds, 's')
        return answered

    # --- responses ----------------------------------------------------------------------------------
    def take(self, response):
        current = self.waiting[0] if self.waiting else None
        kind = response.kind
        if kind == 'tagged':
            demand(current is not None and response.tag == current.tag, 'answer to', response.tag, 'out of order')
            self.finish(current, response)
        elif kind == 'status':
            self.take_status(current, response)
        elif kind == 'EXISTS':
            if not self.is_opening(current) or self.picture.box is None:
                self.picture.exists(response.number)
        elif kind in ('EXPUNGE', 'VANISHED'):
            self.take_gone(current, response)
        elif kind in ('FETCH', 'UIDFETCH'):
            demand((kind == 'UIDFETCH') is self.uid_only, kind, 'with and without UIDONLY')
            self.take_fetch(current, response)
        elif kind == 'STATUS' and 'MAILBOXID' not in response.text:
            if current is not None:
                current.takes_effect()
            demand(self.notices is not None, 'STATUS without NOTIFY', response)
            self.notices.hear(response)
        elif current is not None:
            current.hear(response)

    @staticmethod
    def is_opening(current):
        """Is what is told of the mailbox that is being opened, and not of the one before?"""
        return current is not None and current.selects and current.begun

    def take_status(self, current, response):
        if response.status == 'BYE':
            if self.picture and self.picture.box and self.picture.box.ends:
                raise Ended('the mailbox was deleted')
            if 'shutting' in response.text or 'restart' in response.text:
                raise Ended(response.text)
            demand(current is not None and current.ends, 'BYE', response.text)
            return
        name, _, value = response.code.partition(' ')
        demand(name != 'NOTIFICATIONOVERFLOW', response)
        if name == 'CLOSED':
            # By SELECT of another mailbox, or by DELETE of this one.
            self.picture = self.new_picture(current.mailbox) if current.selects else None
            current.begun = True
        elif name == 'UIDVALIDITY' and current.selects:
            self.picture.box = self.account.box(int(value))
        elif name == 'UIDNEXT' and current.selects:
            self.told_next(current, self.picture.box, int(value))
        elif name == 'HIGHESTMODSEQ' and current.selects:
            self.told_highest(current, self.picture.box, int(value))
            self.knows_up_to(self.picture.box, int(value))
        elif name == 'MAILBOXID':
            self.account.saw_id(self.picture.box.validity, value.strip('()'))
        elif name == 'MESSAGELIMIT':
            demand(current is not None, response)
            current.limited(value)
            self.limited += 1
        elif current is not None:
            current.hear_code(name, value)

    def told_next(self, current, box, value):
        floor = current.floors.get(box.validity, (1, 0))[0]
        demand(value >= floor, 'UIDNEXT', value, 'of', box, 'was', floor)
        box.next_floor = max(box.next_floor, value)

    def told_highest(self, current, box, value):
        floor = current.floors.get(box.validity, (1, 0))[1]
        demand(value >= floor, 'HIGHESTMODSEQ', value, 'of', box, 'was', floor)
        box.saw_modseq(value)

    def knows_up_to(self, box, value):
        """HIGHESTMODSEQ of the selected mailbox: all changes up to it are told, or will be before the command is answered."""
        if self.picture and self.picture.box is box:
            self.picture.highest = max(self.picture.highest, value)

    def take_gone(self, current, response):
        """RFC 9051, 7.5.1: never without a command, never during FETCH, STORE or SEARCH by number; at any time for a session that
        has asked for it (RFC 5465, 4)."""
        demand(self.picture is not None and self.picture.box is not None, response.kind, 'with no mailbox selected')
        if response.kind == 'VANISHED':
            earlier = response.text.startswith('(EARLIER) ')
            demand(self.qresync or self.uid_only, 'VANISHED without ENABLE QRESYNC')
            if earlier:
                demand(current is not None and current.takes_earlier, 'VANISHED (EARLIER) not asked for')
                current.hear(response)
                for uid in numbers(response.text.removeprefix('(EARLIER) ')):
                    demand(self.picture.flags.get(uid) is None, 'VANISHED (EARLIER)', uid, 'which the session counts')
                return
        if not (self.notices and self.notices.at_once):
            demand(current is not None, response.kind, 'while no command runs')
            demand(not current.withholds, response.kind, 'during', current.text[:60])
        if response.kind == 'EXPUNGE':
            demand(not self.qresync and not self.uid_only, 'EXPUNGE after ENABLE QRESYNC')
            uid = self.picture.expunge(response.number)
            gone = [uid] if uid is not None else []
        else:
            gone = self.picture.vanished(response.text)
        for uid in gone:
            self.picture.box.gone(uid)
        if current is not None:
            current.hear_gone(gone)

    def take_fetch(self, current, response):
        demand(self.picture is not None, 'FETCH with no mailbox selected')
        items = response.items()
        uid = int(items['UID']) if 'UID' in items else None
        uid = self.picture.fetched(response.number, uid)
        if uid is None:
            return
        box = self.picture.box
        one = box.message(uid)
        flags = frozenset(flag.decode() for flag in items['FLAGS']) if 'FLAGS' in items else None
        modseq = int(items['MODSEQ'][0]) if 'MODSEQ' in items else None
        if flags is not None:
            demand(flags <= set(FLAGS), 'unknown flags', sorted(flags))
            since = current.start if self.is_opening(current) else self.view_since
            wrong = one.history.wrong(flags, since, self.clock.now)
            # Of a message that is gone and still counted the flags of before are told.
            demand(not wrong or box.may_be_gone(one, self.clock.now), 'UID', uid, 'is told', sorted(flags), 'at', since, self.clock.now, 'which is wrong in', wrong, self.explain(one, wrong))
        self.picture.saw_flags(uid, flags, modseq)
        if modseq is not None:
            box.saw_version(uid, modseq, flags)
        self.take_content(one, items)
        if current is not None and (self.is_opening(current) or not current.selects):
            current.hear_fetch(uid, one, flags, modseq, items)

    @staticmethod
    def explain(one, wrong):
        return [(write.values[flag], write.start, write.end, write.by) for flag in wrong for write in one.history.writes
                if flag in write.values]

    def take_content(self, one, items):
        if 'INTERNALDATE' in items:
            date = datetime.strptime(items['INTERNALDATE'].decode().strip(), '%d-%b-%Y %H:%M:%S %z').timestamp()
            demand(one.date in (None, date), 'UID', one.uid, 'INTERNALDATE', date, 'and was', one.date)
            one.date = date
        number = None
        for name, value in items.items():
            if name == 'BODY[HEADER.FIELDS (X-STRESS)]':
                number = int(value.split(b':')[1])
        email_id = items['EMAILID'][0].decode() if 'EMAILID' in items else None
        self.account.saw_content(one, number, email_id)
        if 'THREADID' in items and isinstance(items['THREADID'], list):
            thread = items['THREADID'][0].decode()
            demand(one.thread_id in (None, thread), 'UID', one.uid, 'THREADID was', one.thread_id, 'and is', thread)
            one.thread_id = thread
        for name in ('BODY[]', 'RFC822', 'BINARY[]'):
            if name in items:
                self.account.saw_body(one, items[name])
                demand('RFC822.SIZE' not in items or int(items['RFC822.SIZE']) == len(items[name]), 'UID', one.uid, 'RFC822.SIZE')

    # --- after a command ----------------------------------------------------------------------------
    def finish(self, command, response):
        self.waiting.pop(0)
        command.end = self.clock.now
        command.status = response.status
        demand(response.status in command.statuses, command.text[:200], 'was answered', response)
        name, _, value = response.code.partition(' ')
        if name == 'HIGHESTMODSEQ' and self.picture:
            self.told_highest(command, self.picture.box, int(value))
            self.knows_up_to(self.picture.box, int(value))
        if name == 'MESSAGELIMIT':
            command.limited(value)
            self.limited += 1
        command.hear_code(name, value)
        command.done(response.status, name)
        self.commands += 1
        if self.picture and self.picture.box and command.synced and self.chance.random() < DEEP_CHECKS:
            self.check_fresh(command)
        self.view_since = command.start
        if self.waiting:
            self.waiting[0].turn()

    def check_fresh(self, command):
        """After a command everything acknowledged before it was sent is known here, but for what RFC 9051, 7.5.1 withholds."""
        self.checks += 1
        picture, box, now = self.picture, self.picture.box, self.clock.now
        known = set(picture.uids)
        unknown = picture.uids.count(None)
        missing = []
        for uid, one in box.messages.items():
            if one.told_gone < command.start and uid in known and not command.withholds:
                demand(False, 'UID', uid, 'was gone before and is still counted')
            if one.acknowledged and one.born[1] < command.start and uid not in known and not box.may_be_gone(one, now):
                missing.append(uid)
            if uid in known and uid in picture.flags and one.told_gone == NEVER:
                wrong = one.history.wrong(picture.flags[uid], command.start, now)
                demand(not wrong or box.may_be_gone(one, now), 'UID', uid, 'a change of', wrong, 'was not told: known are',
                       sorted(picture.flags[uid]), self.explain(one, wrong))
        demand(len(missing) <= unknown, 'messages are there and were not told:', missing)
