# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that open, ask and remove; each checks its answer against the account's truth."""
import re

from commands import Command
from history import Write, demand
from truth import Removal
from wire import numbers


class Select(Command):
    """SELECT or EXAMINE; `mirror` gives what a program remembers for QRESYNC and takes what is told."""
    selects, synced = True, True

    def __init__(self, session, mailbox, verb='SELECT', parameters='', mirror=None, optional=False):
        super().__init__(session, f'{verb} {mailbox}{parameters}')
        self.mailbox, self.verb, self.mirror = mailbox, verb, mirror
        self.takes_earlier = mirror is not None
        self.statuses = ('OK', 'NO') if optional else ('OK',)

    def turn(self):
        session = self.session
        self.begun = session.picture is None
        if self.begun:
            session.picture = session.new_picture(self.mailbox)
        if 'CONDSTORE' in self.text or 'QRESYNC' in self.text:
            session.condstore = True
        session.saved = None

    def hear(self, response):
        if response.kind == 'VANISHED' and self.mirror is not None:
            self.mirror.vanished(response.text.removeprefix('(EARLIER) '), self.session.picture)

    def hear_fetch(self, uid, one, flags, modseq, items):
        demand(self.mirror is not None, 'FETCH during', self.text)
        self.mirror.fetched(uid, flags, modseq)

    def done(self, status, code):
        picture = self.session.picture
        if status != 'OK':
            self.session.picture = None
            return
        demand(code == ('READ-ONLY' if self.verb == 'EXAMINE' else 'READ-WRITE'), self.text, 'was answered', code)
        picture.read_only = self.verb == 'EXAMINE'
        sure = [one for one in picture.box.messages.values() if one.acknowledged and one.born[1] < self.start
                and not picture.box.may_be_gone(one, self.session.clock.now)]
        demand(len(picture.uids) >= len(sure), self.text, 'counts', len(picture.uids), 'and', len(sure), 'are there')
        if self.mirror is not None:
            self.mirror.selected(picture)


class Enable(Command):
    def __init__(self, session, what):
        super().__init__(session, f'ENABLE {what}')
        self.what = what

    def done(self, status, code):
        self.session.qresync = self.session.qresync or 'QRESYNC' in self.what
        self.session.condstore = self.session.condstore or 'QRESYNC' in self.what or 'CONDSTORE' in self.what
        self.session.uid_only = self.session.uid_only or 'UIDONLY' in self.what


class Leave(Command):
    """CLOSE and UNSELECT."""
    synced = False

    def begin(self):
        box = self.session.picture.box
        self.removal = None
        if self.text == 'CLOSE' and not self.session.picture.read_only:
            self.removal = Removal(self.start)
            box.removals.append(self.removal)

    def done(self, status, code):
        if self.removal:
            self.removal.end = self.session.clock.now
        self.session.picture = self.session.saved = None


class Expunge(Command):
    statuses = ('OK', 'NO')

    def __init__(self, session, uid_set=None, uids=None):
        super().__init__(session, f'UID EXPUNGE {uid_set}' if uid_set else 'EXPUNGE')
        self.uids = set(uids) if uids is not None else None

    def begin(self):
        self.picture = self.session.picture
        self.removal = None
        if self.picture.read_only:
            return
        self.statuses = ('OK',)
        self.removal = Removal(self.start, self.uids)
        self.picture.box.removals.append(self.removal)

    def done(self, status, code):
        if self.removal is None:
            demand(status == 'NO', self.text, 'in a mailbox opened by EXAMINE was answered', status)
            return
        self.removal.end = now = self.session.clock.now
        box = self.picture.box
        for uid in self.picture.known():
            if uid < self.lowest:
                continue
            one = box.message(uid)
            if (self.uids is None or uid in self.uids) and one.acknowledged and one.born[1] < self.start:
                demand(one.history.may_be('\\Deleted', False, self.start, now), self.text, 'left UID', uid)


