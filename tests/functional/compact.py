# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl store compact on the running server: the space comes back, every message reads the same by IMAP, sessions and
deliveries go on, and a plain copy of the folder made at any moment is a sound mailbox."""
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

MEGABYTE = 1 << 20
MESSAGES = 420


def message(number):
    head = f'From: x@elsewhere.test\r\nTo: anna@example.test\r\nSubject: {number}\r\nMessage-ID: <{number}@c.test>\r\n\r\n'
    return (head + ''.join(f'line {line} of message {number * line % 97}\r\n' for line in range(300))).encode()


class Copies(threading.Thread):
    """Copies a folder again and again and lets kontorctl judge each copy."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.over, self.count, self.bad = folder, threading.Event(), 0, []

    def run(self):
        while not self.over.is_set():
            with tempfile.TemporaryDirectory() as work:
                copy = f'{work}/{pathlib.Path(self.folder).name}'
                copied = subprocess.run(['cp', '-a', self.folder, copy], capture_output=True, text=True)
                # A file that was renamed or given up meanwhile: a snapshot, a piece of the index.
                gone = all(line.endswith('No such file or directory') for line in copied.stderr.splitlines())
                found = subprocess.run([kontor.program('kontorctl'), 'store', 'verify', copy], capture_output=True, text=True)
                if found.returncode != 0 or not gone:
                    self.bad.append(copied.stderr + found.stdout + found.stderr)
            self.count += 1


class Compact(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server({'store.log_segment': MEGABYTE, 'store.compact_rate': 2 * MEGABYTE,
                                     'store.keep_replaced': '1h'}).start()
        for first in range(0, MESSAGES, 70):
            for number in range(first, first + 70):
                self.assertEqual(self.server.lmtp(['anna@example.test'], message(number)), {})
        self.folder = pathlib.Path(self.server.ctl('accounts', 'show', 'anna@example.test')['folder'])

    def tearDown(self):
        self.server.close()

    def contents(self):
        with self.server.imap('anna') as client:
            client.select('INBOX', readonly=True)
            whole = client.uid('FETCH', '1:*', '(FLAGS ENVELOPE BODY.PEEK[])')[1]
            part = client.uid('FETCH', '1:*', '(BODY.PEEK[]<2000.500>)')[1]
        return whole, part

    def logs(self):
        return sorted(path.name for path in self.folder.iterdir() if path.name.startswith('log.'))

    def verify(self):
        found = subprocess.run([kontor.program('kontorctl'), 'store', 'verify', str(self.folder)], capture_output=True, text=True)
        self.assertEqual(found.returncode, 0, found.stdout + found.stderr)
        return found.stdout

    def test_nothing_changes_but_the_space(self):
        before = self.contents()
        copies = Copies(str(self.folder))
        copies.start()
        try:
            report = self.server.ctl('store', 'compact', 'anna@example.test')
        finally:
            copies.over.set()
            copies.join()
        self.assertEqual(copies.bad, [])
        self.assertGreater(copies.count, 0)
        self.assertGreaterEqual(report['logs'], 2)
        self.assertEqual((report['left'], report['passed_over']), (0, 0))
        self.assertLess(report['bytes_after'] * 2, report['bytes_before'])
        self.assertEqual(report['kept_logs'], report['logs'])
        self.assertIn('log.000001.g2', self.logs())
        self.assertIn('log.000001.g2', self.verify())
        self.assertEqual(self.contents(), before)
        self.server.stop()
        (self.folder / 'snapshot').unlink(missing_ok=True)
        self.server.start()
        self.assertEqual(self.contents(), before)
        again = self.server.ctl('store', 'compact', str(self.folder))
        self.assertEqual(again['logs'], 0)

    def test_sessions_and_deliveries_go_on_and_a_kill_costs_nothing(self):
        before = self.contents()
        client = self.server.imap('anna')
        client.select('INBOX')
        work = subprocess.Popen([kontor.program('kontorctl'), '--data', str(self.server.data), 'store', 'compact',
                                 'anna@example.test'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        kontor.wait_until(lambda: any(name.endswith('.g2') for name in self.logs()), 'a new log')
        self.assertEqual(self.server.lmtp(['anna@example.test'], message(1000)), {})
        self.assertEqual(client.uid('STORE', '1', '+FLAGS', '(\\Flagged)')[0], 'OK')
        self.assertEqual(client.uid('FETCH', '5', '(BODY.PEEK[])')[0], 'OK')
        self.server.kill()
        work.communicate(timeout=kontor.PATIENCE)
        client.shutdown()
        self.server.start()
        with self.server.imap('anna') as client:
            client.select('INBOX')
            self.assertEqual(client.uid('STORE', '1', '-FLAGS', '(\\Flagged)')[0], 'OK')
            found = client.uid('SEARCH', 'SUBJECT', '1000')[1][0].split()
            self.assertEqual(len(found), 1)
            client.uid('STORE', found[0].decode(), '+FLAGS', '(\\Deleted)')
            client.expunge()
        report = self.server.ctl('store', 'compact', 'anna@example.test')
        self.assertEqual((report['left'], report['passed_over']), (0, 0))
        self.assertEqual(self.contents(), before)
        self.verify()

    def test_who_is_not_there_is_refused(self):
        for name in ('nobody@example.test', '/nowhere'):
            found = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'store', 'compact', name],
                                   capture_output=True, text=True, timeout=kontor.PATIENCE)
            self.assertEqual(found.returncode, 1, found.stdout + found.stderr)


if __name__ == '__main__':
    kontor.main()
