# SPDX-License-Identifier: GPL-3.0-or-later
"""What was deleted, with real programs: by IMAP and by kontorctl, through restarts; retention, policies of groups, and
mailboxes whose person is gone."""
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

DATE = '"15-Mar-2021 10:20:30 +0000"'


def message(subject):
    return (f'From: x@elsewhere.test\r\nTo: anna@example.test\r\nSubject: {subject}\r\n'
            f'Message-ID: <{subject}@u.test>\r\n\r\n{subject}\r\n').encode()


class Undelete(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server({
            'policy.rules': ['sales@example.test: undelete=0 messages=7', 'staff@example.test: undelete=60 quota=3G'],
            'store.retention': ['\\Trash=1']}).start()
        self.addCleanup(self.server.close)

    def ok(self, answer):
        self.assertEqual(answer[0], 'OK', answer)
        return answer[1]

    def restart(self, how='stop'):
        getattr(self.server, how)()
        self.server.start()

    def expunge(self, imap, folder, numbers):
        self.ok(imap.select(folder))
        self.ok(imap.store(numbers, '+FLAGS.SILENT', '(\\Deleted)'))
        self.ok(imap.expunge())

    def state(self, user, folder):
        """(flags, date, subject) of each message, as a client sees them."""
        imap = self.server.imap(user)
        self.ok(imap.select(folder, readonly=True))
        rows = self.ok(imap.fetch('1:*', '(FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (SUBJECT)])'))
        imap.logout()
        found = []
        for row in rows:
            if isinstance(row, tuple):
                head = row[0].decode()
                flags = sorted(head.split('FLAGS (')[1].split(')')[0].split())
                found.append((flags, head.split('INTERNALDATE ')[1][:28], row[1].decode().split()[1]))
        return found

    def test_by_imap_and_by_kontorctl_through_restarts(self):
        imap = self.server.imap('anna')
        for number in range(5):
            self.ok(imap.append('INBOX', '(\\Seen $Work)' if number % 2 else None, DATE, message(f'm{number}')))
        self.ok(imap.create('Work'))
        self.ok(imap.append('Work', '(\\Flagged)', DATE, message('work')))
        before = self.state('anna', 'INBOX')
        self.expunge(imap, 'INBOX', '2:5')
        self.ok(imap.unselect())
        self.ok(imap.delete('Work'))
        imap.logout()
        for how in ('stop', 'kill'):
            self.restart(how)
            rows = self.server.ctl('recoverable', 'anna@example.test')
            self.assertEqual([(row['folder'], row['what'], row['messages']) for row in rows],
                             [('Recoverable/INBOX', 'expunged', 4), ('Recoverable/Work', 'deleted folder', 1)])
            self.assertEqual(self.state('anna', 'Recoverable/INBOX'), before[1:])
        rows = self.server.ctl('recoverable', 'anna@example.test', '--folder', 'INBOX')
        self.assertEqual([row['message_id'] for row in rows], [f'<m{number}@u.test>' for number in range(1, 5)])
        self.assertEqual(rows[0]['date'], '2021-03-15T10:20:30Z')
        # By the administrator: one by its Message-ID, one by its UID; then the deleted folder.
        self.server.ctl('undelete', 'anna@example.test', '--folder', 'INBOX', '--message-id', '<m3@u.test>')
        self.server.ctl('undelete', 'anna@example.test', '--folder', 'INBOX', '--uid', str(rows[0]['uid']))
        self.assertEqual(self.state('anna', 'INBOX'), [before[0], before[3], before[1]])
        back = self.server.ctl('undelete', 'anna@example.test', '--folder', 'Work')
        self.assertEqual((back['folder'], back['messages']), ('Work', 1))
        self.assertEqual(self.state('anna', 'Work'), [(['\\Flagged'], DATE, 'work')])
        # By the owner: the rest.
        imap = self.server.imap('anna')
        self.ok(imap.select('Recoverable/INBOX'))
        self.ok(imap._simple_command('MOVE', '1:*', 'INBOX'))
        imap.logout()
        self.restart('kill')
        self.assertEqual(sorted(row[2] for row in self.state('anna', 'INBOX')), [f'm{number}' for number in range(5)])
        self.assertEqual(self.server.ctl('recoverable', 'anna@example.test'), [])
        for words in (['--folder', 'Nix', '--all'], ['--folder', 'INBOX'], ['--folder', 'INBOX', '--all', '--uid', '1'],
                      ['--folder', 'INBOX', '--since', 'soon']):
            result = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'undelete',
                                     'anna@example.test', *words], capture_output=True, text=True, timeout=kontor.PATIENCE)
            self.assertEqual(result.returncode, 1, (words, result.stdout))

    def test_policies_hold_for_the_members_of_a_group(self):
        # clara is of sales (first rule), and by it of staff; anna of staff alone; each value is decided by itself.
        for name in ('anna', 'clara'):
            imap = self.server.imap(name)
            self.ok(imap.append('INBOX', None, None, message('gone')))
            self.expunge(imap, 'INBOX', '1')
            names = b' '.join(self.ok(imap.list()))
            self.assertEqual(b'Recoverable/INBOX' in names, name == 'anna', names)
            imap.logout()
        anna = self.server.ctl('quota', 'show', 'anna@example.test')
        clara = self.server.ctl('quota', 'show', 'clara@example.test')
        self.assertEqual((anna['bytes_limit'], anna['messages_limit']), (3 << 30, 'none'))
        self.assertEqual((clara['bytes_limit'], clara['messages_limit']), (3 << 30, 7))
        self.server.ctl('quota', 'set', 'clara@example.test', '1MB', '20')
        clara = self.server.ctl('quota', 'show', 'clara@example.test')
        self.assertEqual((clara['bytes_limit'], clara['messages_limit']), (1 << 20, 20))
        kontor.next_second()  # purging is by seconds: what was deleted must be older than now
        self.assertEqual(self.server.ctl('upkeep', 'clara@example.test')[0]['purged'], 1)
        self.assertEqual(self.server.ctl('upkeep', 'anna@example.test')[0]['purged'], 0)
        self.assertEqual(self.server.ctl('retention', '--dry-run'), [])
        self.assertEqual(self.server.ctl('retention', 'anna@example.test'), [])

    def test_a_wrong_row_is_named_by_the_check(self):
        self.server.stop()
        self.server.settings['policy.rules'] = ['sales@example.test: undelete=soon']
        self.server.write_config()
        result = subprocess.run([kontor.program('kontord'), '--check', '--config', str(self.server.data / 'kontor.toml')],
                                capture_output=True, text=True, timeout=kontor.PATIENCE)
        self.assertEqual(result.returncode, 1)
        self.assertIn('policy.rules: "sales@example.test: undelete=soon": undelete: "soon" is not a number of days', result.stderr)

    def test_a_mailbox_outlives_its_person_and_is_attached_again(self):
        self.assertEqual(self.server.lmtp(['dmitri@example.test'], message('kept')), {})
        account = self.server.ctl('accounts', 'show', 'dmitri@example.test')['account']
        self.assertEqual(self.server.ctl('accounts', 'list', '--deleted'), [])
        ldif = self.server.data / 'directory.ldif'
        original = ldif.read_text(encoding='utf-8')
        records = original.split('\n\n')
        his = next(record for record in records if 'mail: dmitri@example.test' in record)
        ldif.write_text('\n\n'.join(record for record in records if record is not his), encoding='utf-8')
        kontor.wait_until(lambda: self.server.ctl('accounts', 'list', '--deleted'), 'the person is gone')
        self.server.ctl('upkeep', account)
        rows = self.server.ctl('accounts', 'list', '--deleted')
        self.assertEqual([(row['account'], row['messages']) for row in rows], [(account, 1)])
        self.assertTrue(rows[0]['gone_since'] and rows[0]['kept_until'] > rows[0]['gone_since'], rows)
        # Made again under the same name: another person to the directory.
        guid = next(line for line in his.splitlines() if line.startswith('entryUUID:'))
        again = his.replace(guid, 'entryUUID: 11111111-2222-4333-8444-555555555555')
        ldif.write_text('\n\n'.join(again if record is his else record for record in records), encoding='utf-8')
        kontor.wait_until(lambda: 'dmitri@example.test' in str(self.server.ctl('accounts', 'list')), 'he is back')
        self.server.imap('dmitri').logout()  # which makes him an empty mailbox
        self.server.ctl('accounts', 'attach', account, 'dmitri@example.test')
        self.assertEqual([row[2] for row in self.state('dmitri', 'INBOX')], ['kept'])
        self.restart()
        self.assertEqual(self.server.ctl('accounts', 'show', 'dmitri@example.test')['account'], account)
        self.assertEqual(self.server.ctl('accounts', 'list', '--deleted'), [])
        self.server.ctl('accounts', 'remove', account)
        self.assertNotIn(account, str(self.server.ctl('accounts', 'list')))


if __name__ == '__main__':
    kontor.main()