class Fetch(Command):
    """FETCH of known messages. changed_since None: all of them."""

    def __init__(self, session, text_set, uids, by_uid, items, changed_since=None, vanished=False):
        modifier = ''
        if changed_since is not None:
            modifier = f' (CHANGEDSINCE {changed_since}{" VANISHED" if vanished else ""})'
        super().__init__(session, f'{"UID " if by_uid else ""}FETCH {text_set} {items}{modifier}')
        self.withholds, self.takes_earlier = not by_uid, vanished
        self.statuses = ('OK', 'NO')
        self.uids, self.by_uid, self.items, self.changed_since = uids, by_uid, items, changed_since
        self.told = set()
        self.asked = next((word.split('<')[0] for word in items.strip('()').replace('.PEEK', '').split() if word != 'UID'), 'UID')
        self.marks = 'BODY[' in items
        self.writes = {}

    def begin(self):
        self.picture = self.session.picture
        if self.changed_since is not None or 'MODSEQ' in self.text:
            self.session.condstore = True
        if self.marks and not self.picture.read_only:
            for uid in self.uids:
                self.writes[uid] = Write({'\\Seen': True}, self.start, by=f'{self.tag} {self.text}')
                self.picture.box.message(uid).history.add(self.writes[uid])

    def hear_fetch(self, uid, one, flags, modseq, items):
        if any(name.startswith(self.asked) for name in items):
            self.told.add(uid)
        if uid in self.writes and any(name.startswith('BODY[') for name in items):
            self.writes[uid].end = self.session.clock.now

    def done(self, status, code):
        now, box = self.session.clock.now, self.picture.box
        demand(status == 'OK' or code == 'EXPUNGEISSUED', self.text, 'was refused with', code)
        demand(status == 'OK' or not self.by_uid, self.text, 'by UID was refused')
        self.check_limit()
        for uid in self.uids:
            one = box.message(uid)
            if uid < self.lowest:
                if uid in self.writes:
                    one.history.drop(self.writes[uid])
                continue
            if self.changed_since is not None and not self.picture.modseqs.get(uid, 0) > self.changed_since:
                continue
            demand(uid in self.told or box.may_be_gone(one, now), self.text, 'did not tell UID', uid)


    def check_limit(self):
        """RFC 9738: no more than the limit, and no fewer."""
        limit, picture = self.session.limit, self.picture
        if not limit or self.changed_since is not None or not self.withholds:
            return
        if self.asked not in ('FLAGS', 'MODSEQ'):  # those are told of any message that another changed
            demand(len(self.told) <= limit, self.text, 'told', len(self.told), 'messages')
            demand(min(self.told, default=self.lowest) >= self.lowest, self.text, 'went below', self.lowest)
        if self.lowest:
            below = sum(uid is None or uid >= self.lowest for uid in picture.uids)
            demand(below >= limit, self.text, 'ended after', below, 'messages')


async def fetch_all(session, items, by_uid=True, changed_since=None, vanished=False, first=1):
    """FETCH of all messages from `first` on; where a command may name so many only, part by part from the newest down."""
    fetch = Fetch(session, f'{first}:*', [], by_uid, items, changed_since, vanished)
    await session.run(fetch)
    while fetch.lowest > first:
        fetch = Fetch(session, f'{first}:{fetch.lowest - 1}', [], True, items, changed_since, vanished)
        await session.run(fetch)


def plain_numbers(response):
    """Of SEARCH and SORT, with or without the MODSEQ behind them (RFC 7162, 3.1.5)."""
    return [int(word) for word in re.sub(r'\(MODSEQ \d+\)', '', response.text).split()]


