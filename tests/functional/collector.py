# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl collector: mail of Dovecot and of a second Kontor is fetched by IMAP and POP3, each message once, also when either
side is killed; nothing is deleted there before it is here; servers that lie end their own session alone."""
import json
import pathlib
import poplib
import re
import shutil
import signal
import smtplib
import socket
import ssl
import stat
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
from tests.support import dovecot, kontor, scanners

ANNA, BORIS = 'anna@example.test', 'boris@example.test'
MANY = 400


def raw_of(name, size=20, header=''):
    return (f'Return-Path: <writer@elsewhere.test>\r\n{header}From: a@b.test\r\nMessage-ID: <{name}@b.test>\r\n'
            f'Subject: {name}\r\n\r\n.dot {"x" * size}\r\n').encode()


def subjects_in(imap, folder='INBOX'):
    """The Subject of each message, in order."""
    status, data = imap.select(f'"{folder}"', readonly=True)
    assert status == 'OK', (folder, data)
    if data == [b'0']:
        return []
    data = imap.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')[1]
    return [part[1].decode().split(':', 1)[1].strip() for part in data if isinstance(part, tuple)]


class Base(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-collector-'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = kontor.Server(self.settings).start()
        self.addCleanup(self.server.close)

    def password(self, text):
        path = self.folder / 'password'
        path.write_text(text + '\n')
        return str(path)

    def words(self, protocol, port, ca, *more, user='old', to=ANNA, password=dovecot.PASSWORD):
        words = ['--protocol', protocol, '--host', f'localhost:{port}', '--user', user, '--to', to, '--interval', '1h',
                 '--password-file', self.password(password)]
        return words + (['--ca-file', str(ca)] if ca else []) + list(more)

    def add(self, name, peer, protocol, *more, **named):
        port = peer.imaps_port if protocol == 'imap' else peer.pop3s_port
        self.server.ctl('collector', 'add', name, *self.words(protocol, port, peer.ca, *more, **named))

    def run_it(self, name):
        """What is said of the session; it goes well."""
        return self.server.ctl('collector', 'run', name)

    def error_of(self, name):
        status, said = self.server.ask('collector', 'run', name)
        self.assertEqual(status, 1, said)
        return said['error']['text']

    def here(self, user='anna', folder='INBOX'):
        imap = self.server.imap(user)
        out = subjects_in(imap, folder)
        imap.logout()
        return out

    def message(self, number='1', user='anna'):
        imap = self.server.imap(user)
        imap.select('INBOX', readonly=True)
        out = imap.fetch(number, '(BODY.PEEK[])')[1][0][1]
        imap.logout()
        return out

    @staticmethod
    def fill(peer, names, user='old', header=''):
        imap = peer.imap(user)
        for name in names:
            status, data = imap.append('INBOX', None, None, raw_of(name, header=header))
            assert status == 'OK', data
        imap.logout()

    @staticmethod
    def there(peer, user='old'):
        imap = peer.imap(user)
        out = subjects_in(imap)
        imap.logout()
        return out


class FromDovecot(Base):
    def test_copy_by_imap_and_pop3(self):
        for protocol in ('imap', 'pop3'):
            with self.subTest(protocol), dovecot.Dovecot(['old']) as peer:
                user, to = ('anna', ANNA) if protocol == 'imap' else ('boris', BORIS)
                self.fill(peer, ['m1', 'm2', 'm3'])
                self.add('old', peer, protocol, '--limit', '2', to=to)
                kontor.wait_until(lambda: len(self.here(user)) == 2, 'the first session has its limit')
                self.run_it('old')
                self.assertEqual(self.here(user), ['m1', 'm2', 'm3'])
                said = self.run_it('old')
                self.assertEqual((said['taken'], said['total'], said['state']), (0, 3, 'waiting'), said)
                self.fill(peer, ['m4'])
                self.assertEqual(self.server.ctl('collector', 'check', 'old')['messages'], 1)
                self.assertEqual(self.here(user), ['m1', 'm2', 'm3'], 'check takes nothing')
                self.server.restart()
                kontor.wait_until(lambda: self.here(user) == ['m1', 'm2', 'm3', 'm4'], 'it goes on after a restart')
                self.assertEqual(self.there(peer), ['m1', 'm2', 'm3', 'm4'])
                message = self.message(user=user)
                self.assertRegex(message, rb'^Return-Path: <writer@elsewhere.test>\r\nX-Kontor-Collected: [0-9a-f-]+\r\n'
                                          rb'Received: from localhost \(\[127.0.0.1\]\)')
                self.assertEqual(message.count(b'Return-Path:'), 1)
                self.assertTrue(message.endswith(raw_of('m1').split(b'\r\n', 1)[1]), 'the rest as it was')
                imap = peer.imap('old')
                imap.select('INBOX', readonly=True)
                if protocol == 'imap':  # Dovecot marks what POP3 reads
                    self.assertNotIn(b'\\Seen', imap.fetch('1', '(FLAGS)')[1][0])
                imap.logout()
                self.server.ctl('collector', 'remove', 'old')
                self.assertEqual(self.server.ctl('collector', 'list'), [])
                self.assertEqual(list((self.server.data / 'collector').iterdir()), [])

    def test_move_deletes_what_is_here(self):
        for protocol in ('imap', 'pop3'):
            with self.subTest(protocol), dovecot.Dovecot(['old']) as peer:
                user, to = ('anna', ANNA) if protocol == 'imap' else ('boris', BORIS)
                self.fill(peer, ['m1', 'm2', 'm3'])
                if protocol == 'imap':  # somebody else's mark is not ours to act on
                    imap = peer.imap('old')
                    imap.append('INBOX', '(\\Deleted)', None, raw_of('marked'))
                    imap.logout()
                self.add('old', peer, protocol, '--mode', 'move', '--limit', '3', to=to)
                kontor.wait_until(lambda: self.server.ctl('collector', 'list')[0]['last'], 'the first session')
                self.assertEqual(self.here(user), ['m1', 'm2', 'm3'])
                self.assertEqual(self.there(peer), ['marked'] if protocol == 'imap' else [])
                self.assertEqual(self.server.ctl('collector', 'show', 'old')['deleted'], 3)
                self.server.ctl('collector', 'remove', 'old')

    def test_only_new_and_starttls(self):
        for number, (protocol, port) in enumerate((('imap', 'imap_port'), ('pop3', 'pop3_port'))):
            with self.subTest(protocol), dovecot.Dovecot(['old']) as peer:
                user, to = (('anna', ANNA), ('boris', BORIS))[number]
                self.fill(peer, ['before'])
                words = self.words(protocol, getattr(peer, port), peer.ca, '--tls', 'starttls', '--take', 'new', '--mode', 'move',
                                   to=to)
                self.server.ctl('collector', 'add', protocol, *words)
                self.assertEqual(self.run_it(protocol)['total'], 0)
                self.fill(peer, ['after'])
                self.assertEqual(self.run_it(protocol)['taken'], 1)
                self.assertEqual(self.here(user), ['after'])
                self.assertEqual(self.there(peer), ['before'])

    def test_certificates_and_passwords(self):
        with dovecot.Dovecot(['old']) as peer:
            self.fill(peer, ['m1'])
            self.server.ctl('collector', 'add', 'old', *self.words('imap', peer.imaps_port, None))
            self.assertIn('certificate', self.error_of('old'))
            self.server.ctl('collector', 'set', 'old', '--ca-file', peer.ca, '--password-file', self.password('wrong'))
            self.assertIn('sign-in was refused', self.error_of('old'))
            row = self.server.ctl('collector', 'list')[0]
            self.assertEqual((row['state'], row['taken']), ('failed', 0))
            self.assertTrue(row['next'])
            self.assertIn('sign-in was refused', self.server.ask('collector', 'check', 'old')[1]['error']['text'])
            self.assertEqual(self.here(), [])
            self.server.ctl('collector', 'set', 'old', '--password-file', self.password(dovecot.PASSWORD))
            kontor.wait_until(lambda: self.here() == ['m1'], 'the new password is tried at once')
            for path in (self.server.data / 'collector').iterdir():
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
            shown = str(self.server.ctl('collector', 'show', 'old')) + self.server.log()
            self.assertNotIn(dovecot.PASSWORD, shown)
            self.assertNotIn(dovecot.PASSWORD.encode().hex(), shown)

    def test_pause_resume_and_refused_values(self):
        with dovecot.Dovecot(['old']) as peer:
            self.add('old', peer, 'imap')
            self.run_it('old')
            self.assertEqual(self.server.ctl('collector', 'pause', 'old')['state'], 'paused')
            self.fill(peer, ['m1'])
            self.server.restart()
            row = self.server.ctl('collector', 'list')[0]
            self.assertEqual((row['state'], row['next']), ('paused', ''))
            self.assertEqual(self.here(), [])
            self.server.ctl('collector', 'resume', 'old')
            kontor.wait_until(lambda: self.here() == ['m1'], 'it is resumed')
            for words in (['--protocol', 'smtp'], ['--host', 'a:b'], ['--to', 'nobody'], ['--interval', '1s'], ['--mode', 'steal'],
                          ['--hops', '0']):
                self.assertEqual(self.server.ask('collector', 'set', 'old', *words)[0], 1, words)
            status, said = self.server.ask('collector', 'add', 'old', *self.words('imap', 1, peer.ca))
            self.assertEqual(status, 1)
            self.assertIn('there is a source named old', said['error']['text'])
            self.server.ctl('collector', 'set', 'old', '--to', 'nobody@example.test')
            self.assertIn('no mailbox here', self.error_of('old'))

    def test_a_full_mailbox_holds_up_nothing(self):
        with dovecot.Dovecot(['old']) as peer:
            imap = peer.imap('old')
            for name, size in (('big', 300_000), ('small', 20), ('huge', 900_000)):
                imap.append('INBOX', None, None, raw_of(name, size))
            self.server.ctl('quota', 'set', ANNA, '100KB')
            self.add('old', peer, 'imap', '--mode', 'move', '--max-size', '500KB')
            kontor.wait_until(lambda: self.server.ctl('collector', 'list')[0]['last'], 'the first session')
            self.assertEqual(self.here(), ['small'], 'what fits is here')
            self.assertEqual(subjects_in(imap), ['big', 'huge'], 'what does not fit is not deleted')
            self.assertEqual(self.server.ctl('collector', 'show', 'old')['waiting'], 2)
            self.assertIn('collector.message.left', self.server.log())
            self.server.ctl('quota', 'set', ANNA, 'none')
            self.run_it('old')
            self.assertEqual(self.here(), ['small', 'big'])
            self.server.ctl('collector', 'set', 'old', '--max-size', '5MB')
            self.assertEqual(self.run_it('old')['waiting'], 0)
            self.assertEqual(self.here(), ['small', 'big', 'huge'])
            self.assertEqual(subjects_in(imap), [])
            imap.logout()

    def test_multidrop(self):
        with dovecot.Dovecot(['old']) as peer:
            for_boris = 'Received: from x by provider.test (P) with ESMTP\r\n\tid 1 for <boris@example.test>; Mon, 2 Nov 2026 10:00:00 +0000\r\n'
            older = 'Received: from y by provider.test with ESMTP id 2 for <clara@example.test>; Mon, 2 Nov 2026 10:00:00 +0000\r\n'
            for name, header in (('two', 'Envelope-To: boris@example.test, <clara@example.test>\r\n' + for_boris),
                                 ('for', for_boris + older), ('forged', 'Received: from z by w; x\r\n' + for_boris),
                                 ('order', 'Delivered-To: clara@example.test\r\nX-Original-To: boris@example.test\r\n'),
                                 ('list', 'Envelope-To: staff@example.test\r\n'),
                                 ('other', 'Envelope-To: boris@provider.test\r\nDelivered-To: nobody@example.test\r\n')):
                self.fill(peer, [name], header=header)
            self.add('drop', peer, 'pop3', '--multidrop', 'yes')
            self.assertEqual(self.run_it('drop')['total'], 6)
            self.assertEqual(self.here('boris'), ['two', 'for', 'order', 'list'])
            self.assertEqual(self.here('clara'), ['two', 'list'])
            self.assertEqual(self.here(), ['forged', 'list', 'other'])
            self.server.ctl('collector', 'remove', 'drop')
            self.add('drop', peer, 'imap', '--multidrop', 'yes', '--fields', 'Delivered-To,Received', '--hops', '2')
            self.run_it('drop')
            self.assertEqual(self.here('clara')[2:], ['order'])
            self.assertEqual(self.here('boris')[4:], ['two', 'for', 'forged'])

    def test_scripts_run_and_loops_end(self):
        with dovecot.Dovecot(['old']) as peer:
            script = self.folder / 'script'
            script.write_text('require ["fileinto", "mailbox"]; if header :is "subject" "m1" { fileinto :create "Work"; }')
            self.server.ctl('sieve', 'put', ANNA, 'main', str(script))
            self.server.ctl('sieve', 'activate', ANNA, 'main')
            self.fill(peer, ['m1', 'm2'])
            self.add('old', peer, 'imap', '--mode', 'move')
            self.run_it('old')
            self.assertEqual((self.here(folder='Work'), self.here()), (['m1'], ['m2']))
            imap = peer.imap('old')
            imap.append('INBOX', None, None, b' ' + raw_of('odd'))  # goes on in the last of our fields
            self.assertEqual(self.run_it('old')['taken'], 1)
            for number in ('1', '2'):  # as if they had been sent on
                imap.append('INBOX', None, None, self.message(number))
            imap.append('INBOX', None, None, raw_of('far', header='Received: by x; y\r\n' * 60))
            imap.logout()
            said = self.run_it('old')
            self.assertEqual((said['taken'], said['loops']), (0, 3), said)
            self.assertEqual(self.run_it('old')['loops'], 0, 'it is not fetched again')
            self.assertEqual(self.here(), ['m2', 'odd'])
            self.assertEqual(self.there(peer), ['m2', 'odd', 'far'])

    def test_killed_in_the_middle(self):
        for protocol in ('imap', 'pop3'):
            for mode in ('move', 'copy'):
                with self.subTest(protocol=protocol, mode=mode), dovecot.Dovecot(['old']) as peer:
                    user, to = {'imap': ('anna', ANNA), 'pop3': ('boris', BORIS)}[protocol]
                    names = [f'{protocol}-{mode}-{number}' for number in range(MANY)]
                    self.fill(peer, names)
                    self.add('old', peer, protocol, '--mode', mode, '--limit', '0', to=to)
                    kontor.wait_until(lambda: 'collector.message.taken' in self.server.log(current=True), 'the session is under way')
                    self.server.kill()
                    self.server.start()
                    self.run_it('old')
                    got = [name for name in self.here(user) if name in set(names)]
                    self.assertEqual(sorted(got), sorted(names), 'nothing lost, nothing twice')
                    self.assertEqual(len(self.there(peer)), 0 if mode == 'move' else MANY)
                    self.server.ctl('collector', 'remove', 'old')

    def test_the_other_side_dies(self):
        with dovecot.Dovecot(['old']) as peer:
            names = [f'n{number}' for number in range(MANY)]
            self.fill(peer, names)
            self.add('old', peer, 'imap', '--mode', 'move', '--limit', '0')
            kontor.wait_until(lambda: 'collector.message.taken' in self.server.log(), 'the session is under way')
            peer.process.send_signal(signal.SIGTERM)
            peer.process.wait(30)
            kontor.wait_until(lambda: 'collector.session.failed' in self.server.log() or len(self.here()) == MANY, 'it is seen')
            peer.start()
            self.run_it('old')
            self.run_it('old')
            self.assertEqual(sorted(self.here()), sorted(names))
            self.assertEqual(self.there(peer), [])

    def test_a_stop_in_the_middle(self):
        with dovecot.Dovecot(['old']) as peer:
            names = [f'n{number}' for number in range(MANY)]
            self.fill(peer, names)
            self.add('old', peer, 'pop3', '--limit', '0')
            kontor.wait_until(lambda: 'collector.message.taken' in self.server.log(), 'the session is under way')
            self.server.restart()
            self.run_it('old')
            self.assertEqual(sorted(self.here()), sorted(names))
            self.assertNotIn('collector.session.faulty', self.server.log())

    def test_damaged_and_later_files(self):
        with dovecot.Dovecot(['old']) as peer:
            self.fill(peer, ['m1'])
            self.add('old', peer, 'pop3')
            self.run_it('old')
            self.server.stop()
            folder = self.server.data / 'collector'
            state = (folder / 'old.state').read_bytes()
            (folder / 'old.state').write_bytes(state[:-9])
            self.server.start()
            self.server.wait_for_log('collector.state.damaged')
            self.run_it('old')
            self.assertEqual(self.here(), ['m1'], 'nothing comes twice')
            self.server.stop()
            (folder / 'old.state').write_bytes(state.replace(b'state 2', b'state 3'))
            (folder / 'more.source').write_bytes(b'kontor-collector 2\n')
            self.server.start()
            rows = {row['name']: row for row in self.server.ctl('collector', 'list')}
            for name in ('old', 'more'):
                self.assertEqual(rows[name]['state'], 'unreadable')
                self.assertIn('written by a later version', rows[name]['error'])
            self.assertEqual((folder / 'old.state').read_bytes(), state.replace(b'state 2', b'state 3'))
            self.server.ctl('collector', 'remove', 'more')


class Scanned(Base):
    """Fetched mail is looked through as any other."""
    @classmethod
    def setUpClass(cls):
        cls.clamd, cls.rspamd = scanners.Clamd(), scanners.Rspamd()
        cls.addClassCleanup(cls.clamd.close)
        cls.addClassCleanup(cls.rspamd.close)
        cls.settings = {'scan.clamd': cls.clamd.setting, 'scan.milters': [cls.rspamd.setting]}

    def test_viruses_stay_and_spam_is_junk(self):
        bodies = {'clean': 'hello', 'virus': scanners.EICAR, 'spam': scanners.REFUSED_BY_RSPAMD, 'marked': scanners.MARKED_BY_RSPAMD}
        with dovecot.Dovecot(['old']) as peer:
            imap = peer.imap('old')
            for name, body in bodies.items():
                imap.append('INBOX', None, None, f'From: x@old.test\r\nMessage-ID: <{name}@old.test>\r\nSubject: {name}\r\n\r\n{body}\r\n'.encode())
            imap.logout()
            self.add('old', peer, 'imap', '--mode', 'move')
            self.assertEqual(self.run_it('old')['total'], 3)  # a new source has its first session by itself
            self.server.wait_for_log('the message holds a virus')
            self.assertEqual(self.there(peer), ['virus'], 'nobody else has it')
            self.run_it('old')
        self.assertEqual(sorted(self.here()), ['clean', 'marked'])
        self.assertEqual(self.here(folder='Junk'), ['spam'])
        self.server.wait_for_log('checks.virus.found')
        rows = self.server.ctl('trace', '--recipient', ANNA)['messages']
        self.assertEqual(sorted(row['subject'] for row in rows), sorted(bodies), 'the message trace knows how each came')
        spam = next(row for row in rows if row['subject'] == 'spam')
        self.assertIn('"imap"', json.dumps(self.server.ctl('trace', 'show', spam['id'])))


class FromKontor(Base):
    def test_both_protocols(self):
        with kontor.Server() as peer:
            for protocol in ('imap', 'pop3'):
                with self.subTest(protocol):
                    for number in range(5):
                        peer.lmtp([ANNA], raw_of(f'{protocol}{number}', number * 50_000))
                    words = self.words(protocol, peer.port(protocol + 's'), peer.data / 'tls/ca.pem', '--mode', 'move', user=ANNA,
                                       password=kontor.PASSWORD)
                    self.server.ctl('collector', 'add', protocol, *words)
                    self.run_it(protocol)
                    self.assertEqual([name for name in self.here() if name.startswith(protocol)],
                                     [f'{protocol}{number}' for number in range(5)])
                    imap = peer.imap('anna')
                    self.assertEqual(subjects_in(imap), [])
                    imap.logout()
                    self.server.ctl('collector', 'remove', protocol)


class Hostile(Base):
    """Servers that lie, by a script of answers."""

    def serve(self, greeting, answers):
        """A server on a port of its own; `answers` is {verb: bytes, None: close, or a list of them by turns}."""
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)

        def talk(connection):
            with connection, connection.makefile('rb') as lines:
                connection.sendall(greeting)
                for line in lines:
                    words = line.decode('latin-1').split()
                    tag, words = (words[0], words[1:]) if greeting.startswith(b'*') else ('', words)
                    verb = ' '.join(words[:2]).upper() if words[0].upper() == 'UID' else words[0].upper()
                    answer = answers.get(verb, f'{tag} OK\r\n'.encode() if tag else b'+OK\r\n')
                    if answer is None:
                        return
                    connection.sendall(answer.replace(b'TAG', tag.encode()))

        def accept():
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                threading.Thread(target=self.quietly, args=(talk, connection), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]

    @staticmethod
    def quietly(work, *arguments):
        try:
            work(*arguments)
        except OSError:
            pass

    def refusal(self, protocol, greeting, answers):
        port = self.serve(greeting, answers)
        self.server.ctl('collector', 'add', 'x', *self.words(protocol, port, None, '--tls', 'none', '--mode', 'move'))
        error = self.error_of('x')
        self.server.ctl('collector', 'remove', 'x')
        self.assertEqual(self.here(), [])
        return error

    def test_pop3(self):
        lists = {'CAPA': b'-ERR\r\n', 'LIST': b'+OK\r\n1 10\r\n2 10\r\n.\r\n', 'UIDL': b'+OK\r\n1 a\r\n2 b\r\n.\r\n'}
        for wanted, answers in (
                ('a line without an end', {'CAPA': b'x' * 200_000}),
                ('not one of POP3', {'CAPA': b'hello\r\n'}),
                ('ended the connection', {'USER': None}),
                ('refuses the sign-in', {'PASS': b'-ERR no\r\n'}),
                ('CAPA has no end', {'CAPA': b'+OK\r\n' + b'X\r\n' * 1_000}),
                ('do not fit', {**lists, 'UIDL': b'+OK\r\n1 a\r\n3 b\r\n.\r\n'}),
                ('do not fit', {**lists, 'LIST': b'+OK\r\n1 1\r\n1 1\r\n.\r\n', 'UIDL': b'+OK\r\n1 a\r\n1 b\r\n.\r\n'}),
                ('cannot be read', {**lists, 'UIDL': b'+OK\r\n1 a\r\n2\r\n.\r\n'}),
                ('cannot be read', {**lists, 'LIST': b'+OK\r\n99999999999 1\r\n.\r\n'}),
                ('UIDL: the server says', {**lists, 'UIDL': b'-ERR what\r\n'}),
                ('longer than the server said', {**lists, 'RETR': b'+OK\r\n' + b'line\r\n' * 10_000}),
                ('ended the connection', {**lists, 'RETR': None})):
            with self.subTest(wanted):
                answers.setdefault('CAPA', b'-ERR\r\n')
                self.assertIn(wanted, self.refusal('pop3', b'+OK\r\n', answers))
        self.assertIn('the server says: go', self.refusal('pop3', b'-ERR go\r\n', {}))

    def test_equal_uidls_are_not_deleted(self):
        deleted = []
        message = raw_of('one').replace(b'\r\n.', b'\r\n..') + b'.\r\n'
        answers = {'CAPA': b'-ERR\r\n', 'LIST': b'+OK\r\n1 100\r\n2 100\r\n.\r\n', 'UIDL': b'+OK\r\n1 a\r\n2 a\r\n.\r\n',
                   'RETR': b'+OK\r\n' + message, 'DELE': b'-ERR it was not to be deleted\r\n'}
        port = self.serve(b'+OK\r\n', answers)
        self.server.ctl('collector', 'add', 'x', *self.words('pop3', port, None, '--tls', 'none', '--mode', 'move'))
        self.run_it('x')
        self.assertEqual(self.run_it('x')['total'], 1)
        self.assertEqual((self.here(), deleted), (['one'], []))

    def test_a_uidl_that_is_given_to_another_message(self):
        """The server takes a message away and gives its name to a new one; or only counts otherwise."""
        def message(name, extra=''):
            return f'Message-ID: <{name}@old.test>\r\nSubject: {name}\r\n{extra}\r\ntext\r\n'.encode()

        def answers(raw, size):
            return {'CAPA': b'-ERR\r\n', 'LIST': b'+OK\r\n1 %d\r\n.\r\n' % size, 'UIDL': b'+OK\r\n1 same\r\n.\r\n',
                    'RETR': b'+OK\r\n' + raw + b'.\r\n', 'USER': b'+OK\r\n', 'PASS': b'+OK\r\n', 'QUIT': b'+OK\r\n'}
        now = {}

        class Now:
            def get(self, verb, default=None):
                return now.get(verb, default)
        port = self.serve(b'+OK hello\r\n', Now())
        now.update(answers(message('first'), 100))
        self.server.ctl('collector', 'add', 'again', *self.words('pop3', port, None, '--tls', 'none'))
        self.run_it('again')
        self.assertEqual(self.here(), ['first'])
        now.update(answers(message('first', 'Status: RO\r\n'), 112))  # the same one, counted with a field of the server's
        self.run_it('again')
        self.assertEqual(self.here(), ['first'])
        now.update(answers(message('second'), 113))
        self.run_it('again')
        self.assertEqual(sorted(self.here()), ['first', 'second'])
        self.run_it('again')
        self.assertEqual(sorted(self.here()), ['first', 'second'])

    def test_imap(self):
        selected = {'SELECT': b'* OK [UIDVALIDITY 7] x\r\n* 1 EXISTS\r\nTAG OK\r\n',
                    'CAPABILITY': b'* CAPABILITY IMAP4rev1\r\nTAG OK\r\n'}
        row = b'* 1 FETCH (UID 1 RFC822.SIZE 10)\r\nTAG OK\r\n'
        for wanted, answers in (
                ('a line without an end', {'CAPABILITY': b'* ' + b'x' * 2_000_000}),
                ('ended the connection', {'LOGIN': None}),
                ('sign-in was refused', {'LOGIN': b'TAG NO wrong\r\n'}),
                ('no UIDVALIDITY', {'CAPABILITY': selected['CAPABILITY']}),
                ('more than was asked for', {'SELECT': b'* OK {99999999999999}\r\n'}),
                ('more than was asked for', {'SELECT': b'* FLAGS {18446744073709551615}\r\n'}),
                ('READ-ONLY', {'SELECT': selected['SELECT'].replace(b'TAG OK', b'TAG OK [READ-ONLY] READ-ONLY')}),
                ('was not asked', {'SELECT': b'k99 OK\r\n'}),
                ('more than was asked for', {**selected, 'UID FETCH': b'* 1 FETCH (UID 1 BODY[] {1000000000}\r\n'}),
                ('a response that', {**selected, 'UID FETCH': b'* 1 FETCH (((\r\nTAG OK\r\n'})):
            with self.subTest(wanted):
                answers.setdefault('UID FETCH', row)
                error = self.refusal('imap', b'* OK hello\r\n', answers)
                if wanted == 'READ-ONLY':
                    wanted = 'may only be read'
                self.assertTrue(wanted in error or 'a list without an end' in error, error)

    def test_one_bad_message_holds_up_no_other(self):
        """A server that dies at the first message, each time: the next session begins with the second."""
        message = raw_of('second').replace(b'\r\n.', b'\r\n..') + b'.\r\n'
        turn = [0]

        class Answers(dict):
            def get(self, verb, default=None):
                if verb == 'RETR':
                    turn[0] += 1
                    return None if turn[0] == 1 else b'+OK\r\n' + message
                return super().get(verb, default)
        answers = Answers({'CAPA': b'-ERR\r\n', 'LIST': b'+OK\r\n1 100\r\n2 100\r\n.\r\n', 'UIDL': b'+OK\r\n1 a\r\n2 b\r\n.\r\n'})
        port = self.serve(b'+OK\r\n', answers)
        self.server.ctl('collector', 'add', 'x', *self.words('pop3', port, None, '--tls', 'none'))
        kontor.wait_until(lambda: 'collector.session.failed' in self.server.log(), 'the first session fails')
        self.server.restart()
        kontor.wait_until(lambda: self.here() == ['second'], 'the second message')
        self.assertEqual(self.server.ctl('collector', 'show', 'x')['waiting'], 1)


if __name__ == '__main__':
    kontor.main()
