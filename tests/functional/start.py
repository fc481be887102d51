# SPDX-License-Identifier: GPL-3.0-or-later
"""./start --detach: the demo organisation answers, as the README promises, and stops in good order."""
import imaplib
import os
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402


class Start(unittest.TestCase):
    def setUp(self):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix='kontor-start-'))
        os.chmod(self.data, 0o755)
        self.base, lock = kontor.hold_ports()
        self.addCleanup(lock.close)
        self.pid = None

    def tearDown(self):
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            kontor.wait_until(lambda: ended(self.pid), 'kontord ends')
        shutil.rmtree(self.data, ignore_errors=True)

    def test_demo_organisation_answers(self):
        result = subprocess.run([str(kontor.ROOT / 'start'), '--no-install', '--detach', '--data', str(self.data / 'var'),
                                 '--port-base', str(self.base)], capture_output=True, text=True, timeout=3000)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.pid = int(re.search(r'kontord: ready pid=(\d+)', result.stdout).group(1))
        data = pathlib.Path(re.search(r'Data: (\S+)', result.stdout).group(1))
        if os.getuid() == 0:
            status = pathlib.Path(f'/proc/{self.pid}/status').read_text()
            uid = int(re.search(r'^Uid:\s+(\d+)', status, re.M).group(1))
            self.assertNotEqual(uid, 0, 'started by root it must run as its own user')

        with smtplib.SMTP('127.0.0.1', self.base + 25, timeout=kontor.PATIENCE) as smtp:
            smtp.sendmail('someone@elsewhere.test', ['staff@example.test'],
                          'From: someone@elsewhere.test\r\nTo: staff@example.test\r\nSubject: to all\r\n\r\nhello\r\n')
        context = kontor.ssl.create_default_context(cafile=str(data / 'tls/ca.pem'))
        for person in ('anna', 'boris', 'clara', 'dmitri'):
            imap = imaplib.IMAP4_SSL('localhost', self.base + 993, ssl_context=context)
            imap.login(person, kontor.PASSWORD)
            self.assertEqual(imap.select('INBOX')[1], [b'1'], f'{person} belongs to staff and has one copy')
            imap.logout()

        curl = subprocess.run(['curl', '-sS', '--cacert', str(data / 'tls/ca.pem'), '-u', f'anna:{kontor.PASSWORD}',
                               f'imaps://localhost:{self.base + 993}/INBOX;MAILINDEX=1'], capture_output=True, text=True, timeout=kontor.PATIENCE)
        self.assertIn('Subject: to all', curl.stdout, curl.stderr)
        status = subprocess.run([kontor.program('kontorctl'), '--data', str(data), 'status'], capture_output=True, text=True, timeout=kontor.PATIENCE)
        self.assertEqual(status.returncode, 0, status.stdout + status.stderr)

    def test_wrong_use_is_told(self):
        result = subprocess.run([str(kontor.ROOT / 'start'), '--prot-base'], capture_output=True, text=True, timeout=kontor.PATIENCE)
        self.assertEqual(result.returncode, 2)
        self.assertIn('--port-base', result.stderr)


def ended(pid):
    try:
        return pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] in 'ZX'
    except FileNotFoundError:
        return True


if __name__ == '__main__':
    kontor.main()
