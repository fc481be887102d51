# SPDX-License-Identifier: GPL-3.0-or-later
"""What one account holds, as far as all that was asked and answered allows to say: the other half of the checks. Every session
of the account reads and writes it; nothing in it comes from the server's files."""
import hashlib
import random

from history import FLAGS, NEVER, FlagHistory, Violation, change, demand

LASTING = ('INBOX', 'Box', 'Archive')  # mailboxes nobody renames or deletes
EITHER = {flag: {True, False} for flag in FLAGS}
WORDS = ('invoice', 'meeting', 'friday', 'отчёт', 'договор', 'delivery', 'spring', 'ёлка')


def message(seed, number):
    """The bytes of the message with that number: the same whenever asked."""
    chance = random.Random(f'{seed}/{number}')
    lines = [' '.join(chance.choices(WORDS, k=chance.randint(1, 12))) for _ in range(chance.randint(1, 40))]
    if chance.random() < 0.02:
        lines += ['x' * 70] * 1500
    body = '\r\n'.join(lines)
    head = (f'From: Writer {number % 7} <w{number % 7}@example.test>\r\nTo: anna@example.test\r\n'
            f'Subject: {chance.choice(WORDS[:3])} {number}\r\nMessage-ID: <{number}.{seed}@stress.example>\r\nX-Stress: {number}\r\n')
    if chance.random() < 0.3 and number > 1:
        head += f'In-Reply-To: <{chance.randint(1, number - 1)}.{seed}@stress.example>\r\n'
    if chance.random() < 0.3:
        body = f'--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>{number}</p>\r\n--b--'
        head += 'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n'
    else:
        head += 'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n'
    return f'{head}\r\n{body}\r\n'.encode()


class Message:
    """One UID of one mailbox. number, date (INTERNALDATE), email_id: None until somebody knows."""

    def __init__(self, uid, now):
        self.uid, self.number, self.date, self.email_id, self.thread_id = uid, None, None, None, None
        self.born = (0, NEVER)
        self.told_gone = NEVER  # the tick at which a session was told
        self.acknowledged = False
        self.history = FlagHistory(EITHER, 0, NEVER)
        self.versions = {}  # MODSEQ: flags
        self.modseq = 0  # the newest anybody was told
        self.modseq_floor = 0  # the mailbox had got so far before it was made


class Removal:
    """An EXPUNGE, CLOSE or MOVE under way or done. uids None: whatever carries \\Deleted."""

    def __init__(self, start, uids=None, needs_deleted=True):
        self.start, self.end, self.uids, self.needs_deleted = start, NEVER, uids, needs_deleted


class Box:
    """A mailbox, known by its UIDVALIDITY."""

    def __init__(self, account, validity):
        self.account, self.validity = account, validity
        self.id = None
        self.messages = {}
        self.next_floor = 1  # UIDNEXT is at least that
        self.settled_next = 1  # UIDNEXT at the last quiet point
        self.highest = 0  # of what anybody was told
        self.removals = []
        self.expected = []  # creations whose UID nobody was told: (number, start, end)

    @property
    def ends(self):
        """Is it one of those that may be deleted at any time?"""
        return self.validity not in self.account.lasting

    def message(self, uid):
        found = self.messages.get(uid)
        if found is None:
            demand(uid >= self.settled_next or not self.settled_next, 'UID', uid, 'of', self, 'was never there: UIDNEXT was', self.settled_next)
            found = self.messages[uid] = Message(uid, self.account.clock.now)
            self.next_floor = max(self.next_floor, uid + 1)
        return found

    def born(self, uid, number, date, possible, start, floors):
        """The server answered that a message was made: by a command sent at `start`, when UIDNEXT and HIGHESTMODSEQ were known to
        be `floors`."""
        next_floor, modseq_floor = floors
        old = self.messages.get(uid)
        demand(uid >= next_floor, 'UID', uid, 'of', self, 'given again or too low: UIDNEXT was', next_floor)
        demand(old is None or not old.acknowledged, 'UID', uid, 'of', self, 'was given twice')
        one = self.message(uid)
        demand(number is None or one.number in (None, number), 'UID', uid, 'holds message', one.number, 'and not', number)
        demand(one.date in (None, date) or date is None, 'UID', uid, 'INTERNALDATE', one.date, 'and not', date)
        one.number = number if number is not None else one.number
        one.date = date if date is not None else one.date
        one.acknowledged, one.modseq_floor = True, modseq_floor
        one.born = (start, self.account.clock.now)
        one.history.begin(possible, start, self.account.clock.now)
        return one

    def is_explained(self, one, now):
        """Was there a command that could have taken the message away?"""
        for removal in self.removals:
            if removal.uids is not None and one.uid not in removal.uids:
                continue
            if removal.end < one.born[0] or removal.start > now:
                continue
            if not removal.needs_deleted or one.history.may_be('\\Deleted', True, removal.start, min(now, removal.end)):
                return True
        return self.ends

    def gone(self, uid):
        """Somebody was told that it is gone."""
        one, now = self.message(uid), self.account.clock.now
        demand(self.may_be_gone(one, now), 'UID', uid, 'of', self, 'is gone and nobody removed it')
        one.told_gone = min(one.told_gone, now)

    def may_be_gone(self, one, now):
        return one.told_gone < NEVER or self.is_explained(one, now)

    def saw_modseq(self, modseq):
        self.highest = max(self.highest, modseq)

    def saw_version(self, uid, modseq, flags):
        """A message's flags with their MODSEQ: one MODSEQ never stands for two sets of flags."""
        one = self.message(uid)
        demand(modseq > one.modseq_floor, 'UID', uid, 'of', self, 'MODSEQ', modseq, 'was passed before it was made:', one.modseq_floor)
        self.saw_modseq(modseq)
        one.modseq = max(one.modseq, modseq)
        if flags is not None:
            known = one.versions.setdefault(modseq, flags)
            demand(known == flags, 'UID', uid, 'of', self, 'MODSEQ', modseq, 'stands for', sorted(known), 'and', sorted(flags))

    def __str__(self):
        return f'{self.account.name}/{self.validity}'


