# SPDX-License-Identifier: GPL-3.0-or-later
"""Real scanners for a test: ClamAV's daemon with one signature of our own, and rspamd as a milter.

Neither asks anything of the Internet: the signature is that of the EICAR test file, rspamd knows its own test patterns.
"""
import pathlib
import shutil
import socket
import subprocess
import tempfile

import kontor
import unbound

EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'
REFUSED_BY_RSPAMD = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
MARKED_BY_RSPAMD = 'YJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'


class Program:
    def __init__(self, name, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        kontor.wait_until(self.is_ready, f'{name} answers')

    def stop(self):
        self.process.terminate()
        self.process.communicate()


class Clamd(Program):
    """`path` is its socket."""

    def __init__(self, limit='25M'):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-clamd-'))
        self.path = self.folder / 'clamd.ctl'
        (self.folder / 'database').mkdir()
        (self.folder / 'database/kontor.ndb').write_text(f'Kontor.Eicar:0:*:{EICAR.encode().hex()}\n')
        (self.folder / 'clamd.conf').write_text(
            f'DatabaseDirectory {self.folder}/database\nLocalSocket {self.path}\nForeground yes\nStreamMaxLength {limit}\n'
            'MaxThreads 2\n')
        super().__init__('clamd', '/usr/sbin/clamd', '--config-file', str(self.folder / 'clamd.conf'))

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError('clamd ended: ' + self.process.stdout.read())
        return self.path.exists()

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)

    @property
    def setting(self):
        return f'unix:{self.path}'


class Rspamd(Program):
    """`setting` is where its milter listens."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-rspamd-'))
        (self.folder / 'modules').mkdir()
        self.port = unbound.free_port('127.0.0.1')
        (self.folder / 'rspamd.conf').write_text(f'''
options {{
  pidfile = "{self.folder}/pid"; filters = ""; enable_test_patterns = true; explicit_modules = [];
  control_socket = "{self.folder}/control mode=0600"; dynamic_conf = "{self.folder}/dynamic"; hs_cache_dir = "{self.folder}";
  dns {{ nameserver = ["127.0.0.1:1"]; timeout = 1s; retransmits = 1; }}
}}
logging {{ type = "file"; filename = "{self.folder}/log"; level = "info"; }}
worker "rspamd_proxy" {{
  bind_socket = "127.0.0.1:{self.port}"; milter = yes; count = 1; timeout = 60s;
  upstream "local" {{ default = yes; self_scan = yes; }}
}}
actions {{ reject = 15; add_header = 6; }}
modules {{ path = "{self.folder}/modules"; }}
''')
        super().__init__('rspamd', 'rspamd', '--no-fork', '--insecure', '--config', str(self.folder / 'rspamd.conf'))

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError('rspamd ended: ' + self.process.stdout.read())
        try:
            socket.create_connection(('127.0.0.1', self.port), 5).close()
            return True
        except OSError:
            return False

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)

    @property
    def setting(self):
        return f'127.0.0.1:{self.port}'
