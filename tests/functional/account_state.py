# SPDX-License-Identifier: GPL-3.0-or-later
"""What the directory says against an account, on every protocol: sign-ins are refused, open sessions end and say why,
and a group that somebody has left counts no more in a session he has open."""
import base64
import contextlib
import datetime
import pathlib
import poplib
import smtplib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor

# The promise is seconds; what it took is printed. A loaded machine may take longer, a lost change for ever.
PATIENCE = kontor.PATIENCE
NEVER = base64.b64encode(bytes(21)).decode()


def filetime(seconds):
    return int((seconds + 11_644_473_600) * 10_000_000)


def hours(moments, are_allowed):
    """logonHours with the hours of these moments allowed and no others, or the other way round, in base64."""
    bits = bytearray((b'\x00' if are_allowed else b'\xff') * 21)
    for moment in moments:
        hour = (moment.isoweekday() % 7) * 24 + moment.hour
        bits[hour // 8] ^= 1 << hour % 8
    return base64.b64encode(bytes(bits)).decode()


class AccountState(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'sign_in.delay': '0ms', 'sign_in.longest_delay': '0ms', 'sign_in.never_block': ['127.0.0.1'],
                                    'sign_in.remember_failure': '0s'}).start()
        cls.addClassCleanup(cls.server.close)
        cls.file = cls.server.data / 'directory.ldif'
        cls.original = cls.file.read_text(encoding='utf-8')

    def setUp(self):
        self.addCleanup(self.restore)

    def restore(self):
        self.write(self.original)
        kontor.wait_until(lambda: self.sign_in_imap('boris').startswith('OK'), 'boris is as he was', PATIENCE)

    def write(self, text):
        beside = self.file.with_suffix('.new')
        beside.write_text(text, encoding='utf-8')
        beside.rename(self.file)

    def say_of_boris(self, *lines):
        self.write(self.original.replace('uid: boris\n', 'uid: boris\n' + ''.join(line + '\n' for line in lines), 1))

    # --- clients ----------------------------------------------------------------------------------
    def wire(self, port):
        wire = kontor.Wire(self.server.connect(port))
        wire.start_tls(self.server.tls_context())
        wire.connection.settimeout(PATIENCE + 30)
        self.addCleanup(wire.close)
        return wire

    def sign_in_imap(self, user):
        with contextlib.closing(kontor.Wire(self.server.connect('imaps'))) as wire:
            wire.start_tls(self.server.tls_context())
            wire.line()
            wire.send(f'a LOGIN {user}@example.test {kontor.PASSWORD}\r\n')
            return wire.until('a ')[-1].decode()[2:]

    def sign_in_pop3(self, user):
        client = poplib.POP3_SSL('localhost', self.server.port('pop3s'), context=self.server.tls_context(), timeout=kontor.PATIENCE)
        try:
            client.user(user + '@example.test')
            return client.pass_(kontor.PASSWORD).decode()
        except poplib.error_proto as error:
            return error.args[0].decode()
        finally:
            client.close()

    def sign_in_smtp(self, user):
        try:
            self.server.submission(user).quit()
            return 'OK'
        except smtplib.SMTPAuthenticationError as error:
            return '%d %s' % (error.smtp_code, error.smtp_error.decode())

    def open_sessions(self, user='boris'):
        """{protocol: (wire, beginning of its goodbye)}: IMAP in IDLE, POP3, submission."""
        imap = kontor.ImapWire(self.server, 'SELECT INBOX', user=user, seconds=PATIENCE + 30)
        self.addCleanup(imap.close)
        imap.send('i IDLE\r\n')
        imap.until('+ ')
        pop3 = self.wire('pop3s')
        pop3.line()
        pop3.send(f'USER {user}@example.test\r\nPASS {kontor.PASSWORD}\r\n')
        pop3.line()
        self.assertTrue(pop3.line().startswith(b'+OK'))
        smtp = self.wire('submissions')
        smtp.line()
        token = base64.b64encode(f'\0{user}@example.test\0{kontor.PASSWORD}'.encode()).decode()
        smtp.send(f'EHLO test\r\nAUTH PLAIN {token}\r\n')
        smtp.until('235 ')
        return {'imap': (imap, b'* BYE '), 'pop3': (pop3, b'-ERR '), 'smtp': (smtp, b'421 ')}

    def assert_they_end(self, sessions, words):
        begun = time.monotonic()
        for protocol, (wire, start) in sessions.items():
            line = wire.line()
            self.assertTrue(line.startswith(start) and words.encode() in line, (protocol, line))
            self.assertTrue(wire.is_closed(), protocol)
        print('%s: all sessions ended after %.1f s' % (words, time.monotonic() - begun))

    def assert_refused(self, reason):
        answers = {'imap': self.sign_in_imap('boris'), 'pop3': self.sign_in_pop3('boris'), 'smtp': self.sign_in_smtp('boris')}
        self.assertTrue(answers['imap'].startswith('NO [AUTHENTICATIONFAILED]'), answers)
        self.assertTrue(answers['pop3'].startswith('-ERR [AUTH]'), answers)
        self.assertTrue(answers['smtp'].startswith('535 '), answers)
        for answer in answers.values():
            self.assertNotIn(reason.split()[-1], answer)
        log = self.server.log()
        for protocol in ('imap', 'pop', 'smtp'):
            self.assertTrue(any(f'protocol={protocol} ' in line and reason in line for line in log.splitlines()), (protocol, reason))

    # --- what stands against him -------------------------------------------------------------------
    def test_each_limit_ends_his_sessions_and_refuses_the_next(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        rows = [(['userAccountControl: 514'], 'Your account was disabled', 'account is disabled'),
                ([f'accountExpires: {filetime(now.timestamp() - 5)}'], 'Your account has expired', 'account has expired'),
                (['logonHours:: ' + NEVER], 'may not be used at this hour', "outside the account's logon hours"),
                (['pwdLastSet: 0'], 'Your password must be changed', 'password must be changed'),
                (['userAccountControl: 262656'], 'requires a smart card', 'requires a smart card')]
        for lines, goodbye, reason in rows:
            with self.subTest(lines=lines):
                others = kontor.ImapWire(self.server)  # anna
                self.addCleanup(others.close)
                sessions = self.open_sessions()
                self.say_of_boris(*lines)
                self.assert_they_end(sessions, goodbye)
                self.assert_refused(reason)
                others.command('NOOP')
                self.restore()

    def test_a_lock_refuses_passwords_and_ends_nothing(self):
        sessions = self.open_sessions()
        clara = kontor.ImapWire(self.server, user='clara', seconds=PATIENCE + 30)
        self.addCleanup(clara.close)
        clara.send('i IDLE\r\n')
        self.say_of_boris(f'lockoutTime: {filetime(time.time())}')
        kontor.wait_until(lambda: self.sign_in_imap('boris').startswith('NO'), 'the lock is in force', PATIENCE)
        self.assert_refused('account is locked out')
        # What ends her session at its time is the round that looks at everybody's.
        locked = self.file.read_text(encoding='utf-8')
        self.write(locked.replace('uid: clara\n', f'uid: clara\naccountExpires: {filetime(time.time() + 3)}\n', 1))
        self.assertIn(b'expired', clara.until('* BYE')[-1])
        imap, pop3, smtp = (sessions[name][0] for name in ('imap', 'pop3', 'smtp'))
        imap.send('DONE\r\n')
        self.assertEqual(imap.until('i ')[-1][:4], b'i OK')
        pop3.send('NOOP\r\n')
        self.assertTrue(pop3.line().startswith(b'+OK'))
        smtp.send('NOOP\r\n')
        self.assertTrue(smtp.line().startswith(b'250'))

    def test_a_lock_ends_by_itself(self):
        domain = 'dn: dc=example,dc=test\nobjectClass: domain\nlockoutDuration: -%d\n\n' % (3600 * 10_000_000)
        with_lock = lambda moment: self.original.replace(
            'uid: boris\n', f'uid: boris\nlockoutTime: {filetime(moment)}\n', 1) + '\n' + domain
        self.write(with_lock(time.time() - 60))
        kontor.wait_until(lambda: self.sign_in_imap('boris').startswith('NO'), 'the lock is in force', PATIENCE)
        self.write(with_lock(time.time() - 3590))
        kontor.wait_until(lambda: self.sign_in_imap('boris').startswith('OK'), 'the lock is over', PATIENCE)

    def test_the_moment_of_expiry_ends_open_sessions(self):
        sessions = self.open_sessions()
        self.say_of_boris(f'accountExpires: {filetime(time.time() + 8)}')
        self.assert_they_end(sessions, 'Your account has expired')

    def test_hours_are_those_of_utc_and_the_week_begins_on_sunday(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        these = [now, now + datetime.timedelta(hours=1)]  # the second, for when the hour ends meanwhile
        self.say_of_boris('logonHours:: ' + hours(these, are_allowed=False))
        kontor.wait_until(lambda: self.sign_in_imap('boris').startswith('NO'), 'this hour is not his', PATIENCE)
        self.say_of_boris('logonHours:: ' + hours(these, are_allowed=True))
        kontor.wait_until(lambda: self.sign_in_imap('boris').startswith('OK'), 'only these hours are his', PATIENCE)

    def test_a_group_that_was_left_counts_no_more_in_an_open_session(self):
        anna = kontor.ImapWire(self.server)
        self.addCleanup(anna.close)
        anna.command('SETQUOTA "" (STORAGE 100000)')
        member = 'member: uid=anna,ou=People,dc=example,dc=test\n'
        at = self.original.index(member, self.original.index('cn: Kontor Admins'))
        begun = time.monotonic()
        self.write(self.original[:at] + self.original[at + len(member):])

        def is_refused():
            return anna.command('SETQUOTA "" (STORAGE 100000)', ('OK', 'NO'))[-1].split()[1] == 'NO'
        kontor.wait_until(is_refused, 'she is no administrator', PATIENCE)
        print('out of the group: in force in an open session after %.2f s' % (time.monotonic() - begun))


if __name__ == '__main__':
    kontor.main()
