# SPDX-License-Identifier: GPL-3.0-or-later
"""Power loss under the store on real file systems: everything acknowledged is there after ext4's and xfs's own
recovery, and the same test sees a sync that was left out.

Needs root, FUSE and loop devices. 50 points a file system, with KONTOR_LONG=1 300.
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import block_recorder  # noqa: E402
import disks  # noqa: E402
import kontor  # noqa: E402

POINTS = 300 if kontor.LONG else 50
WORKER = str(kontor.build_folder() / 'tests/block_worker')


class PowerLoss(unittest.TestCase):
    def record(self, kind, *broken):
        folder = tempfile.mkdtemp(prefix=f'kontor-{kind}-', dir=disks.memory_folder())

        def work(mounted, mark):
            block_recorder.run(WORKER, 'write', mounted, mark, *broken)
        recording = block_recorder.Recording(kind, folder, work)
        self.addCleanup(recording.close)
        return recording

    def losses(self, recording, points, stop_at_first=False):
        """What the checker says at the points where something acknowledged is gone."""
        found = []
        for point, marks, folder, done in recording.crashes(recording.points(points, 7), 7):
            acknowledged = sum(1 for mark in marks if mark.startswith('a'))
            snapshot = max((int(mark[1:]) for mark in marks if mark.startswith('s')), default=0)
            result = subprocess.run([WORKER, 'check', folder, str(acknowledged), str(snapshot)],
                                    capture_output=True, text=True)
            done()
            if result.returncode != 0:
                found.append(f'point {point} of {len(recording.events)}: {result.stdout}{result.stderr}')
                if stop_at_first:
                    break
        return found

    def nothing_is_lost(self, kind):
        recording = self.record(kind)
        lost = self.losses(recording, POINTS)
        print(f'{kind}: {POINTS} points among {len(recording.events)} writes and flushes, {len(lost)} losses')
        self.assertEqual(lost, [])

    def broken_is_caught(self, kind, what):
        recording = self.record(kind, what)
        lost = self.losses(recording, 200, stop_at_first=True)
        self.assertTrue(lost, f'{kind} without {what}: the test sees nothing')
        print(f'{kind}, {what}: {lost[0].strip()}')

    def test_ext4(self):
        self.nothing_is_lost('ext4')

    def test_xfs(self):
        self.nothing_is_lost('xfs')

    def test_a_log_without_syncs_is_caught_on_ext4(self):
        self.broken_is_caught('ext4', 'no-log-sync')

    def test_a_log_without_syncs_is_caught_on_xfs(self):
        self.broken_is_caught('xfs', 'no-log-sync')

    def test_a_snapshot_renamed_before_its_sync_is_caught(self):
        self.broken_is_caught('xfs', 'no-snapshot-sync')


if __name__ == '__main__':
    disks.in_own_namespace()
    kontor.main()
