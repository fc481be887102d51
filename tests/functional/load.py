# SPDX-License-Identifier: GPL-3.0-or-later
"""The load program against a running server: everything it sends arrives, and an idle TLS session stays small."""
import json
import pathlib
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
        """{load: its figures}; the program itself fails when an answer is wrong or a message is missing."""
        result = subprocess.run([kontor.program('kontor-load'), what, '--port-base', str(self.server.port_base), '--json',
                                 '--pid', str(self.server.pid), *options], capture_output=True, text=True, timeout=600)
        print(result.stdout, end='')
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return {figures['load']: figures for figures in map(json.loads, result.stdout.splitlines())}

    def test_1_deliveries_are_all_there(self):
        self.assertEqual(self.load('lmtp', '--count', '2000', '--connections', '16')['lmtp']['count'], 2000)
        self.assertEqual(self.load('smtp', '--count', '200', '--connections', '4')['smtp']['count'], 200)
        self.assertEqual(self.load('append', '--count', '100', '--connections', '4')['append']['count'], 100)
        self.load('visible', '--count', '20')

    def test_2_logins(self):
        self.load('login', '--count', '200', '--connections', '4')
        self.load('login', '--plain', '--count', '50', '--connections', '4')

    def test_3_fetches_give_every_message(self):
        figures = self.load('fetch', '--count', '2')
        self.assertEqual(list(figures), ['select', 'fetch flags', 'fetch full'])
        self.assertGreater(figures['fetch full']['messages'], 500)
        self.load('store', '--count', '400', '--connections', '4')

    def test_4_an_idle_tls_session_is_small(self):
        self.assertLessEqual(self.load('idle', '--count', '500')['idle']['kb_further'], IDLE_KB)


if __name__ == '__main__':
    kontor.main()
