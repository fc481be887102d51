# SPDX-License-Identifier: GPL-3.0-or-later
"""What people say of mail teaches a real rspamd (Bayes): moves into the folder for junk and out of it, and a public folder for
spam. Servers whose mail is learnt as spam again and again get into a base of their own. Programs that talk too early, and those
that fetch mail before they send.
"""
import pathlib
import smtplib
import socket
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor
import scanners

SPAM = 'cheap watches and wonderful pills for a lucky winner who answers this very letter today before noon'
HAM = 'the minutes of our meeting about the new warehouse and the delivery schedule are attached for review'


def letter(number, body):
    return (f'From: eva@there.test\r\nTo: boris@example.test\r\nSubject: {number}\r\nMessage-ID: <{number}@there.test>\r\n'
            f'Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\n{body} {number}\r\n').encode()


class Case(unittest.TestCase):
    def send(self, server, message, recipient='boris@example.test', address='127.0.0.1'):
        with smtplib.SMTP('127.0.0.1', server.port('smtp'), timeout=kontor.PATIENCE, source_address=(address, 0)) as smtp:
            smtp.ehlo('there.test')
            smtp.mail('eva@there.test')
            code, text = smtp.rcpt(recipient)
            if code != 250:
                return code, text.decode()
            code, text = smtp.data(message)
            return code, text.decode()

    def move(self, server, person, source, destination, command='MOVE'):
        """All that is in one folder into another."""
        with server.imap(person) as imap:
            imap.select(f'"{source}"')
            count = len(imap.search(None, 'ALL')[1][0].split())
            self.assertGreater(count, 0)
            self.assertEqual(imap.xatom(command, '1:*', f'"{destination}"')[0], 'OK')
            return count


class Learning(Case):
    def setUp(self):
        self.rspamd = scanners.Rspamd(learns=True)
        self.addCleanup(self.rspamd.close)
        password = self.rspamd.folder / 'password'
        password.write_text(self.rspamd.password + '\n')
        password.chmod(0o600)
        self.server = kontor.Server({
            'learning.controller': self.rspamd.controller, 'learning.password_file': str(password),
            'learning.report_folders': ['Spam'], 'learning.per_minute': 6000, 'screening.enabled': True,
            'screening.spam_base': 'refuse', 'screening.spam_base_count': 3, 'screening.reverse_name': 'off',
            'screening.sender_domain': 'off', 'dns.servers': ['127.0.0.1@1'], 'dns.timeout': '1s'})
        self.addCleanup(self.server.close)
        self.server.start()

    def learnt(self, spam, ham):
        def is_so():
            now = self.server.ctl('learning')
            return now['waiting'] == 0 and (now['learnt_spam'], now['learnt_ham']) == (spam, ham)
        kontor.wait_until(is_so, f'{spam} spam and {ham} ham learnt')

    def test_moves_teach_it_both_ways_and_the_base_fills(self):
        server = self.server
        for number in range(2):
            self.assertEqual(self.send(server, letter(number, SPAM), address='127.0.0.5')[0], 250)
        self.move(server, 'boris', 'INBOX', 'Junk')
        self.learnt(2, 0)
        self.move(server, 'boris', 'Junk', 'INBOX')  # a mistake
        self.learnt(2, 2)
        self.move(server, 'boris', 'INBOX', 'Junk')  # told before
        self.assertEqual(self.send(server, letter('good', HAM), 'clara@example.test')[0], 250)
        self.move(server, 'clara', 'INBOX', 'Junk', 'COPY')
        self.learnt(3, 2)
        self.assertEqual(server.ctl('spam-base'), [])
        (near,) = [one for one in server.ctl('spam-base', '--all') if one['address'] == '127.0.0.5']
        self.assertEqual((near['messages'], near['listed'], near['why']), (2, False, 'eva@there.test'))
        # A public folder where everybody puts spam.
        server.ctl('shares', 'add', 'public', 'anyone', 'lrsip', '--folder', 'Spam')
        self.assertEqual(self.send(server, letter('third', SPAM), 'clara@example.test', '127.0.0.5')[0], 250)
        with server.imap('clara') as imap:
            imap.select('INBOX')
            self.assertEqual(imap.xatom('MOVE', '2:*', '"Public/Spam"')[0], 'OK')
        self.learnt(4, 2)
        (row,) = server.ctl('spam-base')
        self.assertEqual((row['address'], row['by'], row['messages']), ('127.0.0.5', 'learning', 3))
        self.assertIn('event=spam.source.listed', server.log())
        code, text = self.send(server, letter('more', SPAM), address='127.0.0.5')
        self.assertEqual(code, 554)
        self.assertIn('was reported as spam here', text)
        self.assertEqual(self.send(server, letter('else', HAM))[0], 250)
        server.restart()
        self.assertEqual(self.send(server, letter('more', SPAM), address='127.0.0.5')[0], 554)
        server.ctl('spam-base', 'remove', '127.0.0.5')
        self.assertEqual(self.send(server, letter('more', SPAM), address='127.0.0.5')[0], 250)
        imported = server.data / 'list.txt'
        imported.write_text('# a list\n127.0.0.6 ; bad\n2001:db8::1\nnonsense\n')
        self.assertEqual(server.ctl('spam-base', 'import', imported), {'added': 2, 'not_read': ['nonsense']})
        self.assertEqual(self.send(server, letter('x', HAM), address='127.0.0.6')[0], 554)

    def test_a_forged_way_names_nobody(self):
        server = self.server
        with server.imap('boris') as imap:
            for number in range(4):
                forged = (f'Received: from x ([127.0.0.9])\r\n\tby localhost (Kontor) with ESMTP id '
                          f'0123456789abcdef012{number};\r\n\tMon, 23 Nov 2026 10:00:00 +0000\r\n').encode()
                imap.append('INBOX', None, None, forged + letter(number, SPAM))
        self.move(server, 'boris', 'INBOX', 'Junk')
        self.learnt(4, 0)
        self.assertEqual(server.ctl('spam-base', '--all'), [])

    def test_a_silent_controller_loses_nothing(self):
        server = self.server
        self.rspamd.process.send_signal(19)  # SIGSTOP: it accepts nothing more
        self.addCleanup(lambda: self.rspamd.process.send_signal(18))
        server.settings['learning.controller'] = '127.0.0.1:1'
        server.restart()
        self.assertEqual(self.send(server, letter(1, SPAM))[0], 250)
        self.move(server, 'boris', 'INBOX', 'Junk')
        server.wait_for_log('event=learning.controller.silent')
        self.assertEqual(server.ctl('learning')['waiting'], 1)
        self.rspamd.process.send_signal(18)
        server.settings['learning.controller'] = self.rspamd.controller
        server.restart()
        self.learnt(1, 0)


