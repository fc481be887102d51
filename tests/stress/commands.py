# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands as values: the text, what the account's truth must know when it is sent, and what its answer proves."""
from datetime import datetime, timezone

from history import FLAGS, NEVER, Write, demand
from truth import Removal, begun_with, change, message
from wire import numbers


class Command:
    mailbox = None  # that it opens, asks about or adds to
    withholds = False  # EXPUNGE and VANISHED may not be told while it runs
    synced = True  # when it is done the session knows everything
    selects = ends = takes_earlier = begun = False
    statuses = ('OK',)

    def __init__(self, session, text):
        self.session, self.text = session, text
        self.account = session.account
        self.status = self.tag = None
        self.start = self.end = NEVER
        self.floors = {}
        self.lowest = 0  # the UID down to which it was done (RFC 9738); 0: all of it

    def begin(self):
        """It is being sent."""

    def turn(self):
        """All sent before it was answered: the server works on it."""

    def hear(self, response):
        """An untagged response that no picture takes."""

    def hear_code(self, name, value):
        """A response code, of the tagged answer or of an untagged OK."""

    def hear_fetch(self, uid, one, flags, modseq, items):
        """A FETCH response while it runs."""

    def hear_gone(self, uids):
        """EXPUNGE or VANISHED while it runs."""

    def takes_effect(self):
        """Something is told that the command may have asked for, before its answer."""

    def done(self, status, code):
        """It was answered."""

    def lost(self):
        """The connection ended before the answer."""

    def limited(self, value):
        """MESSAGELIMIT: with a UID the newest messages down to it were done, without it none."""
        limit, *lowest = (int(word) for word in value.split())
        demand(limit == self.session.limit, 'MESSAGELIMIT', value, 'and announced is', self.session.limit)
        self.lowest = lowest[0] if lowest else 0
        picture = self.session.picture
        if not self.withholds:
            return  # what it names may have been told as gone before
        demand(len(picture.uids) > limit, self.text, 'of', len(picture.uids), 'messages is more than', limit)
        demand(not lowest or picture.place_of(self.lowest) is not None, 'MESSAGELIMIT names', value, 'which the session does not count')

    def floor(self, validity):
        return self.floors.get(validity, (1, 0))


class Append(Command):
    """APPEND of one or more messages. given: [(number, flags, date)]."""

    def __init__(self, session, mailbox, given, optional=False, synchronizing=False):
        self.mailbox, self.given = mailbox, given
        mark = b'' if synchronizing else b'+'
        text = b'APPEND ' + mailbox.encode()
        for number, flags, date in given:
            raw = message(session.account.seed, number)
            when = datetime.fromtimestamp(date, timezone.utc).strftime('%d-%b-%Y %H:%M:%S +0000')
            text += f' ({" ".join(flags)}) "{when}" {{{len(raw)}'.encode() + mark + b'}\r\n' + raw
        super().__init__(session, text)
        self.statuses = ('OK', 'NO') if optional else ('OK',)
        self.told = False

    def hear_code(self, name, value):
        if name != 'APPENDUID':
            return
        validity, uids = value.split()
        uids = list(numbers(uids))
        demand(len(uids) == len(self.given) and uids == sorted(uids), 'APPENDUID', value, 'for', len(self.given), 'messages')
        box = self.account.box(int(validity))
        for uid, (number, flags, date) in zip(uids, self.given):
            box.born(uid, number, date, begun_with(flags), self.start, self.floor(box.validity))
        self.told = True

    def done(self, status, code):
        demand(self.told or status != 'OK', 'APPEND without APPENDUID')
        demand(status == 'OK' or code in ('TRYCREATE', 'OVERQUOTA'), 'APPEND was refused with', code)

    def lost(self):
        self.account.unanswered += [number for number, _, _ in self.given]


