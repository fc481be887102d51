# SPDX-License-Identifier: GPL-3.0-or-later
"""The other side: Postfix that hands over to Dovecot by LMTP, both from folders of their own, nothing of the system
touched. The settings are those of a careful administrator of a busy server; docs/performance.md states them."""
import base64
import grp
import hashlib
import os
import pathlib
import pwd
import shutil
import subprocess

from tests.support import kontor

from bench import sides

POSTFIX_PROGRAMS = '/usr/lib/postfix/sbin'
# Everybody has a number of his own, as on a careful administrator's server; it also keeps each below the kernel's limit of
# inotify instances for one user, without which Dovecot looks for new mail only every half minute.
FIRST_UID = 200_000
MAIL_GROUP = 'mail'

DOVECOT = '''
base_dir = {work}/run
state_dir = {work}/state
log_path = {work}/dovecot.log
protocols = imap lmtp pop3
listen = 127.0.0.1
mail_location = sdbox:{work}/mail/%Ln
mail_gid = {group}
first_valid_gid = 1
mail_fsync = {fsync}
mail_max_userip_connections = 5000
auth_mechanisms = plain login
auth_cache_size = 10M
disable_plaintext_auth = yes
ssl = yes
ssl_cert = <{tls}/server.pem
ssl_key = <{tls}/server.key
ssl_min_protocol = TLSv1.2
default_client_limit = 5000
default_vsz_limit = 1G
passdb {{
  driver = passwd-file
  args = username_format=%Lu {work}/people
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {work}/people
}}
service imap-login {{
  service_count = 0
  process_min_avail = {processors}
  process_limit = 20
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  service_count = 0
  process_min_avail = {processors}
  process_limit = 20
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 5000
}}
service lmtp {{
  process_min_avail = 4
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
namespace inbox {{
  inbox = yes
}}
'''

MAIN_CF = '''
compatibility_level = 3.6
queue_directory = {work}/spool
data_directory = {work}/state
maillog_file_prefixes = {work}
maillog_file = {work}/postfix.log
myhostname = mx.example.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = example.test
virtual_mailbox_maps = texthash:{conf}/people
virtual_transport = lmtp:unix:{lmtp}
smtpd_peername_lookup = no
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
mailbox_size_limit = 0
message_size_limit = 52428800
'''

MASTER_CF = '''
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 60    1 pickup
cleanup   unix  n - n -     0 cleanup
qmgr      unix  n - n 300   1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -     - trivial-rewrite
bounce    unix  - - n -     0 bounce
defer     unix  - - n -     0 bounce
trace     unix  - - n -     0 bounce
verify    unix  - - n -     1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -     - proxymap
proxywrite unix - - n -     1 proxymap
smtp      unix  - - n -     - smtp
relay     unix  - - n -     - smtp
showq     unix  n - n -     - showq
error     unix  - - n -     - error
retry     unix  - - n -     - error
discard   unix  - - n -     - discard
local     unix  - n n -     - local
virtual   unix  - n n -     - virtual
lmtp      unix  - - n -     - lmtp
anvil     unix  - - n -     1 anvil
scache    unix  - - n -     1 scache
postlog   unix-dgram n - n - 1 postlogd
'''

SPOOL = {'active': 0o700, 'bounce': 0o700, 'corrupt': 0o700, 'defer': 0o700, 'deferred': 0o700, 'flush': 0o700, 'hold': 0o700,
         'incoming': 0o700, 'private': 0o700, 'saved': 0o700, 'trace': 0o700, 'public': 0o2710, 'maildrop': 0o1730}


def missing():
    """Programs that are not installed."""
    return [path for path in ('/usr/sbin/dovecot', '/usr/lib/dovecot/lmtp', '/usr/lib/dovecot/imap', '/usr/lib/dovecot/pop3',
                              f'{POSTFIX_PROGRAMS}/master') if not os.path.exists(path)]


def versions():
    dovecot = subprocess.run(['/usr/sbin/dovecot', '--version'], capture_output=True, text=True).stdout.split()[0]
    postfix = subprocess.run(['/usr/sbin/postconf', '-d', '-h', 'mail_version'], capture_output=True, text=True).stdout.strip()
    return f'Dovecot {dovecot}, Postfix {postfix}'


