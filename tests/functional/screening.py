# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may hand over mail on port 25: lists in a real DNS, names, and the greylist over a restart.

A real kontord takes mail from addresses of 127/8; a real name server, Unbound, has the lists.
"""
import pathlib
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import kontor
import mail_out
import postfix
import unbound

GOOD, LISTED, DENIED = '127.0.0.9', '127.0.0.8', '127.0.0.7'


class Screening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = unbound.Unbound([
            '8.0.0.127.bl.test. IN A 127.0.0.4', '8.0.0.127.bl.test. IN TXT "ask us at bl.test"',
            'spam.test.dbl.test. IN A 127.0.1.2', 'spam.test. IN MX 10 mx.good.test.',
            'null.test. IN MX 0 .', 'good.test. IN MX 10 mx.good.test.', f'mx.good.test. IN A {GOOD}'])
        cls.addClassCleanup(cls.names.close)

    def server(self, **settings):
        server = kontor.Server({'screening.enabled': True, 'dns.servers': [self.names.setting],
                                'screening.dnsbl': ['bl.test=127.0.0.2-127.0.0.9', 'silent.invalid'],
                                'screening.rhsbl': ['dbl.test'], 'screening.deny': [DENIED, '@never.test'],
                                **{f'screening.{name}': value for name, value in settings.items()}})
        self.addCleanup(server.close)
        server.start()
        return server

    def send(self, server, address=GOOD, sender='anna@good.test', recipient='boris@example.test', hello='mx.good.test'):
        """The first answer that is no 2xx, or the one to the message."""
        with smtplib.SMTP(timeout=kontor.PATIENCE, source_address=(address, 0), local_hostname=hello) as smtp:
            code, text = smtp.connect('127.0.0.1', server.port('smtp'))
            for step in (smtp.ehlo, lambda: smtp.mail(sender), lambda: smtp.rcpt(recipient)):
                if code >= 300:
                    return code, text.decode()
                code, text = step()
            if code >= 300:
                return code, text.decode()
            code, text = smtp.data('X-Kontor-Screening: allowed\r\nFrom: anna@good.test\r\nSubject: One\r\n\r\nA line.\r\n')
            return code, text.decode()

    def fields(self, server, person='boris'):
        with server.imap(person) as imap:
            imap.select('INBOX')
            numbers = imap.search(None, 'ALL')[1][0].split()
            return [kontor_field(imap.fetch(number, '(BODY.PEEK[HEADER.FIELDS (X-Kontor-Screening)])')[1][0][1])
                    for number in numbers]

    def test_lists_and_names(self):
        server = self.server(sender_domain='refuse')
        self.assertEqual(self.send(server, '127.0.0.1')[0], 250)
        self.assertEqual(self.send(server, hello='lonely')[0], 250)
        code, text = self.send(server, DENIED)
        self.assertEqual((code, text), (554, '5.7.1 no mail is taken from your address'))
        code, text = self.send(server, LISTED)
        self.assertEqual(code, 554, text)
        self.assertIn(f'your address {LISTED} is on the list bl.test: ask us at bl.test', text)
        code, text = self.send(server, LISTED, recipient='postmaster@example.test')
        self.assertNotIn('bl.test', text)
        code, text = self.send(server, sender='x@never.test')
        self.assertEqual((code, text), (550, '5.7.1 no mail is taken from this sender'))
        code, text = self.send(server, sender='x@spam.test')
        self.assertEqual(code, 554, text)
        self.assertIn('dbl.test', text)
        for domain in ('null.test', 'nothing.test'):
            code, text = self.send(server, sender='x@' + domain)
            self.assertEqual((code, text), (550, '5.1.8 the domain of this sender takes no mail'))
        self.assertEqual(self.send(server, sender='')[0], 250)
        own, lonely, notice = self.fields(server)
        self.assertEqual(own, 'iprev=pass (localhost)')
        self.assertEqual(lonely, 'iprev=fail helo=fail (not the full name of a host)')
        self.assertEqual(notice, 'iprev=fail')
        log = server.log()
        self.assertEqual(log.count('event=checks.client.refused'), 1)
        self.assertEqual(log.count('event=smtp.recipient.refused'), 4)

    def test_switched_off(self):
        server = self.server(enabled=False)
        self.assertEqual(self.send(server, LISTED)[0], 250)
        self.assertEqual(self.fields(server), [''])  # a forged field goes all the same
        self.assertNotIn('checks.client', server.log())

    def test_the_greylist_lasts_over_a_restart(self):
        server = self.server(greylist=True, greylist_wait='1s')
        code, text = self.send(server)
        self.assertEqual(code, 451, text)
        self.assertIn('try again in 1 second', text)
        kontor.wait_until(lambda: self.send(server)[0] == 250, 'a retry after the wait is taken')
        self.assertEqual(self.send(server, recipient='clara@example.test')[0], 250)
        server.stop()
        self.assertTrue((server.data / 'greylist').read_bytes().startswith(b'KontorGL'))
        server.start()
        self.assertEqual(self.send(server, recipient='anna@example.test')[0], 250)
        server.stop()
        (server.data / 'greylist').write_bytes(b'KontorGL damaged')
        server.start()
        self.assertEqual(self.send(server, recipient='anna@example.test')[0], 451)
        self.assertIn('event=checks.greylist.unreadable', server.log())


class Senders(mail_out.OutCase):
    """Whether a sender's address exists: asked of a real Postfix, and of the directory."""

    def screened(self, **settings):
        return self.server(screening__enabled=True, screening__sender_domain='off', screening__hello='off',
                           screening__reverse_name='off', checks__timeout=8, **settings)

    def send(self, server, sender, recipient='boris@example.test'):
        """(code, words) of the recipient's answer, or of the message's when he is taken."""
        with server.smtp() as client:
            client.ehlo('c.test')
            client.mail(sender)
            code, words = client.rcpt(recipient)
            if code == 250:
                code, words = client.data('From: x@there.test\r\nSubject: One\r\n\r\nA line.\r\n')
            return code, words.decode()

    def field(self, server):
        with server.imap('boris') as imap:
            imap.select('INBOX')
            return kontor_field(imap.fetch('*', '(BODY.PEEK[HEADER.FIELDS (X-Kontor-Screening)])')[1][0][1])

    def test_the_server_of_the_sender_is_asked_once(self):
        there = postfix.Postfix('there.test', 'mx.there.test', self.port,
                                refused={'nobody@there.test': '550 5.1.1 nobody of that name',
                                         'shy@there.test': '550 5.7.1 not for you', 'later@there.test': '450 4.2.1 later'})
        self.addCleanup(there.close)
        there.start()
        self.names.zone.update({('there.test', 'MX'): ['10 mx.there.test.'], ('mx.there.test', 'A'): ['127.0.0.1'],
                                ('dead.test', 'MX'): ['10 mx.dead.test.'], ('mx.dead.test', 'A'): ['127.0.9.9']})
        counting = self.far('counting.test', 1, refused={'gone@counting.test': '553 no such person'})
        server = self.screened(screening__sender_address='refuse')
        self.assertEqual(self.send(server, 'eva@there.test')[0], 250)
        self.assertEqual(self.field(server), 'sender-address=pass')
        code, words = self.send(server, 'nobody@there.test')
        self.assertEqual((code, words), (550, '5.1.8 the server of this sender says that there is no such address: 550 5.1.1'))
        server.wait_for_log('nobody of that name')
        # What is said of us, for now, or not at all, speaks against nobody.
        for sender in ('shy@there.test', 'later@there.test', 'eva@dead.test', 'eva@nothing.test', ''):
            self.assertEqual(self.send(server, sender)[0], 250, sender)
        self.assertEqual(self.send(server, 'nobody@there.test', 'postmaster@example.test')[0], 250)
        for _ in range(3):
            self.assertEqual(self.send(server, 'gone@COUNTING.test')[0], 550)
            self.assertEqual(self.send(server, 'here@counting.test')[0], 250)
        self.assertEqual(counting.connections, 2)
        self.assertEqual({line for line in counting.commands if line.startswith('MAIL')}, {'MAIL FROM:<>'})
        self.assertEqual(counting.messages, [])
        # Nobody is asked for a recipient who is not taken.
        self.assertEqual(self.send(server, 'third@counting.test', 'noone@example.test')[0], 550)
        self.assertEqual(counting.connections, 2)

    def test_addresses_of_this_server(self):
        server = self.screened(screening__sender_address='mark', screening__own_sender='mark', signs__enabled=True)
        self.assertEqual(self.send(server, 'anna@example.test')[0], 250)
        self.assertEqual(self.field(server), 'own-sender sender-address=pass')
        self.assertEqual(self.send(server, 'nobody@example.test')[0], 250)
        self.assertEqual(self.field(server), 'own-sender sender-address=fail (not in the directory)')
        with server.imap('boris') as imap:
            imap.select('INBOX')
            signs = imap.fetch('*', '(BODY.PEEK[HEADER.FIELDS (X-Kontor-Signs)])')[1][0][1].decode()
        self.assertIn('sender-address=3', signs)
        self.assertIn('own-sender=2', signs)
        server = self.screened(screening__own_sender='refuse')
        code, words = self.send(server, 'anna@example.test')
        self.assertEqual((code, words), (550, '5.7.1 sign in to send with an address of this server'))
        self.assertEqual(self.send(server, 'eva@there.test')[0], 250)
        with server.submission('anna') as client:
            client.sendmail('anna@example.test', ['boris@example.test'], mail_out.message())
        server = self.screened(screening__sender_address='refuse')
        code, words = self.send(server, 'nobody@example.test')
        self.assertEqual((code, words), (550, '5.1.8 nobody here has the address of this sender'))
        self.assertEqual(self.send(server, 'anna@example.test')[0], 250)


def kontor_field(header):
    return ' '.join(header.decode().strip().partition(': ')[2].split())


if __name__ == '__main__':
    kontor.main()
