# SPDX-License-Identifier: GPL-3.0-or-later
"""What the directory says about people's mail, with an LDIF directory and real programs: forwarding, disabled accounts,
quotas, X500 addresses, other attributes, and data that means harm."""
import pathlib
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor

MESSAGE = b'From: a@elsewhere.test\r\nTo: b@example.test\r\nSubject: %s\r\n\r\nHello\r\n'


def dn(name):
    return f'uid={name},ou=People,dc=example,dc=test'


def person(name, *lines):
    rows = [f'dn: {dn(name)}', 'objectClass: inetOrgPerson', f'uid: {name}', f'cn: {name}', f'mail: {name}@example.test',
            f'userPassword: {kontor.password_hash(kontor.PASSWORD)}', *lines]
    return '\n'.join(rows) + '\n'


def group(name, *lines):
    return '\n'.join([f'dn: cn={name},ou=Groups,dc=example,dc=test', 'objectClass: groupOfNames', f'cn: {name}',
                      f'mail: {name}@example.test', *lines]) + '\n'


PEOPLE = [
    person('anna', 'legacyExchangeDN: /o=Org/ou=First Group/cn=Recipients/cn=Anna', 'publicDelegates: ' + dn('boris'),
           'msExchHideFromAddressLists: TRUE', 'department: One'),
    person('boris', 'department: One'),
    person('boss', 'department: Two'),
    person('away', 'targetAddress: SMTP:away@elsewhere.test'),
    person('inward', 'targetAddress: SMTP:boris@example.test'),
    person('narcissus', 'targetAddress: SMTP:narcissus@example.test'),
    person('ring-a', 'targetAddress: ring-b@example.test'),
    person('ring-b', 'targetAddress: ring-a@example.test'),
    person('both', 'altRecipient: ' + dn('boris'), 'deliverAndRedirect: TRUE'),
    person('closed', 'userAccountControl: 514', 'manager: ' + dn('boss'), 'department: One'),
    person('only-boss', 'authOrig: ' + dn('boss')),
    person('small', 'mDBUseDefaults: FALSE', 'mDBStorageQuota: 10', 'mDBOverQuotaLimit: 20', 'mDBOverHardQuotaLimit: 40'),
    group('self', 'member: cn=self,ou=Groups,dc=example,dc=test', 'member: ' + dn('anna')),
    group('loop-a', 'member: cn=loop-b,ou=Groups,dc=example,dc=test'),
    group('loop-b', 'member: cn=loop-a,ou=Groups,dc=example,dc=test', 'member: ' + dn('boris')),
    group('mixed', 'member: ' + dn('closed'), 'member: ' + dn('boss'), 'managedBy: ' + dn('boss')),
    person('twin-a', 'proxyAddresses: smtp:twins@example.test'),
    person('twin-b', 'proxyAddresses: smtp:twins@example.test'),
]


class Case(unittest.TestCase):
    disabled_mail = 'keep'

    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'server.demo': False, 'queue.smart_host': '127.0.0.1:9', 'directory.disabled_mail': cls.disabled_mail,
                                    'directory.attributes': ['department=info', 'title=department'],
                                    'groups.dynamic': ['ones@example.test=(title=One)', 'late@example.test=(info=Late)']})
        cls.addClassCleanup(cls.server.close)
        cls.file = cls.server.data / 'directory.ldif'
        cls.write(PEOPLE)
        cls.server.start()
        kontor.wait_until(lambda: cls.rcpt('anna@example.test')[0] == 250, 'the people are known')

    @classmethod
    def write(cls, entries):
        beside = cls.file.with_suffix('.new')
        beside.write_text('version: 1\n\n' + '\n'.join(entries), encoding='utf-8')
        beside.rename(cls.file)

    @classmethod
    def rcpt(cls, address, sender='x@foreign.test'):
        with smtplib.SMTP('localhost', cls.server.port('smtp'), timeout=kontor.PATIENCE) as client:
            client.ehlo()
            client.mail(sender)
            return client.rcpt(address)

    def count(self, name):
        client = self.server.imap(f'{name}@example.test')
        try:
            return int(client.select('INBOX')[1][0])
        finally:
            client.logout()

    def gains(self, address, names, subject='x', text=b''):
        """Exactly these people get a message to `address`, one each."""
        everybody = ['anna', 'boris', 'boss', 'inward', 'narcissus', 'ring-a', 'ring-b', 'both', 'twin-a', 'twin-b']
        before = {name: self.count(name) for name in everybody}
        self.assertEqual(self.server.lmtp([address], MESSAGE % subject.encode() + text), {})
        gained = {name: self.count(name) - before[name] for name in everybody}
        self.assertEqual({name: count for name, count in gained.items() if count}, {name: 1 for name in names}, address)

    def newest(self, name):
        client = self.server.imap(f'{name}@example.test')
        try:
            count = int(client.select('INBOX')[1][0])
            return client.fetch(str(count), '(BODY.PEEK[])')[1][0][1]
        finally:
            client.logout()

    def show(self, name):
        return self.server.ctl('accounts', 'show', f'{name}@example.test')