class Peer(sides.Side):
    name = 'peer'
    title = 'Dovecot, Postfix'

    def __init__(self, work, tls):
        super().__init__(work)
        self.tls = tls
        (self.work / 'mail').mkdir()
        salt = b'kontor-bench-salt'
        hashed = base64.b64encode(hashlib.sha256(sides.PASSWORD.encode() + salt).digest() + salt).decode()
        for name in sides.NAMES:
            home = self.work / 'mail' / name
            home.mkdir(mode=0o700)
            os.chown(home, *owner(name))
        (self.work / 'people').write_text(''.join(
            f'{name}@{sides.DOMAIN}:{{SSHA256}}{hashed}:{owner(name)[0]}:{owner(name)[1]}::{self.work}/mail/{name}\n' for name in sides.NAMES))
        (self.work / 'people').chmod(0o644)
        names = ('imap', 'imaps', 'pop3', 'pop3s', 'lmtp', 'smtp')
        self.ports = dict(zip(names, sides.free_ports(len(names))))

    def start(self, fsync='optimized'):
        self.start_dovecot(fsync)
        self.start_postfix()
        for name in ('imaps', 'lmtp', 'smtp'):
            kontor.wait_until(lambda: accepts_or_dead(self, self.ports[name]), f'{name} of Dovecot and Postfix', 60)
        return self

    def more_settings(self):
        return ''

    def postfix_settings(self, conf):
        """Further lines of main.cf; files that they name belong into `conf`."""
        return ''

    def start_dovecot(self, fsync):
        config = self.work / 'dovecot.conf'
        config.write_text(DOVECOT.format(work=self.work, tls=self.tls, fsync=fsync, group=MAIL_GROUP, processors=os.cpu_count(), **self.ports) + self.more_settings())
        self.spawn(['/usr/sbin/dovecot', '-c', str(config), '-F'])

    def start_postfix(self):
        """Its folders are made here: the start script would look at those of the system."""
        postfix, postdrop = pwd.getpwnam('postfix').pw_uid, grp.getgrnam('postdrop').gr_gid
        work = self.work / 'postfix'
        if not work.exists():
            for folder in (work, work / 'conf', work / 'state', work / 'spool', work / 'spool/pid'):
                folder.mkdir()
            for name, mode in SPOOL.items():
                folder = work / 'spool' / name
                folder.mkdir()
                os.chown(folder, postfix, postdrop if name in ('public', 'maildrop') else -1)
                folder.chmod(mode)
            os.chown(work / 'state', postfix, -1)
        conf = work / 'conf'
        (conf / 'people').write_text(''.join(f'{name}@{sides.DOMAIN} ok\n' for name in sides.NAMES))
        (conf / 'main.cf').write_text(MAIN_CF.format(work=work, conf=conf, lmtp=self.work / 'run/lmtp') + self.postfix_settings(conf))
        (conf / 'master.cf').write_text(MASTER_CF.format(port=self.ports['smtp']))
        self.spawn([f'{POSTFIX_PROGRAMS}/master', '-c', str(conf), '-d'], env={**os.environ, 'MAIL_CONFIG': str(conf)})

    def troubles(self):
        log = self.work / 'postfix/postfix.log'
        return super().troubles() + ('\n'.join(log.read_text(errors='replace').splitlines()[-15:]) if log.exists() else '')

    # --- the large mailbox, kept between runs -----------------------------------------------------
    def save(self, folder):
        shutil.copytree(self.work / 'mail/big', folder)

    def restore(self, folder):
        home = self.work / 'mail/big'
        shutil.copytree(folder, home, dirs_exist_ok=True)
        for path in [home, *home.rglob('*')]:
            os.chown(path, *owner('big'))


def owner(name):
    return FIRST_UID + sides.NAMES.index(name), grp.getgrnam(MAIL_GROUP).gr_gid


def accepts_or_dead(peer, port):
    for process in peer.roots:
        if process.poll() is not None:
            raise RuntimeError(f'Dovecot or Postfix ended at its start:\n{peer.troubles()}')
    return sides.accepts(port)
