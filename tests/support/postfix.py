# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Postfix as the far side: own folder, loopback, a port of its own; mailboxes are Maildirs."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=120)


def make_certificate(folder, name, days=2, also=()):
    """ca.pem, server.pem and server.key for `name` and the names `also`, and chain.pem, both certificates."""
    def openssl(*words):
        subprocess.run(['openssl', *words], check=True, capture_output=True, cwd=folder)

    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
            '/CN=Far CA', '-keyout', 'ca.key', '-out', 'ca.pem')
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', f'/CN={name}', '-keyout',
            'server.key', '-out', 'server.csr')
    (folder / 'ext').write_text('subjectAltName=' + ','.join(f'DNS:{one}' for one in (name, *also)) + '\n')
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', str(days),
            '-extfile', 'ext', '-out', 'server.pem')
    (folder / 'chain.pem').write_bytes((folder / 'server.pem').read_bytes() + (folder / 'ca.pem').read_bytes())


class Postfix:
    """Takes mail for `domain`; `refused` are {address: "550 5.1.1 words"}."""

    def __init__(self, domain, host, port, refused=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-postfix-'))
        self.folder.chmod(0o755)
        self.domain, self.port = domain, port
        for name in ('etc', 'spool', 'data', 'mail'):
            (self.folder / name).mkdir()
        nobody = pwd.getpwnam('nobody')
        os.chown(self.folder / 'mail', nobody.pw_uid, nobody.pw_gid)
        os.chown(self.folder / 'data', pwd.getpwnam('postfix').pw_uid, -1)
        make_certificate(self.folder / 'etc', host)
        refused = ''.join(f'{address} {words}\n' for address, words in (refused or {}).items())
        (self.folder / 'etc/refused').write_text(refused)
        (self.folder / 'etc/main.cf').write_text(f'''compatibility_level = 3.6
queue_directory = {self.folder}/spool
data_directory = {self.folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = {host}
mydestination =
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
alias_maps =
local_recipient_maps =
maillog_file = {self.folder}/postfix.log
maillog_file_prefixes = {self.folder}
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {self.folder}/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:{nobody.pw_uid}
virtual_gid_maps = static:{nobody.pw_gid}
smtpd_recipient_restrictions = check_recipient_access texthash:{self.folder}/etc/refused, reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_cert_file = {self.folder}/etc/chain.pem
smtpd_tls_key_file = {self.folder}/etc/server.key
smtpd_tls_received_header = yes
message_size_limit = 1000000
''')
        names = 'pickup cleanup qmgr tlsmgr rewrite bounce defer trace verify flush proxymap error retry virtual anvil scache postlog'
        programs = {'rewrite': 'trivial-rewrite', 'defer': 'bounce', 'trace': 'bounce', 'retry': 'error', 'postlog': 'postlogd'}
        sockets = {'tlsmgr': 'unix', 'postlog': 'unix-dgram'}
        single = {'cleanup': '0', 'bounce': '0', 'defer': '0', 'trace': '0', 'flush': '0'}
        lines = [f'127.0.0.1:{port} inet n - n - - smtpd']
        for name in names.split():
            kind = sockets.get(name, 'unix')
            most = single.get(name, '1' if name in ('pickup', 'qmgr', 'tlsmgr', 'scache', 'anvil', 'postlog', 'verify') else '-')
            wake = {'pickup': '60', 'qmgr': '300', 'tlsmgr': '1000?', 'flush': '1000?'}.get(name, '-')
            private = 'n' if name in ('pickup', 'cleanup', 'qmgr', 'flush', 'postlog') else '-'
            privileged = 'n' if name == 'virtual' else '-'
            lines.append(f'{name} {kind} {private} {privileged} n {wake} {most} {programs.get(name, name)}')
        (self.folder / 'etc/master.cf').write_text('\n'.join(lines) + '\n')

    def start(self):
        result = run('postfix', '-c', str(self.folder / 'etc'), 'start')
        if result.returncode != 0:
            raise AssertionError(f'postfix does not start: {result.stdout}{result.stderr}{self.log()}')
        end = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(('127.0.0.1', self.port), 5).close()
                return self
            except OSError:
                if time.monotonic() > end:
                    raise

    def close(self):
        run('postfix', '-c', str(self.folder / 'etc'), 'stop')
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        path = self.folder / 'postfix.log'
        return path.read_text(errors='replace') if path.exists() else ''

    def messages(self):
        """All messages in the mailbox, as bytes with LF."""
        return [path.read_bytes() for path in sorted((self.folder / 'mail/box/new').glob('*'))]
