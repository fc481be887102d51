# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for whom: rules of the settings, of kontorctl and of the directory's units, enforced by every protocol."""
import pathlib
import poplib
import smtplib
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

PEOPLE = 'ou=People,dc=example,dc=test'
OUTSIDE = 'somebody@elsewhere.test'


def message(sender='anna@example.test', size=0):
    return (f'From: {sender}\r\nTo: x@example.test\r\nSubject: s\r\nMessage-ID: <1@t.test>\r\n\r\n'
            + ('x' * 70 + '\r\n') * (size // 72 + 1)).encode()


class PolicyCase(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.server = kontor.Server({'policy.attribute': 'description', **self.settings})
        self.addCleanup(self.server.close)
        self.server.start()

    def set(self, who, *values):
        return self.server.ctl('policy', 'set', who, *values)

    def explain(self, person):
        """{name: (value, level, rule, kept by)}."""
        said = self.server.ctl('policy', 'explain', person + '@example.test')
        return {row['name']: (row['value'], row['level'], row['rule'], row['kept_by']) for row in said['values']}

    def lost(self, person, name):
        said = self.server.ctl('policy', 'explain', person + '@example.test')
        return [(row['value'], row['rule']) for row in said['lost'] if row['name'] == name]

    def describe(self, dn, *values):
        """Writes the attribute for policies of an entry of the directory anew."""
        ldif = self.server.data / 'directory.ldif'
        records = ldif.read_text(encoding='utf-8').split('\n\n')
        for number, record in enumerate(records):
            lines = record.split('\n')
            if f'dn: {dn}' in lines:
                lines = [line for line in lines if line and not line.startswith('description:')]
                records[number] = '\n'.join(lines + [f'description: {value}' for value in values])
                break
        else:
            raise AssertionError(f'no {dn} in\n{records}')
        beside = ldif.with_suffix('.beside')
        beside.write_text('\n\n'.join(records) + '\n', encoding='utf-8')
        beside.rename(ldif)

    def imap_refusal(self, user, password=kontor.PASSWORD):
        return self.server.imap_refusal(f'{user}@example.test', password)

    def pop3_refusal(self, user):
        return self.server.pop3_refusal(f'{user}@example.test')

    @staticmethod
    def pop3_is_over(client):
        try:
            client.noop()
            return False
        except (poplib.error_proto, OSError):
            return True

    @staticmethod
    def submission_is_over(client):
        try:
            return client.noop()[0] == 421
        except (smtplib.SMTPException, OSError):
            return True

    def submission_refusal(self, user):
        try:
            self.server.submission(user).close()
        except smtplib.SMTPAuthenticationError as refused:
            return refused.smtp_code, refused.smtp_error.decode()
        return ''


class Resolution(PolicyCase):
    settings = {'store.quota': '1 GB', 'policy.rules': [
        'everybody: quota=2G undelete=3', f'{PEOPLE}: quota=3G', 'staff@example.test: quota=4G',
        'sales@example.test: priority=1 quota=5G messages=7', 'nobody@example.test: quota=9G']}

    def test_explain_names_every_rule_and_the_mailbox_obeys(self):
        self.assertEqual(self.explain('clara')['quota'], ('5G', 'group', 'sales@example.test', 'settings'))
        self.assertEqual(self.lost('clara', 'quota'),
                         [('4G', 'staff@example.test'), ('3G', PEOPLE), ('2G', 'everybody')])
        self.assertEqual(self.explain('boris')['quota'], ('4G', 'group', 'staff@example.test', 'settings'))
        self.assertEqual(self.explain('boris')['messages'], ('none', 'default', '', 'settings'))
        self.assertEqual(self.explain('boris')['undelete'], ('3', 'everybody', 'everybody', 'settings'))
        self.assertEqual(self.explain('meeting-room')['quota'], ('2G', 'everybody', 'everybody', 'settings'))
        shown = self.server.ctl('quota', 'show', 'clara@example.test')
        self.assertEqual((shown['bytes_limit'], shown['messages_limit']), (5 << 30, 7))
        self.server.ctl('quota', 'set', 'clara@example.test', '6GB')
        self.assertEqual(self.explain('clara')['quota'], ('6 GB', 'account', 'kontorctl quota set', 'kontorctl'))
        self.assertEqual(self.lost('clara', 'quota')[0], ('5G', 'sales@example.test'))
        text = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'policy', 'explain',
                               'boris@example.test'], capture_output=True, text=True, timeout=kontor.PATIENCE).stdout
        self.assertRegex(text, r'quota +4G +group +staff@example.test +settings')

    def test_a_rule_for_nobody_is_shown(self):
        rows = [row for row in self.server.ctl('policy', 'list') if row['problem']]
        self.assertEqual([row['rule'] for row in rows], ['nobody@example.test'])
        self.assertIn('nobody@example.test', str(self.server.ctl('status')['problems']))
        self.server.wait_for_log('policy.rule.problem')

    def test_units_and_people_of_the_directory(self):
        unit = PEOPLE
        self.describe(unit, 'quota=8G recipients=8')
        self.describe(f'uid=boris,{PEOPLE}', 'recipients=9')
        kontor.wait_until(lambda: self.explain('boris')['recipients'][0] == '9', 'the attribute is in force')
        self.assertEqual(self.explain('boris')['recipients'], ('9', 'person', f'uid=boris,{PEOPLE}', 'directory'))
        self.assertEqual(self.lost('boris', 'recipients'), [('8', unit)])
        self.assertEqual(self.explain('anna')['recipients'], ('8', 'unit', unit, 'directory'))
        # Of one unit the settings' rule counts before the directory's.
        self.assertEqual(self.lost('anna', 'quota'), [('3G', PEOPLE), ('8G', unit), ('2G', 'everybody')])
        self.describe('cn=sales,ou=Groups,dc=example,dc=test', 'messages=5 undelete=1')
        kontor.wait_until(lambda: self.explain('clara')['undelete'][0] == '1', 'the attribute of the group')
        self.assertEqual(self.lost('clara', 'messages'), [('5', 'cn=sales,ou=Groups,dc=example,dc=test')])
        self.describe(unit, 'Our people')
        kontor.wait_until(lambda: self.explain('anna')['recipients'][1] == 'default', 'the attribute is gone')
        self.assertIn('"Our" is none of', str(self.server.ctl('policy', 'list')))

    def test_what_was_set_survives_a_kill(self):
        row = self.set('ou=people, dc=example,dc=test', 'quota=7G', 'undelete=9')
        self.assertEqual((row['level'], row['kept_by'], row['problem']), ('unit', 'kontorctl', ''))
        self.set('boris@example.test', 'quota=none')
        self.set(PEOPLE, 'undelete=8')
        for _ in range(2):
            self.assertEqual(self.explain('anna')['quota'][0], '4G')
            self.assertEqual(self.lost('anna', 'quota')[0], ('7G', 'ou=people, dc=example,dc=test'))
            self.assertEqual(self.explain('anna')['undelete'][0], '8')
            self.assertEqual(self.server.ctl('quota', 'show', 'boris@example.test')['bytes_limit'], 'none')
            self.server.restart('kill')
        self.server.ctl('policy', 'remove', PEOPLE, 'quota')
        self.assertNotIn('7G', str(self.lost('anna', 'quota')))
        self.server.ctl('policy', 'remove', PEOPLE)
        self.assertEqual(self.explain('anna')['undelete'][0], '3')
        for words in (['set', 'staff', 'quota=1G'], ['set', 'everybody', 'quota=much'], ['set', 'anna@example.test', 'size=3'],
                      ['remove', PEOPLE], ['remove', 'boris@example.test', 'undelete']):
            self.assertEqual(self.server.ask('policy', *words)[0], 1, words)
        self.assertEqual(self.server.ask('policy', 'set', 'everybody')[0], 2)

    def test_a_damaged_file_stops_the_start(self):
        self.set('everybody', 'protocols=imap')
        self.server.stop()
        file = self.server.data / 'policies'
        whole = file.read_text()
        self.assertEqual(whole, 'kontor-policies 1\neverybody: protocols=imap\nend\n')
        file.write_text(whole[:-4])
        with self.assertRaises(AssertionError) as refused:
            self.server.start()
        self.assertIn('the last line is not "end"', str(refused.exception))
        file.write_text(whole)
        self.server.start()
        self.assertTrue(self.pop3_refusal('anna'))


class SignIn(PolicyCase):
    def test_a_protocol_that_is_not_allowed(self):
        self.set('anna@example.test', 'protocols=none')
        self.assertIn('[CONTACTADMIN]', self.imap_refusal('anna'))
        self.assertIn('-ERR [SYS/PERM] your account', self.pop3_refusal('anna'))
        code, text = self.submission_refusal('anna')
        self.assertEqual((code, text[:6]), (525, '5.7.13'))
        self.server.wait_for_log('policy does not allow pop3')
        # A guesser learns nothing of it.
        self.assertIn('[AUTHENTICATIONFAILED]', self.imap_refusal('anna', 'wrong'))
        for refusal in (self.imap_refusal, self.pop3_refusal, self.submission_refusal):
            self.assertEqual(refusal('boris'), '')
        self.set('anna@example.test', 'protocols=imap')
        self.assertEqual(self.imap_refusal('anna'), '')
        self.assertTrue(self.pop3_refusal('anna'))

    def test_a_network_that_is_not_allowed(self):
        self.set('sales@example.test', 'networks=127.0.0.2', 'imap_networks=!127.0.0.1,127.0.0.0/8')
        self.assertIn('[CONTACTADMIN]', self.imap_refusal('clara'))
        self.assertTrue(self.pop3_refusal('clara'))
        self.assertEqual(self.imap_refusal('anna'), '')
        for source, answer in (('127.0.0.3', b't OK'), ('127.0.0.1', b't NO [CONTACTADMIN]')):
            connection = socket.create_connection(('127.0.0.1', self.server.port('imaps')), 60, (source, 0))
            wire = kontor.Wire(connection)
            wire.start_tls(self.server.tls_context())
            wire.line()
            wire.send(f't LOGIN clara@example.test {kontor.PASSWORD}\r\n')
            self.assertTrue(wire.until('t ')[-1].startswith(answer), source)
            wire.close()
        self.server.wait_for_log('policy does not allow imap from 127.0.0.1')

    def test_open_connections_end(self):
        idle = kontor.ImapWire(self.server, 'SELECT INBOX', user='clara')
        idle.send('i IDLE\r\n')
        idle.until('+ ')
        other = kontor.ImapWire(self.server, user='anna')
        pop = poplib.POP3_SSL('localhost', self.server.port('pop3s'), context=self.server.tls_context(), timeout=kontor.PATIENCE)
        pop.user('dmitri@example.test')
        pop.pass_(kontor.PASSWORD)
        submission = self.server.submission('boris')
        self.describe('cn=sales,ou=Groups,dc=example,dc=test', 'protocols=submission')
        self.assertIn(b'may not be used this way', idle.until('* BYE')[-1])
        kontor.wait_until(lambda: self.pop3_is_over(pop), 'the POP3 connection is over')
        self.set('boris@example.test', 'submission_networks=10.0.0.0/8')
        kontor.wait_until(lambda: self.submission_is_over(submission), 'the submission is over')
        other.command('NOOP')
        self.assertIn('[CONTACTADMIN]', self.imap_refusal('clara'))


class Mail(PolicyCase):
    settings = {'smtp.trusted_networks': ['127.0.0.9'], 'smtp.max_message': '5 MB'}

    def partner(self):
        """A contact elsewhere joins the list staff@."""
        ldif = self.server.data / 'directory.ldif'
        text = ldif.read_text(encoding='utf-8').rstrip('\n')
        self.assertIn('\ncn: staff\n', text)
        text = text.replace('\ncn: staff\n', '\ncn: staff\nmember: cn=partner,dc=example,dc=test\n')
        ldif.write_text(text + '\n\ndn: cn=partner,dc=example,dc=test\nobjectClass: contact\ncn: partner\n'
                        'mail: partner@elsewhere.test\n', encoding='utf-8')
        kontor.wait_until(lambda: any(row['address'] == 'partner@elsewhere.test'
                                      for row in self.server.ctl('groups', 'show', 'staff@example.test')['people']),
                          'the contact is a member')

    def answers(self, client, recipients, sender=None, options=()):
        client.ehlo_or_helo_if_needed()
        client.rset()
        code, text = client.mail(sender or 'anna@example.test', options)
        if code != 250:
            return [(code, text.decode()[:5])]
        found = []
        for recipient in recipients:
            code, text = client.rcpt(recipient)
            found.append((code, text.decode()[:5]))
        client.rset()
        return found

    def test_who_may_write_to_people_here_only(self):
        self.partner()
        everywhere = [OUTSIDE, 'boris@example.test', 'staff@example.test', 'sales@example.test']
        with self.server.submission('anna') as client:
            self.assertEqual(self.answers(client, everywhere), [(250, '2.1.5')] * 4)
            self.set(PEOPLE, 'local_only=send')
            self.assertEqual(self.answers(client, everywhere),
                             [(550, '5.7.1'), (250, '2.1.5'), (550, '5.7.1'), (250, '2.1.5')])
        with smtplib.SMTP('127.0.0.1', self.server.port('smtp'), timeout=kontor.PATIENCE, source_address=('127.0.0.9', 0)) as client:
            self.assertEqual(self.answers(client, [OUTSIDE, 'boris@example.test']), [(550, '5.7.1'), (250, '2.1.5')])
            self.assertEqual(self.answers(client, [OUTSIDE], sender='printer@example.test'), [(250, '2.1.5')])

    def test_who_takes_mail_of_people_here_only(self):
        self.set('boris@example.test', 'local_only=receive')
        with self.server.smtp() as client:
            for sender in (OUTSIDE, '', 'anna@example.test'):  # the last is not believed
                self.assertEqual(self.answers(client, ['boris@example.test', 'clara@example.test'], sender=sender or '<>'),
                                 [(550, '5.7.1'), (250, '2.1.5')], sender)
            # A list goes on to the others.
            client.sendmail(OUTSIDE, ['staff@example.test'], message(OUTSIDE))
        with self.server.submission('anna') as client:
            self.assertEqual(self.answers(client, ['boris@example.test', OUTSIDE]), [(250, '2.1.5')] * 2)
            client.sendmail('anna@example.test', ['staff@example.test'], message())
        self.assertEqual(self.server.lmtp(['boris@example.test'], message(), sender='clara@example.test'), {})
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            self.server.lmtp(['boris@example.test'], message(OUTSIDE), sender=OUTSIDE)
        self.assertEqual(refused.exception.recipients['boris@example.test'][0], 550)
        for name, count in (('boris', 2), ('clara', 2), ('anna', 2)):
            imap = self.server.imap(name)
            self.assertEqual(int(imap.select('INBOX', readonly=True)[1][0]), count, name)
            imap.logout()

    def test_size_and_recipients(self):
        self.set('anna@example.test', 'message_size=100K', 'recipients=2')
        three = ['boris@example.test', 'clara@example.test', OUTSIDE]
        with self.server.submission('anna') as client:
            self.assertEqual(self.answers(client, three), [(250, '2.1.5'), (250, '2.1.5'), (550, '5.5.3')])
            self.assertEqual(self.answers(client, three, options=['SIZE=200000']), [(552, '5.3.4')])
            self.assertEqual(self.answers(client, three[:1], options=['SIZE=100000']), [(250, '2.1.5')])
            # Without SIZE the end of the message tells.
            client.mail('anna@example.test')
            client.rcpt('boris@example.test')
            code, text = client.data(message(size=150_000))
            self.assertEqual((code, text.decode()[:5]), (552, '5.3.4'))
            client.mail('anna@example.test')
            client.rcpt('boris@example.test')
            self.assertEqual(client.data(message(size=50_000))[0], 250)
        with self.server.submission('boris') as client:
            self.assertEqual(self.answers(client, three, sender='boris@example.test', options=['SIZE=200000']),
                             [(250, '2.1.5')] * 3)

    def test_how_much_somebody_sends_in_a_day(self):
        self.set('everybody', 'daily_messages=2', 'daily_recipients=4')
        with self.server.submission('anna') as client:
            client.sendmail('anna@example.test', ['boris@example.test', 'clara@example.test'], message())
            self.assertEqual(self.answers(client, ['boris@example.test', 'clara@example.test', OUTSIDE]),
                             [(250, '2.1.5'), (250, '2.1.5'), (452, '4.5.3')])
            client.sendmail('anna@example.test', ['boris@example.test'], message())
            self.assertEqual(self.answers(client, ['boris@example.test']), [(450, '4.7.1')])
        # A restart is no new day; neither is a network that is trusted.
        self.server.restart()
        with smtplib.SMTP('127.0.0.1', self.server.port('smtp'), timeout=kontor.PATIENCE, source_address=('127.0.0.9', 0)) as client:
            self.assertEqual(self.answers(client, ['boris@example.test']), [(450, '4.7.1')])
            self.assertEqual(self.answers(client, ['boris@example.test'], sender='printer@elsewhere.test'), [(250, '2.1.5')])
        shown = self.server.ctl('accounts', 'show', 'anna@example.test')
        self.assertEqual([shown[name] for name in ('messages_sent_today', 'messages_a_day', 'recipients_written_to_today',
                                                   'recipients_a_day')], [2, 2, 3, 4])
        self.set('anna@example.test', 'daily_messages=none')
        with self.server.submission('anna') as client:
            client.sendmail('anna@example.test', ['boris@example.test'], message())
        self.server.stop()
        file = self.server.data / 'sent-today'
        self.assertEqual(file.read_bytes()[:8], b'KontorST')
        file.write_bytes(file.read_bytes()[:-1])
        self.server.start()
        self.server.wait_for_log('smtp.daycounts.unreadable')
        self.assertEqual(self.server.ctl('accounts', 'show', 'anna@example.test')['messages_sent_today'], 0)


class Strangers(PolicyCase):
    settings = {'smtp.max_messages_per_day': 1}

    def test_a_client_of_port_25(self):
        with self.server.smtp() as client:
            client.sendmail(OUTSIDE, ['boris@example.test'], message(OUTSIDE))
            with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
                client.sendmail(OUTSIDE, ['boris@example.test'], message(OUTSIDE))
        self.assertEqual(refused.exception.smtp_code, 450)
        with self.server.submission('anna') as client:
            client.sendmail('anna@example.test', ['boris@example.test'], message())


if __name__ == '__main__':
    kontor.main()
