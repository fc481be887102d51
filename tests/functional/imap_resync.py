# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection changes a mailbox at random; others come back now and then with QRESYNC (RFC 7162) and must always arrive
at the state that is there, by what they are told alone: through restarts, kill -9 and a lost snapshot."""
import pathlib
import random
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

SEED = 20261123
STEPS = 20000 if kontor.LONG else 2000
FLAGS = ['\\Seen', '\\Flagged', '\\Deleted', '$One', '$Two']
MESSAGE = 'Subject: m\r\n\r\nm\r\n'


class Cache:
    """A mail program's cache of a mailbox: {uid: flags}, kept right by what the server tells and nothing else."""

    def __init__(self, folder, chance):
        self.folder = folder
        self.chance = chance
        self.validity = self.modseq = 0
        self.messages = {}
        self.connection = None

    def come_back(self, server):
        self.connection = kontor.ImapWire(server)
        self.connection.command('ENABLE QRESYNC')
        known = ''
        if self.validity:
            known = f' (QRESYNC ({self.validity} {self.modseq}{self.what_it_knows()}))'
        self.said = known
        self.take(self.connection.command(f'SELECT {self.folder}{known}'), selecting=True)

    def what_it_knows(self):
        if not self.messages or self.chance.random() < 0.5:
            return ''
        uids = sorted(self.messages)
        # All it ever heard of, and sometimes pairs of number and UID.
        words = f' 1:{uids[-1]}'
        if self.chance.random() < 0.5:
            places = sorted(self.chance.sample(range(len(uids)), min(3, len(uids))))
            words += ' ({} {})'.format(','.join(str(place + 1) for place in places),
                                       ','.join(str(uids[place]) for place in places))
        return words

    def take(self, lines, selecting=False):
        told = self.modseq
        for line in lines:
            assert not re.match(r'\* \d+ EXPUNGE', line), line
            if match := re.search(r'\[UIDVALIDITY (\d+)\]', line):
                if int(match[1]) != self.validity:
                    self.validity, self.messages, told = int(match[1]), {}, 0
            elif match := re.search(r'\[HIGHESTMODSEQ (\d+)\]', line):
                told = max(told, int(match[1]))
            elif match := re.fullmatch(r'\* VANISHED (\(EARLIER\) )?([\d:,]+)', line):
                for uid in kontor.numbers(match[2]):
                    self.messages.pop(uid, None)
            elif match := re.fullmatch(r'\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\) MODSEQ \((\d+)\)\)', line):
                self.messages[int(match[1])] = frozenset(match[2].split())
        self.modseq = told
        if selecting:
            self.fill()

    def fill(self):
        """Asks for what is newer than anything it knows, as a program does after every SELECT."""
        first = max(self.messages, default=0) + 1
        for line in self.connection.command(f'UID FETCH {first}:* (FLAGS MODSEQ)'):
            if match := re.fullmatch(r'\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\) MODSEQ \((\d+)\)\)', line):
                self.messages[int(match[1])] = frozenset(match[2].split())
            elif match := re.fullmatch(r'\* VANISHED ([\d:,]+)', line):
                for uid in kontor.numbers(match[1]):
                    self.messages.pop(uid, None)

    def listen(self):
        """NOOP: VANISHED and FETCH while it is connected; UID FETCH with VANISHED is the other way to ask."""
        if self.chance.random() < 0.5:
            self.said = f'UID FETCH 1:* (FLAGS) (CHANGEDSINCE {self.modseq} VANISHED)'
        else:
            self.said = 'NOOP'
        self.take(self.connection.command(self.said))
        self.fill()

    def go_away(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Resync(unittest.TestCase):
    def step(self, writer):
        chance = self.random
        uids = sorted(self.truth(writer))
        kind = chance.choice(['append', 'append', 'append', 'store', 'store', 'store', 'expunge', 'uid expunge', 'copy',
                              'move', 'back', 'close'])
        some = ','.join(str(uid) for uid in sorted(chance.sample(uids, min(len(uids), chance.randint(1, 4))))) or '1'
        flags = ' '.join(chance.sample(FLAGS, chance.randint(1, 3)))
        if kind == 'append':
            count = chance.randint(1, 3)
            writer.command('APPEND Box' + f' ({flags}) {{{len(MESSAGE)}+}}\r\n{MESSAGE}' * count)
        elif kind == 'store':
            writer.command(f'UID STORE {some} {chance.choice(["", "+", "-"])}FLAGS ({flags})')
        elif kind == 'expunge':
            writer.command('EXPUNGE')
        elif kind == 'uid expunge':
            writer.command(f'UID EXPUNGE {some}')
        elif kind == 'copy':
            writer.command(f'UID COPY {some} {chance.choice(["Box", "Archive"])}')
        elif kind == 'move':
            writer.command(f'UID MOVE {some} {chance.choice(["Box", "Archive"])}')
        elif kind == 'close':
            writer.command('CLOSE')
            writer.command('SELECT Box')
        else:
            writer.command('SELECT Archive')
            writer.command('UID MOVE 1:* Box')
            writer.command('SELECT Box')

    def truth(self, writer):
        found = {}
        for line in writer.command('UID FETCH 1:* FLAGS'):
            if match := re.fullmatch(r'\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\)(?: MODSEQ \(\d+\))?\)', line):
                found[int(match[1])] = frozenset(match[2].split())
        return found

    def check(self, server, writer, cache):
        how = 'listening' if cache.connection else 'coming back'
        if cache.connection:
            cache.listen()
        else:
            cache.come_back(server)
        truth = self.truth(writer)
        wrong = {uid: (cache.messages.get(uid), truth.get(uid)) for uid in cache.messages.keys() | truth.keys()
                 if cache.messages.get(uid) != truth.get(uid)}
        self.assertEqual(wrong, {}, f'{how}, {cache.validity} {cache.modseq} {cache.said}')
        if self.random.random() < 0.7:
            cache.go_away()

    def connect(self, server):
        writer = kontor.ImapWire(server)
        writer.command('SELECT Box')
        return writer

    def test_every_cache_arrives_at_the_truth(self):
        print('seed', SEED, 'steps', STEPS)
        self.random = random.Random(SEED)
        with kontor.Server() as server:
            first = kontor.ImapWire(server)
            first.command('CREATE Box')
            first.close()
            caches = [Cache('Box', self.random) for _ in range(4)]
            writer = self.connect(server)
            checks = 0
            for number in range(1, STEPS + 1):
                self.step(writer)
                if self.random.random() < 0.2:
                    self.check(server, writer, self.random.choice(caches))
                    checks += 1
                if number % 400 == 0:
                    for cache in caches:
                        cache.go_away()
                    writer.close()
                    server.restart(self.random.choice(['stop', 'kill', 'without snapshot']))
                    writer = self.connect(server)
            for cache in caches:
                self.check(server, writer, cache)
            print(checks, 'resyncs')
            writer.close()


if __name__ == '__main__':
    kontor.main()