class Search(Command):
    """SEARCH for one flag, answered by SEARCH or ESEARCH. saves: $ stands for the result."""
    verb = 'SEARCH'

    def __init__(self, session, by_uid, key, flag, wanted, returns=None):
        option = '' if returns is None else f'RETURN ({returns}) '
        super().__init__(session, f'{"UID " if by_uid else ""}{self.verb} {option}{key}')
        self.withholds, self.by_uid, self.flag, self.wanted, self.returns = not by_uid, by_uid, flag, wanted, returns
        self.found = None

    def hear(self, response):
        if response.kind == self.verb:
            self.take(self.numbers_of(response))
        elif response.kind == 'ESEARCH':
            self.hear_extended(response.text)

    def numbers_of(self, response):
        found = plain_numbers(response)
        demand(found == sorted(set(found)), response.text)
        return found

    def hear_extended(self, text):
        demand(f'(TAG "{self.tag}")' in text, 'ESEARCH of another command', text)
        match = re.search(r' ALL ([\d:,]+)', text)
        count = re.search(r' COUNT (\d+)', text)
        found = list(numbers(match[1])) if match else []
        demand(count is None or 'ALL' not in (self.returns or '') or int(count[1]) == len(found), text)
        if 'PARTIAL' in (self.returns or ''):
            self.hear_partial(text, int(count[1]))
        elif 'ALL' in (self.returns or 'ALL'):
            demand(found == sorted(set(found)), text)
            self.take(found)

    def hear_partial(self, text, count):
        """RFC 9394: the named places of the result and no others."""
        match = re.search(r' PARTIAL \((\d+):(\d+) (NIL|[\d:,]+)\)', text)
        demand(match is not None, text)
        found = [] if match[3] == 'NIL' else list(numbers(match[3]))
        demand(found == sorted(set(found)), text)
        first, last = int(match[1]), int(match[2])
        demand(len(found) == max(0, min(last, count) - first + 1), text, 'of', count)
        self.messages(found)

    def messages(self, found):
        """The UIDs of what was found; a message the session does not count is none."""
        picture = self.session.picture
        if self.by_uid:
            for uid in found:
                demand(picture.place_of(uid) is not None, self.verb, 'found UID', uid, 'which the session does not count')
            return found
        demand(all(number <= len(picture.uids) for number in found), self.text, found, 'of', len(picture.uids), 'messages')
        return [picture.uids[number - 1] for number in found]

    def take(self, found):
        self.found = set(self.messages(found))
        if not self.session.limit:
            self.compare()

    def compare(self):
        picture, now = self.session.picture, self.session.clock.now
        if self.flag is None:
            return
        for uid in picture.known():
            if uid < self.lowest:
                demand(uid not in self.found, self.text, 'found UID', uid, 'below', self.lowest)
                continue
            one = picture.box.message(uid)
            is_set = (uid in self.found) is self.wanted
            if picture.box.may_be_gone(one, now):
                continue
            demand(one.history.may_be(self.flag, is_set, self.session.view_since, now), self.text, 'is wrong about UID', uid)

    def done(self, status, code):
        if self.session.limit and self.found is not None:
            self.compare()  # how far it came is known only now
        if self.returns and 'SAVE' in self.returns:
            self.session.saved = self.found if self.found is not None and None not in self.found else None


class Sort(Search):
    """The same messages as SEARCH finds, by INTERNALDATE (RFC 5256)."""
    verb = 'SORT'

    def __init__(self, session, by_uid, key, flag, wanted, is_reverse):
        super().__init__(session, by_uid, f'({"REVERSE " if is_reverse else ""}ARRIVAL) UTF-8 {key}', flag, wanted)
        self.is_reverse = is_reverse

    def numbers_of(self, response):
        found = plain_numbers(response)
        demand(len(found) == len(set(found)), response.text)
        box = self.session.picture.box
        dates = [box.message(uid).date for uid in self.messages(found) if uid is not None]
        dates = [date for date in dates if date is not None]
        demand(dates == sorted(dates, reverse=self.is_reverse), response.text, 'has the dates', dates)
        return found


class Thread(Search):
    """The same messages as SEARCH finds, each once in some thread (RFC 5256)."""
    verb = 'THREAD'

    def __init__(self, session, by_uid, key, flag, wanted, algorithm):
        super().__init__(session, by_uid, f'{algorithm} UTF-8 {key}', flag, wanted)

    def numbers_of(self, response):
        response.values()  # are the parentheses in order?
        found = [int(word) for word in re.findall(r'\d+', response.text)]
        demand(len(found) == len(set(found)), response.text)
        return found


class Status(Command):
    def __init__(self, session, mailbox, optional):
        super().__init__(session, f'STATUS {mailbox} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ MAILBOXID)')
        self.mailbox = mailbox
        self.statuses = ('OK', 'NO') if optional else ('OK',)
        self.told = None  # (Box, HIGHESTMODSEQ)

    def hear(self, response):
        if response.kind != 'STATUS':
            return
        values = response.values()[-1]
        told = {values[i].decode(): values[i + 1] for i in range(0, len(values), 2)}
        box = self.account.box(int(told['UIDVALIDITY']))
        self.session.told_next(self, box, int(told['UIDNEXT']))
        self.told = box, int(told['HIGHESTMODSEQ'])
        self.session.told_highest(self, *self.told)
        self.account.saw_id(box.validity, told['MAILBOXID'][0].decode())
        demand(int(told['UNSEEN']) <= int(told['MESSAGES']), response)

    def done(self, status, code):
        # Of the selected mailbox: what changed up to it was told behind it (RFC 9051, 7).
        if self.told is not None:
            self.session.knows_up_to(*self.told)


class Folder(Command):
    """CREATE, DELETE, RENAME of names that come and go."""
    statuses = ('OK', 'NO')

    def __init__(self, session, verb, *names):
        super().__init__(session, f'{verb} {" ".join(names)}')

    def done(self, status, code):
        demand(status == 'OK' or code in ('ALREADYEXISTS', 'NONEXISTENT', 'CANNOT', 'TRYCREATE', 'HASCHILDREN'), self.text, 'was refused with', code)


