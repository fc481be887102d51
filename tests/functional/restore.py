# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl restore: an account, a folder, a message of a moment comes back in its place with dates, flags, keywords and
EMAILID, once, whatever breaks in between."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
from tests.support import dav, kontor

ANNA = 'anna@example.test'
MANY = 12_000


def raw_of(name, size=20):
    return f'From: a@b.test\r\nMessage-ID: <{name}@b.test>\r\nSubject: {name}\r\n\r\n{"x" * size}\r\n'.encode()


def shown(server, folder='INBOX', user='anna'):
    """{Subject: (flags, INTERNALDATE, EMAILID, bytes)}; fails when a message is there twice."""
    imap = server.imap(user)
    status, data = imap.select(f'"{folder}"', readonly=True)
    out = {}
    if status == 'OK' and data != [b'0']:
        _, data = imap.fetch('1:*', '(FLAGS INTERNALDATE EMAILID BODY.PEEK[])')
        for part in data:
            if isinstance(part, tuple):
                name = re.search(rb'Subject: (\S+)', part[1]).group(1).decode()
                flags = frozenset(re.search(rb'FLAGS \(([^)]*)\)', part[0]).group(1).decode().split()) - {'\\Recent'}
                assert name not in out, f'{name} twice'
                out[name] = (flags, re.search(rb'INTERNALDATE "([^"]+)"', part[0]).group(1),
                             re.search(rb'EMAILID \(([^)]+)\)', part[0]).group(1), part[1])
    imap.logout()
    return out


def folders(server, user='anna'):
    return {row['name']: row for row in server.ctl('folders', f'{user}@example.test')}


def account_folder(server, user='anna'):
    return pathlib.Path(server.ctl('accounts', 'show', f'{user}@example.test')['folder'])


def moment():
    """A date between what was done and what is done next."""
    kontor.next_second()
    now = time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())
    kontor.next_second()
    return now


