# SPDX-License-Identifier: GPL-3.0-or-later
"""Cyrus, from a folder of its own: Debian's packages are unpacked into build/cache/bench, because installing them would remove
Dovecot's. Debian's durability; processes wait for connections, as on a busy server; idled tells IDLE sessions of new mail."""
import os
import pathlib
import pwd
import shutil
import subprocess

from tests.support import kontor

from bench import sides

PACKAGES = ('cyrus-common', 'cyrus-imapd', 'cyrus-pop3d')
EAT_SYNCS = '/usr/lib/x86_64-linux-gnu/libeatmydata.so'  # while the large mailbox is filled
USER = 'mail'

IMAPD_CONF = '''
configdirectory: {work}/conf
partition-default: {work}/spool
defaultpartition: default
cyrus_user: {user}
cyrus_group: mail
servername: {domain}
defaultdomain: {domain}
virtdomains: userid
admins: admin
allowplaintext: no
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {work}/conf/sasldb
sasl_mech_list: PLAIN LOGIN
autocreate_quota: 0
autocreate_post: 1
unixhierarchysep: yes
altnamespace: yes
tls_server_cert: {work}/server.pem
tls_server_key: {work}/server.key
tls_versions: tls1_2 tls1_3
tls_session_timeout: 0
idlesocket: {work}/sock/idle
lmtpsocket: {work}/sock/lmtp
notifysocket: {work}/sock/notify
'''

CYRUS_CONF = '''
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {work}/imapd.conf -r"
}}
SERVICES {{
  imaps cmd="{bin}/imapd -s -C {work}/imapd.conf" listen="127.0.0.1:{imaps}" prefork={processors} maxchild=5000
  pop3s cmd="{bin}/pop3d -s -C {work}/imapd.conf" listen="127.0.0.1:{pop3s}" prefork={processors} maxchild=500
  lmtp cmd="{bin}/lmtpd -a -C {work}/imapd.conf" listen="127.0.0.1:{lmtp}" prefork=4 maxchild=100
{more}}}
DAEMON {{
  idled cmd="{bin}/idled -C {work}/imapd.conf"
}}
'''


def version():
    text = subprocess.run(['apt-cache', 'policy', PACKAGES[0]], capture_output=True, text=True).stdout
    return next((line.split()[1].split('-')[0] for line in text.splitlines() if 'Candidate:' in line), 'unknown')


def unpack(cache, packages=PACKAGES):
    """The folder with Cyrus's programs; fetched and unpacked when it is not there."""
    folder = cache / '-'.join(['cyrus-programs', version(), *packages[len(PACKAGES):]])
    if not (folder / 'done').exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(['apt-get', 'download', '-qq', *packages], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        for package in folder.glob('*.deb'):
            subprocess.run(['dpkg', '-x', str(package), str(folder / 'root')], check=True)
        (folder / 'done').touch()
    return folder / 'root'


class Cyrus(sides.Side):
    name = 'cyrus'
    title = 'Cyrus'
    packages = PACKAGES
    names = ('imaps', 'pop3s', 'lmtp')
    services = ''  # more lines for SERVICES

    def configuration(self):
        return IMAPD_CONF

    def __init__(self, work, tls, cache):
        super().__init__(work)
        # Its user must reach the programs and the key.
        shutil.copytree(unpack(cache, self.packages) / 'usr', self.work / 'usr', symlinks=True)
        for file in ('server.pem', 'server.key'):
            shutil.copy(tls / file, self.work / file)
        for folder in ('conf', 'conf/db', 'conf/proc', 'conf/socket', 'spool', 'sock'):
            (self.work / folder).mkdir()
        for name in sides.NAMES:
            subprocess.run(['saslpasswd2', '-p', '-c', '-f', str(self.work / 'conf/sasldb'), '-u', sides.DOMAIN, name],
                           input=sides.PASSWORD, text=True, check=True)
        self.ports = dict(zip(self.names, sides.free_ports(len(self.names))))
        words = {'work': self.work, 'bin': self.work / 'usr/lib/cyrus/bin', 'user': USER, 'domain': sides.DOMAIN,
                 'processors': os.cpu_count(), **self.ports}
        (self.work / 'imapd.conf').write_text(self.configuration().format(**words))
        (self.work / 'cyrus.conf').write_text(CYRUS_CONF.format(more=self.services.format(**words), **words))
        self.own()

    def own(self):
        user = pwd.getpwnam(USER)
        for path in [self.work, *self.work.rglob('*')]:
            if not path.is_symlink():
                os.chown(path, user.pw_uid, user.pw_gid)

    def start(self, unsynced=False):
        environment = {**os.environ, 'LD_LIBRARY_PATH': str(self.work / 'usr/lib/x86_64-linux-gnu')}
        if unsynced and os.path.exists(EAT_SYNCS):
            environment['LD_PRELOAD'] = EAT_SYNCS
        self.spawn([str(self.work / 'usr/lib/cyrus/bin/master'), '-C', str(self.work / 'imapd.conf'), '-M', str(self.work / 'cyrus.conf'),
                    '-p', str(self.work / 'master.pid'), '-D'], env=environment)
        for name, port in self.ports.items():
            kontor.wait_until(lambda: sides.accepts(port), f'{name} of Cyrus', 60)
        return self

    # --- the large mailbox, kept between runs: filled before there is anything else -----------------
    def save(self, folder):
        for part in ('conf', 'spool'):
            shutil.copytree(self.work / part, pathlib.Path(folder, part), ignore=lambda _, names: [name for name in names if name.startswith('idle.')])

    def restore(self, folder):
        for part in ('conf', 'spool'):
            shutil.rmtree(self.work / part)
            shutil.copytree(pathlib.Path(folder, part), self.work / part)
        self.own()
