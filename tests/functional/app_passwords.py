# SPDX-License-Identifier: GPL-3.0-or-later
"""App passwords: curl, swaks and imaplib sign in with one over IMAP, POP3 and SMTP; what it is limited to, what revoking
does to open sessions, that the directory's state of the account counts, and what kill -9 leaves."""
import os
import pathlib
import re
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

ROUNDS = 20 if kontor.LONG else 4
SECRET = re.compile(r'[0-9a-z]{4}(-[0-9a-z]{4}){4}')


class AppPasswordCase(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.server = kontor.Server(settings={'sign_in.never_block': [], 'sign_in.delay': '10ms', **self.settings})
        self.addCleanup(self.server.close)
        self.server.start()

    def add(self, name, *words, person='anna'):
        made = self.server.ctl('app-password', 'add', f'{person}@example.test', '--name', name, *words)
        self.assertRegex(made['password'], SECRET)
        return made

    def row(self, name):
        return next(row for row in self.server.ctl('app-password', 'list') if row['name'] == name)

    def refusal(self, password, user='anna'):
        """What LOGIN says against it; '': nothing."""
        return self.server.imap_refusal(user + '@example.test', password)


class Clients(AppPasswordCase):
    def run_client(self, *words, code=0):
        result = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=kontor.PATIENCE, cwd=self.server.data)
        self.assertEqual(result.returncode, code, f'{words}\n{result.stdout}{result.stderr}')
        return result.stdout + result.stderr

    def curl(self, url, password, *words, code=0):
        return self.run_client('curl', '-sS', '--cacert', self.server.data / 'tls/ca.pem', '-u', f'anna@example.test:{password}',
                               *words, url, code=code)

    def swaks(self, port, mechanism, password, code=0):
        return self.run_client('swaks', '--server', '127.0.0.1', '--port', self.server.port(port), '--tls',
                               '--auth', mechanism, '--auth-user', 'anna@example.test', '--auth-password', password,
                               '--from', 'anna@example.test', '--to', 'boris@example.test', code=code)

    def test_real_programs_use_one_in_each_protocol(self):
        password = self.add("Anna's phone")['password']
        letter = self.server.data / 'letter'
        letter.write_bytes(b'From: anna@example.test\r\nTo: anna@example.test\r\nSubject: by an app password\r\n\r\nHello\r\n')
        smtps = f"smtps://localhost:{self.server.port('submissions')}"
        self.curl(smtps, password, '--mail-from', 'anna@example.test', '--mail-rcpt', 'anna@example.test', '-T', letter)
        imaps = f"imaps://localhost:{self.server.port('imaps')}"
        self.assertIn('by an app password', self.curl(imaps + '/INBOX;MAILINDEX=1', password))
        self.curl(imaps, password, '--login-options', 'AUTH=LOGIN')
        self.curl(imaps, password, '--login-options', 'AUTH=PLAIN')
        self.assertEqual(self.row("Anna's phone")['used_by'], 'imap')
        pop3s = f"pop3s://localhost:{self.server.port('pop3s')}"
        self.assertIn('by an app password', self.curl(pop3s + '/1', password))
        self.assertIn('by an app password', self.curl(pop3s + '/1', password, '--login-options', 'AUTH=LOGIN'))
        self.assertEqual(self.row("Anna's phone")['used_by'], 'pop3')
        for mechanism in ('PLAIN', 'LOGIN'):
            self.swaks('submission', mechanism, password)
        row = self.row("Anna's phone")
        self.assertEqual((row['used_by'], row['used_from'], row['made_by']), ('smtp', '127.0.0.1', 'administrator'))
        self.assertNotEqual(row['last_used'], 'never')
        # As a person may type it; and never in the log.
        self.assertEqual(self.refusal(password.upper().replace('-', ' ')), '')
        self.assertNotIn(password, self.server.log())
        self.assertIn('detail="app password ' + row['id'], self.server.log())
        # Her own password goes on to work.
        self.assertEqual(self.refusal(kontor.PASSWORD), '')

    def test_limited_to_protocols(self):
        password = self.add('sender', '--protocols', 'smtp')['password']
        self.swaks('submission', 'PLAIN', password)
        self.assertIn('AUTHENTICATIONFAILED', self.refusal(password))
        self.curl(f"pop3s://localhost:{self.server.port('pop3s')}/", password, code=67)
        self.assertIn('is not for imap', self.server.log())
        self.assertEqual(self.row('sender')['protocols'], 'smtp')
        for words in (['--protocols', 'telnet'], ['--expires', '0'], ['--expires', 'soon']):
            self.assertIn('error', self.server.ctl('app-password', 'add', 'anna@example.test', '--name', 'x', *words, check=False))
        self.assertEqual(self.add('year', '--expires', '365')['expires'][:2], '20')

    def test_one_is_for_its_owner_alone(self):
        password = self.add('phone')['password']
        self.assertIn('AUTHENTICATIONFAILED', self.refusal(password, 'boris'))
        for name in ('meeting@example.test', 'nobody@example.test', 'sales@example.test'):
            self.assertIn('error', self.server.ctl('app-password', 'add', name, '--name', 'x', check=False), name)


