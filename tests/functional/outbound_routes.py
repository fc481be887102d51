# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes and limits by domain, and what senders want, with a whole server: held domains and ETRN, rates, files dropped and picked
up, FUTURERELEASE, DELIVERBY, what can be neither delivered nor returned; over restarts and kill -9.
"""
import email
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import kontor
import mail_out
import postfix

SENDER = mail_out.SENDER
message = mail_out.message


class Routes(mail_out.OutCase):
    def command(self, server, text, user=None):
        """(code, words) of one command on port 25, or signed in."""
        if user:
            with server.submission(user) as client:
                return client.docmd(text)
        with server.smtp() as client:
            client.ehlo('fetcher.test')
            return client.docmd(text)

    def hold(self, server, domain, *wishes):
        with server.submission('anna') as client:
            client.mail(SENDER, wishes)
            self.assertEqual(client.rcpt(f'boris@{domain}')[0], 250)
            self.assertEqual(client.data(message())[0], 250)

    def test_held_mail_goes_when_it_is_asked_for(self):
        far = postfix.Postfix('held.test', 'mx.held.test', self.port)
        self.addCleanup(far.close)
        far.start()
        self.names.zone.update({('held.test', 'MX'): ['10 mx.held.test.'], ('mx.held.test', 'A'): ['127.0.0.1']})
        good = self.far('good.test', 1)
        server = self.server(queue__routes=['held.test: hold=yes', '*.held.test: hold=yes', 'good.test: connections=1'],
                             domains__remote=['held.test'])
        self.submit(server, ['boris@held.test', 'boris@good.test'], [message(number) for number in range(3)])
        with server.smtp() as client:  # mail from elsewhere for the domain
            client.sendmail('eva@there.test', ['clara@held.test'], message(9))
        kontor.wait_until(lambda: len(good.messages) == 3, 'mail for others')
        held = next(row for row in server.ctl('queue', 'held.test') if row['recipient'] == 'boris@held.test')
        trace = server.ctl('queue', 'show', held['id'])['trace']
        kontor.wait_until(lambda: server.ask('trace', 'show', trace)[0] == 0, 'its arrival, which a crash in the first second would take away')
        server.restart('kill')
        rows = server.ctl('queue', 'held.test')
        self.assertEqual({(row['route'], row['held']) for row in rows}, {('held.test', 'route')})
        self.assertEqual(len(rows), 4)
        self.assertEqual(far.messages(), [])
        with server.smtp() as client:
            client.ehlo('x.test')
            self.assertTrue(client.has_extn('etrn'))
        self.assertEqual(self.command(server, 'ETRN held.test')[0], 459, 'a stranger')
        self.assertEqual(self.command(server, 'ETRN good.test', 'boris')[0], 459, 'it is not held')
        self.assertEqual(self.command(server, 'ETRN a..b', 'boris')[0], 501)
        code, words = self.command(server, 'ETRN held.test', 'boris')
        self.assertEqual((code, words.decode().startswith('2.0.0 4 pending')), (253, True), words)
        kontor.wait_until(lambda: len(far.messages()) == 4, 'all that was held')
        kontor.wait_until(lambda: server.ctl('status')['queue_messages'] == 0, 'the queue is empty')
        self.assertEqual(self.command(server, 'ETRN held.test', 'boris')[0], 251)
        kontor.wait_until(lambda: 'by the route held.test' in str(server.ctl('trace', 'show', trace)), 'the route in its trace')
        # An administrator may ask too, and for all below a domain.
        self.submit(server, ['boris@held.test'], [message(10)])
        self.assertEqual(server.ctl('queue', 'release', '@held.test')['recipients'], 1)
        kontor.wait_until(lambda: len(far.messages()) == 5, 'the last one')
        self.assertEqual(server.ask('queue', 'release', 'good.test')[0], 1)

    def test_who_may_ask_without_signing_in(self):
        server = self.server(queue__routes=['held.test: hold=yes'], queue__etrn_networks=['127.0.0.0/8'])
        self.assertEqual(self.command(server, 'ETRN held.test')[0], 251)
        self.assertEqual(self.command(server, 'ETRN #queue')[0], 458)

    def test_a_route_limits_its_domain_and_no_other(self):
        slow, other = self.far('slow.test', 1), self.far('other.test', 2)
        dead = self.far('dead.test', 3, behaviour='hang')
        server = self.server(queue__routes=['slow.test: rate=4 connections=1', 'dead.test: connections=3'], queue__timeout=20)
        begun = time.monotonic()
        self.submit(server, ['a@dead.test', 'a@slow.test', 'a@other.test'], [message(number) for number in range(12)])
        kontor.wait_until(lambda: len(other.messages) == 12, 'mail for the other domain')
        kontor.wait_until(lambda: len(slow.messages) >= 4, 'the first minute of the slow one')
        self.assertLessEqual(len(slow.messages), 4 * (1 + int((time.monotonic() - begun) / 60)))
        self.assertEqual(slow.most_open, 1)
        self.assertLessEqual(dead.most_open, 3)
        waiting = server.ctl('queue', 'slow.test')
        self.assertEqual({row['route'] for row in waiting} & {'slow.test', 'dead.test'}, {row['route'] for row in waiting})

    def test_a_first_try_waits(self):
        far, near = self.far('far.test', 1), self.far('near.test', 2)
        server = self.server(queue__first_try='1h', queue__routes=['near.test: first_try=0'])
        self.submit(server, ['boris@far.test', 'boris@near.test', 'boris@example.test'], [message(1), message(2)])
        kontor.wait_until(lambda: len(near.messages) == 2, 'mail of the route without a wait')
        with server.imap('boris') as imap:
            self.assertEqual(imap.select('INBOX')[1][0], b'2', 'mailboxes here do not wait')
        self.assertEqual(far.connections, 0)
        server.restart()
        rows = server.ctl('queue', 'far.test')
        self.assertEqual((len(rows), far.connections), (2, 0))
        server.ctl('queue', 'delete', rows[0]['id'])
        server.ctl('queue', 'retry', rows[1]['id'])
        kontor.wait_until(lambda: len(far.messages) == 1, 'the one that was asked for')
        self.assertEqual(server.ctl('queue', 'far.test'), [])

    def told(self, server, recipients):
        """What a client hears at the end of its message, as (code, words)."""
        with server.submission('anna') as client:
            client.mail(SENDER)
            for one in recipients:
                self.assertEqual(client.rcpt(one)[0], 250)
            code, words = client.data(message(5))
            return code, words.decode()

    def test_a_client_waits_for_the_next_host(self):
        far, other = self.far('far.test', 1, refused={'no@far.test': '550 5.1.1 nobody of that name',
                                                      'full@far.test': '452 4.2.2 box full'}), self.far('other.test', 2)
        server = self.server(queue__routes=['far.test: direct=yes', 'gone.test: direct=yes hosts=127.0.8.77'])

        def waiting():
            return [row['recipient'] for row in server.ctl('queue')]
        self.assertEqual(self.told(server, ['boris@far.test'])[0], 250)
        self.assertEqual((len(far.messages), waiting()), (1, []), 'it is there when the client hears of it')
        kontor.wait_until(lambda: 'relayed' in str(server.ctl('trace', '--recipient', 'boris@far.test')), 'its fate in the trace')
        self.assertEqual(self.told(server, ['no@far.test']), (550, '5.1.1 mx.far.test said: nobody of that name'))
        self.assertEqual(self.told(server, ['no@far.test', 'full@far.test']), (452, '4.2.2 mx.far.test said: box full'))
        kontor.wait_until(lambda: 'nobody of that name' in str([server.ctl('trace', 'show', row['id'])
                                                                for row in server.ctl('trace', '--recipient', 'no@far.test')['messages']]), 'the refusal in the trace')
        code, words = self.told(server, ['boris@gone.test'])
        self.assertEqual(code, 451)
        self.assertIn('127.0.8.77', words, 'why, in the words of the log')
        self.assertEqual((len(far.messages), waiting()), (1, []), 'nothing of it is kept')
        with server.imap('anna') as imap:
            self.assertEqual(imap.select('INBOX')[1][0], b'0', 'no notice: the client knows')
        # One got it: the client is done, the rest goes the usual way.
        self.assertEqual(self.told(server, ['boris@far.test', 'full@far.test', 'no@far.test'])[0], 250)
        self.assertEqual((len(far.messages), waiting()), (2, ['full@far.test']))
        kontor.wait_until(lambda: self.notices(server) == 1, 'the notice about the one who does not exist')
        # Other routes with it, or mailboxes here: all of it by the queue.
        self.assertEqual(self.told(server, ['boris@far.test', 'x@other.test', 'boris@example.test'])[0], 250)
        kontor.wait_until(lambda: (len(far.messages), len(other.messages)) == (3, 1), 'both by the queue')
        # What an administrator pauses waits.
        server.ctl('queue', 'pause', 'far.test')
        self.assertEqual(self.told(server, ['boris@far.test'])[0], 250)
        self.assertEqual((len(far.messages), sorted(waiting())), (3, ['boris@far.test', 'full@far.test']))

    def notices(self, server):
        with server.imap('anna') as imap:
            imap.select('INBOX')
            return len(imap.search(None, 'HEADER', 'Content-Type', 'multipart/report')[1][0].split())

    def test_a_message_is_held_for_its_sender(self):
        far = self.far('far.test', 1)
        server = self.server(queue__future_release=86_400)
        with server.submission('anna') as client:
            client.ehlo()
            self.assertRegex(client.esmtp_features['futurerelease'], r'^86400 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')
            for wish, code in (('HOLDFOR=86401', 501), ('HOLDUNTIL=2020-01-01T00:00:00Z', 501), ('HOLDFOR=x', 501), ('HOLDFOR=5', 250)):
                self.assertEqual(client.mail(SENDER, [wish])[0], code, wish)
        with server.smtp() as client:
            client.ehlo()
            self.assertEqual(client.mail('x@there.test', ['HOLDFOR=5'])[0], 555, 'not for strangers')
        # To a mailbox here, and elsewhere: neither has it before.
        with server.submission('anna') as client:
            client.mail(SENDER, ['HOLDFOR=3600'])
            for address in ('boris@example.test', 'boris@far.test'):
                self.assertEqual(client.rcpt(address)[0], 250)
            self.assertEqual(client.data(message(1))[0], 250)
        until = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 10))
        self.hold(server, 'far.test', f'HOLDUNTIL={until}')
        server.restart('kill')
        kontor.wait_until(lambda: far.messages, 'the one whose time came')
        self.assertEqual(len(far.messages), 1)
        row = server.ctl('queue')[0]
        self.assertEqual((row['held'], row['recipients_left']), ('sender', 2))
        self.assertGreater(row['next_try_seconds'], 3_000)
        shown = server.ctl('queue', 'show', row['id'])
        self.assertIn('release', shown)
        imap = server.imap('boris')
        self.assertEqual(imap.select('INBOX')[1], [b'0'])
        server.ctl('queue', 'retry', row['id'])
        kontor.wait_until(lambda: len(far.messages) == 2, 'an administrator let it go')
        kontor.wait_until(lambda: imap.select('INBOX')[1] == [b'1'], 'here too')
        imap.logout()

    def test_what_does_not_come_in_time_comes_back(self):
        self.far('far.test', 1, behaviour='tempfail_after_data')  # without DELIVERBY
        self.names.zone.update({('shut.test', 'MX'): ['10 mx.shut.test.'], ('mx.shut.test', 'A'): ['127.0.0.77']})  # nobody listens
        server = self.server()
        with server.submission('anna') as client:
            self.assertEqual(client.mail(SENDER, ['BY=-5;R'])[0], 501)
        self.hold(server, 'far.test', 'BY=3;R')
        self.hold(server, 'shut.test', 'BY=3;R', 'MT-PRIORITY=4')
        self.hold(server, 'far.test', 'BY=2;N')
        imap = server.imap('anna')

        def notices():
            imap.select('INBOX')
            numbers = imap.search(None, 'HEADER', 'Content-Type', 'multipart/report')[1][0].split()
            texts = [imap.fetch(number, '(BODY.PEEK[])')[1][0][1].decode() for number in numbers]
            return texts if len(texts) == 3 else None

        # RFC 2852: a server that cannot promise the time is not given the message.
        outcomes = {(re.search(r'Final-Recipient: .*@(\S+)', text)[1], re.search(r'Action: (\S+)', text)[1], re.search(r'Status: (\S+)', text)[1])
                    for text in kontor.wait_until(notices, 'all notices')}
        self.assertEqual({one for one in outcomes if one[1] == 'failed'}, {('far.test', 'failed', '5.3.3'), ('shut.test', 'failed', '5.4.7')})
        self.assertEqual({one[:2] for one in outcomes if one[1] != 'failed'}, {('far.test', 'delayed')})
        kontor.wait_until(lambda: server.ctl('status')['queue_messages'] == 1, 'the other is tried on')
        imap.logout()

    def test_what_can_be_neither_delivered_nor_returned_is_kept(self):
        self.far('far.test', 1, refused={'eva@far.test': '550 5.1.1 no such person', 'nobody@far.test': '550 5.1.1 no such person'})
        server = self.server(domains__remote=['far.test'])
        with server.smtp() as client:
            client.sendmail('eva@far.test', ['nobody@far.test'], message(7))
        folder = server.data / 'badmail'
        kontor.wait_until(lambda: folder.is_dir() and list(folder.glob('*.eml')), 'the notice about the notice')
        notice = next(folder.glob('*.eml')).read_bytes()
        self.assertIn(b'Final-Recipient: rfc822;nobody@far.test', notice)
        report = next(folder.glob('*.txt')).read_text()
        self.assertRegex(report, r'To: eva@far.test\nStatus: 5.1.1\nServer: mx.far.test\nIt said: 550 5.1.1 no such person')


class Folders(mail_out.OutCase):
    def put(self, folder, name, text):
        """As whoever writes a file elsewhere and moves it in."""
        elsewhere = folder.parent / f'{name}.writing'
        elsewhere.write_bytes(text)
        elsewhere.rename(folder / name)

    def test_a_domain_is_written_into_files(self):
        server = self.server(queue__routes=['fax.test: drop=yes'], domains__remote=['fax.test'])
        self.submit(server, ['+7495@fax.test', '+7496@fax.test'], [message(1)])
        folder = server.data / 'drop/fax.test'
        kontor.wait_until(lambda: folder.is_dir() and list(folder.glob('*.eml')), 'the file')
        self.assertEqual(len(list(folder.iterdir())), 1)
        lines = next(folder.glob('*.eml')).read_bytes().split(b'\r\n')
        self.assertEqual(lines[:3], [b'X-Sender: <anna@example.test>', b'X-Receiver: <+7495@fax.test>', b'X-Receiver: <+7496@fax.test>'])
        self.assertTrue(lines[3].startswith(b'Received:'), lines[3])
        kontor.wait_until(lambda: server.ctl('status')['queue_messages'] == 0, 'it is done')

    def test_files_are_picked_up(self):
        far = self.far('far.test', 1)
        server = self.server(queue__pickup=True)
        folder = server.data / 'pickup'
        self.put(folder, 'one.eml', b'From: anna@example.test\nTo: Boris <boris@far.test>, boris@example.test\nCc: c@far.test\n'
                                    b'Bcc: secret@far.test\nSubject: one\n\nline\n..\n')
        self.put(folder, 'two.eml', b'x-sender: report@example.test\r\nx-receiver: two@far.test\r\nFrom: a@example.test\r\n'
                                    b'To: not-to@far.test\r\nMessage-ID: <2@x.test>\r\nSubject: two\r\n\r\ntext\r\n')
        self.put(folder, 'no.eml', b'just text\n')
        self.put(folder, 'nobody.eml', b'From: a@example.test\nSubject: x\n\n')
        self.put(folder, 'notes.txt', b'From: a@example.test\nTo: b@far.test\n\n')
        kontor.wait_until(lambda: len(far.messages) == 2, 'both messages')
        by_subject = {email.message_from_bytes(text)['Subject']: (sender, recipients, text) for sender, recipients, text, _ in far.messages}
        sender, recipients, text = by_subject['one']
        self.assertIn('FROM:<anna@example.test>', sender)
        self.assertEqual(sorted(re.findall('<(.*?)>', ' '.join(recipients))), ['boris@far.test', 'c@far.test', 'secret@far.test'])
        self.assertNotIn(b'secret', text)
        self.assertTrue(text.endswith(b'\r\n\r\nline\r\n..\r\n'), text)
        self.assertTrue(email.message_from_bytes(text)['Message-ID'] and email.message_from_bytes(text)['Date'])
        sender, recipients, text = by_subject['two']
        self.assertIn('FROM:<report@example.test>', sender)
        self.assertEqual(re.findall('<(.*?)>', ' '.join(recipients)), ['two@far.test'])
        self.assertNotIn(b'x-receiver', text)
        names = kontor.wait_until(lambda: (found := {path.name for path in folder.iterdir()}) >= {'no.eml.reason', 'nobody.eml.reason'}
                                  and found, 'the refusals')
        self.assertEqual(names, {'.taken', 'no.eml.bad', 'no.eml.reason', 'nobody.eml.bad', 'nobody.eml.reason', 'notes.txt'})
        self.assertIn('header fields', (folder / 'no.eml.reason').read_text())
        self.assertIn('for nobody', (folder / 'nobody.eml.reason').read_text())
        imap = server.imap('boris')
        kontor.wait_until(lambda: imap.select('INBOX')[1] == [b'1'], 'the copy for here')
        imap.logout()
        self.assertEqual(list((folder / '.taken').iterdir()), [])

    def test_each_file_is_sent_once_whenever_the_server_dies(self):
        far = self.far('far.test', 1)
        server = self.server(queue__pickup=True)
        folder = server.data / 'pickup'
        total = 0
        for life in range(6):
            for number in range(15):
                total += 1
                self.put(folder, f'{total}.eml', f'From: anna@example.test\nTo: boris@far.test\nSubject: {total}\n\n{life}\n'.encode())
            # At different moments: files are just seen, some are in the queue, some are sent.
            wanted = len(far.messages) + (0, 1, 5, 9, 14, 15)[life]
            kontor.wait_until(lambda: len(far.messages) >= wanted, f'message {wanted}')
            if life == 0:
                kontor.wait_until(lambda: any((folder / '.taken').iterdir()) or far.messages, 'a file is taken')
            server.restart('kill')
        got = lambda: [email.message_from_bytes(text)['Subject'] for _, _, text, _ in far.messages]
        kontor.wait_until(lambda: len(set(got())) == total, 'all of them')
        kontor.wait_until(lambda: server.ctl('status')['queue_messages'] == 0, 'nothing is left')
        self.assertEqual({path.name for path in folder.iterdir()}, {'.taken'})
        self.assertEqual(list((folder / '.taken').iterdir()), [])
        # Twice at most what SMTP itself allows: a kill between the far side's 250 and our note of it, a connection at a time.
        again = len(got()) - total
        self.assertLessEqual(again, 6 * 10, sorted(got()))
        traces = [re.search(rb'with local id (\w+)', text).group(1) for _, _, text, _ in far.messages]
        self.assertEqual(len(set(traces)), total, 'a file never becomes two messages')


if __name__ == '__main__':
    kontor.main()
