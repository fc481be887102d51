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
    """`setting` is where its milter listens; with `learns`, `controller` where it learns, into a Bayes file of its own."""

    def __init__(self, learns=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-rspamd-'))
        (self.folder / 'modules').mkdir()
        self.port = unbound.free_port('127.0.0.1')
        self.password, self.controller_port = 'a secret', None
        learning = self.learning() if learns else ''
        filters = '"bayes"' if learns else '""'
        (self.folder / 'rspamd.conf').write_text(f'''{learning}
options {{
  pidfile = "{self.folder}/pid"; filters = {filters}; classify_headers = []; enable_test_patterns = true; explicit_modules = [];
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

    def learning(self):
        self.controller_port = unbound.free_port('127.0.0.1')
        return f'''
worker "controller" {{
  bind_socket = "127.0.0.1:{self.controller_port}"; count = 1; password = "{self.password}"; secure_ip = [];
}}
classifier "bayes" {{
  tokenizer {{ name = "osb"; }}
  backend = "sqlite3"; min_learns = 1; min_tokens = 5; languages_enabled = false;
  cache {{ type = "sqlite3"; path = "{self.folder}/learnt.sqlite"; }}
  statfile {{ symbol = "BAYES_HAM"; spam = false; path = "{self.folder}/ham.sqlite"; }}
  statfile {{ symbol = "BAYES_SPAM"; spam = true; path = "{self.folder}/spam.sqlite"; }}
}}
metric "default" {{ symbol "BAYES_SPAM" {{ weight = 7; }} symbol "BAYES_HAM" {{ weight = -3; }} }}
'''

    @property
    def controller(self):
        return f'127.0.0.1:{self.controller_port}'

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError('rspamd ended: ' + self.process.stdout.read())
        try:
            for port in (self.port, self.controller_port):
                if port:
                    socket.create_connection(('127.0.0.1', port), 5).close()
            return True
        except OSError:
            return False

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)

    @property
    def setting(self):
        return f'127.0.0.1:{self.port}'
