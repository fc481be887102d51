# SPDX-License-Identifier: GPL-3.0-or-later
"""A second forest beside the domain of samba.py: other.example.test, its controller at 127.0.98.1.

It trusts the first one and is trusted by it. Both live in the caller's namespace; the first one's DNS forwards
what it does not know to the second, which forwards nothing.
"""
import hashlib
import pathlib
import shutil
import subprocess
import tempfile

import samba
import samba_people as people

REALM, DOMAIN, NETBIOS = 'OTHER.EXAMPLE.TEST', 'other.example.test', 'OTHER'
BASE = 'DC=other,DC=example,DC=test'
ADDRESS, HOST = '127.0.98.1', 'dc1.' + DOMAIN
MAIL = 'far.example.test'
FORWARD = '  dns forwarder = ' + ADDRESS + '\n'


class Forest:
    """Made by start(); `users` are dn: password of people there."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None

    @classmethod
    def start(cls, folder, tls):
        """`tls`: the folder of the first domain's authority, which signs this controller's certificate, too."""
        forest = cls(folder)
        forest.folder.mkdir(parents=True)
        samba.run('tar', '--xattrs', '--xattrs-include=*', '-C', forest.folder, '-I', 'zstd -d', '-xf', _template())
        forest._configure()
        forest._certificate(tls)
        forest.up()
        return forest

    def _configure(self):
        for part in ('etc', 'run', 'log', 'lock', 'cache', 'tls'):
            (self.folder / part).mkdir(exist_ok=True)
        text = samba.SMB_CONF.format(folder=self.folder, realm=REALM, netbios=NETBIOS, domain=DOMAIN, address=ADDRESS, extra='')
        (self.folder / 'etc/smb.conf').write_text(text)

    def _certificate(self, tls):
        curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
        mine = self.folder / 'tls'
        (mine / 'ext').write_text('subjectAltName=DNS:%s,IP:%s\nbasicConstraints=CA:FALSE\n' % (HOST, ADDRESS))
        samba.run('openssl', 'req', '-new', *curve, '-subj', '/CN=' + HOST, '-keyout', mine / 'key.pem', '-out', mine / 'request')
        samba.run('openssl', 'x509', '-req', '-in', mine / 'request', '-CA', tls / 'ca.pem', '-CAkey', tls / 'ca.key',
                  '-days', '3650', '-extfile', mine / 'ext', '-out', mine / 'cert.pem')
        shutil.copy(tls / 'ca.pem', mine / 'ca.pem')
        (mine / 'key.pem').chmod(0o600)

    def up(self):
        with open(self.folder / 'log/samba.out', 'ab') as log:
            self.process = subprocess.Popen(
                ['samba', '-i', '-M', 'single', '-s', str(self.folder / 'etc/smb.conf')], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=samba._die_with_parent)
        samba.wait_until(lambda: samba.is_synchronized(ADDRESS), 120, 'the controller of the other forest answers')

    def kill(self):
        domain = samba.Domain(self.folder)
        domain.process, domain.pid = self.process, self.process.pid
        domain.kill()

    def admin(self):
        import ldap
        connection = ldap.initialize('ldap://' + HOST)
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.folder / 'tls/ca.pem'))
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        connection.set_option(ldap.OPT_REFERRALS, 0)
        connection.start_tls_s()
        connection.simple_bind_s('administrator@' + DOMAIN, samba.ADMIN_PASSWORD)
        return connection

    def trust(self):
        """Both ways, between the two forests; takes both controllers."""
        samba.run('samba-tool', 'domain', 'trust', 'create', people.DOMAIN, '--type=forest', '--direction=both',
                  '--create-location=both', '-s', self.folder / 'etc/smb.conf', '-U', 'administrator@%s%%%s' % (
                      people.REALM, samba.ADMIN_PASSWORD), '--local-dc-username=administrator@' + REALM,
                  '--local-dc-password=' + samba.ADMIN_PASSWORD, '--skip-validation')


def _template():
    samba.CACHE.mkdir(parents=True, exist_ok=True)
    text = pathlib.Path(__file__).read_bytes() + pathlib.Path(samba.__file__).read_bytes()
    target = samba.CACHE / ('forest-%s.tar.zst' % hashlib.sha256(text).hexdigest()[:12])
    if not target.exists():
        for old in samba.CACHE.glob('forest-*.tar.zst'):
            old.unlink()
        samba._in_child(lambda: _make(target))
    return target


def _make(target):
    with tempfile.TemporaryDirectory(prefix='forest-', dir=samba.CACHE) as name:
        folder = pathlib.Path(name)
        samba.enter_namespace()
        (folder / 'empty.conf').touch()
        samba.run('samba-tool', 'domain', 'provision', '-s', folder / 'empty.conf', '--realm=' + REALM, '--domain=' + NETBIOS,
                  '--server-role=dc', '--dns-backend=SAMBA_INTERNAL', '--use-rfc2307', '--adminpass=' + samba.ADMIN_PASSWORD,
                  '--targetdir=' + name, '--host-name=dc1', '--host-ip=' + ADDRESS,
                  '--option=interfaces=%s/8' % ADDRESS, '--option=bind interfaces only=yes')
        forest = Forest(folder)
        forest._configure()
        config = folder / 'etc/smb.conf'
        samba.run('samba_spnupdate', '-s', config)
        samba.run('samba-tool', 'user', 'create', 'olivia', people.PASSWORD, '-s', config, '-H', folder / 'private/sam.ldb',
                  '--mail-address=olivia@' + MAIL)
        samba.run('samba-tool', 'user', 'create', 'reader', people.PASSWORD, '-s', config, '-H', folder / 'private/sam.ldb')
        shutil.rmtree(folder / 'log')
        samba._pack(folder, target)
