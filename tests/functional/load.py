# SPDX-License-Identifier: GPL-3.0-or-later
"""The load program against a running server: everything it sends arrives, and an idle TLS session stays small."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

IDLE_KB = 40


class Load(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server()
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def load(self, what, *options):
        result = subprocess.run([kontor.program('kontor-load'), what, '--port-base', str(self.server.port_base),
                                 '--pid', str(self.server.pid), *options], capture_output=True, text=True, timeout=600)
        print(result.stdout, end='')
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_1_deliveries_are_all_there(self):
        self.assertIn('all 2000 are in the mailboxes', self.load('lmtp', '--count', '2000', '--connections', '16'))

    def test_2_logins(self):
        self.load('login', '--count', '200', '--connections', '4')

    def test_3_fetches_give_every_message(self):
        self.assertEqual(self.load('fetch', '--count', '2').count('fetch ('), 3)

    def test_4_an_idle_tls_session_is_small(self):
        text = self.load('idle', '--count', '500')
        size = float(re.search(r'TLS sessions, ([0-9.]+) KB each', text).group(1))
        self.assertLessEqual(size, IDLE_KB)


if __name__ == '__main__':
    kontor.main()
