# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 exactly at the n-th sync, write, rename, cut or removal of the running server, for many n, while LMTP and IMAP
clients keep a journal of what they were promised: all of it is there once after the restart."""
import os
import pathlib
import random
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import census  # noqa: E402
import kontor  # noqa: E402
from faults_kill import quietly  # noqa: E402

CALLS = ['fdatasync', 'fsync', 'pwrite64', 'rename', 'ftruncate']
POINTS = 12 if kontor.LONG else 2  # of each call
MOST = {'fdatasync': 120, 'fsync': 20, 'pwrite64': 150, 'rename': 3, 'ftruncate': 4}


class KillPoints(unittest.TestCase):
    def setUp(self):
        # Small logs, few accounts open: seals, snapshots and openings happen all the time.
        self.server = kontor.Server({'store.log_segment': 1 << 20, 'store.max_loaded_accounts': 2})
        self.server.__enter__()
        self.addCleanup(self.server.close)
        self.promises = census.Promises()
        self.flagged = set()

    def work(self, turn):
        """Clients that work until the server is gone."""
        def deliver(number):
            for count in range(2_000):
                name = f'lmtp{turn}-{number}-{count}'
                person = census.PEOPLE[(number + count) % 4]
                if not census.deliver(self.server, self.promises, name, person, 200 if count % 4 else 80_000):
                    return

        def append(number):
            person = census.PEOPLE[number % 4]
            client = self.server.imap(person)
            client.select('INBOX')
            for count in range(2_000):
                name = f'imap{turn}-{number}-{count}'
                self.promises.tell('unknown', name)
                status, data = client.append('INBOX', None, None, census.message(name, 4000))
                if status != 'OK':
                    return
                self.promises.tell('stored', name, person)
                uid = data[0].split()[2].rstrip(b']').decode()
                if client.uid('STORE', uid, '+FLAGS.SILENT', '(\\Flagged)')[0] == 'OK':
                    self.flagged.add(name)
        return census.in_threads(4, quietly(deliver)) + census.in_threads(4, quietly(append))

    def kill_at(self, call, number, turn):
        tracer = subprocess.Popen(['strace', '-f', '-p', str(self.server.pid), '-e', f'trace={call}',
                                   '-e', f'inject={call}:signal=KILL:when={number}'],
                                  stderr=subprocess.PIPE, text=True)
        self.assertIn('attached', tracer.stderr.readline())
        drain = census.in_threads(1, lambda _: tracer.stderr.read())
        threads = self.work(turn)
        try:
            self.server.process.wait(kontor.PATIENCE)
            died = True
        except subprocess.TimeoutExpired:
            died = False  # there were not so many of that call
        try:
            os.killpg(self.server.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.server.process.wait()
        tracer.wait(kontor.PATIENCE)
        for thread in threads + drain:
            thread.join(60)
            self.assertFalse(thread.is_alive(), 'a client hangs')
        tracer.stderr.close()
        return died

    def test_at_chosen_calls(self):
        chosen = random.Random(20261122)
        died = {call: 0 for call in CALLS}
        for turn, call in enumerate(CALLS * POINTS):
            number = chosen.randrange(1, MOST[call] + 1)
            with self.subTest(call=call, number=number):
                died[call] += self.kill_at(call, number, turn)
                self.server.start()
                self.promises.unknown -= set(self.promises.stored)
                self.assertEqual(census.compare(census.names_in(self.server), self.promises), [])
                self.assertNotIn('store.account.damaged', self.server.log(current=True))
        self.check_flags()
        print(f'killed at {died}; {len(self.promises.stored)} promised, {len(self.flagged)} flags: all there once')
        self.assertGreater(died['fdatasync'], 0)
        self.assertGreater(died['pwrite64'], 0)

    def check_flags(self):
        for person in census.PEOPLE:
            client = self.server.imap(person)
            for _, flags, data in census.read_folder(client):
                name = census.NAME.search(data).group(1).decode()
                if name in self.flagged:
                    self.assertIn(b'\\Flagged', flags, name)
            client.logout()


if __name__ == '__main__':
    kontor.main()
