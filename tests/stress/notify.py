# SPDX-License-Identifier: GPL-3.0-or-later
"""NOTIFY (RFC 5465): a session is told of its mailbox while it asks for nothing, and of the others by STATUS."""
from commands import Command
from history import demand
from truth import LASTING

MESSAGES = 'MessageNew{} MessageExpunge FlagChange'


class Notify(Command):
    """`selected`: EXPUNGE comes at any time, so that numbers mean nothing any more; `selected-delayed`: only where it always may."""

    def __init__(self, session, where, items, others):
        new = f' ({items})' if items else ''
        more = f' ({others} ({MESSAGES.format("")}))' if others else ''
        super().__init__(session, f'NOTIFY SET ({where} ({MESSAGES.format(new)})){more}')
        self.where, self.others = where, others

    def takes_effect(self):
        """A change between the command's effect and its answer is told before the answer."""
        if self.session.notices is None:
            self.session.notices = Notices(self.session, self.where, self.others is not None)

    def done(self, status, code):
        self.takes_effect()


class Notices:
    """What a session that gave NOTIFY was told of mailboxes it has not selected: {UIDVALIDITY: {item: value}}."""

    def __init__(self, session, where, watches):
        self.session, self.at_once, self.watches = session, where == 'selected', watches
        self.told = {}
        # Names of mailboxes it has used itself: its own changes are not told.
        self.own = {session.picture.name} if session.picture is not None else set()

    def hear(self, response):
        """STATUS without having been asked for."""
        demand(self.watches, 'STATUS which nobody asked for', response)
        values = response.values()[-1]
        items = {values[i].decode(): int(values[i + 1]) for i in range(0, len(values), 2)}
        demand('UIDVALIDITY' in items, 'STATUS without UIDVALIDITY', response)
        box = self.session.account.box(items['UIDVALIDITY'])
        known = self.told.setdefault(box.validity, {})
        for name in ('UIDNEXT', 'HIGHESTMODSEQ'):
            demand(items.get(name, known.get(name, 0)) >= known.get(name, 0), name, 'of', box, 'goes back:', known, items)
        known.update(items)
        box.next_floor = max(box.next_floor, items.get('UIDNEXT', 0))
        box.saw_modseq(items.get('HIGHESTMODSEQ', 0))

    def compare(self, found):
        """At a quiet point everything that others did is told."""
        for name in set(LASTING) - self.own:
            one = found[name]
            known = self.told.get(one.box.validity, {})
            true = {'MESSAGES': len(one.uids), 'UIDNEXT': one.next, 'UIDVALIDITY': one.box.validity, 'HIGHESTMODSEQ': one.highest,
                    'UNSEEN': sum('\\Seen' not in flags for flags in one.flags.values())}
            wrong = {item: (value, true[item]) for item, value in known.items() if value != true[item]}
            demand(not wrong, self.session.name, 'was told of', name, 'and there is:', wrong)


class Batches(Command):
    """UIDBATCHES (RFC 10022): ranges from the newest to the oldest, without a gap, of so many messages each."""

    def __init__(self, session, size):
        super().__init__(session, f'UIDBATCHES {size}')
        self.size, self.heard, self.pairs, self.before = size, False, 0, set()

    def hear(self, response):
        if response.kind != 'UIDBATCHES':
            return
        self.heard = True
        ranges = response.text.partition(') ')[2]
        demand(response.text.startswith(f'(TAG "{self.tag}")'), response)
        picture = self.session.picture
        pairs = [tuple(int(uid) for uid in one.split(':')) for one in ranges.split(',')] if ranges else []
        # Fewer: what was expunged behind a FETCH in the same pipeline is told after this answer (see done).
        self.pairs, self.before = len(pairs), set(picture.uids) - {None}
        demand(len(pairs) <= -(-len(picture.uids) // self.size), response, 'of', len(picture.uids), 'messages')
        for (high, low), below in zip(pairs, [*(high for high, _ in pairs[1:]), 0]):
            demand(high >= low == below + 1, response, 'has a gap')
        if None in picture.uids:
            return
        for place, (high, low) in enumerate(pairs):
            inside = sum(low <= uid <= high for uid in picture.uids)
            demand(inside >= self.size or place + 1 == len(pairs), response, 'has', inside, 'messages in', high, low)

    def done(self, status, code):
        demand(self.heard, 'UIDBATCHES was not answered')
        there = self.before & set(self.session.picture.uids)
        demand(self.pairs >= -(-len(there) // self.size), 'UIDBATCHES told', self.pairs, 'batches of', len(there), 'messages')