class Account:
    def __init__(self, name, seed, clock):
        self.name, self.seed, self.clock = name, seed, clock
        self.boxes = {}
        self.lasting = set()  # UIDVALIDITY of the mailboxes nobody deletes
        self.unanswered = []  # what a lost command may have made: numbers, or the messages it was to copy
        self.delivered = []  # numbers of messages whose delivery was acknowledged
        self.late_gone = 0
        self.ids = {}  # MAILBOXID: UIDVALIDITY
        self.digests = {}  # EMAILID: SHA-256 of the message
        self.numbers = {}  # EMAILID: number

    def box(self, validity):
        if validity not in self.boxes:
            self.boxes[validity] = Box(self, validity)
        return self.boxes[validity]

    def saw_id(self, validity, mailbox_id):
        box = self.box(validity)
        demand(box.id in (None, mailbox_id), box, 'MAILBOXID was', box.id, 'and is', mailbox_id)
        demand(self.ids.setdefault(mailbox_id, validity) == validity, 'MAILBOXID', mailbox_id, 'has two UIDVALIDITY')
        box.id = mailbox_id

    def saw_content(self, one, number, email_id):
        """Which message stands behind a UID; both never change."""
        if number is not None:
            demand(one.number in (None, number), 'UID', one.uid, 'was message', one.number, 'and is', number)
            one.number = number
        if email_id is not None:
            demand(one.email_id in (None, email_id), 'UID', one.uid, 'EMAILID was', one.email_id, 'and is', email_id)
            one.email_id = email_id
        if one.number is not None and one.email_id is not None:
            demand(self.numbers.setdefault(one.email_id, one.number) == one.number, 'EMAILID', one.email_id, 'is message',
                   self.numbers[one.email_id], 'and', one.number)

    def saw_body(self, one, raw):
        """The whole message: the bytes that were given, behind what a delivery puts in front."""
        where = raw.find(b'X-Stress: ')
        if where < 0:
            raise Violation('UID', one.uid, 'holds a message that nobody gave')
        number = int(raw[where + 10:raw.index(b'\r\n', where)])
        given = message(self.seed, number)
        demand(raw.endswith(given), 'UID', one.uid, 'message', number, 'came back changed:', len(raw), 'for', len(given), 'bytes')
        self.saw_content(one, number, None)
        if one.email_id is not None:
            digest = hashlib.sha256(raw).digest()
            demand(self.digests.setdefault(one.email_id, digest) == digest, 'EMAILID', one.email_id, 'stands for two contents')


def begun_with(flags):
    return {flag: {flag in flags} for flag in FLAGS}


__all__ = ['LASTING', 'Account', 'Box', 'Message', 'Removal', 'Violation', 'begun_with', 'change', 'demand', 'message']
