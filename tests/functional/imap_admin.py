# SPDX-License-Identifier: GPL-3.0-or-later
"""SETQUOTA by an administrator (RFC 9208), and NOTIFY with METADATA and access lists over a restart of the server: a client
comes back with QRESYNC, gives NOTIFY again and misses nothing."""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

MESSAGE = 'Subject: m\r\n\r\nm\r\n'


class Connection:
    def __init__(self, server, person='anna'):
        self.wire = kontor.Wire(server.connect('imaps'))
        self.wire.start_tls(server.tls_context())
        self.wire.connection.settimeout(kontor.PATIENCE)
        self.wire.line()
        self.tags = 0
        self.command(f'LOGIN {person}@example.test {kontor.PASSWORD}')

    def command(self, text, status='OK'):
        self.tags += 1
        tag = f'a{self.tags}'
        self.wire.send(f'{tag} {text}\r\n')
        lines = [line.decode() for line in self.wire.until(tag + ' ')]
        assert lines[-1].split()[1] == status, (text, lines[-1])
        return lines

    def line(self):
        return self.wire.line().decode()

    def close(self):
        self.wire.close()


class Admin(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)

    def test_an_administrator_sets_his_own_limits(self):
        anna, boris = Connection(self.server), Connection(self.server, 'boris')
        self.assertIn(' QUOTASET ', anna.command('CAPABILITY')[0] + ' ')
        boris.command('SETQUOTA "" (STORAGE 512)', 'NO')
        folders = len([line for line in anna.command('LIST "" *') if line.startswith('* LIST')])
        told = anna.command(f'SETQUOTA "" (STORAGE 512 MAILBOX {folders + 1} ANNOTATION-STORAGE 1)')
        quota = f'* QUOTA "" (STORAGE 0 512 MAILBOX {folders} {folders + 1} ANNOTATION-STORAGE 0 1)'
        self.assertEqual(told[0], quota)
        anna.command('CREATE One')
        self.assertIn('[OVERQUOTA]', anna.command('CREATE Two', 'NO')[-1])
        anna.command('SETMETADATA INBOX (/shared/comment "%s")' % ('x' * 1000))
        self.assertIn('[OVERQUOTA]', anna.command('SETMETADATA "" (/private/comment "0123456789")', 'NO')[-1])
        anna.command('SETMETADATA INBOX (/shared/comment "short")')
        # What is not named is not limited any more; limits outlive a restart.
        anna.command('SETQUOTA "" (MESSAGE 3)')
        for wrong in ('(STORAGE 0)', '(BYTES 5)', '(STORAGE 9223372036854775807)'):
            anna.command(f'SETQUOTA "" {wrong}', 'NO')
        self.assertIn('[NONEXISTENT]', anna.command('SETQUOTA other (STORAGE 5)', 'NO')[-1])
        anna.close()
        boris.close()
        self.server.stop()
        self.server.start()
        anna = Connection(self.server)
        self.assertEqual(anna.command('GETQUOTA ""')[0], '* QUOTA "" (MESSAGE 0 3)')
        self.assertEqual(anna.command('SETQUOTA "" ()')[0], '* QUOTA "" ()')
        anna.command('GETQUOTA ""', 'NO')
        anna.close()

    def test_a_client_comes_back_after_a_restart(self):
        watcher, worker = Connection(self.server), Connection(self.server)
        notify = ('NOTIFY SET STATUS (selected (MessageNew (UID) MessageExpunge FlagChange)) '
                  '(personal (MessageNew MessageExpunge FlagChange MailboxName MailboxMetadataChange))')
        watcher.command('ENABLE QRESYNC')
        validity = re.search(r'UIDVALIDITY (\d+)', ' '.join(watcher.command('SELECT INBOX')))[1]
        watcher.command(notify)
        worker.command(f'APPEND INBOX {{{len(MESSAGE)}+}}\r\n{MESSAGE}')
        self.assertEqual([watcher.line(), watcher.line()], ['* 1 EXISTS', '* 1 FETCH (UID 1)'])
        worker.command('CREATE Common')
        self.assertEqual(watcher.line(), '* LIST (\\HasNoChildren) "/" Common')
        worker.command('SETACL Common boris@example.test lrs')
        worker.command('SETMETADATA Common (/shared/comment "kept")')
        self.assertEqual(watcher.line(), '* METADATA Common /shared/comment')
        modseq = re.search(r'HIGHESTMODSEQ (\d+)', watcher.command('STATUS INBOX (HIGHESTMODSEQ)')[0])[1]
        watcher.close()
        # While it is away.
        worker.command(f'APPEND INBOX {{{len(MESSAGE)}+}}\r\n{MESSAGE}')
        worker.command('SELECT INBOX')
        worker.command('STORE 1 +FLAGS.SILENT (\\Deleted)')
        worker.command('EXPUNGE')
        worker.close()
        self.server.stop()
        self.server.start()
        watcher, worker = Connection(self.server), Connection(self.server)
        watcher.command('ENABLE QRESYNC')
        told = watcher.command(f'SELECT INBOX (QRESYNC ({validity} {modseq}))')
        self.assertIn('* VANISHED (EARLIER) 1', told)
        self.assertTrue([line for line in told if re.match(r'\* 1 FETCH \(UID 2 ', line)], told)
        told = watcher.command(notify)
        self.assertTrue([line for line in told if line.startswith('* STATUS Common (MESSAGES 0 ')], told)
        self.assertFalse([line for line in told if line.startswith('* STATUS INBOX ')], told)
        self.assertEqual(worker.command('GETMETADATA Common /shared/comment')[0],
                         '* METADATA Common (/shared/comment "kept")')
        self.assertIn('boris@example.test lrs', worker.command('GETACL Common')[0])
        worker.command(f'APPEND INBOX {{{len(MESSAGE)}+}}\r\n{MESSAGE}')
        self.assertEqual([watcher.line(), watcher.line()], ['* 2 EXISTS', '* 2 FETCH (UID 3)'])
        worker.command(f'APPEND Common {{{len(MESSAGE)}+}}\r\n{MESSAGE}')
        self.assertRegex(watcher.line(), r'\* STATUS Common \(MESSAGES 1 UIDNEXT 2 .*HIGHESTMODSEQ \d+\)')
        watcher.close()
        worker.close()

    def test_groups_have_rights_by_their_address(self):
        anna = Connection(self.server)
        anna.command('SETACL INBOX sales@example.test lr')
        anna.command('SETACL INBOX -staff@example.test w')
        self.assertEqual(anna.command('GETACL INBOX')[0].split(' ', 5)[:3], ['*', 'ACL', 'INBOX'])
        listed = anna.command('GETACL INBOX')[0]
        self.assertIn(' sales@example.test lr', listed)
        self.assertIn(' -staff@example.test w', listed)
        anna.close()


if __name__ == '__main__':
    kontor.main()
