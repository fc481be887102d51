# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real controllers that replicate: failover to the second and back, and what one of them does not know yet."""
import pathlib
import shutil
import socket
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import samba_pair  # noqa: E402
from ad_case import Follower, Probe, kontor, people, samba  # noqa: E402


class PairCase(unittest.TestCase):
    """A test class with a fresh pair (`self.first`, `self.second`) and a scratch folder (`self.folder`)."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-ad-'))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.first, cls.second = samba_pair.start(cls.folder / 'pair')
        cls.domain = cls.first
        # Cyrus SASL asks for this machine's own name at every sign-in, and the hanging controller is the name server.
        with open(cls.first.folder / 'etc/hosts', 'a') as hosts:
            hosts.write('127.0.1.1 %s\n' % socket.gethostname())
        cls.addClassCleanup(cls.first.kill)
        cls.addClassCleanup(cls.second.kill)

    @classmethod
    def settings(cls, **changed):
        values = ad_case.DomainCase.settings.__func__(cls, **changed)
        values.update({'ad.controllers': [samba.DC_HOST, samba_pair.SECOND_HOST], 'ad.timeout': '4s'})
        return values

    def rename(self, controller, name, display):
        import ldap
        controller.admin().modify_s('CN=%s,%s' % (name, people.PEOPLE_OU),
                                    [(ldap.MOD_REPLACE, 'displayName', [display.encode()])])

    def setUp(self):
        for one in (self.first, self.second):
            if one.pid is None:
                one.up()


class Pair(PairCase):
    def followed(self, seen, controller, what, seconds=kontor.PATIENCE):
        begun = time.monotonic()
        took = seen.wait(lambda s: s.status and s.status[:2] == ['reachable', controller.host], what, seconds) - begun
        print('\n%s: %.2f s' % (what, took))

    def test_one_dies_and_comes_back(self):
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.complete, 'a complete set')
            self.followed(seen, self.first, 'the near one is followed')
            # Made a moment before its controller dies: the other one has not heard of him, or just so.
            self.first.add_user(self.first.admin(), 'fresh', password=None)
            seen.wait(lambda s: s.find('fresh'), 'created')
            self.first.kill()
            self.followed(seen, self.second, 'the near one was killed')
            seen.wait(lambda s: s.complete == 2, 'a database never seen is read whole')
            self.assertIsNotNone(seen.find('fresh'))
            self.rename(self.second, 'bob', 'Bob II')
            seen.wait(lambda s: s.find('Bob II'), 'changes are followed there')
            self.second.add_user(self.second.admin(), 'fresh2', password=None)
            seen.wait(lambda s: s.find('fresh2'), 'created there')
            self.first.up()
            self.followed(seen, self.first, 'the near one is back')
            self.assertIsNotNone(seen.find('fresh2'))  # whether it has heard of him or not
            samba.wait_until(lambda: self.has(self.first, 'fresh2'), 120, 'it has heard of him')
            self.rename(self.first, 'fresh2', 'Not so fresh')
            seen.wait(lambda s: s.find('Not so fresh'), 'changes are followed again')
            self.assertIsNotNone(seen.find('fresh'))
            self.assertEqual(seen.complete, 2)
            self.assertNotIn('lost', seen.words)

    @staticmethod
    def has(controller, name):
        import ldap
        try:
            return bool(controller.admin().search_s('CN=%s,%s' % (name, people.PEOPLE_OU), ldap.SCOPE_BASE))
        except ldap.NO_SUCH_OBJECT:
            return False

    def test_passwords_while_one_hangs(self):
        with Probe(self.folder, self.settings(), 'password') as probe:
            line = '%s %s' % (b'alice'.hex(), people.PASSWORD.encode().hex())
            self.assertTrue(probe.ask(line).startswith('ok'))
            self.first.hang()
            try:
                answers = [probe.ask(line) for _ in range(5)]
            finally:
                self.first.resume()
            self.assertTrue(all(answer.startswith('ok') for answer in answers), answers)
            print('\nms of password checks, the near controller hanging: ' + ', '.join(answer.split('\t')[1] for answer in answers))

    def test_one_hangs(self):
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.complete, 'a complete set')
            self.followed(seen, self.first, 'the near one is followed')
            self.first.hang()
            try:
                self.followed(seen, self.second, 'the near one hangs')
            finally:
                self.first.resume()
            self.followed(seen, self.first, 'the near one goes on')
            self.assertNotIn('lost', seen.words)


if __name__ == '__main__':
    ad_case.main()
