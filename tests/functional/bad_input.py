# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of one mailbox that are damaged, missing, of a later version, of a wrong owner or on a read-only disk: one clear
sentence for the administrator each, and every other mailbox works on."""
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import census  # noqa: E402
import disks  # noqa: E402
import kontor  # noqa: E402

SEGMENT = 1 << 20


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


class BadInput(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server({'store.log_segment': SEGMENT})
        self.server.__enter__()
        self.addCleanup(self.server.close)
        self.promises = census.Promises()
        for number in range(12):  # several logs, and a snapshot
            census.deliver(self.server, self.promises, f'anna-{number}', 'anna', 300_000)
        self.others = 1
        census.deliver(self.server, self.promises, 'boris-1', 'boris')
        account = self.server.ctl('accounts', 'show', 'anna@example.test')['account']
        client = self.server.imap('anna')
        client.select('INBOX')
        client.logout()
        self.folder = next(self.server.data.glob(f'accounts/*/{account}'))
        self.server.stop()
        self.assertGreaterEqual(len(self.logs()), 3)
        self.assertTrue((self.folder / 'snapshot').exists())

    def logs(self):
        return sorted(self.folder.glob('log.*'))

    def others_work(self):
        self.others += 1
        name = f'boris-{self.others}'
        census.deliver(self.server, self.promises, name, 'boris')
        self.assertIn(name, self.promises.stored, self.promises.refused)
        client = self.server.imap('boris')
        self.assertEqual(len(census.read_folder(client)), self.others)
        client.logout()

    def served(self, sentence, at_least):
        """The mailbox opens with at least so many messages and takes mail; the log says the sentence."""
        self.server.start()
        self.others_work()
        client = self.server.imap('anna')
        self.assertGreaterEqual(len(census.read_folder(client)), at_least)
        client.logout()
        self.assertIn(sentence, self.server.log(current=True))
        census.deliver(self.server, self.promises, 'anna-later', 'anna')
        self.assertIn('anna-later', self.promises.stored, self.promises.refused)

    def refused(self, sentence):
        """The mailbox does not open: clients are told to come later, the administrator is told why."""
        self.server.start()
        self.is_refused(sentence)
        self.server.stop()

    def is_refused(self, sentence):
        self.others_work()
        census.deliver(self.server, self.promises, 'anna-refused', 'anna')
        code, text = self.promises.refused['anna-refused']
        self.assertEqual(code // 100, 4, text)
        row = self.server.ctl('accounts', 'show', 'anna@example.test')
        self.assertIn(sentence, row['problem'])
        self.assertIn(sentence, self.server.log(current=True))
        self.assertEqual(self.server.ctl('status')['mailboxes_with_problems'], 1)

    def test_a_damaged_snapshot(self):
        snapshot = self.folder / 'snapshot'
        data = bytearray(snapshot.read_bytes())
        data[len(data) // 2] ^= 1
        snapshot.write_bytes(data)
        self.served('the snapshot is damaged', 12)

    def test_a_snapshot_of_another_version(self):
        snapshot = self.folder / 'snapshot'
        data = bytearray(snapshot.read_bytes())
        data[8] = 99
        snapshot.write_bytes(data)
        self.served('a snapshot of another version', 12)

    def test_a_damaged_index(self):
        (self.server.data / 'accounts/index').write_bytes(b'rubbish')
        self.served('store.index.rebuilt', 12)

    def test_the_first_log_is_missing(self):
        self.logs()[0].unlink()
        (self.folder / 'snapshot').unlink()
        self.served('log.000001 is missing', 3)

    def test_a_log_in_the_middle_is_missing(self):
        self.logs()[1].unlink()
        (self.folder / 'snapshot').unlink()
        self.served('store.account.damaged', 3)

    def test_the_last_log_is_missing(self):
        self.logs()[-1].unlink()
        self.served('the logs end before what the snapshot knows', 3)

    def test_no_log_at_all(self):
        for log in self.logs():
            log.unlink()
        self.refused('no log')

    def test_a_log_of_a_later_version(self):
        for log in self.logs():
            data = bytearray(log.read_bytes())
            for at in (0, 512):
                data[at + 8] = 2
                data[at + 508:at + 512] = crc32c(bytes(data[at:at + 508])).to_bytes(4, 'little')
            log.write_bytes(data)
        self.refused('was written by a later version')

    def test_a_frame_of_a_later_version(self):
        log = self.logs()[0]
        data = bytearray(log.read_bytes())
        size = 40 + int.from_bytes(data[1032:1036], 'little')
        frame = data[1024:1024 + size]
        frame[4] = 2
        frame[12:16] = crc32c(bytes(data[16:24] + frame[:12] + frame[16:])).to_bytes(4, 'little')
        data[1024:1024 + size] = frame
        log.write_bytes(data)
        (self.folder / 'snapshot').unlink()
        self.refused('holds frames written by a later version')

    def test_the_log_of_another_account(self):
        other = next(path for path in self.server.data.glob('accounts/*/*-*') if path != self.folder)
        for log in self.logs():
            log.unlink()
        (self.folder / 'snapshot').unlink()
        shutil.copy(other / 'log.000001', self.folder)
        self.refused('the folder holds the log of account')

    def test_a_wrong_owner(self):
        if subprocess.run(['id', '-u'], capture_output=True, text=True).stdout.strip() != '0':
            self.skipTest('the owner of files can be changed by root alone')
        subprocess.run(['chown', '-R', 'nobody:nogroup', str(self.server.data)], check=True)
        subprocess.run(['chown', '-R', 'root:root', str(self.folder)], check=True)
        subprocess.run(['chmod', '0700', str(self.folder)], check=True)
        subprocess.run(['chmod', '0755', str(self.server.data)], check=True)
        self.server.prefix = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups']
        self.refused('Permission denied')
        # The next start knows whose it is, and makes no second mailbox.
        self.refused('Permission denied')

    def test_a_read_only_disk(self):
        disks.run('mount', '--bind', self.folder, self.folder)
        self.addCleanup(lambda: subprocess.run(['umount', '-l', str(self.folder)], check=False))
        disks.run('mount', '-o', 'remount,bind,ro', self.folder)
        self.server.start()
        self.is_refused('Read-only file system')
        disks.run('mount', '-o', 'remount,bind,rw', self.folder)
        census.deliver(self.server, self.promises, 'anna-later', 'anna')
        self.assertIn('anna-later', self.promises.stored, self.promises.refused)
        self.server.stop()


if __name__ == '__main__':
    disks.in_own_namespace()
    kontor.main()
