# SPDX-License-Identifier: GPL-3.0-or-later
"""Who really sent a message: what SPF, DKIM and DMARC find out, and what becomes of the mail.

A real kontord takes mail over real SMTP from addresses of 127/8; a real name server, Unbound, has the records;
dkimpy signs.
"""
import email
import pathlib
import smtplib
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor
import unbound

GOOD, BAD = '127.0.0.9', '127.0.0.8'
OWN = 'Authentication-Results: localhost; spf=pass smtp.mailfrom=forged.test\r\n'
OTHERS = 'Authentication-Results: elsewhere.test; spf=pass smtp.mailfrom=x.test\r\n'


def make_key(folder):
    path = folder / 'key.pem'
    subprocess.run(['openssl', 'genrsa', '-traditional', '-out', str(path), '2048'], check=True, capture_output=True)
    public = subprocess.run(['openssl', 'rsa', '-in', str(path), '-pubout'], check=True, capture_output=True, text=True).stdout
    return path.read_bytes(), ''.join(line for line in public.splitlines() if '-' not in line)


def text_record(name, text):
    pieces = ' '.join(f'"{text[at:at + 250]}"' for at in range(0, len(text), 250))
    return f'{name}. IN TXT {pieces}'


class Origin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.key, public = make_key(pathlib.Path(folder))
        cls.names = unbound.Unbound([
            text_record('good.test', f'v=spf1 ip4:{GOOD} -all exp=why.good.test'),
            text_record('why.good.test', '%{i} is not one of ours'),
            text_record('_dmarc.good.test', 'v=DMARC1; p=reject; rua=mailto:reports@good.test'),
            text_record('s1._domainkey.good.test', 'v=DKIM1; k=rsa; p=' + public),
            text_record('soft.test', 'v=spf1 -all'),
            text_record('_dmarc.soft.test', 'v=DMARC1; p=quarantine'),
            'nothing.test. IN A 127.0.0.1'])
        cls.addClassCleanup(cls.names.close)

    def server(self, **settings):
        server = kontor.Server({'checks.enabled': True, 'dns.servers': [self.names.setting],
                                **{f'checks.{name}': value for name, value in settings.items()}})
        self.addCleanup(server.close)
        server.start()
        return server

    def message(self, author='anna@good.test', top='', signed=True):
        import dkim
        text = (f'From: {author}\r\nTo: boris@example.test\r\nSubject: One\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n'
                f'Message-ID: <{author}>\r\n\r\nA line.\r\n').encode()
        if signed:
            text = dkim.sign(text, b's1', b'good.test', self.key) + text
        return top.encode() + text

    def send(self, server, address, sender, message):
        """The answer to the message's end."""
        with smtplib.SMTP('127.0.0.1', server.port('smtp'), local_hostname='mx.good.test', timeout=kontor.PATIENCE,
                          source_address=(address, 0)) as smtp:
            smtp.ehlo()
            self.assertEqual(smtp.mail(sender)[0], 250)
            self.assertEqual(smtp.rcpt('boris@example.test')[0], 250)
            code, text = smtp.data(message)
            return code, text.decode()

    def delivered(self, server):
        """The headers of what is in the inbox, in order."""
        with server.imap('boris') as imap:
            imap.select('INBOX')
            numbers = imap.search(None, 'ALL')[1][0].split()
            return [email.message_from_bytes(imap.fetch(number, '(BODY.PEEK[])')[1][0][1]) for number in numbers]

    def results(self, message):
        """The results of this server: 'spf=pass' and so on, in order."""
        own = [value for value in message.get_all('Authentication-Results', []) if value.startswith('localhost;')]
        self.assertEqual(len(own), 1, message.items())
        return [part.split()[0] for part in own[0].split(';')[1:]]

    def test_results_are_marked(self):
        server = self.server()
        code, _ = self.send(server, GOOD, 'anna@good.test', self.message(top=OWN + OTHERS))
        self.assertEqual(code, 250)
        code, _ = self.send(server, BAD, 'anna@good.test', self.message().replace(b'A line', b'Another line'))
        self.assertEqual(code, 250)
        code, _ = self.send(server, BAD, 'list@nothing.test', self.message())  # handed on by a list: DKIM alone
        self.assertEqual(code, 250)
        code, _ = self.send(server, BAD, '', self.message('x@nothing.test', signed=False))
        self.assertEqual(code, 250)
        code, _ = self.send(server, GOOD, 'anna@good.test', self.message('eva@soft.test'))
        self.assertEqual(code, 250)
        passed, changed, listed, plain, other = self.delivered(server)
        self.assertEqual(self.results(passed), ['spf=pass', 'dkim=pass', 'dmarc=pass'])
        fields = passed.get_all('Authentication-Results')
        self.assertEqual(len(fields), 2)  # the forged one is gone, the other one stays
        self.assertIn('smtp.mailfrom=anna@good.test', fields[0])
        self.assertIn('header.d=good.test header.s=s1', fields[0])
        self.assertIn('policy.dmarc=none', fields[0])
        self.assertIn('elsewhere.test', fields[1])
        self.assertEqual([name for name, _ in passed.items()][:3], ['Return-Path', 'Authentication-Results', 'Received'])
        self.assertEqual(self.results(changed), ['spf=fail', 'dkim=fail', 'dmarc=fail'])
        self.assertIn('policy.dmarc=reject', changed['Authentication-Results'])
        self.assertEqual(self.results(listed), ['spf=none', 'dkim=pass', 'dmarc=pass'])
        self.assertEqual(self.results(plain), ['spf=none', 'dkim=none', 'dmarc=none'])
        self.assertIn('smtp.helo=mx.good.test', plain['Authentication-Results'])
        self.assertEqual(self.results(other), ['spf=pass', 'dkim=pass', 'dmarc=fail'])  # good.test says nothing of soft.test
        self.assertIn('policy.dmarc=quarantine', other['Authentication-Results'])
        self.assertEqual(server.log().count('event=checks.message.done'), 5)

    def test_forgeries_are_refused(self):
        server = self.server(dmarc_fail='refuse', spf_fail='refuse')
        code, text = self.send(server, BAD, 'anna@good.test', self.message(signed=False))
        self.assertEqual(code, 550, text)
        self.assertIn('5.7.26 neither SPF nor DKIM shows that this message is from good.test', text)
        code, text = self.send(server, BAD, 'anna@good.test', self.message())  # signed: DMARC passes
        self.assertEqual(code, 550, text)
        self.assertIn(f'5.7.23 good.test (SPF) does not let this address send its mail: {BAD} is not one of ours', text)
        code, text = self.send(server, BAD, 'x@nothing.test', self.message('eva@soft.test', signed=False))
        self.assertEqual(code, 250, text)  # quarantine is no refusal
        code, text = self.send(server, GOOD, 'anna@good.test', self.message())
        self.assertEqual(code, 250, text)
        self.assertEqual(len(self.delivered(server)), 2)
        self.assertIn('event=smtp.message.refused', server.log())

    def test_an_obeyed_quarantine_is_in_the_junk_folder(self):
        server = self.server(dmarc_fail='obey')
        forged = self.message('eva@soft.test', top='X-Kontor-Junk: forged\r\n', signed=False)
        code, text = self.send(server, BAD, 'x@nothing.test', forged)
        self.assertEqual(code, 250, text)
        with server.imap('boris') as imap:
            self.assertEqual(imap.select('INBOX')[1], [b'0'])
            self.assertEqual(imap.select('Junk')[1], [b'1'])
            one = email.message_from_bytes(imap.fetch('1', '(BODY.PEEK[])')[1][0][1])
            self.assertEqual(one.get_all('X-Kontor-Junk'), ['dmarc=fail; the policy of soft.test is quarantine'])
            self.assertEqual(self.results(one), ['spf=none', 'dkim=none', 'dmarc=fail'])
            imap.close()
            self.assertEqual(imap.delete('Junk')[0], 'OK')
            code, text = self.send(server, BAD, 'x@nothing.test', forged)
            self.assertEqual(code, 250, text)
            self.assertEqual(imap.select('Junk')[1], [b'1'])
            self.assertIn(b'\\Junk', imap.list('""', 'Junk')[1][0])
        code, text = self.send(server, BAD, 'anna@good.test', self.message(signed=False))
        self.assertEqual((code, text[:6]), (550, '5.7.26'))

    def test_a_forged_answer_changes_no_calendar(self):
        server = self.server()
        event = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\n'
                 'DTSTAMP:20261101T000000Z\r\nDTSTART:20270301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:x\r\n'
                 'ORGANIZER:mailto:anna@good.test\r\nATTENDEE:mailto:anna@good.test\r\nATTENDEE:mailto:boris@example.test\r\n'
                 'END:VEVENT\r\nEND:VCALENDAR\r\n')
        text = ('From: anna@good.test\r\nTo: boris@example.test\r\nSubject: x\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n'
                'MIME-Version: 1.0\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n' + event).encode()
        self.assertEqual(self.send(server, BAD, 'x@nothing.test', text)[0], 250)
        server.wait_for_log('event=scheduling.mail.left')
        self.assertIn('forged: DMARC failed', server.log())
        self.assertEqual(self.send(server, GOOD, 'anna@good.test', text)[0], 250)
        server.wait_for_log('event=scheduling.mail.taken')

    def test_no_answer_of_the_dns_loses_mail(self):
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(silent.close)
        silent.bind(('127.0.0.1', 0))
        dead = {'dns.servers': [f'127.0.0.1@{silent.getsockname()[1]}'], 'dns.timeout': 1000, 'checks.timeout': '2s'}
        for is_open, wanted in ((True, 250), (False, 451)):
            server = kontor.Server({'checks.enabled': True, 'checks.fail_open': is_open, **dead})
            self.addCleanup(server.close)
            server.start()
            code, text = self.send(server, GOOD, 'anna@good.test', self.message())
            self.assertEqual(code, wanted, text)
            self.assertIn('event=checks.message.unknown', server.log())
            got = self.delivered(server)
            self.assertEqual(len(got), 1 if is_open else 0)
            if is_open:
                self.assertEqual(self.results(got[0]), ['spf=temperror', 'dkim=temperror', 'dmarc=temperror'])

    def test_people_of_the_house_are_not_checked(self):
        server = self.server(dmarc_fail='refuse', spf_fail='refuse')
        with server.submission('anna') as smtp:
            smtp.sendmail('anna@example.test', ['boris@example.test'],
                          OWN + 'From: anna@example.test\r\nSubject: inside\r\n\r\nx\r\n')
        server.lmtp(['boris@example.test'], self.message(signed=False).decode(), sender='anna@good.test')
        inside, front = self.delivered(server)
        self.assertIsNone(inside['Authentication-Results'])  # what she forged is gone
        self.assertIsNone(front['Authentication-Results'])
        self.assertNotIn('event=checks.', server.log())

    def test_a_trusted_network_is_not_checked(self):
        server = kontor.Server({'checks.enabled': True, 'checks.spf_fail': 'refuse', 'dns.servers': [self.names.setting],
                                'smtp.trusted_networks': [BAD]})
        self.addCleanup(server.close)
        server.start()
        code, text = self.send(server, BAD, 'anna@good.test', self.message(signed=False))
        self.assertEqual(code, 250, text)
        self.assertIsNone(self.delivered(server)[0]['Authentication-Results'])


if __name__ == '__main__':
    kontor.main()
