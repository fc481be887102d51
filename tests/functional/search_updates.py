# SPDX-License-Identifier: GPL-3.0-or-later
"""Searches kept up to date (RFC 5267): one connection changes a mailbox at random, another follows its SEARCH and SORT
results by ADDTO and REMOVEFROM alone and must always have what a fresh SEARCH or SORT gives. THREADID, SORT and THREAD
say the same after a restart, and after the memory of sort keys is lost."""
import pathlib
import random
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

SEED = 20261124
STEPS = 3000 if kontor.LONG else 250
SEARCHES = [('SEARCH RETURN (UPDATE ALL)', '', 'UNDELETED'),
            ('SEARCH RETURN (UPDATE ALL)', '', 'OR FLAGGED SUBJECT report'),
            ('SORT RETURN (UPDATE ALL)', '(REVERSE DATE) UTF-8 ', 'ALL'),
            ('SORT RETURN (UPDATE ALL)', '(SUBJECT SIZE) UTF-8 ', 'NOT SEEN'),
            ('SORT RETURN (UPDATE ALL)', '(ARRIVAL) UTF-8 ', 'KEYWORD $One')]
SUBJECTS = ['Report', 'Re: report', 'plan', 'Fwd: Plan', 'other']


class Follower:
    """A result, changed by nothing but what the server tells."""

    def __init__(self, connection, search):
        self.connection = connection
        self.head, self.criteria, self.keys = search
        self.result = self.fresh(self.head)
        self.tag = connection.tag

    def fresh(self, head):
        lines = self.connection.command(f'UID {head} {self.criteria}{self.keys}')
        found = [re.search(r' ALL ([\d:,]+)', line) for line in lines if line.startswith('* ESEARCH')]
        return list(kontor.numbers(found[0][1])) if found[0] else []

    def read(self, line):
        for what, pairs in re.findall(r'(ADDTO|REMOVEFROM) \(([^)]*)\)', line):
            words = pairs.split()
            for place, text in zip(map(int, words[::2]), words[1::2]):
                for offset, uid in enumerate(kontor.numbers(text)):
                    self.change(what, place, offset, uid)

    def change(self, what, place, offset, uid):
        if what == 'REMOVEFROM':
            assert place == 0 or self.result[place - 1] == uid, (place, uid, self.result)
            self.result.remove(uid)
        elif place == 0:
            self.result = sorted(self.result + [uid])
        else:
            self.result.insert(place - 1 + offset, uid)


class SearchUpdates(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.chance = random.Random(SEED)

    def connect(self):
        connection = kontor.ImapWire(self.server)
        self.addCleanup(connection.close)
        return connection

    def append(self, connection):
        chance = self.chance
        text = (f'Date: {chance.randrange(1, 28)} Nov 2026 10:00:{chance.randrange(60):02} +0000\r\n'
                f'Subject: {chance.choice(SUBJECTS)}\r\n\r\n{"x" * chance.randrange(300)}\r\n')
        flags = ' '.join(chance.sample(['\\Seen', '\\Flagged', '$One'], chance.randrange(3)))
        connection.command(f'APPEND INBOX ({flags}) {{{len(text)}+}}\r\n{text}')

    def step(self, connection):
        kind = self.chance.randrange(10)
        if kind < 4:
            self.append(connection)
            return
        count = int(re.search(r'MESSAGES (\d+)', connection.command('STATUS INBOX (MESSAGES)')[0])[1])
        if count == 0:
            return
        connection.command('NOOP')
        first = self.chance.randrange(1, count + 1)
        chosen = f'{first}:{min(count, first + self.chance.randrange(4))}'
        if kind < 9:
            sign = self.chance.choice('+-')
            flag = self.chance.choice(['\\Seen', '\\Flagged', '$One', '\\Deleted'])
            connection.command(f'STORE {chosen} {sign}FLAGS.SILENT ({flag})')
        else:
            connection.command('EXPUNGE')

    def test_results_are_followed(self):
        other, own = self.connect(), self.connect()
        for _ in range(20):
            self.append(other)
        other.command('SELECT INBOX')
        own.command('SELECT INBOX')
        followers = [Follower(own, search) for search in SEARCHES]
        by_tag = {follower.tag: follower for follower in followers}
        for number in range(STEPS):
            self.step(other)
            if self.chance.random() < 0.4:
                continue
            for line in own.command('NOOP'):
                if match := re.match(r'\* ESEARCH \(TAG "(\w+)"\) UID (?:ADDTO|REMOVEFROM)', line):
                    by_tag[match[1]].read(line)
            if number % 10 == 0:
                for follower in followers:
                    head = follower.head.replace('UPDATE ', '')
                    self.assertEqual(follower.result, follower.fresh(head), (number, follower.criteria, follower.keys))

    def test_answers_outlive_a_restart(self):
        client = self.connect()
        for number in range(50):
            references = f'References: <{number // 3}@x>\r\n' if number % 2 else ''
            text = f'Message-ID: <{number}@x>\r\n{references}Subject: {self.chance.choice(SUBJECTS)}\r\n\r\n'
            client.command(f'APPEND INBOX {{{len(text)}+}}\r\n{text}')
        asked = ['FETCH 1:* THREADID', 'SORT (SUBJECT) UTF-8 ALL', 'THREAD REFERENCES UTF-8 ALL', 'THREAD REFS UTF-8 ALL']
        client.command('SELECT INBOX')
        before = [client.command(command)[:-1] for command in asked]
        self.assertEqual(len(before[0]), 50)
        self.assertNotIn('NIL', ''.join(before[0]))
        self.server.kill()
        self.server.start()
        client = self.connect()
        client.command('SELECT INBOX')
        self.assertEqual(before, [client.command(command)[:-1] for command in asked])


if __name__ == '__main__':
    kontor.main()
