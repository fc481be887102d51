# SPDX-License-Identifier: GPL-3.0-or-later
"""The stress client's checks find a server that is wrong: between a right server and the client somebody changes one kind of
response, and each such lie must be called one."""
import asyncio
import contextlib
import io
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import world  # noqa: E402
from history import Violation  # noqa: E402
from wire import Response  # noqa: E402

SECONDS = 240  # a lie must be found within: most are in a few, and a slow machine has told few of them by then
SKIPPED = 3  # right responses of a kind before the first lie


class Liar:
    """Stands between a session and its link: `lie` gets the pieces of a response and gives those of another, of several, of
    none; None where it leaves it."""

    running = ''  # the command the session has sent and not heard of

    def __init__(self, session, lie, state):
        self.session, self.link, self.lie, self.state, self.queue = session, session.link, lie, state, []

    def __getattr__(self, name):
        return getattr(self.link, name)

    async def response(self):
        while not self.queue:
            true = await self.link.response()
            Liar.running = str(self.session.waiting[0].text) if self.session.waiting else ''
            told = self.lie(true.pieces)
            if told is not None:
                self.state['seen'] += 1
                if self.state['seen'] <= SKIPPED or self.state['seen'] % 2:
                    told = None
                else:
                    self.state['lies'] += 1
            self.queue = [true] if told is None else [Response(pieces) for pieces in told]
        return self.queue.pop(0)


def replaced(pattern, change):
    """A lie that changes what a pattern finds in the first piece."""
    def lie(pieces):
        match = re.search(pattern, pieces[0])
        if not match:
            return None
        told = change(match)
        return [[pieces[0][:match.start()] + told + pieces[0][match.end():], *pieces[1:]]]
    return lie


def dropped(pattern):
    return lambda pieces: [] if re.match(pattern, pieces[0]) else None


def dropped_unasked(pattern):
    return lambda pieces: [] if re.match(pattern, pieces[0]) and not re.search('FETCH|STORE|SELECT', Liar.running) else None


def dropped_whole(pattern):
    """Of the answer to a FETCH of everything."""
    return lambda pieces: [] if re.match(pattern, pieces[0]) and re.search(r'FETCH \d+:', Liar.running) else None


def less(match):
    return match[1] + str(max(1, int(match[2]) - 7)).encode() + match[3]


def early_expunge(pieces):
    return [[b'* 1 EXPUNGE'], pieces] if re.match(rb'\* \d+ FETCH .*ENVELOPE', pieces[0]) else None


def other_body(pieces):
    if len(pieces) < 3 or not pieces[0].endswith(b'}') or b' BODY[] ' not in pieces[0]:
        return None
    return [[pieces[0], pieces[1][:-3] + b'?' + pieces[1][-2:], *pieces[2:]]]


def late(kind):
    """The n-th of a kind is told again in place of a later one."""
    old = []

    def lie(pieces):
        match = re.search(kind, pieces[0])
        if not match:
            return None
        old.append(match[0])
        return [[pieces[0].replace(match[0], old[0]), *pieces[1:]]] if old[0] != match[0] else None
    return lie