class AtTheDoor(Case):
    def server(self, **settings):
        server = kontor.Server({name.replace('__', '.'): value for name, value in settings.items()})
        self.addCleanup(server.close)
        server.start()
        return server

    def test_who_speaks_before_the_greeting(self):
        server = self.server(screening__enabled=True, screening__greeting_wait='2s', screening__early_talk='refuse',
                             dns__servers=['127.0.0.1@1'], dns__timeout='1s')
        with socket.create_connection(('127.0.0.1', server.port('smtp')), kontor.PATIENCE) as early:
            early.sendall(b'EHLO x.test\r\n')
            self.assertEqual(early.makefile('rb').readline(), b'554 5.5.0 you spoke before the greeting\r\n')
        with socket.create_connection(('127.0.0.1', server.port('smtp')), kontor.PATIENCE) as patient:
            self.assertTrue(patient.makefile('rb').readline().startswith(b'220 '))

    def test_who_fetched_his_mail_may_send(self):
        server = self.server(smtp__pop_before_smtp='10m')
        with smtplib.SMTP('127.0.0.1', server.port('smtp'), timeout=kontor.PATIENCE, source_address=('127.0.0.4', 0)) as smtp:
            smtp.ehlo('x')
            smtp.mail('anna@example.test')
            self.assertEqual(smtp.rcpt('x@far.test')[0], 550)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(('127.0.0.1', server.port('pop3s')), kontor.PATIENCE,
                                      source_address=('127.0.0.4', 0)) as plain:
            wire = kontor.Wire(context.wrap_socket(plain))
            self.addCleanup(wire.close)
            wire.line()
            wire.send('USER anna@example.test\r\n')
            wire.line()
            wire.send(f'PASS {kontor.PASSWORD}\r\n')
            self.assertTrue(wire.line().startswith(b'+OK'))
        for name in ('smtp', 'submission'):
            with smtplib.SMTP('127.0.0.1', server.port(name), timeout=kontor.PATIENCE,
                              source_address=('127.0.0.4', 0)) as smtp:
                smtp.ehlo('x')
                self.assertEqual(smtp.mail('anna@example.test')[0], 250, name)
                self.assertEqual(smtp.rcpt('x@far.test')[0], 250, name)
        with smtplib.SMTP('127.0.0.1', server.port('submission'), timeout=kontor.PATIENCE,
                          source_address=('127.0.0.4', 0)) as smtp:
            smtp.ehlo('x')
            self.assertEqual(smtp.mail('boris@example.test')[0], 550, 'as herself alone')
        with smtplib.SMTP('127.0.0.1', server.port('submission'), timeout=kontor.PATIENCE,
                          source_address=('127.0.0.3', 0)) as smtp:
            smtp.ehlo('x')
            self.assertEqual(smtp.mail('anna@example.test')[0], 530)


if __name__ == '__main__':
    kontor.main()