class Replace(Append):
    """REPLACE and UID REPLACE (RFC 8508): a message comes and another goes at once."""

    def __init__(self, session, number, uid, mailbox, given, by_uid, optional=False):
        super().__init__(session, mailbox, [given], optional)
        self.text = f'{"UID " if by_uid else ""}REPLACE {uid if by_uid else number} '.encode() + self.text.removeprefix(b'APPEND ')
        self.uid, self.statuses = uid, ('OK', 'NO')

    def begin(self):
        self.box = self.session.picture.box
        self.removal = Removal(self.start, {self.uid}, needs_deleted=False)
        self.box.removals.append(self.removal)

    def done(self, status, code):
        one, now = self.box.message(self.uid), self.session.clock.now
        self.removal.end = now
        if status == 'OK':
            demand(self.told, 'REPLACE without APPENDUID')
            one.told_gone = min(one.told_gone, now)
            demand(self.uid not in self.session.picture.known(), 'REPLACE left UID', self.uid)
            return
        self.box.removals.remove(self.removal)
        demand(code in ('TRYCREATE', 'OVERQUOTA') or self.box.may_be_gone(one, now), self.text[:80], 'was refused with', code)


class Concatenate(Append):
    """APPEND with CATENATE (RFC 4469): the bytes of a message that is there, fetched by the server itself."""

    def __init__(self, session, box_name, box, one, flags, date):
        when = datetime.fromtimestamp(date, timezone.utc).strftime('%d-%b-%Y %H:%M:%S +0000')
        super().__init__(session, 'Box', [], True)
        self.given = [(one.number, flags, date)]
        self.box, self.one = box, one
        self.text = (f'APPEND Box ({" ".join(flags)}) "{when}" CATENATE (URL '
                     f'"/{box_name};UIDVALIDITY={box.validity}/;UID={one.uid}")').encode()

    def done(self, status, code):
        demand(self.told or status != 'OK', 'CATENATE without APPENDUID')
        demand(status == 'OK' or self.box.may_be_gone(self.one, self.session.clock.now), self.text, 'was refused with', code)

    def lost(self):
        self.account.unanswered.append(self.one)


class Copy(Command):
    """COPY and MOVE; uids are those the set stands for."""

    def __init__(self, session, verb, text_set, uids, mailbox, by_uid, optional=False):
        super().__init__(session, f'{"UID " if by_uid else ""}{verb} {text_set} {mailbox}')
        self.mailbox = mailbox
        self.moves, self.uids, self.optional = verb == 'MOVE', uids, optional
        self.statuses = ('OK', 'NO') if optional else ('OK',)
        self.pairs = None

    def begin(self):
        self.box = self.session.picture.box
        if self.moves:
            self.removal = Removal(self.start, set(self.uids), needs_deleted=False)
            self.box.removals.append(self.removal)

    def hear_code(self, name, value):
        if name != 'COPYUID':
            return
        validity, sources, targets = value.split()
        sources, targets = list(numbers(sources)), list(numbers(targets))
        demand(len(sources) == len(targets) and targets == sorted(set(targets)), 'COPYUID', value)
        demand(set(sources) <= set(self.uids), 'COPYUID', value, 'of messages not asked for')
        self.pairs = list(zip(sources, targets))
        target = self.account.box(int(validity))
        for source, made in self.pairs:
            one = self.box.message(source)
            possible = {flag: one.history.possible(flag, self.start, self.session.clock.now) for flag in FLAGS}
            new = target.born(made, one.number, one.date, possible, self.start, self.floor(target.validity))
            self.account.saw_content(new, None, one.email_id)

    def done(self, status, code):
        if status != 'OK':
            demand(code in ('TRYCREATE', 'OVERQUOTA') or (code == 'MESSAGELIMIT' and len(self.uids) > self.session.limit),
                   self.text, 'was refused with', code)
        else:
            demand(not self.session.limit or len(self.pairs or ()) <= self.session.limit, self.text, 'took', len(self.pairs or ()))
        copied = {source for source, _ in self.pairs or ()}
        now = self.session.clock.now
        for uid in set(self.uids) - copied if status == 'OK' else ():
            demand(self.box.may_be_gone(self.box.message(uid), now), self.text, 'left out UID', uid)
        if not self.moves:
            return
        self.removal.uids, self.removal.end = copied, now
        still = copied & set(self.session.picture.known())
        demand(not still, self.text, 'left', sorted(still), 'in the mailbox')
        for uid in copied:
            self.box.message(uid).told_gone = min(self.box.message(uid).told_gone, now)

    def lost(self):
        self.account.unanswered += [self.box.message(uid) for uid in self.uids]


