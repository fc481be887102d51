# SPDX-License-Identifier: GPL-3.0-or-later
"""What one session knows of its selected mailbox by what it was told, and what that forbids the server to tell next."""
from history import demand
from wire import numbers


class Picture:
    """uids: one for each sequence number; None where only EXISTS was told."""
    numbered = True

    def __init__(self, name):
        self.name = name
        self.box = None  # truth.Box once UIDVALIDITY was told
        self.read_only = False
        self.uids = []
        self.flags = {}
        self.modseqs = {}
        self.highest = 0  # told by HIGHESTMODSEQ codes only
        self.next_told = 0

    def exists(self, count):
        demand(count >= len(self.uids), 'EXISTS', count, 'with', len(self.uids), 'messages and no EXPUNGE')
        self.uids += [None] * (count - len(self.uids))

    def expunge(self, number):
        demand(1 <= number <= len(self.uids), 'EXPUNGE', number, 'of', len(self.uids), 'messages')
        uid = self.uids.pop(number - 1)
        if uid is not None:
            self.forget(uid)
        return uid

    def vanished(self, text):
        """VANISHED without EARLIER: each UID was counted (RFC 7162, 3.2.10)."""
        gone = list(numbers(text))
        for uid in gone:
            place = self.place_of(uid)
            demand(place is not None, 'VANISHED', uid, 'which the session does not count')
            self.uids.pop(place)
            self.forget(uid)
        return gone

    def place_of(self, uid):
        """Where a UID stands, or one place where it may stand; None when there is none."""
        if uid in self.flags or uid in self.modseqs:
            try:
                return self.uids.index(uid)
            except ValueError:
                return None
        free = None
        for index, known in enumerate(self.uids):
            if known == uid:
                return index
            if known is None:
                free = index
            elif known < uid:
                free = None
            else:
                break
        return free

    def forget(self, uid):
        self.flags.pop(uid, None)
        self.modseqs.pop(uid, None)

    def fetched(self, number, uid):
        """A FETCH response: the number and the UID belong together."""
        demand(1 <= number <= len(self.uids), 'FETCH', number, 'of', len(self.uids), 'messages')
        known = self.uids[number - 1]
        if uid is None:
            return known
        demand(known in (None, uid), 'FETCH', number, 'is UID', uid, 'and was', known)
        if known is None:
            before = next((other for other in reversed(self.uids[:number - 1]) if other is not None), 0)
            after = next((other for other in self.uids[number:] if other is not None), uid + 1)
            demand(before < uid < after, 'FETCH', number, 'UID', uid, 'is not between', before, 'and', after)
            self.uids[number - 1] = uid
        return uid

    def saw_flags(self, uid, flags, modseq):
        """New flags: a newer MODSEQ, or the same one with the same flags."""
        if modseq is not None:
            old = self.modseqs.get(uid, 0)
            demand(modseq >= old, 'UID', uid, 'MODSEQ goes back from', old, 'to', modseq)
            if flags is not None and modseq == old and uid in self.flags:
                demand(self.flags[uid] == flags, 'UID', uid, 'MODSEQ', modseq, 'has two sets of flags')
            self.modseqs[uid] = modseq
        if flags is not None:
            self.flags[uid] = flags

    def adopt(self, uids):
        """A program remembers the first messages of the mailbox."""
        demand(len(uids) <= len(self.uids), 'a program remembers', len(uids), 'messages and', len(self.uids), 'are there')
        for index, uid in enumerate(uids):
            demand(self.uids[index] in (None, uid), 'number', index + 1, 'is UID', self.uids[index], 'and is remembered as', uid)
            self.uids[index] = uid

    def known(self):
        return [uid for uid in self.uids if uid is not None]


class UidPicture(Picture):
    """Of a session that speaks of UIDs only (RFC 9586): those known in order, behind them what was only counted."""
    numbered = False

    def place_of(self, uid):
        if uid in self.uids:
            return self.uids.index(uid)
        return len(self.uids) - 1 if None in self.uids else None

    def fetched(self, number, uid):
        demand(uid in (None, number), 'UIDFETCH', number, 'tells UID', uid)
        if number not in self.uids:
            demand(None in self.uids, 'UIDFETCH', number, 'with', len(self.uids), 'messages')
            self.uids.remove(None)
            known = sorted([*self.known(), number])
            self.uids = known + [None] * self.uids.count(None)
        return number

    def adopt(self, uids):
        known = sorted({*self.known(), *uids})
        demand(len(known) <= len(self.uids), 'a program remembers', len(known), 'messages and', len(self.uids), 'are there')
        self.uids = known + [None] * (len(self.uids) - len(known))