class Kept(Case):
    def test_forwarding_ends_where_the_directory_says(self):
        self.gains('inward@example.test', ['boris'])
        self.gains('both@example.test', ['both', 'boris'])
        self.gains('self@example.test', ['anna'])
        self.gains('loop-a@example.test', ['boris'])
        self.assertEqual(self.show('both')['mail_goes_to'], ['boris@example.test', 'both@example.test'])

    def test_a_circle_and_a_target_that_is_oneself_lose_nothing(self):
        self.gains('narcissus@example.test', ['narcissus'])
        self.gains('ring-a@example.test', ['ring-a', 'ring-b'])
        self.gains('ring-b@example.test', ['ring-a', 'ring-b'])

    def test_a_target_elsewhere_goes_by_the_queue_and_says_where_it_was(self):
        self.assertEqual(self.server.lmtp(['away@example.test'], MESSAGE % b'away'), {})
        queued = self.server.ctl('queue', 'away@elsewhere.test')
        self.assertEqual(len(queued), 1, queued)
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            self.server.lmtp(['away@example.test'], b'Delivered-To: away@example.test\r\n' + MESSAGE % b'back')
        self.assertEqual(refused.exception.smtp_code, 554)

    def test_a_reply_to_an_x500_address_reaches_its_owner(self):
        self.gains('IMCEAEX-_o=Org_ou=First+20Group_cn=Recipients_cn=anna@example.test', ['anna'])
        self.assertEqual(self.rcpt('IMCEAEX-_o=Org_cn=nobody@example.test')[0], 550)

    def test_two_people_with_one_address_are_told_and_neither_loses_mail(self):
        self.gains('twins@example.test', ['twin-a', 'twin-b'])
        self.gains('twin-a@example.test', ['twin-a'])
        problems = self.server.ctl('status')['problems']
        self.assertTrue(any('twins@example.test' in problem for problem in problems), problems)

    def test_senders_of_a_person(self):
        code, text = self.rcpt('only-boss@example.test')
        self.assertEqual((code, text[:5]), (550, b'5.7.1'))
        with self.server.submission('boss') as client:
            client.mail('boss@example.test')
            self.assertEqual(client.rcpt('only-boss@example.test')[0], 250)
        with self.server.submission('boris') as client:
            client.mail('boris@example.test')
            self.assertEqual(client.rcpt('only-boss@example.test')[0], 550)
        self.assertEqual(self.rcpt('only-boss@example.test', '')[0], 250)

    def test_mail_to_a_closed_account_is_kept(self):
        self.assertEqual(self.rcpt('closed@example.test')[0], 250)
        self.assertEqual(self.show('closed')['mail_goes_to'], ['closed@example.test'])
        self.gains('mixed@example.test', ['boss'])
        self.assertEqual(self.show('closed')['messages'], 1)

    def test_quotas_of_the_directory(self):
        big = b'x' * 70 + b'\r\n'
        self.assertEqual(self.server.lmtp(['small@example.test'], MESSAGE % b'1' + big * 170), {})  # 12 KB: the letter
        client = self.server.imap('small@example.test')
        self.assertEqual(int(client.select('INBOX')[1][0]), 2)
        client.logout()
        with self.server.submission('small') as client:
            self.assertEqual(client.mail('small@example.test')[0], 250)
        self.assertEqual(self.server.lmtp(['small@example.test'], MESSAGE % b'2' + big * 170), {})  # 24 KB: no sending
        with self.server.submission('small') as client:
            code, text = client.mail('small@example.test')
            self.assertEqual((code, text[:5]), (552, b'5.2.2'))
        with self.assertRaises(smtplib.SMTPException):
            self.server.lmtp(['small@example.test'], MESSAGE % b'3' + big * 300)  # above 40 KB

    def test_other_attributes_and_dynamic_groups(self):
        rows = {row['address']: row for row in self.server.ctl('groups', 'list')}
        self.assertEqual(rows['ones@example.test']['filter'], '(title=One)')
        self.assertEqual(rows['ones@example.test']['people'], 2, 'the closed one is no member')
        self.gains('ones@example.test', ['anna', 'boris'])
        self.assertEqual(self.rcpt('late@example.test')[1][:5], b'5.2.4')
        self.write([*PEOPLE, person('new', 'info: Late')])
        kontor.wait_until(lambda: self.rcpt('late@example.test')[0] == 250, 'membership is in force')
        self.write(PEOPLE)
        kontor.wait_until(lambda: self.rcpt('late@example.test')[0] == 550, 'membership has ended')

    def test_delegates_send_on_behalf(self):
        def send(writer, sender, *fields):
            with self.server.submission(writer + '@example.test') as client:
                text = '\r\n'.join([f'From: {sender}@example.test', 'To: boss@example.test', *fields, 'Subject: on behalf', '', 'x'])
                client.sendmail(sender + '@example.test', ['boss@example.test'], text + '\r\n')
        send('boris', 'anna')
        self.assertIn(b'\r\nSender: boris@example.test\r\n', self.newest('boss'))
        with self.assertRaises(smtplib.SMTPSenderRefused):
            send('anna', 'boris')
        self.write([one for one in PEOPLE if not one.startswith('dn: ' + dn('anna'))] + [person('anna')])
        kontor.wait_until(lambda: 'delegates' not in self.show('anna'), 'the right is gone')
        with self.assertRaises(smtplib.SMTPSenderRefused):
            send('boris', 'anna')
        self.write(PEOPLE)
        kontor.wait_until(lambda: 'delegates' in self.show('anna'), 'the right is back')

    def test_what_is_only_recorded_is_shown(self):
        anna = self.show('anna')
        self.assertTrue(anna['hidden'])
        self.assertEqual(anna['delegates'], ['boris@example.test'])
        self.assertEqual(anna['x500'], ['/o=org/ou=first group/cn=recipients/cn=anna'])
        mixed = self.server.ctl('groups', 'show', 'mixed@example.test', 'boss@example.test')
        self.assertEqual((mixed['owner'], mixed['may_send']), ('boss@example.test', 'yes'))


class Refused(Case):
    disabled_mail = 'refuse'

    def test_mail_to_a_closed_account_is_refused(self):
        code, text = self.rcpt('closed@example.test')
        self.assertEqual((code, text[:5]), (550, b'5.2.1'))
        self.gains('mixed@example.test', ['boss'])
        self.assertEqual(self.server.ctl('groups', 'show', 'mixed@example.test')['mail_goes_to'], ['boss@example.test'])


class Forwarded(Case):
    disabled_mail = 'forward'

    def test_mail_to_a_closed_account_goes_to_the_manager(self):
        self.gains('closed@example.test', ['boss'])
        self.gains('mixed@example.test', ['boss'])


if __name__ == '__main__':
    kontor.main()