class Revoking(AppPasswordCase):
    def test_open_sessions_end_with_a_reason(self):
        password = self.add('phone')['password']
        other = self.add('tablet')['password']
        sessions = {}
        for name, secret in (('phone', password), ('tablet', other), ('own', kontor.PASSWORD)):
            wire = kontor.Wire(self.server.connect('imaps'))
            wire.start_tls(self.server.tls_context())
            wire.connection.settimeout(kontor.PATIENCE)
            wire.line()
            wire.send(f'a LOGIN anna@example.test {secret}\r\nb SELECT INBOX\r\nc IDLE\r\n')
            wire.until('+ ')
            sessions[name] = wire
            self.addCleanup(wire.close)
        gone = self.server.ctl('app-password', 'revoke', 'anna@example.test', 'phone')
        self.assertEqual((gone['revoked'], gone['name']), (1, 'phone'))
        self.assertIn(b'the app password was revoked', sessions['phone'].until('* BYE')[-1])
        self.assertTrue(sessions['phone'].is_closed())
        # The others go on; and it is not taken again, though it was a moment ago.
        self.assertIn('AUTHENTICATIONFAILED', self.refusal(password))
        for name in ('tablet', 'own'):
            sessions[name].send('DONE\r\n')
            sessions[name].until('c OK')
        self.assertEqual(self.server.ctl('app-password', 'revoke', 'anna@example.test', '--all'), {'revoked': 1})
        self.assertIn(b'the app password was revoked', sessions['tablet'].until('* BYE')[-1])
        sessions['own'].send('d NOOP\r\n')
        sessions['own'].until('d OK')
        self.assertEqual(self.server.ctl('app-password', 'list', 'anna@example.test'), [])
        self.assertIn('error', self.server.ctl('app-password', 'revoke', 'anna@example.test', 'phone', check=False))

    def test_a_disabled_account_stops_them(self):
        password = self.add('phone', person='boris')['password']
        self.assertEqual(self.refusal(password, 'boris'), '')
        file = self.server.data / 'directory.ldif'
        text = file.read_text(encoding='utf-8')
        beside = file.with_suffix('.next')
        beside.write_text(text.replace('uid: boris\n', 'uid: boris\nuserAccountControl: 514\n'), encoding='utf-8')
        beside.rename(file)
        kontor.wait_until(lambda: 'AUTHENTICATIONFAILED' in self.refusal(password, 'boris'), 'it is refused')
        beside.write_text(text, encoding='utf-8')
        beside.rename(file)
        kontor.wait_until(lambda: self.refusal(password, 'boris') == '', 'it is taken again')


class Guessing(AppPasswordCase):
    settings = {'sign_in.block_failures': 4}

    def test_wrong_ones_count(self):
        revoked = []
        for turn in range(4):
            revoked.append(self.add(f'device {turn}')['password'])
        self.server.ctl('app-password', 'revoke', 'anna@example.test', '--all')
        for password in (revoked[0], revoked[0], *revoked[1:]):
            self.assertIn('AUTHENTICATIONFAILED', self.refusal(password))
        row = self.server.ctl('blocks')[0]
        self.assertEqual((row['address'], row['failures']), ('127.0.0.1', 4))


