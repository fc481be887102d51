# SPDX-License-Identifier: GPL-3.0-or-later
"""Dovecot as the server elsewhere: its own folder and ports, nothing of the system's installation is touched. Needs root
(its processes change their user) and the packages dovecot-imapd and dovecot-pop3d."""
import grp
import imaplib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile

from tests.support import kontor

MASTER, MASTER_PASSWORD, PASSWORD = 'admin', 'master-secret', 'old "secret\\ '.strip()
CONFIG = '''
base_dir = {work}/run
state_dir = {work}/state
log_path = {work}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
mail_location = {location}
mail_plugins =
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain login
auth_master_user_separator = *
disable_plaintext_auth = yes
ssl = yes
ssl_cert = <{work}/server.pem
ssl_key = <{work}/server.key
passdb {{
  driver = passwd-file
  master = yes
  args = {work}/masters
}}
passdb {{
  driver = passwd-file
  args = {work}/people
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={work}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
  mailbox "Sent Items" {{
    special_use = \\Sent
    auto = subscribe
  }}
}}
'''


class Dovecot:
    """One Dovecot with the people named; `with` starts and ends it."""

    def __init__(self, people, location='maildir:~/Maildir', separator='/', prefix=''):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-dovecot-'))
        self.work.chmod(0o755)
        self.people = list(people)
        held = [socket.create_server(('127.0.0.1', 0)) for _ in range(4)]
        self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port = (one.getsockname()[1] for one in held)
        for one in held:
            one.close()
        user = pwd.getpwnam('mail')
        (self.work / 'mail').mkdir()
        for name in self.people:
            (self.work / 'mail' / name).mkdir(mode=0o700)
            os.chown(self.work / 'mail' / name, user.pw_uid, user.pw_gid)
        (self.work / 'people').write_text(''.join(f'{name}:{{PLAIN}}{PASSWORD}\n' for name in self.people))
        (self.work / 'masters').write_text(f'{MASTER}:{{PLAIN}}{MASTER_PASSWORD}\n')
        for name in ('people', 'masters'):
            os.chown(self.work / name, -1, grp.getgrnam('dovecot').gr_gid)
            (self.work / name).chmod(0o640)
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
                        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout',
                        str(self.work / 'server.key'), '-out', str(self.work / 'server.pem')], check=True, capture_output=True)
        self.ca = self.work / 'server.pem'
        (self.work / 'dovecot.conf').write_text(CONFIG.format(
            work=self.work, location=location, separator=separator, prefix=prefix, uid=user.pw_uid, gid=user.pw_gid,
            imap=self.imap_port, imaps=self.imaps_port, pop3=self.pop3_port, pop3s=self.pop3s_port))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(['/usr/sbin/dovecot', '-c', str(self.work / 'dovecot.conf'), '-F'],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def accepts():
            if self.process.poll() is not None:
                raise AssertionError('Dovecot ended at its start:\n' + self.log())
            try:
                socket.create_connection(('127.0.0.1', self.imaps_port), timeout=5).close()
                return True
            except OSError:
                return False
        kontor.wait_until(accepts, 'Dovecot listens', 60)
        return self

    def log(self):
        path = self.work / 'dovecot.log'
        return path.read_text(errors='replace')[-3000:] if path.exists() else ''

    def imap(self, user):
        client = imaplib.IMAP4_SSL('localhost', self.imaps_port, ssl_context=ssl.create_default_context(cafile=str(self.ca)))
        quoted = PASSWORD.replace('\\', '\\\\').replace('"', '\\"')
        status, data = client._simple_command('LOGIN', user, f'"{quoted}"')
        if status != 'OK':
            raise AssertionError(f'{data}\n{self.log()}')
        client.state = 'AUTH'
        return client

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)
