# SPDX-License-Identifier: GPL-3.0-or-later
"""Guessing passwords is slow, then blocked; and who may use which protocol from where (settings sign_in, access).

Host names are judged in tests/unit/server/app/gate_test.cpp: all of 127.0.0.0/8 is no matter of the DNS (RFC 6303, 4.2).
"""
import imaplib
import pathlib
import smtplib
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

ATTACKER, OWNER, OFFICE = '127.0.0.66', '127.0.0.7', '127.0.0.8'


def connect(server, port, source):
    return socket.create_connection(('127.0.0.1', server.port(port)), timeout=kontor.PATIENCE, source_address=(source, 0))


def first_line(server, port, source):
    """What the server says first; and whether it then goes on talking."""
    with connect(server, port, source) as connection:
        wire = kontor.Wire(connection)
        return wire.line().decode()


class Imap(imaplib.IMAP4):
    def __init__(self, server, source):
        self.source = source
        super().__init__('127.0.0.1', server.port('imap'))
        self.starttls(server.tls_context_for_test)

    def _create_socket(self, timeout):
        return socket.create_connection((self.host, self.port), 60, source_address=(self.source, 0))


def sign_in(server, source, user, password, client=None):
    """Seconds, and what the server said against it; `client`: a connection that is open already."""
    client = client or Imap(server, source)
    begun = time.monotonic()
    try:
        client.login(user + '@example.test', password)
        return time.monotonic() - begun, ''
    except imaplib.IMAP4.error as refusal:
        return time.monotonic() - begun, str(refusal)
    finally:
        try:
            client.logout()
        except (imaplib.IMAP4.error, OSError):
            pass