class SwitchedOff(AppPasswordCase):
    def test_none_is_taken(self):
        password = self.add('phone')['password']
        self.server.stop()
        self.server.settings['sign_in.app_passwords'] = False
        self.server.start()
        self.assertIn('AUTHENTICATIONFAILED', self.refusal(password))
        self.assertIn('switched off', self.server.ctl('app-password', 'add', 'anna@example.test', '--name', 'x', check=False)['error']['text'])
        self.assertEqual(len(self.server.ctl('app-password', 'list')), 1)


class Durable(AppPasswordCase):
    def test_uses_survive_a_restart_in_good_order(self):
        password = self.add('phone')['password']
        self.assertEqual(self.refusal(password), '')
        before = self.row('phone')
        self.server.restart()
        self.assertEqual(self.row('phone'), before)

    def test_kill(self):
        """Somebody makes and revokes all the time; what kontorctl said before kill -9 is so after it."""
        made, revoked = {}, {}
        for turn in range(ROUNDS):
            enough = threading.Event()

            def work(number, turn=turn, enough=enough):
                person = ('anna', 'boris', 'clara', 'dmitri')[number]
                for count in range(10_000):
                    name = f'{turn}-{number}-{count}'
                    status, said = self.server.ask('app-password', 'add', f'{person}@example.test', '--name', name)
                    if status != 0 or 'password' not in said:
                        return
                    made[name] = (person, said['password'])
                    if count % 2:
                        in_flight.add(name)
                        status, said = self.server.ask('app-password', 'revoke', f'{person}@example.test', name)
                        if status != 0 or said.get('revoked') != 1:
                            return
                        revoked[name] = made[name]
                        in_flight.discard(name)
                    if len(made) >= 12 * (turn + 1):
                        enough.set()
            in_flight = set()
            threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
            for one in threads:
                one.start()
            self.assertTrue(enough.wait(120), 'kontorctl makes no progress')
            self.server.kill()
            for one in threads:
                one.join(60)
                self.assertFalse(one.is_alive(), 'kontorctl hangs')
            self.server.start()
            there = {row['name'] for row in self.server.ctl('app-password', 'list')}
            for name in set(made) - in_flight:
                self.assertEqual(name in there, name not in revoked, name)
            for name in in_flight & there:  # answered by nobody: either way is right, from now on it is so
                person, _ = made[name]
                self.server.ctl('app-password', 'revoke', f'{person}@example.test', name)
            for name in in_flight:
                revoked[name] = made[name]
            # Keep below the limit of a person, and try some of them.
            for name in sorted(set(made) - set(revoked))[:-4]:
                person, _ = made[name]
                self.server.ctl('app-password', 'revoke', f'{person}@example.test', name)
                revoked[name] = made[name]
        for name, (person, password) in list(made.items())[-12:]:
            self.assertEqual('AUTHENTICATIONFAILED' in self.refusal(password, person), name in revoked, name)
        print(f'{ROUNDS} kills: {len(made)} made, {len(revoked)} revoked, as promised')

    def test_a_damaged_file_stops_app_passwords_alone(self):
        password = self.add('phone')['password']
        self.server.stop()
        file = self.server.data / 'app-passwords'
        whole = file.read_bytes()
        self.assertEqual(os.stat(file).st_mode & 0o077, 0)
        file.write_bytes(whole[:-20])
        self.server.start()
        self.assertIn('app_password.file.unreadable', self.server.log())
        self.assertIn('UNAVAILABLE', self.refusal(password))
        self.assertEqual(self.refusal(kontor.PASSWORD), '')
        self.assertIn('error', self.server.ctl('app-password', 'add', 'anna@example.test', '--name', 'x', check=False))
        self.assertEqual(file.read_bytes(), whole[:-20])
        self.server.stop()
        file.write_bytes(whole)
        self.server.start()
        self.assertEqual(self.refusal(password), '')


if __name__ == '__main__':
    kontor.main()