class Restore(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-restore-'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = kontor.Server().start()
        self.addCleanup(self.server.close)

    def fill(self):
        imap = self.server.imap('anna')
        imap.create('Work')
        imap.create('Work/Old')
        imap.create('Empty')
        for number, (folder, flags) in enumerate([('INBOX', ''), ('INBOX', '\\Seen work'), ('INBOX', '\\Flagged \\Answered'),
                                                  ('Work', '\\Draft'), ('Work/Old', '\\Seen $Label1'), ('Work', '\\Deleted')]):
            imap.append(folder, f'({flags})', f'"{10 + number:02}-Feb-2020 03:04:05 +0000"', raw_of(f'm{number}'))
        imap.select('INBOX')
        imap.copy('1', 'Work')
        imap.logout()

    def erase(self, *names):
        """Expunges messages of INBOX, by subject."""
        imap = self.server.imap('anna')
        imap.select('INBOX')
        for name in names:
            _, data = imap.search(None, 'SUBJECT', name)
            imap.store(data[0].decode().replace(' ', ','), '+FLAGS', '\\Deleted')
        imap.expunge()
        imap.logout()

    def test_a_message_comes_back_in_its_place(self):
        self.fill()
        before, then = shown(self.server), moment()
        self.erase('m1', 'm2')
        self.assertEqual(set(shown(self.server)), {'m0'})
        code, said = self.server.ask('restore', ANNA, '--at', then, '--message-id', 'm1@b.test', '--dry-run')
        self.assertEqual((code, said['stored'], [row['subject'] for row in said['messages']]), (0, 1, ['m1']), said)
        self.assertEqual(set(shown(self.server)), {'m0'})
        code, said = self.server.ask('restore', ANNA, '--at', then, '--message-id', '<m1@b.test>')
        self.assertEqual((code, said['stored']), (0, 1), said)
        after = shown(self.server)
        self.assertEqual(after, {name: before[name] for name in ('m0', 'm1')})
        code, said = self.server.ask('restore', ANNA, '--at', then, '--folder', 'INBOX', '--uid', '3')
        self.assertEqual((code, said['stored']), (0, 1), said)
        self.assertEqual(shown(self.server), before)
        code, said = self.server.ask('restore', ANNA, '--at', then, '--folder', 'INBOX')
        self.assertEqual((code, said['stored'], said['already_there']), (0, 0, 3), said)
        for words in (['--message-id', 'absent@b.test'], ['--folder', 'INBOX', '--uid', '77'], ['--uid', '1'], ['--folder', 'Absent']):
            self.assertEqual(self.server.ask('restore', ANNA, '--at', then, *words)[0], 1, words)

    def test_a_folder_comes_back(self):
        self.fill()
        before = {name: shown(self.server, name) for name in ('Work', 'Work/Old')}
        then = moment()
        imap = self.server.imap('anna')
        for name in ('Work/Old', 'Work'):
            self.assertEqual(imap.delete(name)[0], 'OK')
        imap.logout()
        self.assertNotIn('Work', folders(self.server))
        code, said = self.server.ask('restore', ANNA, '--at', then, '--folder', 'Work')
        self.assertEqual((code, said['complete']), (0, True), said)
        # What was about to be deleted stays; all else is as it was.
        before['Work']['m5'] = (frozenset(), *before['Work']['m5'][1:])
        work = shown(self.server, 'Work')
        self.assertEqual(set(work), {'m3', 'm5'}, 'm0 is still in INBOX: it was not taken from there')
        code, said = self.server.ask('restore', ANNA, '--at', then, '--folder', 'Work', '--copies')
        self.assertEqual((code, said['stored']), (0, 1), said)
        self.assertEqual({name: shown(self.server, name) for name in ('Work', 'Work/Old')}, before)

    def test_calendars_and_address_books(self):
        anna = dav.Client(self.server)
        self.addCleanup(anna.close)
        home, books = anna.home(), anna.home('addressbooks')
        work = home + 'work/'
        title = '<D:mkcol %s><D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Работа</D:displayname></D:prop></D:set></D:mkcol>'
        self.assertEqual(anna.ask('MKCOL', work, title % dav.SPACES).status, 201)
        for name in ('one', 'two'):
            self.assertEqual(anna.ask('PUT', f'{work}{name}.ics', dav.event(name)).status, 201)
        self.assertEqual(anna.ask('POST', work + 'one.ics?action=attachment-add', b'file', Content_Type='text/plain').status, 201)
        self.assertEqual(anna.ask('PUT', books + 'default/boris.vcf', dav.card('boris')).status, 201)
        one = anna.ask('GET', work + 'one.ics').body
        file = re.search(rb':https://[^/]+(/dav/[^\r]+)', one.replace(b'\r\n ', b''))[1].decode()
        then = moment()
        self.assertEqual(anna.ask('PUT', work + 'two.ics', dav.event('two', 'Other')).status, 204)
        self.assertEqual(anna.ask('DELETE', work + 'one.ics').status, 204)
        self.assertEqual(anna.ask('DELETE', books + 'default/boris.vcf').status, 204)
        self.assertEqual(anna.ask('GET', file).status, 404)
        restore = lambda *words: self.server.ask('restore', ANNA, '--at', then, *words)  # noqa: E731
        code, said = restore('--folder', 'calendar:work', '--dry-run')
        self.assertEqual((code, said.get('already_there')), (0, 1), said)
        self.assertEqual((said['stored'], sorted(row['uid'] for row in said['objects'])), (2, ['one', 'two']), said)  # and a file
        self.assertEqual(anna.ask('GET', work + 'one.ics').status, 404)
        # What is gone, with its file; what is there stays as it is.
        code, said = restore('--object', 'one')
        self.assertEqual((code, said['complete']), (0, True), said)
        self.assertEqual(anna.ask('GET', work + 'one.ics').body, one)
        self.assertEqual(anna.ask('GET', file).body, b'file')
        self.assertEqual(restore('--folder', 'calendar:work')[1]['stored'], 0)
        self.assertIn(b'Other', anna.ask('GET', work + 'two.ics').body)
        code, said = restore('--object', 'two', '--overwrite')
        self.assertEqual((code, said['stored']), (0, 1), said)
        self.assertEqual(anna.ask('GET', work + 'two.ics').body, dav.event('two'))
        self.assertEqual(restore('--folder', 'contacts:default')[1]['stored'], 1)
        self.assertEqual(anna.ask('GET', books + 'default/boris.vcf').body, dav.card('boris'))
        # A calendar that is gone as a whole, with its name; and beside it.
        self.assertEqual(anna.ask('DELETE', work).status, 204)
        self.assertEqual(restore('--folder', 'calendar:work')[0], 0)
        self.assertEqual(anna.one(work, 'D:displayname').text, 'Работа')
        self.assertEqual(len(anna.sync(work)[0]), 2)
        self.assertEqual(restore('--folder', 'calendar:work', '--into', 'calendar:then')[0], 0)
        self.assertEqual(len(anna.sync(home + 'then/')[0]), 2)
        for words in (['--object', 'none'], ['--folder', 'calendar:none'], ['--folder', 'calendar:work', '--into', 'Work'],
                      ['--folder', 'calendar:work', '--uid', '1'], ['--object', 'one', '--into', 'calendar:x']):
            self.assertEqual(restore(*words)[0], 1, words)

    def test_into_another_folder_and_another_account(self):
        self.fill()
        self.assertEqual(self.server.ask('backup', '--all', '--to', self.folder / 'kept')[0], 0)
        before = {name: shown(self.server, name) for name in ('INBOX', 'Work', 'Work/Old')}
        code, said = self.server.ask('restore', ANNA, '--from', self.folder / 'kept', '--into', 'Back', '--folder', 'Work')
        self.assertEqual((code, said['stored']), (0, 4), said)
        self.assertEqual(set(shown(self.server, 'Back')), {'m0', 'm3', 'm5'})
        self.assertEqual(shown(self.server, 'Back/Old'), before['Work/Old'])
        self.assertEqual(self.server.ask('restore', ANNA, '--from', self.folder / 'kept', '--into', 'Back', '--folder', 'Work')[1]['stored'], 0)
        # All of it, for somebody who has no mailbox yet.
        code, said = self.server.ask('restore', 'boris@example.test', '--from', self.folder / 'kept', '--of', ANNA)
        self.assertEqual((code, said['complete']), (0, True), said)
        before['Work']['m5'] = (frozenset(), *before['Work']['m5'][1:])
        self.assertEqual({name: shown(self.server, name, 'boris') for name in before}, before)
        self.assertIn('Empty', folders(self.server, 'boris'))
        uses = {name: row['use'] for name, row in folders(self.server).items() if not name.startswith('Back')}
        self.assertEqual({name: row['use'] for name, row in folders(self.server, 'boris').items()}, uses)

    def test_what_was_moved_is_not_doubled(self):
        self.fill()
        self.assertEqual(self.server.ask('backup', '--all', '--tar', self.folder / 'all.tar')[0], 0)
        imap = self.server.imap('anna')
        imap.select('INBOX')
        imap.uid('MOVE', '2', 'Empty')
        imap.logout()
        self.erase('m2')
        code, said = self.server.ask('restore', ANNA, '--from', self.folder / 'all.tar')
        self.assertEqual((code, said['stored']), (0, 1), said)
        self.assertEqual(set(shown(self.server)), {'m0', 'm2'})
        self.assertEqual(set(shown(self.server, 'Empty')), {'m1'})
        self.assertEqual(list(pathlib.Path(tempfile.gettempdir()).glob('kontor-restore-??????/accounts')), [])

    def test_a_whole_mailbox_replaces_the_one_there(self):
        self.fill()
        limit = self.server.ask('quota', 'set', ANNA, '300MB')[1]['bytes_limit']
        names = ('INBOX', 'Work', 'Work/Old')
        before, rows = {name: shown(self.server, name) for name in names}, folders(self.server)
        self.assertEqual(self.server.ask('backup', '--all', '--to', self.folder / 'kept')[0], 0)
        then = moment()
        imap = self.server.imap('anna')
        imap.delete('Work/Old')
        imap.append('INBOX', None, None, raw_of('later'))
        imap.logout()
        self.erase('m1')
        open_session = self.server.imap('anna')
        open_session.select('INBOX')
        later = folders(self.server)
        # To the moment, from its own logs; then from the backup.
        for words in (['--at', then], ['--from', self.folder / 'kept']):
            code, said = self.server.ask('restore', ANNA, '--replace', *words)
            self.assertEqual((code, said.get('messages')), (0, 7), said)
            with self.assertRaises(Exception):  # it was told to go, the numbers that it knows are worth nothing now
                open_session.noop()
                open_session.noop()
            self.assertEqual({name: shown(self.server, name) for name in names}, before)
            now = folders(self.server)
            self.assertEqual(set(now), set(rows))
            for name, row in now.items():
                self.assertGreater(row['uid_validity'], max(later.get(name, row)['uid_validity'] if name in later else 0, rows[name]['uid_validity']), name)
                self.assertEqual((row['use'], row['subscribed']), (rows[name]['use'], rows[name]['subscribed']))
            self.assertEqual(len({row['uid_validity'] for row in now.values()}), len(now))
            self.assertEqual(self.server.ask('quota', 'show', ANNA)[1]['bytes_limit'], limit)
            later = now
            self.assertEqual(self.server.lmtp([ANNA], raw_of('new' + str(len(words)))), {})
            self.assertIn('new' + str(len(words)), shown(self.server))
            open_session = self.server.imap('anna')
            open_session.select('INBOX')
            aside = list((self.server.data / 'replaced').iterdir())
            self.assertTrue(all(path.name.startswith(said['account']) for path in aside), aside)
            self.assertEqual(subprocess.run([kontor.program('kontorctl'), 'store', 'verify', str(account_folder(self.server))]).returncode, 0)
            kontor.next_second()  # the folder set aside bears the second in its name
        self.server.kill()
        self.server.start()
        self.assertEqual(set(shown(self.server, 'Work/Old')), {'m4'})
        for words in (['--folder', 'INBOX'], ['--dry-run'], ['--at', '1999-01-01']):
            self.assertEqual(self.server.ask('restore', ANNA, '--replace', *words)[0], 1, words)
        self.assertEqual(self.server.ask('restore', 'boris@example.test', '--replace', '--from', self.folder / 'kept', '--of', ANNA)[1]
                         .get('error', {}).get('code'), 'conflict', 'it is anna\'s')

    def test_a_moment_within_a_compacted_log(self):
        self.server.close()
        self.server = kontor.Server({'store.log_segment': 1 << 20, 'store.keep_replaced': '0s'}).start()
        self.addCleanup(self.server.close)
        for number in range(5):
            self.assertEqual(self.server.lmtp([ANNA], raw_of(f'early{number}', 60_000)), {})
        before, then = shown(self.server), moment()
        for number in range(30):
            self.assertEqual(self.server.lmtp([ANNA], raw_of(f'late{number}', 60_000)), {})
        self.erase('early0')
        self.assertGreaterEqual(self.server.ctl('store', 'compact', ANNA)['logs'], 1)
        self.assertTrue((account_folder(self.server) / 'log.000001.g2').exists())
        code, said = self.server.ask('restore', ANNA, '--replace', '--at', then)
        self.assertEqual((code, said.get('messages'), said.get('lost')), (0, 5, 0), said)
        self.assertEqual(shown(self.server), before)
        self.assertEqual(self.server.lmtp([ANNA], raw_of('new')), {})
        self.server.kill()
        self.server.start()
        self.assertEqual(set(shown(self.server)), {*before, 'new'})
        found = subprocess.run([kontor.program('kontorctl'), 'store', 'verify', str(account_folder(self.server))], capture_output=True, text=True)
        self.assertEqual(found.returncode, 0, found.stdout)

    def test_a_mailbox_that_is_gone_comes_back_whole(self):
        self.fill()
        before = shown(self.server)
        self.assertEqual(self.server.ask('backup', '--all', '--tar', self.folder / 'all.tar')[0], 0)
        account = account_folder(self.server)
        self.server.stop()
        shutil.rmtree(account)
        self.server.start()
        code, said = self.server.ask('restore', ANNA, '--replace', '--from', self.folder / 'all.tar')
        self.assertEqual((code, said.get('messages')), (0, 7), said)
        self.assertEqual(shown(self.server), before)
        self.server.stop()
        self.server.start()
        self.assertEqual(shown(self.server), before)
        self.assertEqual(account_folder(self.server), account)

    def test_killed_again_and_again_each_comes_once(self):
        imap = self.server.imap('anna')
        for start in range(0, MANY, 500):
            raws = b''.join(b' (\\Seen) {%d+}\r\n%s' % (len(raw), raw) for raw in
                            (raw_of(f'n{number}') for number in range(start, min(start + 500, MANY))))
            imap.send(b'A%d APPEND INBOX%s\r\n' % (start, raws))
            line = imap.readline()
            while not line.startswith(b'A%d ' % start):
                line = imap.readline()
            self.assertIn(b'OK', line)
        imap.select('INBOX')
        imap.logout()
        before = shown(self.server)
        self.assertEqual(len(before), MANY)
        self.assertEqual(self.server.ask('backup', '--all', '--to', self.folder / 'kept')[0], 0)
        imap = self.server.imap('anna')
        imap.select('INBOX')
        imap.store('1:*', '+FLAGS', '\\Deleted')
        imap.expunge()
        imap.logout()
        command = [kontor.program('kontorctl'), '--data', str(self.server.data), 'restore', ANNA, '--from', str(self.folder / 'kept')]
        for share in (0.02, 0.2):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            kontor.wait_until(lambda: folders(self.server)['INBOX']['messages'] > MANY * share or process.poll() is not None, 'messages', 120)
            self.assertIsNone(process.poll(), 'it was over before it could be killed')
            process.kill()
            process.wait()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        kontor.wait_until(lambda: folders(self.server)['INBOX']['messages'] > MANY * 0.4 or process.poll() is not None, 'messages', 120)
        self.assertIsNone(process.poll(), 'it was over before the server could be killed')
        self.server.kill()
        self.assertEqual(process.wait(kontor.PATIENCE), 1)
        self.server.start()
        code, said = self.server.ask('restore', ANNA, '--from', self.folder / 'kept')
        self.assertEqual((code, said['complete']), (0, True), said)
        self.assertGreater(said['already_there'], MANY * 0.3)
        self.assertEqual(shown(self.server), before)


if __name__ == '__main__':
    kontor.main()
