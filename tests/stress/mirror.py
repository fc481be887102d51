# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail program's memory of a mailbox over many connections, kept by CONDSTORE or QRESYNC alone (RFC 7162)."""
import copy

from commands_read import Enable, Fetch, Select, fetch_all
from history import demand
from wire import as_set, numbers


class Mirror:
    """validity, highest: of the last HIGHESTMODSEQ code. flags: {uid: flags}."""

    def __init__(self, mailbox):
        self.mailbox = mailbox
        self.validity = self.highest = 0
        self.flags = {}
        self.last = 0

    # --- leaving --------------------------------------------------------------------------------------
    def remember(self, picture):
        """The connection ends: what the picture holds is remembered when it has no hole."""
        if picture is None or picture.box is None or picture.name != self.mailbox:
            return
        if None in picture.uids and not picture.numbered:
            return
        uids = picture.uids[:picture.uids.index(None)] if None in picture.uids else picture.uids
        if set(picture.known()) - set(uids) or any(uid not in picture.flags for uid in uids):
            return
        self.validity, self.highest = picture.box.validity, picture.highest
        self.flags = {uid: picture.flags[uid] for uid in uids}

    # --- what QRESYNC tells during SELECT ---------------------------------------------------------------
    def vanished(self, text, picture):
        for uid in numbers(text):
            self.flags.pop(uid, None)
            # The server may name UIDs that never were; those that were must be gone for a reason.
            if uid in picture.box.messages:
                picture.box.gone(uid)

    def fetched(self, uid, flags, modseq):
        demand(modseq is not None and flags is not None, 'QRESYNC told UID', uid, 'without MODSEQ or FLAGS')
        self.flags[uid] = flags

    def selected(self, picture):
        """The mailbox begins with what is remembered."""
        if picture.box.validity != self.validity:
            self.flags = {}
            return
        # What is new was told with its number; the rest begins the mailbox.
        uids = sorted(uid for uid in self.flags if uid <= self.last)
        picture.adopt(uids)
        picture.flags.update(self.flags)

    # --- coming back ------------------------------------------------------------------------------------
    async def come_back(self, session):
        # Several programs may have begun with the same memory.
        mine = copy.copy(self)
        mine.flags = dict(self.flags)
        await (mine.by_qresync if session.chance.random() < 0.6 else mine.by_condstore)(session)

    async def by_qresync(self, session):
        if not session.qresync:
            await session.run(Enable(session, 'QRESYNC'))
        if not self.validity:
            await session.run(Select(session, self.mailbox))
            await fetch_all(session, '(FLAGS MODSEQ)')
            return
        known = ''
        self.last = max(self.flags, default=0)
        if self.flags and session.chance.random() < 0.5:
            uids = sorted(self.flags)
            known = f' 1:{uids[-1]}'
            if session.chance.random() < 0.5 and not session.uid_only:
                places = sorted(session.chance.sample(range(len(uids)), min(3, len(uids))))
                known += f' ({as_set([place + 1 for place in places])} {as_set([uids[place] for place in places])})'
        text = f' (QRESYNC ({self.validity} {max(1, self.highest)}{known}))'
        await session.run(Select(session, self.mailbox, parameters=text, mirror=self))
        await fetch_all(session, '(FLAGS MODSEQ)', first=self.last + 1)

    async def by_condstore(self, session):
        await session.run(Select(session, self.mailbox, parameters=' (CONDSTORE)'))
        picture = session.picture
        if not self.validity or picture.box.validity != self.validity:
            await fetch_all(session, '(FLAGS MODSEQ)')
            return
        await fetch_all(session, '(UID)')
        vanished = session.qresync and session.chance.random() < 0.5
        await fetch_all(session, '(FLAGS)', True, self.highest, vanished)
        for uid in picture.known():
            if uid not in picture.flags and uid in self.flags:
                picture.flags[uid] = self.flags[uid]
        unknown = [uid for uid in picture.known() if uid not in picture.flags]
        if unknown:
            step = session.limit or len(unknown)
            for begin in range(0, len(unknown), step):
                some = unknown[begin:begin + step]
                await session.run(Fetch(session, as_set(some), some, True, '(FLAGS MODSEQ)'))
