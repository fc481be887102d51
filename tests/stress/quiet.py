# SPDX-License-Identifier: GPL-3.0-or-later
"""A quiet point: nothing runs, so what the server holds is one thing, and everything must agree with it."""
import collections

from commands import Command
from commands_read import Select, fetch_all
from history import NEVER, demand

EVERYTHING = '(UID FLAGS MODSEQ INTERNALDATE EMAILID THREADID BODY.PEEK[HEADER.FIELDS (X-STRESS)])'


class Listing(Command):
    def __init__(self, session):
        super().__init__(session, 'LIST "" *')
        self.names = []

    def hear(self, response):
        if response.kind == 'LIST':
            values = response.values()
            if not values[4].startswith(b'Recoverable') and b'\\NonExistent' not in values[2] and b'\\Noselect' not in values[2]:
                self.names.append(values[4].decode())


class Found:
    """A mailbox as a session that has never seen it finds it."""

    def __init__(self, picture):
        self.box, self.uids, self.flags, self.modseqs = picture.box, list(picture.uids), dict(picture.flags), dict(picture.modseqs)
        self.next, self.highest = picture.box.next_floor, picture.highest
        messages = self.box.messages
        self.constant = {uid: (messages[uid].email_id, messages[uid].thread_id, messages[uid].date) for uid in self.uids}

    def same_as(self, other):
        mine = (self.box.id, self.box.validity, self.uids, self.flags, self.modseqs, self.next, self.highest, self.constant)
        return mine == (other.box.id, other.box.validity, other.uids, other.flags, other.modseqs, other.next, other.highest, other.constant)


async def look(session):
    """{name: Found} of all mailboxes, by a fresh session."""
    listing = Listing(session)
    await session.run(listing)
    found = {}
    for name in listing.names:
        await session.run(Select(session, name, 'EXAMINE', ' (CONDSTORE)'))
        session.picture.box.next_floor = max(session.picture.box.next_floor, 1)
        if session.picture.uids:
            await fetch_all(session, EVERYTHING, False)
        demand(None not in session.picture.uids, name, 'FETCH 1:* left messages out')
        found[name] = Found(session.picture)
        demand(max(found[name].modseqs.values(), default=0) <= found[name].highest, name, 'HIGHESTMODSEQ is below a MODSEQ')
    return found


def account_for(account, found):
    """Everything there was made by somebody, everything gone was removed by somebody, nothing is there twice."""
    # None: copies of a message that left before anybody saw which it was.
    unanswered = collections.Counter(one if isinstance(one, int) else one.number for one in account.unanswered)
    delivered = collections.Counter(account.delivered)
    here = {one.box.validity for one in found.values()}
    for box in account.boxes.values():
        if box.validity not in here:
            demand(box.ends, box, 'is gone and nobody deleted it')
            for one in box.messages.values():
                one.told_gone = min(one.told_gone, account.clock.now)
    nameless = 0
    for one in found.values():
        nameless += check_box(account, one, unanswered, delivered)
    lost = sum(delivered.values())
    demand(lost <= nameless + account.late_gone, 'deliveries acknowledged and not there:', sorted(delivered.elements()))
    account.unanswered, account.delivered = [], []


def check_box(account, found, unanswered, delivered):
    """How many messages came and went without anybody having seen which they were."""
    box, now, nameless = found.box, account.clock.now, 0
    for uid in range(box.settled_next, found.next):
        box.message(uid)
    present = set(found.uids)
    for uid, one in box.messages.items():
        if uid in present:
            demand(one.told_gone == NEVER, 'UID', uid, 'of', box, 'is there again')
            if not one.acknowledged:
                source, key = next(((source, key) for source, key in ((delivered, one.number), (unanswered, one.number), (unanswered, None))
                                    if source[key] > 0), (None, None))
                demand(source is not None, 'UID', uid, 'of', box, 'message', one.number, 'is there and nobody made it')
                source[key] -= 1
            one.history.settle(found.flags[uid], now)
            one.acknowledged, one.born = True, (0, now)
        elif one.told_gone == NEVER:
            demand(box.is_explained(one, now), 'UID', uid, 'of', box, 'message', one.number, 'is lost')
            one.told_gone = now
        if uid not in present and not one.acknowledged and uid >= box.settled_next:
            if delivered[one.number] > 0:
                delivered[one.number] -= 1
            else:
                nameless += 1
    for uid in present:
        one = box.messages[uid]
        one.versions = {found.modseqs[uid]: found.flags[uid]}
        demand(found.modseqs[uid] >= one.modseq, 'UID', uid, 'of', box, 'MODSEQ', found.modseqs[uid], 'was', one.modseq)
    box.settled_next, box.removals = found.next, []
    return nameless


async def compare(session, found):
    """A session that was there all the time knows what a fresh one finds."""
    await session.run(Command(session, 'NOOP'))
    if session.notices:
        session.notices.compare(found)
    picture = session.picture
    if picture is None:
        return
    if None in picture.uids:
        await fetch_all(session, '(UID FLAGS)', session.uid_only)
    agrees(session.name, picture, found)


def agrees(name, picture, found):
    truth = next((one for one in found.values() if one.box is picture.box), None)
    demand(truth is not None, name, 'is in a mailbox that is not there')
    demand(picture.uids == truth.uids, name, 'has', picture.uids, 'and there are', truth.uids)
    wrong = {uid: (sorted(flags), sorted(truth.flags[uid])) for uid, flags in picture.flags.items() if truth.flags[uid] != flags}
    demand(not wrong, name, picture.name, 'knows and there is:', wrong)
    old = {uid: (modseq, truth.modseqs[uid]) for uid, modseq in picture.modseqs.items() if modseq > truth.modseqs[uid]}
    demand(not old, name, 'was told MODSEQ that are not there:', old)