class SignInCase(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.server = kontor.Server(settings={'sign_in.never_block': [], 'server.demo': True, **self.settings})
        self.addCleanup(self.server.close)
        self.server.start()
        self.server.tls_context_for_test = self.server.tls_context()
        self.server.tls_context_for_test.check_hostname = False


class Guessing(SignInCase):
    settings = {'sign_in.block_failures': 6, 'sign_in.delay': '100ms', 'sign_in.longest_delay': '800ms',
                'sign_in.remember_failure': '60s'}

    def test_guessing_is_slow_then_blocked_and_the_owner_goes_on(self):
        self.assertEqual(sign_in(self.server, OWNER, 'anna', kontor.PASSWORD)[1], '')
        took = [sign_in(self.server, ATTACKER, 'anna', f'guess {i}') for i in range(5)]
        print('  answers to wrong passwords: ' + ', '.join(f'{seconds:.2f}' for seconds, _ in took), file=sys.stderr)
        for (seconds, refusal), least in zip(took, (0.1, 0.2, 0.4, 0.8, 0.8)):
            self.assertGreaterEqual(seconds, least)
            self.assertIn('AUTHENTICATIONFAILED', refusal)
        owner = [sign_in(self.server, OWNER, 'anna', kontor.PASSWORD) for _ in range(5)]  # the machine may hold one up
        print('  the owner meanwhile: ' + ', '.join(f'{seconds:.3f}' for seconds, _ in owner), file=sys.stderr)
        self.assertEqual({refusal for _, refusal in owner}, {''})
        self.assertLess(min(seconds for seconds, _ in owner), took[-1][0], 'the owner is held up as the guesser is')
        # By another protocol, so that the address is counted over all of them.
        client = smtplib.SMTP('127.0.0.1', self.server.port('submission'), timeout=kontor.PATIENCE, source_address=(ATTACKER, 0))
        client.starttls(context=self.server.tls_context_for_test)
        with self.assertRaises(smtplib.SMTPAuthenticationError):
            client.login('boris@example.test', 'guess')
        client.close()
        rows = self.server.ctl('blocks')
        self.assertEqual([row['address'] for row in rows], [ATTACKER])
        self.assertEqual(rows[0]['failures'], 6)
        self.assertTrue(first_line(self.server, 'imap', ATTACKER).startswith('* BYE [UNAVAILABLE]'))
        self.assertTrue(first_line(self.server, 'pop3', ATTACKER).startswith('-ERR [SYS/TEMP]'))
        for port in ('smtp', 'submission'):
            self.assertTrue(first_line(self.server, port, ATTACKER).startswith('421 4.7.0'))
        self.assertEqual(first_line(self.server, 'imaps', ATTACKER), '')
        self.assertIn('server.connection.blocked', self.server.log())
        self.assertEqual(sign_in(self.server, OWNER, 'anna', kontor.PASSWORD)[1], '')
        # The block survives a restart; the administrator takes it off.
        self.server.stop()
        self.server.start()
        self.assertTrue(first_line(self.server, 'imap', ATTACKER).startswith('* BYE'))
        self.assertEqual(self.server.ctl('blocks', 'remove', ATTACKER), {'removed': 1})
        self.assertTrue(first_line(self.server, 'imap', ATTACKER).startswith('* OK'))

    def test_a_forgotten_phone_blocks_nobody(self):
        for _ in range(20):
            _, refusal = sign_in(self.server, OFFICE, 'boris', 'the old password')
            self.assertIn('AUTHENTICATIONFAILED', refusal)
        self.assertEqual(self.server.ctl('blocks'), [])
        self.assertEqual(sign_in(self.server, OFFICE, 'clara', kontor.PASSWORD)[1], '')

    def test_many_connections_at_once_are_slow_too(self):
        before = threading.active_count()
        sign_in(self.server, ATTACKER, 'anna', 'first')
        begun = time.monotonic()
        guessers = [threading.Thread(target=sign_in, args=(self.server, ATTACKER, 'anna', f'same time {i}'))
                    for i in range(30)]
        owner = Imap(self.server, OWNER)
        for one in guessers:
            one.start()
        seconds, refusal = sign_in(self.server, OWNER, 'boris', kontor.PASSWORD, owner)
        self.assertEqual(refusal, '')
        self.assertTrue(any(one.is_alive() for one in guessers), 'others wait as long as who guesses')
        for one in guessers:
            one.join()
        print(f'  30 guesses at once: {time.monotonic() - begun:.2f} s, others meanwhile {seconds:.3f} s', file=sys.stderr)
        self.assertEqual(threading.active_count(), before)
        self.assertEqual([row['address'] for row in self.server.ctl('blocks')], [ATTACKER])
        self.assertEqual(self.server.ctl('blocks')[0]['failures'], 6)

    def test_blocks_by_the_administrator(self):
        row = self.server.ctl('blocks', 'add', '127.0.0.64/26', '2h')
        self.assertEqual((row['address'], row['by']), ('127.0.0.64/26', 'administrator'))
        self.assertTrue(first_line(self.server, 'imap', ATTACKER).startswith('* BYE'))
        self.assertTrue(first_line(self.server, 'imap', OWNER).startswith('* OK'))
        self.assertEqual(self.server.ctl('blocks', 'list')[0]['address'], '127.0.0.64/26')
        for words in (['0.0.0.0/0'], ['office'], ['10.0.0.1', '0s'], ['10.0.0.1', 'soon']):
            self.assertIn('error', self.server.ctl('blocks', 'add', *words, check=False))
        self.assertEqual(self.server.ctl('blocks', 'remove', 'all'), {'removed': 1})
        self.assertTrue(first_line(self.server, 'imap', ATTACKER).startswith('* OK'))


class Access(SignInCase):
    settings = {'access.imap': ['127.0.0.1-127.0.0.9', '!127.0.0.66', '127.0.0.64/26'],
                'access.pop3': ['!127.0.0.66'], 'access.submission': ['127.0.0.7'], 'access.smtp': ['!127.0.0.64/26']}

    def test_each_protocol_has_its_own_rules(self):
        welcome = {'imap': '* OK', 'pop3': '+OK', 'submission': '220', 'smtp': '220'}
        denied = {'imap': '* BYE [NOPERM]', 'pop3': '-ERR [SYS/PERM]', 'submission': '554 5.7.1', 'smtp': '554 5.7.1'}
        rows = {'127.0.0.7': ('imap', 'pop3', 'submission', 'smtp'), '127.0.0.9': ('imap', 'pop3', 'smtp'),
                '127.0.0.10': ('pop3', 'smtp'), '127.0.0.66': (), '127.0.0.67': ('imap', 'pop3'),
                '127.0.0.128': ('pop3', 'smtp')}
        for source, allowed in rows.items():
            for port in welcome:
                with self.subTest(source=source, port=port):
                    expected = welcome if port in allowed else denied
                    line = first_line(self.server, port, source)
                    self.assertTrue(line.startswith(expected[port]), line)
        self.assertIn('server.connection.denied', self.server.log())

    def test_after_554_the_server_waits_for_quit(self):
        with connect(self.server, 'smtp', ATTACKER) as connection:
            wire = kontor.Wire(connection)
            self.assertTrue(wire.line().startswith(b'554'))
            wire.send('EHLO x\r\n')
            self.assertTrue(wire.line().startswith(b'503'))
            wire.send('QUIT\r\n')
            self.assertTrue(wire.line().startswith(b'221'))
            self.assertTrue(wire.is_closed())


if __name__ == '__main__':
    kontor.main()
