# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl import --imap: mailboxes of Dovecot and of a second Kontor come over with folders, flags, keywords and dates,
once, also when either side is killed; a server that lies is not believed."""
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.functional.export import imaplib_utf7
from tests.support import dovecot, kontor

ANNA = 'anna@example.test'
MANY = 8_000  # so many that a kill in the middle is never too late


def raw_of(name, size=20):
    return f'From: a@b.test\r\nMessage-ID: <{name}@b.test>\r\nSubject: {name}\r\n\r\n{"x" * size}\r\n'.encode()


def shown(imap, folder):
    """{Subject: (flags, INTERNALDATE, bytes)}; fails when a message is there twice."""
    status, data = imap.select(f'"{imaplib_utf7(folder)}"', readonly=True)
    assert status == 'OK', (folder, data)
    out = {}
    if data != [b'0']:
        _, data = imap.fetch('1:*', '(FLAGS INTERNALDATE BODY.PEEK[])')
        for part in data:
            if isinstance(part, tuple):
                name = re.search(rb'Subject: (\S+)', part[1]).group(1).decode()
                flags = frozenset(re.search(rb'FLAGS \(([^)]*)\)', part[0]).group(1).decode().split()) - {'\\Recent'}
                assert name not in out, f'{name} twice'
                date = re.search(rb'INTERNALDATE "([^"]+)"', part[0]).group(1)  # servers fill the day up with 0 or a blank
                out[name] = (flags, date.strip().lstrip(b'0'), part[1])
    return out


def mine(server, folder='INBOX', user='anna'):
    imap = server.imap(user)
    out = shown(imap, folder)
    imap.logout()
    return out


def append_many(imap, count, first=0):
    imap.select('INBOX')
    for number in range(first, first + count):
        imap.append('INBOX', '(\\Seen)', '"01-Mar-2021 01:02:03 +0000"', raw_of(f'n{number}'))


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-imap-'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = kontor.Server().start()
        self.addCleanup(self.server.close)
        (self.folder / 'password').write_text(dovecot.PASSWORD + '\n')
        (self.folder / 'master').write_text(dovecot.MASTER_PASSWORD + '\n')

    def command(self, peer, *words, account=ANNA, user='old', port=None):
        out = [kontor.program('kontorctl'), '--data', str(self.server.data), '--json', 'import']
        out += [account] if account else []
        out += ['--imap', f'localhost:{port or peer.imaps_port}', '--ca-file', str(peer.ca)]
        out += ['--tls', 'implicit'] if not port else []
        return out + (['--user', user, '--password-file', str(self.folder / 'password')] if user else []) + list(map(str, words))

    def run_import(self, peer, *words, **more):
        result = subprocess.run(self.command(peer, *words, **more), capture_output=True, text=True, timeout=300)
        return result.returncode, json.loads(result.stdout) if result.stdout.strip() else {'error': result.stderr}


class FromDovecot(Base):
    def fill(self, peer, user='old', prefix=''):
        imap = peer.imap(user)
        for name in ('Work', 'Work/Deep/er', 'Проекты & co', 'Empty'):
            imap.create(f'"{prefix}{imaplib_utf7(name).replace("/", "." if prefix else "/")}"')
        imap.subscribe(f'"{prefix}Work"')
        spots = [('INBOX', ''), ('INBOX', '\\Seen \\Answered $Forwarded'), ('Work', '\\Flagged work'), ('Work/Deep/er', '\\Draft'),
                 ('Проекты & co', '\\Deleted'), ('Sent Items', '\\Seen')]
        for number, (folder, flags) in enumerate(spots):
            name = imaplib_utf7(folder).replace('/', '.' if prefix else '/')
            status, data = imap.append(f'"{name if folder == "INBOX" else prefix + name}"', f'({flags})',
                                       f'"{10 + number:02}-Feb-2020 03:04:05 +0000"', raw_of(f'm{number}', 10 ** number))
            self.assertEqual(status, 'OK', data)
        return imap

    def check(self, peer_view):
        for theirs, ours in (('INBOX', 'INBOX'), ('Work', 'Work'), ('Work/Deep/er', 'Work/Deep/er'), ('Проекты & co', 'Проекты & co'),
                             ('Sent Items', 'Sent')):
            self.assertEqual(mine(self.server, ours), peer_view(theirs), ours)
        rows = {row['name']: row for row in self.server.ctl('folders', ANNA)}
        self.assertIn('Empty', rows)
        self.assertNotIn('Sent Items', rows)
        self.assertTrue(rows['Work']['subscribed'])
        self.assertFalse(rows['Empty']['subscribed'])

    def test_everything_comes_over_once(self):
        with dovecot.Dovecot(['old']) as peer:
            imap = self.fill(peer)
            code, said = self.run_import(peer, '--dry-run')
            self.assertEqual((code, said['stored']), (0, 6), said)
            self.assertEqual(mine(self.server), {})
            code, said = self.run_import(peer)
            self.assertEqual((code, said['stored'], said['complete']), (0, 6, True), said)
            self.check(lambda folder: shown(imap, folder))
            code, said = self.run_import(peer)
            self.assertEqual((code, said['stored'], said['bytes']), (0, 0, 0), 'nothing is fetched again')
            imap.append('INBOX', None, None, raw_of('later'))
            code, said = self.run_import(peer)
            self.assertEqual((code, said['stored'], said['bytes']), (0, 1, len(raw_of('later'))), said)
            # The memory is lost: what is there is recognised by its bytes.
            shutil.rmtree(self.server.data / 'imports')
            code, said = self.run_import(peer)
            self.assertEqual((code, said['stored'], said['already_there']), (0, 0, 7), said)
            self.assertEqual(self.run_import(peer, '--into', 'Old', '--folder', 'Work')[1]['stored'], 2)
            self.assertEqual(set(mine(self.server, 'Old/Work/Deep/er')), {'m3'})
            imap.logout()

    def test_a_prefix_and_another_delimiter_and_starttls(self):
        with dovecot.Dovecot(['old'], separator='.', prefix='INBOX.') as peer:
            imap = self.fill(peer, prefix='INBOX.')
            code, said = self.run_import(peer, port=peer.imap_port)
            self.assertEqual((code, said['stored']), (0, 6), said)
            self.check(lambda folder: shown(imap, folder if folder == 'INBOX' else 'INBOX.' + folder.replace('/', '.')))
            imap.logout()

    def test_a_folder_that_was_made_anew_is_read_anew(self):
        with dovecot.Dovecot(['old']) as peer:
            imap = self.fill(peer)
            self.assertEqual(self.run_import(peer)[0], 0)
            imap.delete('Work/Deep/er')
            imap.create('Work/Deep/er')
            imap.append('Work/Deep/er', None, None, raw_of('again'))
            imap.logout()
            code, said = self.run_import(peer)
            self.assertEqual((code, said['stored']), (0, 1), said)
            self.assertEqual(set(mine(self.server, 'Work/Deep/er')), {'m3', 'again'})

    def test_a_list_by_a_master_user(self):
        with dovecot.Dovecot(['old', 'older']) as peer:
            for user in ('old', 'older'):
                self.fill(peer, user).logout()
            (self.folder / 'list.csv').write_text(
                f'# who,user,password file,whose\n{ANNA},{dovecot.MASTER},{self.folder / "master"},old\n'
                f'boris@example.test, older ,{self.folder / "password"}\nnobody@example.test,old,{self.folder / "password"}\n')
            code, said = self.run_import(peer, '--list', self.folder / 'list.csv', account=None, user=None)
            self.assertEqual((code, said['mailboxes'], said['complete_mailboxes']), (1, 3, 2), said)
            self.assertIn('not_found', said['reports'][2]['error'])
            for user in ('anna', 'boris'):
                self.assertEqual(set(mine(self.server, 'INBOX', user)), {'m0', 'm1'})

    def test_refusals_say_why(self):
        with dovecot.Dovecot(['old']) as peer, kontor.Server({'smtp.max_message': 80_000}) as server:
            self.server.close()
            self.server = server
            self.fill(peer).logout()
            for _ in range(2):  # what stays behind is asked for again, and named again
                code, said = self.run_import(peer)
                self.assertEqual((code, said['left_behind']), (1, 1), said)
                self.assertIn('larger than smtp.max_message', said['problems'][0]['why'])
            (self.folder / 'password').write_text('wrong\n')
            code, said = self.run_import(peer)
            self.assertEqual((code, said['error']['code']), (1, 'auth_failed'), said)
            (self.folder / 'password').write_text(dovecot.PASSWORD)
            other = self.folder / 'other.pem'
            shutil.copy(self.server.data / 'tls/ca.pem', other)
            peer.ca = other
            code, said = self.run_import(peer)
            self.assertEqual(code, 1)
            self.assertIn('--ca-file', said['error']['text'] if 'text' in said['error'] else str(said['error']))
            self.assertEqual(self.run_import(peer, '--no-verify')[1]['left_behind'], 1)

    def test_killed_again_and_again_it_goes_on(self):
        with dovecot.Dovecot(['old']) as peer:
            imap = peer.imap('old')
            append_many(imap, MANY)
            before = shown(imap, 'INBOX')
            imap.logout()

            def stored():
                return next((row['messages'] for row in self.server.ctl('folders', ANNA, check=False) or []
                             if isinstance(row, dict) and row['name'] == 'INBOX'), 0)
            for share in (0.1, 0.4):
                process = subprocess.Popen(self.command(peer), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                kontor.wait_until(lambda: stored() > MANY * share or process.poll() is not None, 'messages', 120)
                self.assertIsNone(process.poll(), 'it was over before it could be killed')
                process.kill()
                process.wait()
            process = subprocess.Popen(self.command(peer), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            kontor.wait_until(lambda: stored() > MANY * 0.6 or process.poll() is not None, 'messages', 120)
            process.send_signal(signal.SIGSTOP)  # or it is over before the server is
            self.assertIsNone(process.poll(), 'it was over before the server could be killed')
            self.server.kill()
            process.send_signal(signal.SIGCONT)
            self.assertEqual(process.wait(kontor.PATIENCE), 1)
            self.server.start()
            code, said = self.run_import(peer)
            self.assertEqual((code, said['complete']), (0, True), said)
            self.assertLess(said['stored'] + said['already_there'], MANY * 0.6, 'what was noted is not fetched again')
            self.assertEqual(mine(self.server), before)


class FromKontor(Base):
    def test_a_second_kontor(self):
        with kontor.Server() as other:
            imap = other.imap('anna')
            append_many(imap, 50)
            imap.create('A/B')
            imap.append('A/B', '(kept \\Flagged)', None, raw_of('b'))
            imap.append('Sent', None, None, raw_of('s'))
            other.imaps_port, other.ca = other.port('imaps'), other.data / 'tls/ca.pem'
            (self.folder / 'password').write_text(kontor.PASSWORD)
            code, said = self.run_import(other, user=ANNA)
            self.assertEqual((code, said['stored'], said['complete']), (0, 52, True), said)
            for folder in ('INBOX', 'A/B', 'Sent'):
                self.assertEqual(mine(self.server, folder), shown(imap, folder))
            imap.logout()


class Liar(threading.Thread):
    """A server that says what `script` holds: {the beginning of a command: bytes}; TAG stands for the command's tag."""

    def __init__(self, script, greeting=b'* OK hello\r\n'):
        super().__init__(daemon=True)
        self.script, self.greeting = script, greeting
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(30)  # then he goes away, far sooner than who asks him gives up
                try:
                    self.serve(connection)
                except OSError:
                    pass

    def serve(self, connection):
        connection.sendall(self.greeting)
        lines = connection.makefile('rb')
        for line in lines:
            tag, rest = line.strip().split(b' ', 1)
            answer = next((text for begin, text in self.script.items() if rest.startswith(begin)), b'TAG OK done\r\n')
            connection.sendall(answer.replace(b'TAG', tag))


