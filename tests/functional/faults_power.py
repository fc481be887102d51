# SPDX-License-Identifier: GPL-3.0-or-later
"""A power cut under the whole server: what was answered with 250 or OK is there after it, once.

The data folder is on ext4 (and xfs) on a loop device. The cut: the file system is shut down without writing its
journal, the server killed, the file system mounted again. The same test with every sync of the server
left out (strace answers them without doing them) must see losses, or it proves nothing.
"""
import pathlib
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import census  # noqa: E402
import disks  # noqa: E402
import kontor  # noqa: E402

WITHOUT_SYNCS = ('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync,sync_file_range,syncfs',
                 '-e', 'inject=fsync,fdatasync:retval=0')
CUTS = 10 if kontor.LONG else 2
DELIVERIES = 150


class PowerCut(unittest.TestCase):
    def life(self, kind, prefix=()):
        disk = disks.CutDisk(kind)
        self.addCleanup(disk.close)
        data = disk.folder / 'data'
        server = kontor.Server(data=data)
        server.__enter__()  # the first start, certificates and accounts are not what is tested here
        self.addCleanup(server.close)
        promises = census.Promises()
        for number, person in enumerate(census.PEOPLE):
            census.deliver(server, promises, f'first-{number}', person)
        server.stop()
        disks.run('sync', '-f', disk.folder)
        server.prefix = list(prefix)
        server.start()
        return disk, server, promises

    def cut(self, disk, server, promises, turn):
        def deliver(number):
            try:
                with smtplib.LMTP('localhost', server.port('lmtp'), timeout=kontor.PATIENCE) as client:
                    for count in range(100_000):
                        name = f'cut{turn}-{number}-{count}'
                        if not census.deliver(server, promises, name, census.PEOPLE[(number + count) % 4], 3000, client):
                            return
                        if name in promises.refused:
                            return
            except (OSError, smtplib.SMTPException):
                return
        threads = census.in_threads(8, deliver)
        promises.wait_for(len(promises.stored) + DELIVERIES)
        # A machine without power answers nobody. This one lives on for a moment, in which the kernel may say of a sync
        # that was under way that it was done.
        sure = promises.sure()
        disk.shut_down()
        server.kill()
        for thread in threads:
            thread.join(60)
        promises.doubt_all_but(sure)
        disk.come_back()

    def everything_promised_survives(self, kind):
        disk, server, promises = self.life(kind)
        for turn in range(CUTS):
            self.cut(disk, server, promises, turn)
            server.start()
            # A refusal at the moment of the cut comes from a disk that says no: the message may be there.
            promises.unknown |= set(promises.refused)
            promises.refused.clear()
            self.assertEqual(census.compare(census.names_in(server), promises), [])
        print(f'{kind}: {CUTS} power cuts, {len(promises.stored)} promised, all there once')

    def test_ext4(self):
        self.everything_promised_survives('ext4')

    def test_xfs(self):
        self.everything_promised_survives('xfs')

    def test_a_server_that_does_not_wait_for_its_syncs_is_caught(self):
        disk, server, promises = self.life('ext4', WITHOUT_SYNCS)
        self.cut(disk, server, promises, 0)
        server.prefix = []
        server.start()
        wrong = census.compare(census.names_in(server), promises)
        self.assertTrue(wrong, 'a server without syncs loses nothing: this test sees nothing')
        print(f'without syncs {len(wrong)} of {len(promises.stored)} promised are lost')


if __name__ == '__main__':
    disks.in_own_namespace()
    kontor.main()
