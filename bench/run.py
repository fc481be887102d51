# SPDX-License-Identifier: GPL-3.0-or-later
"""The loads of docs/performance.md, one after the other on a server of their own. Prints figures, asserts none."""
import os
import pathlib
import platform
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'tests/support'))
import kontor  # noqa: E402

LOADS = [
    ('lmtp', '--connections', '16', '--count', '20000'),
    ('lmtp', '--connections', '1', '--count', '2000'),
    ('login', '--connections', '8', '--count', '2000'),
    ('fetch', '--count', '3'),
    ('idle', '--count', '900'),
]


class Bench(unittest.TestCase):
    def test_loads(self):
        print(f'{platform.system()} {platform.release()}, {os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}')
        with kontor.Server({'log.level': 'warning', 'smtp.max_messages_per_session': 1_000_000}) as server:
            for load in LOADS:
                result = subprocess.run([kontor.program('kontor-load'), *load, '--port-base', str(server.port_base), '--pid', str(server.pid)],
                                        capture_output=True, text=True, timeout=1800)
                print(' '.join(load) + '\n  ' + result.stdout.strip().replace('\n', '\n  '), flush=True)
                self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == '__main__':
    kontor.main()
