# SPDX-License-Identifier: GPL-3.0-or-later
"""Flags that each reader of a shared folder has for himself, as programs meet them: counts, searches, other sessions, CONDSTORE
and QRESYNC over restarts and kills."""
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.functional import sharing
from tests.support import kontor

INBOX = '"Shared/info@example.test/INBOX"'
TEAM = '"Other Users/anna@example.test/Team"'


class Readers(unittest.TestCase):
    sign, settings = 'msExchRecipientTypeDetails', {}
    write = sharing.Sharing.write

    def setUp(self):
        sharing.Sharing.setUp(self)
        self.write(['boris', 'clara'])
        self.server.ctl('shares', 'add', 'info@example.test', 'sales@example.test', 'editor')

    def deliver(self, count=3):
        for number in range(count):
            text = sharing.MESSAGE.format('a@b.test', 'info@example.test', f'mail {number}')
            self.assertEqual(self.server.lmtp(['info@example.test'], text), {})

    def session(self, user, *commands):
        def given():
            client = self.server.imap(user)
            kind, rows = client.list('""', INBOX)
            client.logout()
            return kind == 'OK' and rows[0] is not None
        kontor.wait_until(given, f'{user} belongs to the group')
        wire = kontor.ImapWire(self.server, *commands, user=user)
        self.addCleanup(wire.close)
        return wire

    def flags(self, wire):
        """{UID: flags} of what an answer tells or FETCH says."""
        found = {}
        for line in wire.command('UID FETCH 1:* (FLAGS)'):
            match = re.search(r'FETCH \(.*UID (\d+).*FLAGS \(([^)]*)\)|FETCH \(.*FLAGS \(([^)]*)\).*UID (\d+)', line)
            if match:
                uid, said = (match[1], match[2]) if match[1] else (match[4], match[3])
                found[int(uid)] = set(said.split())
        return found

    def unseen(self, wire, folder=INBOX):
        line = next(line for line in wire.command(f'STATUS {folder} (UNSEEN MESSAGES)') if line.startswith('* STATUS'))
        return int(re.search(r'UNSEEN (\d+)', line)[1])

    def test_each_has_his_own_seen(self):
        self.deliver()
        boris, again = (self.session('boris', f'SELECT {INBOX}') for _ in range(2))
        clara = self.session('clara')
        said = '\n'.join(clara.command(f'SELECT {INBOX}'))
        self.assertRegex(said, r'PERMANENTFLAGS \([^)]*\\Seen[^)]*\\\*\)')
        again.send('i IDLE\r\n')
        self.assertTrue(again.line().startswith(b'+'))
        boris.command('UID STORE 1 +FLAGS (\\Seen \\Flagged)')
        told = again.until('* 1 FETCH')[-1]  # my other session hears of it
        self.assertIn(b'\\Seen', told)
        self.assertIn(b'\\Flagged', told)
        again.send('DONE\r\n')
        again.until('i OK')
        boris.command('UID STORE 2 +FLAGS.SILENT (\\Seen)')
        told = clara.command('NOOP')
        self.assertTrue(any('* 1 FETCH' in line and '\\Flagged' in line for line in told), told)
        self.assertFalse(any('\\Seen' in line or '* 2 FETCH' in line for line in told), told)
        self.assertEqual(self.flags(boris), {1: {'\\Seen', '\\Flagged'}, 2: {'\\Seen'}, 3: set()})
        self.assertEqual(self.flags(clara), {1: {'\\Flagged'}, 2: set(), 3: set()})
        self.assertEqual(boris.command('UID SEARCH UNSEEN')[0], '* SEARCH 3')
        self.assertEqual(clara.command('UID SEARCH UNSEEN')[0], '* SEARCH 1 2 3')
        self.assertEqual(clara.command('UID SORT (REVERSE ARRIVAL) UTF-8 SEEN')[0], '* SORT')
        others = [self.session('boris'), self.session('clara')]
        self.assertEqual([self.unseen(wire) for wire in others], [1, 3])
        clara.command('UID FETCH 3 (BODY[TEXT])')  # reading sets it, for her
        self.assertEqual([self.unseen(wire) for wire in others], [1, 2])
        # What is moved stays read for who has read it; a copy in one's own mailbox too.
        boris.command('CREATE "Shared/info@example.test/Done"')
        boris.command('UID MOVE 2 "Shared/info@example.test/Done"')
        boris.command('UID COPY 1 INBOX')
        self.assertEqual([self.unseen(wire, '"Shared/info@example.test/Done"') for wire in others], [0, 1])
        boris.command('RENAME "Shared/info@example.test/Done" "Shared/info@example.test/Ready"')
        self.assertEqual([self.unseen(wire, '"Shared/info@example.test/Ready"') for wire in others], [0, 1])
        boris.command('SELECT INBOX')
        self.assertEqual(self.flags(boris), {1: {'\\Seen', '\\Flagged'}})

    def test_notify_tells_the_reader_and_nobody_else(self):
        self.deliver()
        asked = f'NOTIFY SET (mailboxes {INBOX} (MessageNew MessageExpunge FlagChange))'
        again, clara = self.session('boris', asked), self.session('clara', asked)
        boris = self.session('boris', f'SELECT {INBOX}')
        boris.command('UID STORE 2 +FLAGS (\\Seen)')
        told = again.until('* STATUS')[-1]
        self.assertRegex(told, rb'UNSEEN 2\b')
        self.assertFalse(any('STATUS' in line for line in clara.command('NOOP')))
        boris.command('UID STORE 2 +FLAGS (\\Deleted)')
        boris.command('EXPUNGE')
        self.assertRegex(clara.until('* STATUS')[-1], rb'MESSAGES 2\b')

    def highest(self, lines):
        return int(re.search(r'HIGHESTMODSEQ (\d+)', '\n'.join(lines))[1])

    def changed(self, lines):
        """{UID: flags} that SELECT with QRESYNC tells."""
        found = {}
        for line in lines:
            if ' FETCH (' in line:
                found[int(re.search(r'UID (\d+)', line)[1])] = set(re.search(r'FLAGS \(([^)]*)\)', line)[1].split())
        return found

    def test_programs_catch_up_by_what_they_were_told(self):
        self.deliver(4)
        told = {}
        for how in ('', 'stop', 'kill', 'without snapshot'):
            if how:
                self.server.restart(how)
                kontor.wait_until(lambda: self.server.takes_mail_for('anna@example.test'), 'the people are known')
            said = {}
            for user in ('boris', 'clara'):
                wire = self.session(user, 'ENABLE QRESYNC')
                known = f' (QRESYNC ({self.validity} {told[user]}))' if user in told else ''
                lines = wire.command(f'SELECT {INBOX}{known}')
                said[user] = (wire, self.changed(lines), self.highest(lines))
                self.validity = re.search(r'UIDVALIDITY (\d+)', '\n'.join(lines))[1]
            if how:
                # Since they looked boris has read one and clara has answered it.
                self.assertEqual(said['boris'][1], {1: {'\\Answered', '\\Seen'}}, how)
                self.assertEqual(said['clara'][1], {1: {'\\Answered'}}, how)
                for user in said:
                    self.assertGreaterEqual(said[user][2], told[user], how)
            boris, clara = said['boris'][0], said['clara'][0]
            boris.command('UID STORE 1:4 FLAGS ()')
            clara.command('UID STORE 1:4 FLAGS ()')
            for user, wire in (('boris', boris), ('clara', clara)):
                wire.command('NOOP')
                told[user] = self.highest(wire.command(f'STATUS {INBOX} (HIGHESTMODSEQ)'))
            clara.command('UID STORE 1 +FLAGS (\\Answered)')
            boris.command('UID STORE 1 +FLAGS (\\Seen)')

    def test_what_the_owner_reads_others_do_not_learn(self):
        anna = kontor.ImapWire(self.server, 'CREATE Team', 'SETACL Team clara@example.test lrswit', 'SETACL Team boris@example.test lr')
        self.addCleanup(anna.close)
        text = sharing.MESSAGE.format('a@b.test', 'anna@example.test', 'plan')
        client = self.server.imap('anna')
        for _ in range(2):
            self.assertEqual(client.append('Team', '\\Seen', None, text.encode())[0], 'OK')
        client.logout()
        clara = kontor.ImapWire(self.server, 'ENABLE CONDSTORE', user='clara')
        self.addCleanup(clara.close)
        before = self.highest(clara.command(f'SELECT {TEAM}'))
        self.assertEqual(self.flags(clara), {1: set(), 2: set()})
        anna.command('SELECT Team')
        anna.command('UID STORE 2 -FLAGS (\\Seen)')
        self.assertFalse(any('FETCH' in line for line in clara.command('NOOP')))
        self.assertEqual(self.highest(clara.command(f'STATUS {TEAM} (HIGHESTMODSEQ)')), before)
        self.assertFalse(any('FETCH (' in line for line in clara.command(f'UID FETCH 1:* (FLAGS) (CHANGEDSINCE {before})')))
        clara.command('UID STORE 1 +FLAGS (\\Seen \\Answered)')
        anna.command('NOOP')
        self.assertEqual(self.flags(anna), {1: {'\\Seen', '\\Answered'}, 2: set()})
        self.assertEqual(self.flags(clara), {1: {'\\Seen', '\\Answered'}, 2: set()})
        # Without s nothing is kept (RFC 4314, 4).
        boris = kontor.ImapWire(self.server, f'SELECT {TEAM}', user='boris')
        self.addCleanup(boris.close)
        boris.command('UID STORE 1 +FLAGS (\\Seen)', ('NO',))
        boris.command('UID FETCH 1 (BODY[TEXT])')
        self.assertEqual(self.flags(boris), {1: {'\\Answered'}, 2: set()})

    def test_a_command_tells_its_own_changes_once(self):
        self.deliver()
        boris = self.session('boris', 'ENABLE CONDSTORE', f'SELECT {INBOX}')
        boris.command('UID STORE 2 +FLAGS (\\Seen)')
        # The first takes a change of his own and one for all, the second one for all alone.
        told = [line for line in boris.command('UID STORE 1:2 +FLAGS (\\Seen \\Flagged)') if 'FETCH (' in line]
        self.assertEqual([int(line.split()[1]) for line in told], [1, 2], told)
        self.assertEqual(len({re.search(r'MODSEQ \((\d+)\)', line)[1] for line in told}), 1, told)
        told = [line for line in boris.command('UID STORE 1:3 -FLAGS.SILENT (\\Seen \\Flagged)') if 'FETCH (' in line]
        self.assertFalse(any('FLAGS' in line for line in told), told)
        self.assertFalse(any('FETCH' in line for line in boris.command('NOOP')))

    def test_a_backup_and_a_restore_keep_what_each_has_read(self):
        folder = tempfile.TemporaryDirectory(prefix='kontor-')
        self.addCleanup(folder.cleanup)
        kept = pathlib.Path(folder.name) / 'kept'
        self.deliver()
        boris, clara = self.session('boris', f'SELECT {INBOX}'), self.session('clara', f'SELECT {INBOX}')
        boris.command('UID STORE 1:2 +FLAGS (\\Seen)')
        clara.command('UID STORE 3 +FLAGS (\\Seen)')
        self.assertEqual(self.server.ask('backup', '--all', '--to', kept)[0], 0)
        boris.command('UID STORE 1:3 -FLAGS (\\Seen)')
        clara.command('UID STORE 1:2 +FLAGS (\\Seen)')
        for wire in (boris, clara):  # as long as somebody reads it, it is in use
            wire.command('LOGOUT')
            wire.close()
        said = {}

        def restored():
            said.update(self.server.ask('restore', 'info@example.test', '--replace', '--from', kept)[1])
            return 'messages' in said
        kontor.wait_until(restored, 'it is put back')
        self.assertEqual(said['messages'], 3, said)
        for how in ('', 'kill', 'without snapshot'):
            if how:
                self.server.restart(how)
                kontor.wait_until(lambda: self.server.takes_mail_for('anna@example.test'), 'the people are known')
            seen = {user: self.flags(self.session(user, f'SELECT {INBOX}')) for user in ('boris', 'clara')}
            self.assertEqual(seen, {'boris': {1: {'\\Seen'}, 2: {'\\Seen'}, 3: set()},
                                    'clara': {1: set(), 2: set(), 3: {'\\Seen'}}}, how)
        for path in self.server.data.glob('accounts/*/*/'):
            self.assertEqual(self.server.ask('store', 'verify', str(path))[0], 0)

    def test_the_administrator_says_what_is_common(self):
        self.deliver(1)
        boris, clara = self.session('boris', f'SELECT {INBOX}'), self.session('clara', f'SELECT {INBOX}')
        boris.command('UID STORE 1 +FLAGS (\\Seen)')
        self.assertEqual(self.server.ctl('shares', 'flags', 'info@example.test'), [{'folder': '', 'own': 'seen'}])
        self.server.ctl('shares', 'flags', 'info@example.test', 'all')
        boris.command('UID STORE 1 +FLAGS (\\Flagged Mine)')
        self.assertEqual(self.flags(boris), {1: {'\\Seen', '\\Flagged', 'Mine'}})
        self.assertEqual(self.flags(clara), {1: set()})
        self.assertNotIn('Mine', '\n'.join(clara.command(f'SELECT {INBOX}')))
        said = self.server.ctl('shares', 'flags', 'info@example.test', 'shared', '--folder', 'INBOX')
        self.assertIn({'folder': 'INBOX', 'own': 'shared'}, said)
        boris.command('UID STORE 1 +FLAGS (\\Seen)')
        self.assertEqual(self.flags(clara), {1: {'\\Seen'}})
        self.assertEqual(self.server.ask('shares', 'flags', 'info@example.test', 'mine')[0], 1)
        folder = next(pathlib.Path(self.server.data).glob('accounts/*/*/'))
        self.assertEqual(self.server.ask('store', 'verify', str(folder))[0], 0)


if __name__ == '__main__':
    kontor.main()
