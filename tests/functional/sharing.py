# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared mailboxes, public folders and folders of others as people meet them: given by one action of the administrator to a
group, there by themselves, gone within seconds when the directory says so, kept over restarts and kills."""
import pathlib
import re
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor

PEOPLE = ('anna', 'boris', 'clara')
MESSAGE = 'From: {0}\r\nTo: {1}\r\nSubject: {2}\r\n\r\nHello\r\n'


def dn(name):
    return f'uid={name},ou=People,dc=example,dc=test'


def directory(members, sign='msExchRecipientTypeDetails'):
    """Three people, a shared mailbox as Exchange makes one, and a group of these members."""
    entries = [f'dn: {dn(name)}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nmail: {name}@example.test\n'
               f'userPassword: {kontor.password_hash(kontor.PASSWORD)}\n' for name in PEOPLE]
    entries.append(f'dn: {dn("info")}\nobjectClass: inetOrgPerson\nuid: info\ncn: Information\nmail: info@example.test\n'
                   f'userPassword: {kontor.password_hash(kontor.PASSWORD)}\n{sign}: 4\n'
                   'userAccountControl: 514\nproxyAddresses: smtp:hello@example.test\n')
    rows = ''.join(f'member: {dn(name)}\n' for name in members)
    entries.append('dn: cn=sales,ou=Groups,dc=example,dc=test\nobjectClass: groupOfNames\ncn: sales\n'
                   f'mail: sales@example.test\n{rows}')
    return 'version: 1\n\n' + '\n'.join(entries)


class Sharing(unittest.TestCase):
    sign = 'msExchRecipientTypeDetails'
    settings = {}

    def setUp(self):
        self.server = kontor.Server({'server.demo': False, 'queue.smart_host': '127.0.0.1:9', 'directory.disabled_mail': 'refuse',
                                     **self.settings})
        self.addCleanup(self.server.close)
        self.write(['boris'])
        self.server.start()
        kontor.wait_until(lambda: self.server.takes_mail_for('anna@example.test'), 'the people are known')

    def write(self, members):
        file = self.server.data / 'directory.ldif'
        beside = file.with_suffix('.new')
        beside.write_text(directory(members, self.sign), encoding='utf-8')
        beside.rename(file)

    @staticmethod
    def names(client, pattern='*', command='LIST'):
        kind, rows = (client.lsub if command == 'LSUB' else client.list)('""', pattern)
        assert kind == 'OK', rows
        return [re.search(r'"/" (.*)$', row.decode())[1].strip('"') for row in rows if row]

    def count(self, client, folder):
        kind, said = client.select(f'"{folder}"', readonly=True)
        self.assertEqual(kind, 'OK', (folder, said))
        return int(said[0])

    def give(self, *words):
        return self.server.ctl('shares', 'add', *words)

    def test_a_shared_mailbox_is_there_by_itself(self):
        self.assertIn('AUTHENTICATIONFAILED', self.server.imap_refusal('info@example.test'))
        self.assertEqual(self.server.lmtp(['hello@example.test'], MESSAGE.format('a@b.test', 'hello@example.test', 'one')), {})
        said = self.give('info@example.test', 'sales@example.test', 'editor')
        self.assertEqual((said['who'], said['rights']), ('sales@example.test', 'editor'))
        boris, anna = self.server.imap('boris'), self.server.imap('anna')
        self.assertEqual([name for name in self.names(anna) if name.startswith('Shared')], [])
        shared = [name for name in self.names(boris) if name.startswith('Shared/info@example.test/')]
        self.assertIn('Shared/info@example.test/INBOX', shared)
        self.assertLess(set(shared), set(self.names(boris, command='LSUB')))
        kind, rows = boris.list('""', '"Shared/*/Sent"')
        self.assertIn(b'\\Sent', rows[0])
        self.assertEqual(self.count(boris, 'Shared/info@example.test/INBOX'), 1)
        # What he does not want to see he unsubscribes; it stays where it is.
        boris.unsubscribe('"Shared/info@example.test/Sent"')
        self.assertNotIn('Shared/info@example.test/Sent', self.names(boris, command='LSUB'))
        self.assertIn('Shared/info@example.test/Sent', self.names(boris))
        # Answered mail goes into a folder that he makes; others of the group see it.
        self.assertEqual(boris.create('"Shared/info@example.test/Done"')[0], 'OK')
        boris.select('"Shared/info@example.test/INBOX"')
        kind, said = boris.uid('MOVE', '1', '"Shared/info@example.test/Done"')
        self.assertEqual(kind, 'OK', said)
        self.write(['boris', 'clara'])
        clara = self.server.imap('clara')
        kontor.wait_until(lambda: 'Shared/info@example.test/Done' in self.names(clara), 'the new member sees it')
        self.assertEqual(self.count(clara, 'Shared/info@example.test/Done'), 1)
        self.server.ctl('quota', 'set', 'info@example.test', '1MB')
        kind, (roots, quotas) = clara.getquotaroot('"Shared/info@example.test/INBOX"')
        self.assertIn(b'Shared/info@example.test/INBOX', roots[0])
        self.assertIn(b'Shared/info@example.test (STORAGE ', quotas[0])
        for client in (anna, boris, clara):
            client.logout()

    def test_who_leaves_the_group_loses_the_open_folder(self):
        self.give('info@example.test', 'sales@example.test', 'reader')
        wire = kontor.Wire(self.server.connect('imaps'))
        wire.start_tls(self.server.tls_context())
        wire.connection.settimeout(kontor.PATIENCE)
        wire.line()
        wire.send(f'a LOGIN boris@example.test {kontor.PASSWORD}\r\nb SELECT "Shared/info@example.test/INBOX"\r\nc IDLE\r\n')
        self.assertTrue(wire.until('b ')[-1].startswith(b'b OK'))
        self.assertTrue(wire.line().startswith(b'+'))
        self.write(['clara'])
        self.assertTrue(wire.line().startswith(b'* BYE'))
        wire.close()
        boris = self.server.imap('boris')
        self.assertEqual([name for name in self.names(boris) if name.startswith('Shared')], [])
        self.assertEqual(boris.select('"Shared/info@example.test/INBOX"')[0], 'NO')
        boris.logout()

    def test_restarts_and_kills_keep_what_is_shared(self):
        self.give('info@example.test', 'sales@example.test', 'reader')
        anna = self.server.imap('anna')
        anna.create('Team')
        self.assertEqual(anna.setacl('Team', 'boris@example.test', 'lr')[0], 'OK')
        anna.logout()
        wanted = {'Shared/info@example.test/INBOX', 'Other Users/anna@example.test/Team'}
        for how in ('stop', 'kill'):
            self.server.restart(how)
            kontor.wait_until(lambda: self.server.takes_mail_for('anna@example.test'), 'the people are known')
            boris = self.server.imap('boris')
            kontor.wait_until(lambda: wanted <= set(self.names(boris)), f'known again after {how}')
            boris.logout()
            loaded = [row for row in self.server.ctl('accounts', 'list') if row.get('loaded') and 'anna' in str(row)]
            if how == 'stop':
                self.assertEqual(loaded, [], 'LIST loads no account of others')

    def send(self, who, sender, recipient):
        with self.server.submission(who) as client:
            client.sendmail(sender, [recipient], MESSAGE.format(sender, recipient, f'from {who}'))

    def test_mail_goes_out_as_the_shared_mailbox(self):
        self.give('info@example.test', 'sales@example.test', 'editor')
        with self.assertRaises(smtplib.SMTPException):
            self.send('boris', 'info@example.test', 'anna@example.test')
        self.give('info@example.test', 'sales@example.test', 'editor', '--send-as')
        self.send('boris', 'info@example.test', 'anna@example.test')
        with self.assertRaises(smtplib.SMTPException):
            self.send('clara', 'info@example.test', 'anna@example.test')
        anna = self.server.imap('anna')
        kontor.wait_until(lambda: self.count(anna, 'INBOX') == 1, 'the mail is there')
        head = anna.fetch('1', '(BODY[HEADER])')[1][0][1].lower()
        self.assertIn(b'from: info@example.test', head)
        self.assertNotIn(b'\nsender:', head)
        anna.logout()

    def test_public_folders(self):
        self.give('public', 'anyone', 'reader', '--folder', 'Handbook')
        self.give('public', 'sales@example.test', 'editor', '--folder', 'Handbook')
        boris, anna = self.server.imap('boris'), self.server.imap('anna')
        self.assertIn('Public/Handbook', self.names(anna))
        self.assertIn('Public/Handbook', self.names(anna, command='LSUB'))
        self.assertNotIn('Public/INBOX', self.names(boris))
        self.assertEqual(anna.create('Public/Handbook/Mine')[0], 'NO')
        self.assertEqual(boris.create('Public/Handbook/Travel')[0], 'OK')
        text = MESSAGE.format('boris@example.test', 'x@example.test', 'how to travel').encode()
        self.assertEqual(boris.append('Public/Handbook/Travel', None, None, text)[0], 'OK')
        self.assertEqual(anna.append('Public/Handbook/Travel', None, None, text)[0], 'NO')
        self.assertEqual(self.count(anna, 'Public/Handbook/Travel'), 1)
        # At the top folders are made by who has the whole tree.
        self.assertEqual(boris.create('Public/News')[0], 'NO')
        self.give('public', 'sales@example.test', 'editor')
        self.assertEqual(boris.create('Public/News')[0], 'OK')
        self.assertIn('Public/News', self.names(boris))
        self.assertNotIn('Public/News', self.names(anna))
        anna.logout()
        boris.logout()

    def test_the_administrator_sees_and_takes_back(self):
        self.give('info@example.test', 'sales@example.test', 'author')
        self.give('anna@example.test', 'clara@example.test', 'lr', '--folder', 'INBOX')
        report = self.server.ctl('shares', 'report')
        self.assertIn({'mailbox': 'anna@example.test', 'folder': 'INBOX', 'who': 'clara@example.test', 'rights': 'lr'}, report)
        self.assertIn({'mailbox': 'info@example.test', 'folder': 'INBOX', 'who': 'sales@example.test', 'rights': 'author'}, report)
        self.assertEqual(self.server.ctl('shares', 'report', 'clara@example.test'),
                         [row for row in report if row['who'] == 'clara@example.test'])
        listed = self.server.ctl('shares', 'list', 'info@example.test')
        self.assertEqual({row['who'] for row in listed}, {'sales@example.test'})
        self.server.ctl('shares', 'remove', 'info@example.test', 'sales@example.test')
        self.assertEqual(self.server.ctl('shares', 'list', 'info@example.test'), [])
        self.assertEqual(self.server.ask('shares', 'add', 'info@example.test', 'sales@example.test', 'king')[0], 1)
        self.assertEqual(self.server.ask('shares', 'add', 'info@example.test', 'nobody@example.test', 'reader')[0], 1)


class WithoutExchange(unittest.TestCase):
    """Another attribute says that a mailbox is shared."""
    sign = 'employeeType'
    settings = {'directory.attributes': ['msExchRecipientTypeDetails=employeeType']}
    setUp, write = Sharing.setUp, Sharing.write

    def test_another_attribute_says_it(self):
        self.assertTrue(self.server.takes_mail_for('info@example.test'))
        self.server.ctl('shares', 'add', 'info@example.test', 'sales@example.test', 'reader')
        boris = self.server.imap('boris')
        self.assertIn('Shared/info@example.test/INBOX', Sharing.names(boris))
        boris.logout()


if __name__ == '__main__':
    kontor.main()
