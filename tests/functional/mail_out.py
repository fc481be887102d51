# SPDX-License-Identifier: GPL-3.0-or-later
"""From a person's submission through the queue to the servers of others, and what comes back.

The far side is Postfix, or a server that fails as told; the name server answers with the zone of the test.
"""
import pathlib
import re
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import far_side
import kontor
import postfix

SENDER = 'anna@example.test'


def message(number=1, body=b'.a line\r\n..\r\nlast\r\n'):
    head = f'From: {SENDER}\r\nTo: boris@far.test\r\nMessage-ID: <{number}@out.test>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n'
    return head.encode() + f'Subject: Number {number}\r\n\r\n'.encode() + body


class OutCase(unittest.TestCase):
    def setUp(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]
        self.names = far_side.NameServer()
        self.addCleanup(self.names.close)

    def server(self, **settings):
        server = kontor.Server({'queue.port': self.port, 'dns.servers': [self.names.setting], 'dns.timeout': 2000,
                                'queue.first_retry': 1, 'queue.longest_retry': 2, 'queue.timeout': 5,
                                'queue.connect_timeout': 5, **{key.replace('__', '.'): value for key, value in settings.items()}})
        self.addCleanup(server.close)
        return server.start()

    def far(self, domain, number, **settings):
        side = far_side.FarSide(f'127.0.8.{number}', self.port, **settings)
        self.addCleanup(side.close)
        self.names.zone[domain, 'MX'] = [f'10 mx.{domain}.']
        self.names.zone[f'mx.{domain}', 'A'] = [f'127.0.8.{number}']
        return side

    def submit(self, server, recipients, texts):
        with server.submission('anna') as client:
            for text in texts:
                self.assertEqual(client.sendmail(SENDER, recipients, text), {})


class Out(OutCase):
    def test_submission_reaches_a_postfix_mailbox_byte_for_byte(self):
        far = postfix.Postfix('far.test', 'mx.far.test', self.port)
        self.addCleanup(far.close)
        far.start()
        self.names.zone.update({('far.test', 'MX'): ['10 mx.far.test.'], ('mx.far.test', 'A'): ['127.0.0.1']})
        server = self.server()
        text = message(body='текст\r\n.\r\n..точка\r\n'.encode() + b'x' * 900 + b'\r\n')
        with server.submission('anna') as client:
            client.sendmail(SENDER, ['boris@far.test'], text, mail_options=['BODY=8BITMIME'])
        got = kontor.wait_until(far.messages, 'the message in the mailbox')
        self.assertEqual(len(got), 1)
        self.assertTrue(got[0].endswith(text.replace(b'\r\n', b'\n')), got[0])
        self.assertIn(b'using TLSv1.3', got[0])
        self.assertIn(b'Return-Path: <anna@example.test>', got[0])
        server.wait_for_log('event=relay.recipient.sent')
        line = next(line for line in server.log().splitlines() if 'event=relay.recipient.sent' in line)
        self.assertRegex(line, r'address=boris@far\.test .*host=mx\.far\.test .*tls=TLSv1\.3 .*reply="250 2\.0\.0 Ok: queued')
        trace = re.search(r'trace=(\S+)', line).group(1)
        self.assertIn(trace.encode(), got[0], 'the log names the message as its Received field does')

    def test_a_dead_domain_delays_nobody_and_limits_are_kept(self):
        order = []
        good = self.far('good.test', 1, log=order)
        dead = self.far('dead.test', 2, behaviour='hang')
        server = self.server(queue__max_connections_per_domain=2, queue__max_messages_per_connection=10, queue__timeout=20)
        self.submit(server, ['a@dead.test'], [message(number) for number in range(5)])
        kontor.wait_until(lambda: dead.connections, 'the dead domain was tried')
        self.submit(server, ['a@good.test'], [message(number) for number in range(40)])
        kontor.wait_until(lambda: len(good.messages) == 40, 'all mail for the good domain')
        self.assertNotIn('address=a@dead.test', server.log(), 'nothing was decided for the dead domain before that')
        self.assertGreater(dead.open, 0, 'it still hangs')
        self.assertLessEqual(dead.most_open, 2)
        self.assertLessEqual(good.most_open, 2)
        self.assertLess(good.connections, 40, 'connections were used again')
        self.assertEqual(sorted(text.split(b'Subject: ')[1].split(b'\r\n')[0] for _, _, text, _ in good.messages),
                         sorted(f'Number {number}'.encode() for number in range(40)), 'each once')

    def test_what_failed_for_the_time_being_is_tried_again(self):
        side = self.far('far.test', 1, behaviour='tempfail_after_data')
        server = self.server()
        self.submit(server, ['boris@far.test'], [message()])
        server.wait_for_log('event=relay.recipient.deferred')
        side.behaviour = None
        kontor.wait_until(lambda: side.messages, 'the second try')
        self.assertTrue(side.messages[0][2].endswith(message()))

    def test_who_does_not_exist_comes_back_to_the_sender(self):
        side = self.far('far.test', 1)
        server = self.server()
        self.submit(server, ['boris@far.test', 'a@nowhere.test'], [message()])
        kontor.wait_until(lambda: side.messages, 'the copy that can be sent')
        imap = server.imap('anna')

        def notice():
            imap.select('INBOX')
            kind, found = imap.search(None, 'HEADER', 'Content-Type', 'multipart/report')
            return found[0].split() if kind == 'OK' else []

        number = kontor.wait_until(notice, 'the notice')[0]
        text = imap.fetch(number, '(BODY.PEEK[])')[1][0][1]
        imap.logout()
        self.assertIn(b'a@nowhere.test', text)
        self.assertIn(b'5.1.2', text)
        self.assertNotIn(b'Final-Recipient: rfc822;boris@far.test', text)


if __name__ == '__main__':
    kontor.main()