class Store(Command):
    def __init__(self, session, text_set, uids, by_uid, action, flags, silent, unchanged_since=None):
        condition = f' (UNCHANGEDSINCE {unchanged_since})' if unchanged_since is not None else ''
        super().__init__(session, f'{"UID " if by_uid else ""}STORE {text_set}{condition} {action}FLAGS'
                                  f'{".SILENT" if silent else ""} ({" ".join(flags)})')
        self.withholds = not by_uid
        self.statuses = ('OK', 'NO')
        self.uids, self.by_uid, self.silent, self.unchanged_since = uids, by_uid, silent, unchanged_since
        self.values = change(action, flags)
        self.writes, self.before, self.told, self.modified, self.answered = {}, {}, set(), set(), set()

    def begin(self):
        self.picture = self.session.picture
        self.box = self.picture.box
        if self.unchanged_since is not None:
            self.session.condstore = True
        for uid in self.uids:
            self.writes[uid] = Write(self.values, self.start, by=f'{self.tag} {self.text}')
            self.box.message(uid).history.add(self.writes[uid])

    def turn(self):
        picture = self.picture
        for uid in self.uids:
            if self.silent and uid in picture.flags:
                # The program knows what its own change makes of the flags.
                self.before[uid] = picture.flags[uid]
                kept = {flag for flag in picture.flags[uid] if self.values.get(flag) is not False}
                picture.flags[uid] = frozenset(kept | {flag for flag, value in self.values.items() if value})

    def lost(self):
        # Unanswered it may not have been done: a program knows again what it was told.
        for uid, flags in self.before.items():
            if uid not in self.told and uid in self.picture.flags:
                self.picture.flags[uid] = flags

    def hear_fetch(self, uid, one, flags, modseq, items):
        self.answered.add(uid)
        if flags is None or uid not in self.writes:
            return
        self.told.add(uid)
        # What NOTIFY tells may be older than the answer; of what a limit leaves out the change of another is told.
        is_cut = 0 < self.session.limit < len(self.uids)
        if self.unchanged_since is None and not self.silent and self.session.notices is None and not is_cut:
            flag = one.history.contradicts(self.writes[uid], flags)
            demand(flag is None, self.text, 'was answered with', sorted(flags), 'for UID', uid)

    def hear_code(self, name, value):
        if name == 'MODIFIED':
            named = list(numbers(value))
            self.modified = set(named) if self.by_uid else {self.session.picture.uids[number - 1] for number in named}
            demand(self.modified <= set(self.uids), 'MODIFIED', value, 'of messages not asked for')
            demand(self.unchanged_since is not None, 'MODIFIED without a condition')

    def done(self, status, code):
        now, picture = self.session.clock.now, self.session.picture
        demand(status == 'OK' or code in ('EXPUNGEISSUED', 'MODIFIED'), self.text, 'was refused with', code)
        for uid in self.uids:
            one = self.box.message(uid)
            if uid in self.modified or uid < self.lowest:
                one.history.drop(self.writes[uid])
                if uid in self.before and uid not in self.told and uid in picture.flags:
                    picture.flags[uid] = self.before[uid]
                continue
            self.writes[uid].end = now
            if self.silent and uid not in self.told and self.box.may_be_gone(one, now):
                picture.flags.pop(uid, None)
            if not self.silent and uid not in self.told:
                demand(self.box.may_be_gone(one, now), self.text, 'was not answered for UID', uid)
