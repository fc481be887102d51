# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl store verify, repair and rebuild on the folders of a real server: names, exit statuses, and what is
served afterwards."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import census  # noqa: E402
import kontor  # noqa: E402


def store(verb, folder, *options):
    """(exit status, standard output, standard error)"""
    result = subprocess.run([kontor.program('kontorctl'), *options, 'store', verb, str(folder)],
                            capture_output=True, text=True, timeout=120)
    return result.returncode, result.stdout, result.stderr


def folder_of(server, person):
    """While the server runs."""
    account = server.ctl('accounts', 'show', f'{person}@example.test')['account']
    return next(server.data.glob(f'accounts/*/{account}'))


class Repair(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server()
        self.server.__enter__()
        self.addCleanup(self.server.close)
        self.promises = census.Promises()
        for number in range(12):
            census.deliver(self.server, self.promises, f'first-{number}', 'anna', 3000)
        client = self.server.imap('anna')
        client.create('Work')
        client.select('INBOX')
        client.uid('COPY', '3', 'Work')
        client.uid('STORE', '4', '+FLAGS', '(\\Flagged)')
        client.logout()
        census.deliver(self.server, self.promises, 'boris-1', 'boris')
        self.folder = folder_of(self.server, 'anna')
        self.log = self.folder / 'log.000001'

    def change(self, text, by):
        """`by` changes the bytes of the log from the first place of `text` on."""
        data = bytearray(self.log.read_bytes())
        by(data, data.index(text))
        self.log.write_bytes(data)
        (self.folder / 'snapshot').unlink(missing_ok=True)

    def test_a_flipped_bit(self):
        self.assertEqual(store('repair', self.folder)[0], 1)  # the server runs
        self.assertIn('stop it first', store('repair', self.folder)[2])
        self.server.stop()
        self.assertEqual(store('verify', self.folder)[0], 0)

        def flip(data, at):
            data[at + 40] ^= 4
        self.change(b'Subject: first-6\r\n', flip)
        for name in ('fts', 'fts.new'):
            (self.folder / name).mkdir(exist_ok=True)
            (self.folder / name / 'catalog').write_bytes(b'of the messages before')
        code, text, _ = store('verify', self.folder)
        self.assertEqual(code, 1, text)
        self.assertRegex(text, r'LOST account [0-9a-f-]+ \(anna@example\.test\), folder INBOX, UID 7, Subject: first-6')
        self.assertIn('one bit is wrong, repair puts it right', text)
        found = json.loads(store('verify', self.folder, '--json')[1])
        self.assertEqual((found['good'], found['address']), (False, 'anna@example.test'))
        self.assertEqual([row['one_bit'] for row in found['remains']], [True])

        code, text, progress = store('repair', self.folder, '--json')
        self.assertEqual(code, 0, text)
        self.assertIn('writing log.000001', progress)
        self.assertEqual(json.loads(text)['put_right'], 1)
        self.assertEqual(list(self.folder.glob('fts*')), [])
        self.assertEqual(store('verify', self.folder)[0], 0)
        self.server.start()
        self.assertEqual(census.compare(census.names_in(self.server), self.promises), [])
        self.assertNotIn('store.account.damaged', self.server.log(current=True))

    def test_a_lost_message(self):
        self.server.stop()

        def wipe(data, at):
            data[at - 1500:at + 1800] = bytes(3300)
        self.change(b'Subject: first-6\r\n', wipe)
        self.server.start()  # everything else is served before the repair, too
        self.server.wait_for_log('kontord: ready')
        names = [row for row in census.names_in(self.server)]
        self.assertTrue(names)
        self.assertIn('store.account.damaged', self.server.log(current=True))
        self.server.stop()
        code, text, _ = store('repair', self.folder)
        self.assertEqual(code, 0, text)
        kept = list((self.folder / 'quarantine').glob('log.000001.before-repair-*'))
        self.assertEqual(len(kept), 1)
        self.assertEqual(store('verify', self.folder)[0], 0)
        self.assertEqual(store('repair', self.folder)[0], 0)
        self.assertEqual(len(list((self.folder / 'quarantine').glob('*.before-repair-*'))), 1)
        self.server.start()
        client = self.server.imap('anna')
        found = {census.NAME.search(data).group(1).decode(): (uid, flags)
                 for uid, flags, data in census.read_folder(client) if census.NAME.search(data)}
        client.logout()
        self.assertNotIn('store.account.damaged', self.server.log(current=True))
        for number in (0, 1, 2, 3, 4, 10, 11):
            self.assertIn(f'first-{number}', found)
        self.assertIn(b'\\Flagged', found['first-3'][1])
        self.assertTrue(census.deliver(self.server, self.promises, 'afterwards', 'anna'))

    def test_rebuild(self):
        self.server.stop()
        before = store('verify', self.folder, '--json')[1]
        (self.folder / 'snapshot').write_bytes(b'kontorSN rubbish')
        self.assertEqual(store('verify', self.folder)[0], 1)
        code, text, _ = store('rebuild', self.folder)
        self.assertEqual(code, 0, text)
        self.assertIn('the snapshot there was:', text)
        after = json.loads(store('verify', self.folder, '--json')[1])
        self.assertEqual(after['snapshot'], 'good')
        for key in ('messages', 'bytes', 'last_sequence', 'folders'):
            self.assertEqual(after[key], json.loads(before)[key])
        self.server.start()
        self.assertEqual(census.compare(census.names_in(self.server), self.promises), [])

    def test_wrong_use(self):
        result = subprocess.run([kontor.program('kontorctl'), 'store', 'repair'], capture_output=True, timeout=kontor.PATIENCE)
        self.assertEqual(result.returncode, 2)
        code, _, error = store('repair', self.server.data / 'nowhere')
        self.assertEqual(code, 1)
        self.assertIn('nowhere', error)


if __name__ == '__main__':
    kontor.main()
