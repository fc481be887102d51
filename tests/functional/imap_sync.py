# SPDX-License-Identifier: GPL-3.0-or-later
"""Several connections change one mailbox at random; each keeps its own picture from what it is told, and every picture is
right: sequence numbers, flags, and no EXPUNGE where RFC 9051, 7.5.1 forbids it."""
import pathlib
import random
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

SEED = 20261122
STEPS = 4000 if kontor.LONG else 600
FLAGS = ['\\Seen', '\\Flagged', '\\Deleted', '$One', '$Two']
MESSAGE = b'Subject: m\r\n\r\nm\r\n'


class Picture:
    """What one connection knows: a list of UIDs by number (None: not asked yet) and the flags told."""

    def __init__(self, server, condstore):
        self.wire = kontor.Wire(server.connect('imaps'))
        self.wire.start_tls(server.tls_context())
        self.wire.connection.settimeout(kontor.PATIENCE)
        self.wire.line()
        self.number = 0
        self.uids = []
        self.flags = {}
        self.command(f'LOGIN anna@example.test {kontor.PASSWORD}')
        self.command('SELECT INBOX' + (' (CONDSTORE)' if condstore else ''))
        self.learn()

    def command(self, text, expunge_allowed=True, statuses=('OK',)):
        self.number += 1
        tag = f's{self.number}'
        self.wire.send(f'{tag} {text}\r\n')
        while True:
            line = self.wire.line().decode()
            if line.startswith(tag + ' '):
                assert line.split()[1] in statuses, (text, line)
                return line
            self.take(line, expunge_allowed, text)

    def take(self, line, expunge_allowed, text):
        if match := re.fullmatch(r'\* (\d+) EXPUNGE', line):
            assert expunge_allowed, (text, line)
            number = int(match[1])
            assert 1 <= number <= len(self.uids), (text, line, len(self.uids))
            gone = self.uids.pop(number - 1)
            self.flags.pop(gone, None)
        elif match := re.fullmatch(r'\* (\d+) EXISTS', line):
            assert int(match[1]) >= len(self.uids), (text, line, len(self.uids))
            self.uids += [None] * (int(match[1]) - len(self.uids))
        elif match := re.fullmatch(r'\* (\d+) FETCH \(UID (\d+)(?: FLAGS \(([^)]*)\))?.*\)', line):
            number, uid = int(match[1]), int(match[2])
            assert number <= len(self.uids), (text, line)
            known = self.uids[number - 1]
            assert known in (None, uid), (text, line, known)
            self.uids[number - 1] = uid
            if match[3] is not None:
                self.flags[uid] = frozenset(match[3].split())

    def learn(self):
        if self.uids:
            self.command('FETCH 1:* (UID FLAGS)', expunge_allowed=False, statuses=('OK', 'NO'))


class Sync(unittest.TestCase):
    def step(self, picture):
        chance = self.random
        count = len(picture.uids)
        kind = chance.choice(['append', 'append', 'append', 'store', 'store', 'silent', 'uid store', 'expunge', 'noop',
                              'fetch', 'copy', 'move', 'search'])
        number = chance.randint(1, count) if count else None
        last = chance.randint(number, min(count, number + 3)) if count else None
        flags = ' '.join(chance.sample(FLAGS, chance.randint(1, 3)))
        action = chance.choice(['', '+', '-'])
        if kind == 'append':
            picture.command(f'APPEND INBOX {{{len(MESSAGE)}+}}\r\n' + MESSAGE.decode())
        elif kind == 'expunge':
            picture.command('EXPUNGE')
        elif kind == 'noop' or not count:
            picture.command('NOOP')
        elif kind == 'store':
            picture.command(f'STORE {number}:{last} {action}FLAGS ({flags})', False, ('OK', 'NO'))
        elif kind == 'silent':
            known = [picture.uids[index] for index in range(number - 1, last)]
            picture.command(f'STORE {number}:{last} FLAGS.SILENT ({flags})', False, ('OK', 'NO'))
            for uid in known:
                # A later change by somebody else would have been told after ours; none runs meanwhile.
                if uid in picture.flags:
                    picture.flags[uid] = frozenset(flags.split())
        elif kind == 'uid store':
            uid = picture.uids[number - 1] or 1
            picture.command(f'UID STORE {uid} {action}FLAGS ({flags})')
        elif kind == 'fetch':
            picture.command(f'FETCH {number}:{last} (UID FLAGS)', False, ('OK', 'NO'))
        elif kind == 'search':
            picture.command('SEARCH DELETED', False)
        else:
            command = f'{kind.upper()} {number}:{last} {"INBOX" if chance.random() < 0.5 else "Archive"}'
            picture.command(command)

    def check(self, server, pictures):
        fresh = Picture(server, False)
        for picture in pictures:
            picture.command('NOOP')
            self.assertEqual(len(picture.uids), len(fresh.uids))
            for mine, right in zip(picture.uids, fresh.uids):
                self.assertIn(mine, (None, right))
            for uid, flags in picture.flags.items():
                self.assertEqual(flags, fresh.flags[uid], uid)
            picture.learn()
            self.assertEqual((picture.uids, picture.flags), (fresh.uids, fresh.flags))
        fresh.command('LOGOUT')
        fresh.wire.close()

    def test_every_picture_is_right(self):
        print('seed', SEED)
        self.random = random.Random(SEED)
        with kontor.Server() as server:
            pictures = [Picture(server, condstore) for condstore in (False, True, False)]
            for number in range(1, STEPS + 1):
                self.step(self.random.choice(pictures))
                if number % 50 == 0:
                    self.check(server, pictures)
            self.check(server, pictures)
            for picture in pictures:
                picture.wire.close()


class Deleted(unittest.TestCase):
    def test_close_leaves_a_mailbox_that_another_deletes_meanwhile(self):
        with kontor.Server() as server:
            one, other = kontor.ImapWire(server), kontor.ImapWire(server)
            for _ in range(30):
                other.command('CREATE Passing')
                other.command(f'APPEND Passing (\\Deleted) {{{len(MESSAGE)}+}}\r\n{MESSAGE.decode()}')
                one.command('SELECT Passing')
                other.send('d DELETE Passing\r\n')
                one.command('CLOSE')
                other.until('d OK')
                one.command('STATUS INBOX (MESSAGES)')


if __name__ == '__main__':
    kontor.main()