LIES = {
    'an EXPUNGE is not told': dropped(rb'\* \d+ EXPUNGE'),
    'an EXPUNGE comes during FETCH': early_expunge,
    'another number is expunged': replaced(rb'^\* (\d+) EXPUNGE', lambda m: b'* 1 EXPUNGE' if m[1] != b'1' else b'* 2 EXPUNGE'),
    'a UID vanishes that is there': lambda p: [p, [b'* VANISHED 1']] if re.match(rb'\* \d+ EXISTS', p[0]) else None,
    'EXISTS shrinks': replaced(rb'^\* (\d+) EXISTS', lambda m: b'* %d EXISTS' % max(0, int(m[1]) - 2)),
    'new messages are not told': dropped(rb'\* \d+ EXISTS'),
    'a flag is told that nobody set': replaced(rb'FLAGS \((?!.*Draft)', lambda m: b'FLAGS (\\Draft '),
    'a change of flags is not told': dropped(rb'\* \d+ FETCH \(UID \d+ FLAGS \([^)]*\)\)$'),
    'a change by another is not told': dropped_unasked(rb'\* \d+ FETCH \(UID \d+ FLAGS'),
    'MODSEQ goes back': replaced(rb'(MODSEQ \()(\d+)(\))', less),
    'HIGHESTMODSEQ goes back': replaced(rb'(HIGHESTMODSEQ )(\d+)([\])])', less),
    'UIDNEXT goes back': replaced(rb'(UIDNEXT )(\d+)([\])])', less),
    'a UID is given again': late(rb'APPENDUID \d+ \d+(?=\])'),
    'a FETCH tells another UID': replaced(rb'(FETCH \(UID )(\d+)( )', less),
    'a COPY leaves one out': replaced(rb'COPYUID (\d+) (\d+):(\d+) (\d+):(\d+)', lambda m: b'COPYUID %s %s:%d %s:%d' % (
        m[1], m[2], int(m[3]) - 1, m[4], int(m[5]) - 1)),
    'a body has another byte': other_body,
    'an INTERNALDATE is another': late(rb'INTERNALDATE "[^"]*"'),
    'an EMAILID is another': late(rb'EMAILID \([^)]*\)'),
    'a MAILBOXID is another': late(rb'MAILBOXID \([^)]*\)'),
    'QRESYNC keeps silent about what left': dropped(rb'\* VANISHED \(EARLIER\)'),
    'MODIFIED is not told': replaced(rb'\[MODIFIED [^\]]*\] ', lambda m: b''),
    'SEARCH finds nothing': replaced(rb'^\* SEARCH .*$', lambda m: b'* SEARCH'),
    'SORT turns two around': replaced(rb'^\* SORT (\d+)((?: \d+)*) (\d+)', lambda m: b'* SORT ' + m[3] + m[2] + b' ' + m[1]),
    'THREAD leaves one out': replaced(rb'^\* THREAD \((\d+)', lambda m: b'* THREAD ('),
    'a part of a result is short': replaced(rb'PARTIAL \(1:5 (\d+),', lambda m: b'PARTIAL (1:5 '),
    'an answer comes out of order': replaced(rb'^([a-z]\d+)\.(\d+) OK NOOP', lambda m: m[1] + b'.999 OK NOOP'),
    'NOTIFY tells an older UIDNEXT': replaced(rb'^(\* STATUS .*UIDNEXT )(\d+)( (?!.*MAILBOXID))', less),
    'a mailbox is said to be deleted': lambda p: [[b'* BYE gone'], p] if re.match(rb'\S+ OK NOOP', p[0]) else None,
}

# Where one command may name 1,000 messages (RFC 9738).
LIMITED_LIES = {
    'a limit is not told': replaced(rb'\[MESSAGELIMIT 1000 \d+\] ', lambda m: b''),
    'a limit names an older message': replaced(rb'(MESSAGELIMIT 1000 )(\d+)(\])', less),
    'a limit names a newer message': replaced(rb'(MESSAGELIMIT 1000 )(\d+)(\])', lambda m: m[1] + b'%d' % (int(m[2]) + 7) + m[3]),
    'a limit leaves a message out': dropped_whole(rb'\* (?:5|6|7)00 FETCH \(UID'),
}


class Lying(world.World):
    notifies = 0.015

    def __init__(self, server, seed, lie, limit=0):
        super().__init__(server, seed, (('anna', 6),), limit=limit)
        self.lie, self.state = lie, {'seen': 0, 'lies': 0}

    async def connect(self, session):
        await super().connect(session)
        session.link = Liar(session, self.lie, self.state)


class Tampered(unittest.TestCase):
    def run_with(self, lie, limit=0):
        with kontor.Server({'imap.message_limit': limit} if limit else None) as server:
            async def run():
                one = Lying(server, 7, lie, limit)
                try:
                    with contextlib.redirect_stdout(io.StringIO()):
                        await one.run(SECONDS, 2, lambda number: None)
                except Violation as found:
                    return str(found), one.state
                return None, one.state
            return asyncio.run(run())

    def test_every_lie_is_found(self):
        self.find_all(LIES)

    def test_every_lie_about_limits_is_found(self):
        self.find_all(LIMITED_LIES, 1000)

    def find_all(self, lies, limit=0):
        for name, lie in lies.items():
            with self.subTest(name):
                found, state = self.run_with(lie, limit)
                print(f'{name}: {found}', flush=True)
                self.assertGreater(state['lies'], 0, 'nobody lied')
                self.assertIsNotNone(found, 'the lie was believed')

    def test_the_truth_is_believed(self):
        found, _ = self.run_with_truth()
        self.assertIsNone(found)

    def run_with_truth(self):
        global SECONDS
        SECONDS, kept = 6, SECONDS
        try:
            return self.run_with(lambda pieces: None)
        finally:
            SECONDS = kept


if __name__ == '__main__':
    kontor.main()
