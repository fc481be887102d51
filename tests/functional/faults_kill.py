# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 in the middle of work: what was answered with 250 or OK is there exactly once after the restart."""
import imaplib
import pathlib
import re
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import census  # noqa: E402
import kontor  # noqa: E402

ROUNDS = 20 if kontor.LONG else 4
CONNECTIONS = 16


class Kill(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server()
        self.server.__enter__()
        self.addCleanup(self.server.close)

    def kill_at(self, promises, stored, threads):
        promises.wait_for(stored)
        self.server.kill()
        for thread in threads:
            thread.join(60)
            self.assertFalse(thread.is_alive(), 'a client hangs')
        self.server.start()

    def test_deliveries(self):
        promises = census.Promises()
        for turn in range(ROUNDS):
            def deliver(number, turn=turn):
                with smtplib.LMTP('localhost', self.server.port('lmtp'), timeout=kontor.PATIENCE) as client:
                    for count in range(100_000):
                        name = f'round{turn}-{number}-{count}'
                        person = census.PEOPLE[(number + count) % 4]
                        size = 200 if count % 5 else 90_000
                        if not census.deliver(self.server, promises, name, person, size, client):
                            return
            threads = census.in_threads(CONNECTIONS, quietly(deliver))
            self.kill_at(promises, len(promises.stored) + 60 + 37 * turn, threads)
            self.assertEqual(census.compare(census.names_in(self.server), promises), [])
        print(f'{ROUNDS} kills: {len(promises.stored)} promised, {len(promises.unknown)} in flight; all there once')
        self.assertEqual(promises.refused, {})

    def test_appends_and_flags(self):
        promises, flags, uids = census.Promises(), {}, {}
        for turn in range(ROUNDS):
            def append(number, turn=turn):
                person = census.PEOPLE[number % 4]
                client = self.server.imap(person)
                try:
                    self.append_for_ever(client, f'append{turn}-{number}', person, promises, flags, uids)
                finally:
                    client.sock.close()
            threads = census.in_threads(CONNECTIONS // 2, quietly(append))
            self.kill_at(promises, len(promises.stored) + 40 + 23 * turn, threads)
            promises.unknown -= set(promises.stored)
            self.assertEqual(census.compare(census.names_in(self.server), promises), [])
        self.check_flags_and_uids(promises, flags, uids)
        print(f'{ROUNDS} kills: {len(promises.stored)} appends and {len(flags)} flags promised; all there')

    def append_for_ever(self, client, prefix, person, promises, flags, uids):
        client.select('INBOX')
        for count in range(100_000):
            name = f'{prefix}-{count}'
            promises.tell('unknown', name)
            status, data = client.append('INBOX', None, None, census.message(name, 3000))
            if status != 'OK':
                return promises.tell('refused', name, data)
            uids[name] = int(re.search(rb'APPENDUID \d+ (\d+)', data[0]).group(1))
            promises.tell('stored', name, person)
            if count % 3 == 0:
                flags[name], _ = client.uid('STORE', str(uids[name]), '+FLAGS.SILENT', '(\\Flagged)')

    def check_flags_and_uids(self, promises, flags, uids):
        for person in census.PEOPLE:
            client = self.server.imap(person)
            found = {}
            for uid, marks, data in census.read_folder(client):
                found[census.NAME.search(data).group(1).decode()] = (uid, marks)
            for name, owner in promises.stored.items():
                if owner == person:
                    self.assertEqual(found[name][0], uids[name], f'{name} has the UID of its APPENDUID')
                    if flags.get(name) == 'OK':
                        self.assertIn(b'\\Flagged', found[name][1], name)
            client.logout()


def quietly(work):
    """The connection ends when the server is killed: that is the end of a client's work."""
    def run(number):
        try:
            work(number)
        except (OSError, smtplib.SMTPException, imaplib.IMAP4.error):
            pass
    return run


if __name__ == '__main__':
    kontor.main()