class Hostile(Base):
    def ask(self, script, **more):
        liar = Liar(script, **more)
        self.addCleanup(liar.listener.close)
        command = [kontor.program('kontorctl'), '--data', str(self.server.data), '--json', 'import', ANNA, '--imap',
                   f'127.0.0.1:{liar.port}', '--tls', 'none', '--user', 'u', '--password-file', str(self.folder / 'password')]
        result = subprocess.run(command, capture_output=True, text=True, timeout=4 * kontor.PATIENCE)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        return result.returncode, json.loads(result.stdout)

    def test_what_a_liar_says_breaks_nothing(self):
        box = {b'LIST': b'* LIST () "/" INBOX\r\nTAG OK\r\n', b'EXAMINE': b'* OK [UIDVALIDITY 7] x\r\nTAG OK\r\n'}
        sized = b'* 1 FETCH (UID 1 RFC822.SIZE 10)\r\nTAG OK\r\n'
        bodies = {
            'too long': b'* 1 FETCH (UID 1 BODY[] {99999999999}\r\n',
            'cut': b'* 1 FETCH (UID 1 BODY[] {10}\r\nabc',
            'nothing': b'TAG OK\r\n',
            'another': b'* 1 FETCH (UID 2 BODY[] {3}\r\nabc)\r\nTAG OK\r\n',
            'nil': b'* 1 FETCH (UID 1 BODY[] NIL)\r\nTAG OK\r\n',
            'deep': b'* 1 FETCH ' + b'(' * 100_000 + b'\r\nTAG OK\r\n',
            'endless': b'x' * 3_000_000,
            'refused': b'TAG NO later\r\n',
        }
        for name, answer in bodies.items():
            script = {**box, b'UID FETCH 1:*': sized, b'UID FETCH': answer}
            code, said = self.ask(script)
            self.assertEqual((code, said.get('stored', 0)), (1, 0), (name, said))
        self.assertEqual(self.ask({b'LOGIN': b'TAG NO no\r\n'})[1]['error']['code'], 'auth_failed')
        self.assertEqual(self.ask({}, greeting=b'* BYE full\r\n')[0], 1)
        self.assertEqual(self.ask({}, greeting=b'220 smtp\r\n')[0], 1)
        code, said = self.ask({b'LIST': b'* LIST () "/" "a/../b//c"\r\n* LIST () NIL ""\r\n* LIST x\r\nTAG OK\r\n', **{k: v for k, v in box.items() if k != b'LIST'}})
        self.assertEqual(code, 0, said)
        code, said = self.ask({**box, b'UID FETCH 1:*': sized, b'UID FETCH': b'* 1 FETCH (UID 1 BODY[] {10}\r\nSubject: x)\r\nTAG OK\r\n'})
        self.assertEqual((code, said['stored']), (0, 1), said)


if __name__ == '__main__':
    kontor.main()
