# SPDX-License-Identifier: GPL-3.0-or-later
"""MESSAGELIMIT (RFC 9738) and UIDBATCHES (RFC 10022) over mailboxes larger than the limit: what a command leaves out, that a
client comes to the end by what it is told, and that nothing is lost or done twice on the way."""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

LIMIT = 1000  # the least there can be
COUNT = 2300


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'imap.message_limit': 7})  # less than RFC 9738 allows: 1000 is in force
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        user = {'fetch': 'anna', 'copy': 'boris', 'expunge': 'clara', 'batches': 'dmitri'}[self._testMethodName.split('_')[1]]
        self.wire = kontor.Wire(self.server.connect('imaps'))
        self.addCleanup(self.wire.close)
        self.wire.start_tls(self.server.tls_context())
        self.wire.connection.settimeout(kontor.PATIENCE)
        self.wire.line()
        self.run_('LOGIN', f'{user}@example.test {kontor.PASSWORD}')
        raw = b'Subject: x\r\n\r\n'
        for begin in range(0, COUNT, 500):
            literals = b' '.join(b'{%d+}\r\n%s' % (len(raw), raw) for _ in range(min(500, COUNT - begin)))
            self.run_('APPEND', b'INBOX ' + literals)
        self.run_('SELECT', 'INBOX')

    def run_(self, name, arguments='', status='OK'):
        """The untagged lines and the tagged one."""
        arguments = arguments.encode() if isinstance(arguments, str) else arguments
        self.wire.send(b'x %s %s\r\n' % (name.encode(), arguments) if arguments else b'x %s\r\n' % name.encode())
        lines = [line.decode() for line in self.wire.until('x ')]
        self.assertTrue(lines[-1].startswith('x ' + status), lines[-1])
        return lines[:-1], lines[-1]

    def uids(self, lines):
        return [int(match[1]) for match in (re.match(r'\* \d+ FETCH \(UID (\d+)', line) for line in lines) if match]

    def down(self, name, arguments, collect):
        """Does a UID command part by part, from the newest down, as the answers say; all that was collected."""
        found, last = [], '*'
        while True:
            lines, answer = self.run_(name, arguments.format(f'1:{last}'))
            found.append(collect(lines))
            match = re.match(rf'x OK \[MESSAGELIMIT {LIMIT} (\d+)\]', answer)
            if not match:
                return found
            last = int(match[1]) - 1

    def test_fetch_and_search_and_store_go_down_part_by_part(self):
        self.assertIn(f'MESSAGELIMIT={LIMIT}', self.run_('CAPABILITY')[0][0])
        lines, answer = self.run_('FETCH', '1:* (UID)')
        self.assertEqual(self.uids(lines), list(range(COUNT - LIMIT + 1, COUNT + 1)))
        self.assertTrue(answer.startswith(f'x OK [MESSAGELIMIT {LIMIT} {COUNT - LIMIT + 1}]'))
        self.assertNotIn('MESSAGELIMIT', self.run_('FETCH', '1:1000 (UID)')[1])
        parts = self.down('UID FETCH', '{} (FLAGS)', self.uids)
        self.assertEqual([len(part) for part in parts], [1000, 1000, 300])
        self.assertEqual(sorted(sum(parts, [])), list(range(1, COUNT + 1)))
        parts = self.down('UID SEARCH', 'UID {} UNSEEN', lambda lines: lines[0].split()[2:])
        self.assertEqual([len(part) for part in parts], [1000, 1000, 300])
        parts = self.down('UID STORE', '{} +FLAGS (\\Flagged)', self.uids)
        self.assertEqual([len(part) for part in parts], [1000, 1000, 300])
        self.assertIn(f'MESSAGES {COUNT} ', self.run_('STATUS', 'INBOX (MESSAGES UNSEEN)')[0][0])

    def test_copy_is_all_or_nothing_and_move_goes_on(self):
        _, answer = self.run_('COPY', '1:1001 Archive', status='NO')
        self.assertTrue(answer.startswith(f'x NO [MESSAGELIMIT {LIMIT}]'), answer)
        self.assertIn('(MESSAGES 0)', self.run_('STATUS', 'Archive (MESSAGES)')[0][0])
        self.run_('COPY', '1:1000 Archive')
        self.run_('ENABLE', 'QRESYNC')
        told = []
        while True:
            lines, answer = self.run_('UID MOVE', '1:* Trash')
            if not any('COPYUID' in line for line in lines):
                break
            told.append(any(f'[MESSAGELIMIT {LIMIT} ' in line for line in lines))
            self.assertIn('[HIGHESTMODSEQ ', answer)
        self.assertEqual(told, [True, True, False])
        self.assertIn(f'(MESSAGES {COUNT})', self.run_('STATUS', 'Trash (MESSAGES)')[0][0])

    def test_expunge_of_all_is_whole_and_by_uid_in_parts(self):
        self.down('UID STORE', '{} +FLAGS.SILENT (\\Deleted)', len)
        lines, answer = self.run_('UID EXPUNGE', '1:*')
        self.assertEqual(sum(line.endswith(' EXPUNGE') for line in lines), LIMIT)
        self.assertTrue(answer.startswith(f'x OK [MESSAGELIMIT {LIMIT} {COUNT - LIMIT + 1}]'), answer)
        lines, _ = self.run_('EXPUNGE')  # RFC 9738, 3.1: not limited
        self.assertEqual(len(lines), COUNT - LIMIT)

    def test_batches_cover_every_message_once(self):
        self.run_('UID STORE', '1:10,700:1200 +FLAGS.SILENT (\\Deleted)')
        self.run_('EXPUNGE')
        left = COUNT - 511
        lines, _ = self.run_('UIDBATCHES', '500')
        ranges = [tuple(map(int, part.split(':'))) for part in lines[0].split(') ')[1].split(',')]
        self.assertEqual((ranges[0][0], ranges[-1][1]), (COUNT, 1))
        for (_, low), (high, _) in zip(ranges, ranges[1:]):
            self.assertEqual(low - 1, high)
        sizes = [len(self.uids(self.run_('UID FETCH', f'{low}:{high} (FLAGS)')[0])) for high, low in ranges]
        self.assertEqual(sizes, [500] * (left // 500) + [left % 500])
        some = self.run_('UIDBATCHES', '500 2:3')[0][0].split(') ')[1].split(',')
        self.assertEqual(some, [f'{high}:{low}' for high, low in ranges[1:3]])


if __name__ == '__main__':
    kontor.main()
