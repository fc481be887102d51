# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup as the guide says: `cp -a` of the data folder while mail comes in is a mailbox server that has everything
acknowledged before; one mailbox can be put back from it. And `kontorctl backup`: whole, incremental, broken off, as a
tar, verified."""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402

PEOPLE = ['anna', 'boris', 'clara', 'dmitri']
COPIES = 20 if kontor.LONG else 4


class Load:
    """Four senders, one for each person, until the end of the block; `done` are the names acknowledged so far."""

    def __init__(self, server):
        self.server, self.over = server, threading.Event()
        self.done = {person: [] for person in PEOPLE}
        self.faults = []
        self.threads = [threading.Thread(target=self.send, args=(person,)) for person in PEOPLE]

    def send(self, person):
        number = 0
        while not self.over.is_set():
            name = f'{person}-{number}'
            number += 1
            body = 'words\r\n' * (number % 7 * 300)
            try:
                refused = self.server.lmtp([f'{person}@example.test'], f'Subject: {name}\r\n\r\n{body}'.encode())
                if refused:
                    raise AssertionError(refused)
            except Exception as fault:  # pylint: disable=broad-except
                self.faults.append(fault)
                return
            self.done[person].append(name)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def snapshot(self):
        return {person: list(names) for person, names in self.done.items()}


def subjects(server, person):
    imap = server.imap(person)
    imap.select('INBOX', readonly=True)
    _, data = imap.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')
    imap.logout()
    return [re.sub(r'^Subject: ', '', part[1].decode().strip()) for part in data if isinstance(part, tuple)]


def verify(folder):
    return subprocess.run([kontor.program('kontorctl'), 'store', 'verify', folder], capture_output=True, text=True)


def account_folder(server, person):
    return pathlib.Path(server.ctl('accounts', 'show', f'{person}@example.test')['folder'])


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-backup-'))
        self.addCleanup(shutil.rmtree, self.folder)

    def copy(self, server, name):
        to = self.folder / name
        # What is written while it is copied may be there or not; files that vanish meanwhile are no fault.
        subprocess.run(['cp', '-a', server.data, to], check=False, capture_output=True)
        (to / 'test.log').unlink(missing_ok=True)
        return to

    def check_copy(self, data, promised):
        for folder in sorted(data.glob('accounts/??/*-*')):
            result = verify(folder)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        with kontor.Server(data=data) as again:
            for person, names in promised.items():
                there = subjects(again, person)
                self.assertEqual(set(names) - set(there), set(), person)
                self.assertEqual(len(there), len(set(there)), 'each once')
            self.assertEqual(again.lmtp(['anna@example.test'], b'Subject: new\r\n\r\nx\r\n'), {})
            self.assertIn('new', subjects(again, 'anna'))
        return True

    def test_copies_made_while_mail_comes_in_are_complete(self):
        with kontor.Server() as server:
            with Load(server) as load:
                kontor.wait_until(lambda: all(len(names) > 20 for names in load.snapshot().values()) or load.faults,
                                  'mail for everybody', 60)
                copies = []
                for number in range(COPIES):
                    promised = load.snapshot()
                    copies.append((self.copy(server, f'copy{number}'), promised))
                    before = sum(map(len, promised.values()))
                    kontor.wait_until(lambda: sum(map(len, load.snapshot().values())) > before + 20 or load.faults,
                                      'more mail', 60)
            self.assertEqual(load.faults, [])
        for data, promised in copies:
            self.check_copy(data, promised)

    def test_one_mailbox_is_put_back(self):
        with kontor.Server() as server:
            for person in ('anna', 'boris'):
                server.lmtp([f'{person}@example.test'], f'Subject: old {person}\r\n\r\nx\r\n'.encode())
            backup = self.copy(server, 'backup')
            imap = server.imap('anna')
            imap.select('INBOX')
            imap.store('1', '+FLAGS', '\\Deleted')
            imap.expunge()
            imap.logout()
            server.lmtp(['boris@example.test'], b'Subject: later boris\r\n\r\nx\r\n')
            anna = account_folder(server, 'anna')
            self.assertEqual(subjects(server, 'boris'), ['old boris', 'later boris'])
            server.stop()
            aside = anna.with_name(anna.name + '.aside')
            os.rename(anna, self.folder / aside.name)
            subprocess.run(['cp', '-a', backup / anna.relative_to(server.data), anna], check=True)
            server.start()
            self.assertEqual(subjects(server, 'anna'), ['old anna'])
            self.assertEqual(subjects(server, 'boris'), ['old boris', 'later boris'])


def backup(server, *words):
    """kontorctl backup; (exit status, what it said)."""
    result = subprocess.run([kontor.program('kontorctl'), '--data', str(server.data), '--json', 'backup', *map(str, words)],
                            capture_output=True, text=True, timeout=300)
    return result.returncode, json.loads(result.stdout) if result.stdout.strip() else {'error': result.stderr}


def logs_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(pathlib.Path(folder).glob('**/log.*'))}


class Tool(Backup):
    """The promises of Backup for `kontorctl backup`, and its own."""

    def copy(self, server, name):
        self.assertEqual(backup(server, '--all', '--to', self.folder / 'kept')[0], 0)
        return self.as_data(self.folder / 'kept', name)

    def as_data(self, saved, name):
        """A data folder made of what a backup holds."""
        to = self.folder / name
        shutil.copytree(saved, to)
        shutil.copy(to / 'directory/directory.ldif', to / 'directory.ldif')
        return to

    def fill(self, server, people=('anna', 'boris'), count=30, size=200):
        for person in people:
            for number in range(count):
                server.lmtp([f'{person}@example.test'], f'Subject: {person}-{number}\r\n\r\n{"x" * size}\r\n'.encode())

    def test_one_mailbox_is_put_back(self):
        """By hand, from the folder of a backup."""
        with kontor.Server() as server:
            self.fill(server, count=2)
            self.assertEqual(backup(server, '--person', 'anna@example.test', '--to', self.folder / 'kept')[0], 0)
            anna = account_folder(server, 'anna')
            server.stop()
            os.rename(anna, self.folder / 'aside')
            shutil.copytree(self.folder / 'kept' / anna.relative_to(server.data), anna)
            server.start()
            self.assertEqual(subjects(server, 'anna'), ['anna-0', 'anna-1'])

    def test_rules_and_app_passwords_come_along(self):
        with kontor.Server() as server:
            self.fill(server, ('anna',), count=1)
            server.ctl('policy', 'set', 'anna@example.test', 'message_size=1M')
            server.ctl('app-password', 'add', 'anna@example.test', '--name', 'phone')
            rules, passwords = server.ctl('policy', 'list'), server.ctl('app-password', 'list', 'anna@example.test')
            saved = self.copy(server, 'again')
        for name in ('policies', 'app-passwords'):
            shutil.copy(saved / 'settings' / name, saved / name)
        with kontor.Server(data=saved) as again:
            self.assertIn('message_size', str(rules))
            self.assertEqual(again.ctl('policy', 'list'), rules)
            self.assertEqual([row['name'] for row in passwords], ['phone'])
            self.assertEqual(again.ctl('app-password', 'list', 'anna@example.test'), passwords)

    def test_the_second_run_reads_what_is_new(self):
        with kontor.Server({'store.log_segment': '1 MB'}) as server:
            self.fill(server, count=60, size=40_000)
            kept = self.folder / 'kept'
            code, first = backup(server, '--all', '--to', kept)
            self.assertEqual((code, first['complete'], first['incremental']), (0, True, False), first)
            self.assertGreater(first['copied_bytes'], 4_800_000)
            self.assertGreater(len(list(kept.glob('accounts/*/*/log.*'))), 5)
            code, second = backup(server, '--all', '--to', kept)
            self.assertEqual((code, second['incremental']), (0, True))
            self.assertLess(second['copied_bytes'], 20_000, 'the settings and the directory alone')
            self.fill(server, people=('anna',), count=3, size=40_000)
            code, third = backup(server, '--all', '--to', kept)
            self.assertEqual(code, 0)
            self.assertLess(third['copied_bytes'], 300_000)
            self.assertEqual(backup(server, 'verify', kept)[0], 0)
            # What was put together of pieces is byte for byte what the server has.
            for name, saved in logs_of(kept).items():
                self.assertEqual(saved, (server.data / name).read_bytes()[:len(saved)], name)
            with kontor.Server(data=self.as_data(kept, 'again')) as again:
                self.assertEqual(len(subjects(again, 'anna')), 63)
            # A folder of its own for each day shares what did not change.
            day = self.folder / 'day2'
            code, other = backup(server, '--all', '--to', day, '--since', kept)
            self.assertEqual(code, 0, other)
            self.assertLess(other['copied_bytes'], 20_000)
            self.assertEqual(logs_of(day), logs_of(kept))
            sealed = sorted(kept.glob('accounts/*/*/log.000001'))[0]
            self.assertEqual(sealed.stat().st_ino, (day / sealed.relative_to(kept)).stat().st_ino)
            self.fill(server, people=('anna',), count=3, size=40_000)
            before = logs_of(kept)
            self.assertEqual(backup(server, '--all', '--to', day)[0], 0)
            self.assertEqual(logs_of(kept), before, 'the older day is not touched')
            self.assertEqual(backup(server, 'verify', day)[0], 0)
            self.assertEqual(backup(server, 'verify', kept)[0], 0)

    def test_changed_bytes_are_found(self):
        with kontor.Server() as server:
            self.fill(server, count=3)
            kept = self.folder / 'kept'
            backup(server, '--all', '--to', kept)
            code, good = backup(server, 'verify', kept)
            self.assertEqual((code, good['good']), (0, True))
            names = sorted(path for path in kept.glob('**/*') if path.is_file() and path.name != 'kontor-backup.json')
            self.assertEqual(good['files'], len(names))
            for path in names:
                was = path.read_bytes()
                changed = bytearray(was)
                changed[len(changed) // 2] ^= 1
                path.write_bytes(changed)
                code, found = backup(server, 'verify', kept)
                self.assertEqual((code, [row['file'] for row in found['problems']]), (1, [str(path.relative_to(kept))]))
                path.write_bytes(was)
            names[0].unlink()
            self.assertEqual(backup(server, 'verify', kept)[1]['problems'][0]['what'], 'it is missing')
            self.assertEqual(backup(server, 'verify', self.folder)[0], 1)

    def test_a_tar_and_what_came_after_it(self):
        with kontor.Server({'store.log_segment': '1 MB'}) as server:
            self.fill(server, count=50, size=40_000)
            full, more = self.folder / 'full.tar', self.folder / 'more.tar.zst'
            code, said = backup(server, '--all', '--tar', full, '--manifest', self.folder / 'last.json')
            self.assertEqual(code, 0, said)
            self.fill(server, people=('boris',), count=3, size=40_000)
            code, said = backup(server, '--all', '--tar', more, '--compress', 'zstd', '--since', self.folder / 'last.json')
            self.assertEqual(code, 0, said)
            self.assertLess(more.stat().st_size, full.stat().st_size / 4)
            with tarfile.open(full) as tar:  # any tar reads it
                self.assertIn('kontor-backup.json', tar.getnames())
                self.assertTrue(any(name.endswith('/log.000001') for name in tar.getnames()))
            self.assertEqual(backup(server, 'verify', full)[0], 0)
            code, said = backup(server, 'verify', more)
            self.assertEqual(code, 0, said)
            self.assertGreater(said['in_earlier_backups'], 0)
            code, said = backup(server, 'unpack', more, self.folder / 'alone')
            self.assertEqual(code, 1)
            self.assertIn('unpack that one here first', said['problems'][0]['what'])
            for tar in (full, more):
                code, said = backup(server, 'unpack', tar, self.folder / 'unpacked')
                self.assertEqual(code, 0, said)
            self.assertEqual(backup(server, 'verify', self.folder / 'unpacked')[0], 0)
            with kontor.Server(data=self.as_data(self.folder / 'unpacked', 'again')) as again:
                self.assertEqual(len(subjects(again, 'boris')), 53)
                self.assertEqual(len(subjects(again, 'anna')), 50)
            # To a pipe; the report goes beside it.
            result = subprocess.run([kontor.program('kontorctl'), '--data', str(server.data), '--json', 'backup', '--all',
                                     '--to', '-'], capture_output=True)
            self.assertEqual(result.returncode, 0)
            (self.folder / 'piped.tar').write_bytes(result.stdout)
            self.assertEqual(json.loads(result.stderr)['complete'], True)
            self.assertEqual(backup(server, 'verify', self.folder / 'piped.tar')[0], 0)
            (self.folder / 'cut.tar').write_bytes(result.stdout[:len(result.stdout) // 2])
            self.assertEqual(backup(server, 'verify', self.folder / 'cut.tar')[0], 1)

    def test_killed_again_and_again_it_goes_on(self):
        with kontor.Server({'store.log_segment': '1 MB'}) as server:
            self.fill(server, people=PEOPLE, count=60, size=40_000)
            kept = self.folder / 'kept'
            whole = sum(path.stat().st_size for path in server.data.glob('accounts/*/*/log.*'))
            for share in (0.2, 0.5, 0.8):
                process = subprocess.Popen([kontor.program('kontorctl'), '--data', str(server.data), 'backup', '--all', '--to',
                                            str(kept), '--rate', '4 MB'], stdout=subprocess.DEVNULL)
                def saved():
                    return sum(path.stat().st_size for path in kept.glob('accounts/*/*/log.*') if '.part' not in path.name)
                kontor.wait_until(lambda: saved() > whole * share * 0.8 or process.poll() is not None, 'bytes')
                self.assertIsNone(process.poll(), 'the backup was over before it could be killed')
                process.kill()
                process.wait()
                self.assertEqual(backup(server, 'verify', kept)[0], 1, 'an unfinished first run is no backup')
                for path in kept.glob('accounts/*/*/log.*'):  # what has its name is whole
                    if '.part' not in path.name:
                        self.assertEqual(path.read_bytes(), (server.data / path.relative_to(kept)).read_bytes()[:path.stat().st_size])
            code, said = backup(server, '--all', '--to', kept)
            self.assertEqual(code, 0, said)
            self.assertGreater(said['kept_bytes'], whole * 0.4, 'what was saved is not read again')
            self.assertEqual(backup(server, 'verify', kept)[0], 0)
            with kontor.Server(data=self.as_data(kept, 'again')) as again:
                for person in PEOPLE:
                    self.assertEqual(len(subjects(again, person)), 60)

    def test_logs_that_compaction_wrote_anew_take_their_place(self):
        with kontor.Server({'store.log_segment': '1 MB', 'store.keep_replaced': '0s'}) as server:
            self.fill(server, people=('anna',), count=60, size=40_000)
            kept = self.folder / 'kept'
            self.assertEqual(backup(server, '--all', '--to', kept)[0], 0)
            self.assertEqual(len(list(kept.glob('accounts/*/*/log.000001'))), 1)
            said = server.ctl('store', 'compact', 'anna@example.test')
            self.assertTrue(list(server.data.glob('accounts/*/*/log.000001.g2')), said)
            self.fill(server, people=('anna',), count=3)
            code, second = backup(server, '--all', '--to', kept)
            self.assertEqual(code, 0, second)
            self.assertEqual(backup(server, 'verify', kept)[0], 0)
            names = sorted(path.name for path in server.data.glob('accounts/*/*/log.*'))
            self.assertEqual(sorted(path.name for path in kept.glob('accounts/*/*/log.*')), names)
            with kontor.Server(data=self.as_data(kept, 'again')) as again:
                self.assertEqual(len(subjects(again, 'anna')), 63)
            result = subprocess.run([kontor.program('kontorctl'), '--data', str(server.data), '--json', 'restore',
                                     'boris@example.test', '--from', str(kept), '--of', 'anna@example.test'], capture_output=True)
            self.assertEqual(json.loads(result.stdout)['stored'], 63, result.stdout)
            def messages(person):
                imap = server.imap(person)
                imap.select('INBOX', readonly=True)
                _, data = imap.fetch('1:*', '(BODY.PEEK[])')
                imap.logout()
                return [part[1] for part in data if isinstance(part, tuple)]
            self.assertEqual(messages('boris'), messages('anna'))

    def test_scopes_and_wrong_use(self):
        with kontor.Server() as server:
            self.fill(server, count=1)
            kept = self.folder / 'kept'
            for words in ([], ['--all'], ['--to', kept], ['--all', '--person', 'anna', '--to', kept],
                          ['--person', 'nobody@example.test', '--to', kept], ['--domain', 'other.test', '--to', kept],
                          ['--all', '--to', kept, '--compress', 'zstd'], ['--all', '--to', kept, '--since', '/nowhere']):
                self.assertEqual(backup(server, *words)[0], 1, words)
            self.assertFalse(kept.exists())
            code, said = backup(server, '--domain', 'EXAMPLE.test', '--to', kept)
            self.assertEqual((code, said['accounts']), (0, 2))
            self.assertFalse((kept / 'queue').exists())
            self.assertEqual({row['address'] for row in backup(server, 'list', kept)[1]}, {'anna@example.test', 'boris@example.test'})
            # One of them later: the other stays in the backup.
            self.fill(server, people=('anna',), count=1)
            code, said = backup(server, '--person', 'anna', '--to', kept)
            self.assertEqual((code, said['accounts']), (0, 1))
            self.assertEqual(len(backup(server, 'list', kept)[1]), 2)
            self.assertEqual(backup(server, 'verify', kept)[0], 0)

    def test_without_a_server(self):
        with kontor.Server() as server:
            self.fill(server, count=2)
            server.stop()
            code, said = backup(server, '--all', '--to', self.folder / 'kept')
            self.assertEqual(code, 1, 'the settings are not in it, and that is said')
            self.assertEqual([row['where'] for row in said['problems']], ['settings'])
            self.assertEqual(said['accounts'], 2)
            self.assertEqual(backup(server, 'verify', self.folder / 'kept')[0], 0)
            server.start()


def crowd_directory(guests):
    """Anna, and guests who never sign in."""
    head = (f'dn: uid=anna,ou=People,dc=example,dc=test\nobjectClass: inetOrgPerson\nuid: anna\ncn: Anna\nmail: anna@example.test\n'
            f'userPassword: {kontor.password_hash(kontor.PASSWORD)}\n')
    return 'version: 1\n\n' + '\n'.join([head, *(f'dn: uid={name},ou=People,dc=example,dc=test\nobjectClass: inetOrgPerson\nuid: {name}\n'
                                                f'cn: {name}\nmail: {name}@example.test\n' for name in guests)])


class Beside(unittest.TestCase):
    """What stands beside the mailboxes, and in them beside the mail."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-backup-'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.kept = self.folder / 'kept'

    def as_data(self, name='again'):
        """A data folder as the guide says: everything where it lies in the backup, and the settings' files."""
        to = self.folder / name
        shutil.copytree(self.kept, to)
        shutil.copy(to / 'directory/directory.ldif', to / 'directory.ldif')
        for file in (to / 'settings').glob('*'):
            if file.name != 'kontor.toml':
                shutil.copy(file, to / file.name)
        return to

    def client(self, server, user='anna'):
        made = dav.Client(server, user)
        self.addCleanup(made.close)
        return made

    def test_keys_certificates_blocks_and_the_audit_log(self):
        with kontor.Server() as server:
            server.lmtp(['anna@example.test'], b'Subject: secret\r\n\r\nx\r\n')
            server.ctl('dkim', 'add', 'example.test', '--now')
            server.ctl('blocks', 'add', '192.0.2.7', '2h')
            secret = self.folder / 'password'
            secret.write_text('of elsewhere')
            server.ctl('collector', 'add', 'old', '--protocol', 'imap', '--host', 'localhost:1', '--user', 'old', '--to', 'anna@example.test',
                       '--interval', '1h', '--password-file', str(secret))
            server.ctl('collector', 'pause', 'old')
            server.ctl('queue', 'pause', 'far.test')
            kontor.wait_until(lambda: (server.data / 'blocks').exists(), 'the block is on the disk')
            server.ctl('search', 'secret', '--all', '--reason', 'case 1')
            full = server.data / 'audit/audit-000000000000.log'  # a full one never changes
            full.write_bytes(bytes(300_000))
            self.assertEqual(backup(server, '--all', '--to', self.kept)[0], 0)
            keys = sorted(str(path.relative_to(server.data)) for path in server.data.glob('dkim/*/*.key'))
            self.assertEqual(len(keys), 2)
            names = [*keys, 'tls/ca.pem', 'tls/server.key', 'audit/audit.log', str(full.relative_to(server.data)), 'blocks',
                     'collector/old.source', 'queue/paused']
            for name in names:
                self.assertEqual((self.kept / name).read_bytes(), (server.data / name).read_bytes(), name)
                for path in (self.kept / name, *(self.kept / name).parents):
                    if path == self.kept.parent:
                        break
                    self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, f'{path}: for nobody else')
            shown, blocked = server.ctl('dkim', 'list', 'example.test'), server.ctl('blocks')
            self.assertLess(backup(server, '--all', '--to', self.kept)[1]['copied_bytes'], 100_000, 'the full file is not read again')
            # What is gone on the server goes from the backup: a key that was taken back must not sign again.
            key = shown[0]['selector']
            server.ctl('dkim', 'retire', 'example.test', key)
            server.ctl('dkim', 'remove', 'example.test', key)
            self.assertEqual(backup(server, '--all', '--to', self.kept)[0], 0)
            self.assertEqual(len(list(self.kept.glob('dkim/*/*.key'))), 1)
            self.assertEqual(backup(server, 'verify', self.kept)[0], 0)
            full.unlink()
            self.assertEqual(backup(server, '--all', '--tar', self.folder / 'all.tar')[0], 0)
            with tarfile.open(self.folder / 'all.tar') as tar:
                self.assertEqual({tar.getmember(name).mode for name in (keys[0], 'tls/ca.key') if name in tar.getnames()} | {0o600}, {0o600})
                self.assertIn('audit/audit.log', tar.getnames())
            authority = (server.data / 'tls/ca.pem').read_bytes()
            self.assertEqual(backup(server, '--all', '--to', self.kept)[0], 0)
        with kontor.Server(data=self.as_data()) as again:
            self.assertEqual(again.ctl('dkim', 'list', 'example.test'), [row for row in shown if row['selector'] != key])
            self.assertEqual([row['address'] for row in again.ctl('blocks')], [row['address'] for row in blocked])
            self.assertEqual([(row['name'], row['state']) for row in again.ctl('collector', 'list')], [('old', 'paused')])
            self.assertEqual(again.ctl('queue', 'pause'), [{'paused': 'far.test'}])
            self.assertEqual((again.data / 'tls/ca.pem').read_bytes(), authority, 'clients need not trust another one')
            again.imap('anna').logout()
            again.ctl('search', 'secret', '--all', '--reason', 'case 2')
            self.assertTrue(again.ctl('audit', 'verify')['sound'])
            text = (again.data / 'audit/audit.log').read_text(encoding='utf-8')
            self.assertTrue('case 1' in text and 'case 2' in text)

    def test_who_is_still_to_be_told_is_told_after_the_restore(self):
        guests = [f'guest{number:03}' for number in range(200)]
        settings = {'server.demo': False, 'sign_in.delay': '10ms'}
        server = kontor.Server(settings)
        self.addCleanup(server.close)
        (server.data / 'directory.ldif').write_text(crowd_directory(guests), encoding='utf-8')
        server.start()
        kontor.wait_until(lambda: server.takes_mail_for('anna@example.test'), 'the people are known')
        rows = ''.join(f'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{name}@example.test\r\n' for name in guests)
        extra = f'ORGANIZER:mailto:anna@example.test\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.test\r\n{rows}'
        for number in range(20):  # until a crash comes before all are told
            anna = self.client(server)
            calendar = anna.home() + 'default/'
            name = f'crowd{number}.ics'
            self.assertEqual(anna.ask('PUT', calendar + name, dav.event(f'crowd{number}', extra=extra), Content_Type='text/calendar').status, 201)
            server.kill()
            left = sorted((server.data / 'untold').iterdir())
            if left:
                break
            server.start()
        self.assertTrue(left)
        code, said = backup(server, '--all', '--to', self.kept)
        self.assertIn('settings', [row['where'] for row in said['problems']], 'no server runs')  # nor are mailboxes whole that were being made
        self.assertEqual([(self.kept / 'untold' / path.name).read_bytes() for path in left], [path.read_bytes() for path in left])
        again = kontor.Server(settings, data=self.as_data())
        self.addCleanup(again.close)
        again.start()
        anna = self.client(again)
        def told():
            text = anna.ask('GET', calendar + name).body.decode().replace('\r\n ', '')
            return text.count('SCHEDULE-STATUS=1.2')
        kontor.wait_until(lambda: told() == len(guests), 'everybody is told')
        kontor.wait_until(lambda: not list((again.data / 'untold').iterdir()), 'nothing is left to tell')
        # Then the backup of that server has nothing of it.
        self.assertEqual(backup(again, '--all', '--to', self.kept)[0], 0)
        self.assertEqual(list(self.kept.glob('untold/*')), [])
        self.assertEqual(backup(again, 'verify', self.kept)[0], 0)

    def restore(self, server, *words):
        result = subprocess.run([kontor.program('kontorctl'), '--data', str(server.data), '--json', 'restore', 'anna@example.test',
                                 '--from', str(self.kept), *words], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return json.loads(result.stdout)

    def test_scripts_come_back(self):
        def script(server, folder):
            path = self.folder / 'main.sieve'
            path.write_text(f'require ["fileinto", "mailbox"];\nfileinto :create "{folder}";\n')
            server.ctl('sieve', 'put', 'anna@example.test', 'main', path)
            server.ctl('sieve', 'activate', 'anna@example.test', 'main')
        def sorted_into(server, folder, text):
            server.lmtp(['anna@example.test'], f'Subject: {text}\r\n\r\nx\r\n'.encode())
            with server.imap('anna') as client:
                if client.select(folder, readonly=True)[0] != 'OK':
                    return False
                return client.search(None, 'SUBJECT', text)[1][0] != b''
        with kontor.Server() as server:
            script(server, 'First')
            self.assertTrue(sorted_into(server, 'First', 'one'))
            shown = server.ctl('sieve', 'list', 'anna@example.test')
            self.assertEqual(backup(server, '--all', '--to', self.kept)[0], 0)
            script(server, 'Second')
            server.ctl('sieve', 'put', 'anna@example.test', 'other', self.folder / 'main.sieve')
            self.assertTrue(sorted_into(server, 'Second', 'two'))
            # Mail that is put back leaves scripts as they are; a mailbox as a whole comes with its own.
            self.restore(server)
            self.assertTrue(sorted_into(server, 'Second', 'three'))
            self.restore(server, '--replace')
            self.assertEqual(server.ctl('sieve', 'list', 'anna@example.test'), shown)
            self.assertTrue(sorted_into(server, 'First', 'four'))
        with kontor.Server(data=self.as_data()) as again:
            self.assertEqual(again.ctl('sieve', 'list', 'anna@example.test'), shown)
            self.assertTrue(sorted_into(again, 'First', 'five'))

    def test_files_at_events_come_back(self):
        def attached(client, path):
            """The bytes of the files that the event names."""
            text = client.ask('GET', path).body.decode().replace('\r\n ', '')
            urls = re.findall(r'^ATTACH;.*?:https://[^/]*(/\S+)', text, re.M)
            return [client.ask('GET', url).body for url in urls]
        plan = bytes(range(256)) * 400
        with kontor.Server({'sign_in.delay': '10ms'}) as server:
            anna = self.client(server)
            path = anna.home() + 'default/plan.ics'
            self.assertEqual(anna.ask('PUT', path, dav.event('plan'), Content_Type='text/calendar').status, 201)
            for body in (plan, b'second'):
                self.assertEqual(anna.ask('POST', path + '?action=attachment-add', body, Content_Type='application/pdf').status, 201)
            self.assertEqual(attached(anna, path), [plan, b'second'])
            self.assertEqual(backup(server, '--all', '--to', self.kept)[0], 0)
            self.assertEqual(anna.ask('DELETE', path).status, 204)
            self.restore(server, '--object', 'plan')
            self.assertEqual(attached(anna, path), [plan, b'second'])
            self.assertEqual(anna.ask('DELETE', path).status, 204)
            self.restore(server, '--replace')
            self.assertEqual(attached(self.client(server), path), [plan, b'second'])
        with kontor.Server(data=self.as_data()) as again:
            self.assertEqual(attached(self.client(again), path), [plan, b'second'])


if __name__ == '__main__':
    kontor.main()
