# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk too full for the queue: mail to others is refused for the time being, mail for people here goes on; with room
again everything works, and what was taken before arrives."""
import pathlib
import smtplib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import disks  # noqa: E402
import kontor  # noqa: E402
import organisations  # noqa: E402

RESERVE = 24 << 20


class FullQueue(unittest.TestCase):
    def setUp(self):
        self.disk = disks.SmallDisk(96)
        self.addCleanup(self.disk.close)
        outside = tempfile.TemporaryDirectory(prefix='kontor-outside-')  # the test's own files need room
        self.addCleanup(outside.cleanup)
        people_a, people_b = organisations.People('a.test'), organisations.People('b.test')
        people_a.person('anna')
        people_a.person('boris')
        people_b.person('carl')
        self.b = organisations.Organisation('b.test', people_b)
        self.addCleanup(self.b.close)
        self.a = organisations.Organisation(
            'a.test', people_a, {'queue.reserve': RESERVE, 'store.reserve': 4 << 20,
                                 'domains.remote': [f'b.test=127.0.0.1:{self.b.port("smtp")}']},
            data=self.disk.folder / 'data')
        self.a.own_folder = False
        self.a.log_file = pathlib.Path(outside.name) / 'test.log'
        (self.a.data / 'kontor.toml').symlink_to(pathlib.Path(outside.name) / 'kontor.toml')
        self.addCleanup(self.a.close)
        self.taken = []
        self.a.start()

    def refusal(self, recipients, subject):
        """The answer of DATA, or nothing when the message was taken."""
        try:
            self.a.send('anna', recipients, subject)
        except smtplib.SMTPDataError as error:
            return error
        self.taken.append(subject)
        return None

    def test_refused_for_the_time_being_and_back_again(self):
        self.a.send('anna', ['carl@b.test'], 'before')  # waits: b is down
        self.disk.fill(RESERVE - (2 << 20))
        # The disk is asked once a second: until then some more may be taken, and what was taken arrives.
        error = kontor.wait_until(lambda: self.refusal(['carl@b.test'], f'to others {len(self.taken)}'), 'a refusal')
        self.assertEqual((error.smtp_code, error.smtp_error[:5]), (452, b'4.3.1'))
        error = self.refusal(['carl@b.test', 'boris@a.test'], 'to both')
        self.assertIsNotNone(error)
        self.assertEqual(error.smtp_code // 100, 4)
        self.assertEqual(self.a.with_subject('boris', 'to both'), [], 'nothing was stored of what was refused')
        self.a.send('anna', ['boris@a.test'], 'to people here')
        self.a.wait_for('boris', 'to people here')
        self.disk.free()
        self.a.send('anna', ['carl@b.test', 'boris@a.test'], 'after')
        self.b.start()
        self.a.wait_for('boris', 'after')
        expected = sorted(['before', 'after', *self.taken])
        for subject in expected:
            self.b.wait_for('carl', subject)
        self.assertEqual(sorted(str(message['Subject']) for message in self.b.messages('carl')), expected)

    def test_a_restart_with_a_full_disk_keeps_what_was_taken(self):
        self.a.send('anna', ['carl@b.test'], 'kept')
        self.disk.fill(1 << 20)
        self.a.kill()
        self.b.start()
        self.a.start()
        self.b.wait_for('carl', 'kept')
        self.disk.free()


if __name__ == '__main__':
    disks.in_own_namespace()
    kontor.main()
