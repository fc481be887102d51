# SPDX-License-Identifier: GPL-3.0-or-later
"""A full mailbox: what each protocol answers, what goes on working, and that the count is right after every way of
stopping."""
import email
import pathlib
import re
import smtplib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402


def message(number, size=10_000):
    head = f'From: x@elsewhere.test\r\nTo: y@example.test\r\nSubject: {number}\r\nMessage-ID: <{number}@q.test>\r\n\r\n'
    return (head + ('0123456789' * 7 + '\r\n') * (size // 72)).encode()


def lmtp(server, recipients, data):
    """The answer to each recipient (smtplib reads one alone)."""
    wire = kontor.Wire(server.connect('lmtp'))
    wire.line()
    refused = {}
    for line in ('LHLO q.test', 'MAIL FROM:<x@elsewhere.test>', *(f'RCPT TO:<{name}>' for name in recipients), 'DATA'):
        wire.send(line + '\r\n')
        while (answer := wire.line())[3:4] == b'-':
            pass
        if line.startswith('RCPT') and answer[:1] == b'4':
            refused[line[9:-1]] = answer.decode()
        else:
            assert answer[:1] in b'23', (line, answer)
    wire.send(data + b'.\r\n')
    answers = [refused.get(name) or wire.line().decode() for name in recipients]
    wire.close()
    return answers


class Quota(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server({'store.quota_messages': 50}).start()

    def tearDown(self):
        self.server.close()

    def ok(self, answer):
        self.assertEqual(answer[0], 'OK', answer)
        return answer[1]

    def folder(self, address):
        return self.server.ctl('accounts', 'show', address)['folder']

    def verify(self, address):
        folder = self.folder(address)
        self.server.stop()
        found = subprocess.run([kontor.program('kontorctl'), '--json', 'store', 'verify', folder],
                               capture_output=True, text=True, timeout=kontor.PATIENCE)
        self.assertEqual(found.returncode, 0, found.stdout + found.stderr)
        self.server.start()
        return found.stdout

    def test_every_protocol_says_that_it_is_full(self):
        shown = self.server.ctl('quota', 'set', 'anna@example.test', '64KB')
        self.assertEqual((shown['bytes_limit'], shown['bytes_limit_from']), (65536, 'account'))
        self.assertEqual((shown['messages_limit'], shown['messages_limit_from']), (50, 'settings'))
        imap = self.server.imap('anna')
        for number in range(6):
            self.ok(imap.append('INBOX', None, None, message(number)))
        status, text = imap.append('INBOX', None, None, message(7))
        self.assertEqual(status, 'NO')
        self.assertIn(b'[OVERQUOTA]', text[0])
        # Where the size is told before the message (RFC 1870), the recipient is refused; else SMTP has one answer for
        # all recipients, LMTP one for each.
        with self.server.smtp() as smtp, self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            smtp.sendmail('x@elsewhere.test', ['anna@example.test'], message(8))
        code, text = refused.exception.recipients['anna@example.test']
        self.assertEqual(code, 452)
        self.assertIn(b'4.2.2', text)
        with self.server.smtp() as smtp:
            smtp.ehlo('q.test')
            smtp.mail('x@elsewhere.test')
            self.assertEqual(smtp.rcpt('anna@example.test')[0], 250)
            self.assertEqual(smtp.rcpt('boris@example.test')[0], 250)
            code, text = smtp.data(message(8))
        self.assertEqual(code, 452)
        self.assertIn(b'4.2.2', text)
        answers = lmtp(self.server, ['anna@example.test', 'boris@example.test'], message(9))
        self.assertTrue(answers[0].startswith('452 4.2.2'), answers)
        self.assertTrue(answers[1].startswith('250'), answers)
        # Moving and expunging always work; what is expunged is free at once.
        self.ok(imap.select('INBOX'))
        self.ok(imap._simple_command('MOVE', '1:2', 'Trash'))
        self.ok(imap.select('Trash'))
        self.ok(imap.store('1:2', '+FLAGS', '(\\Deleted)'))
        root, quota = self.ok(imap.getquotaroot('Trash'))
        self.assertEqual(root, [b'Trash ""'])
        used = int(re.search(rb'STORAGE (\d+) 64', quota[0])[1])
        self.ok(imap.expunge())
        after = int(re.search(rb'STORAGE (\d+) 64', self.ok(imap.getquota('""'))[0])[1])
        self.assertLess(after, used - 15)
        self.ok(imap.append('INBOX', None, None, message(10)))
        # One letter says that it is nearly full, in the languages of the settings.
        self.ok(imap.select('INBOX'))
        found = self.ok(imap.uid('SEARCH', 'FROM', 'postmaster@localhost'))[0].split()
        self.assertEqual(len(found), 1, found)
        letter = email.message_from_bytes(self.ok(imap.uid('FETCH', found[0].decode(), '(BODY.PEEK[])'))[0][1])
        text = letter.get_payload(decode=True).decode()
        self.assertIn('percent full', text)
        self.assertIn('почтовый ящик заполнен', text)
        self.assertEqual(letter['To'], '<anna@example.test>')
        imap.logout()
        self.verify('anna@example.test')

    def test_a_mailbox_that_is_not_loaded_knows_what_it_holds(self):
        self.server.ctl('quota', 'set', 'boris@example.test', '40KB', '3')
        for number in range(2):
            self.assertEqual(self.server.lmtp(['boris@example.test'], message(number)), {})
        for how in ('stop', 'kill'):
            getattr(self.server, how)()
            self.server.start()
            if how == 'stop':
                self.assertEqual(self.server.lmtp(['boris@example.test'], message(how)), {})
            answers = lmtp(self.server, ['boris@example.test', 'clara@example.test'], message('more ' + how))
            self.assertEqual([answer[:3] for answer in answers], ['452', '250'], answers)
        shown = self.server.ctl('quota', 'show', 'boris@example.test')
        self.assertEqual(shown['messages'], 4)  # with the letter that says that it is full
        self.verify('boris@example.test')
        shown = self.server.ctl('quota', 'set', 'boris@example.test', 'none', 'default')
        self.assertEqual((shown['bytes_limit'], shown['messages_limit']), ('none', 50))
        self.assertEqual(self.server.lmtp(['boris@example.test'], message('again')), {})
        self.server.ctl('quota', 'set', 'boris@example.test', 'default')
        for words in (['zora@example.test', '1MB'], ['boris@example.test', 'much'], ['boris@example.test', '0'],
                      ['boris@example.test', '1MB', '-3']):
            result = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'quota', 'set', *words],
                                    capture_output=True, text=True, timeout=kontor.PATIENCE)
            self.assertEqual(result.returncode, 1, words)


if __name__ == '__main__':
    kontor.main()
