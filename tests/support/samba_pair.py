# SPDX-License-Identifier: GPL-3.0-or-later
"""Two controllers of the domain of samba.py that replicate: dc1 at 127.0.99.1 and dc2 at 127.0.99.2."""
import hashlib
import pathlib
import shutil
import subprocess
import tempfile

import samba
import samba_people as people

# While the two get to know each other; Samba's own times are 15 s and 5 min.
QUICK = '\n'.join(f'  {service}:{name} = {seconds}' for service in ('kccsrv', 'dreplsrv')
                  for name, seconds in (('periodic_startup_interval', 2), ('periodic_interval', 5)))
SECOND_ADDRESS, SECOND_HOST = '127.0.99.2', 'dc2.' + people.DOMAIN


class Controller(samba.Domain):
    """One of the two. They run with processes of their own: replication does not work otherwise."""
    address, host, name = samba.DC_ADDRESS, samba.DC_HOST, 'DC1'

    def _configure(self, extra=''):
        super()._configure(extra)
        config = self.folder / 'etc/smb.conf'
        config.write_text(config.read_text().replace('netbios name = DC1', 'netbios name = ' + self.name).replace(
            'interfaces = %s/8' % samba.DC_ADDRESS, 'interfaces = %s/8' % self.address))
        with open(self.folder / 'etc/hosts', 'a') as hosts:
            hosts.write('%s %s dc2\n' % (SECOND_ADDRESS, SECOND_HOST))

    def up(self, keep=False):
        with open(self.folder / 'log/samba.out', 'ab') as log:
            self.process = subprocess.Popen(
                ['samba', '-i', '-M', 'standard', '-s', str(self.folder / 'etc/smb.conf')], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=samba._die_with_parent)
        self.pid = self.process.pid
        samba.wait_until(self.answers, 120, self.host + ' answers LDAP')

    def answers(self):
        return samba.is_synchronized(self.address)

    def hang(self):
        """All its processes."""
        self._all(samba.signal.SIGSTOP)

    def resume(self):
        self._all(samba.signal.SIGCONT)

    def _all(self, number):
        for process in [self.pid] + samba._session_members(self.pid):
            samba.os.kill(process, number)

    def admin(self):
        import ldap
        connection = ldap.initialize('ldap://' + self.host)
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.ca_file))
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        connection.set_option(ldap.OPT_REFERRALS, 0)
        connection.start_tls_s()
        connection.simple_bind_s('administrator@' + people.DOMAIN, samba.ADMIN_PASSWORD)
        return connection


class Second(Controller):
    address, host, name = SECOND_ADDRESS, SECOND_HOST, 'DC2'


def start(folder):
    """(first, second), running; the caller is in its own namespace."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    samba.run('tar', '--xattrs', '--xattrs-include=*', '-C', folder, '-I', 'zstd -d', '-xf', _template())
    first, second = Controller(folder / 'one'), Second(folder / 'two')
    second._configure()
    first._configure()
    first.enter()
    first.up()
    second.up()
    return first, second


def _template():
    base = samba.template_file()
    text = pathlib.Path(__file__).read_bytes() + base.name.encode()
    target = samba.CACHE / ('pair-%s.tar.zst' % hashlib.sha256(text).hexdigest()[:12])
    if not target.exists():
        for old in samba.CACHE.glob('pair-*.tar.zst'):
            old.unlink()
        samba._in_child(lambda: _make(base, target))
    return target


def _make(base, target):
    with tempfile.TemporaryDirectory(prefix='pair-', dir=samba.CACHE) as name:
        folder = pathlib.Path(name)
        samba.enter_namespace()
        first, second = Controller(folder / 'one'), Second(folder / 'two')
        first.folder.mkdir()
        samba.run('tar', '--xattrs', '--xattrs-include=*', '-C', first.folder, '-I', 'zstd -d', '-xf', base)
        first._configure(QUICK)
        first.enter()
        (folder / 'empty.conf').touch()
        first.up()
        try:
            samba.run('samba-tool', 'domain', 'join', people.DOMAIN, 'DC', '-s', folder / 'empty.conf', '--server=' + samba.DC_HOST,
                      '-U', 'administrator', '--password=' + samba.ADMIN_PASSWORD, '--realm=' + people.REALM,
                      '--dns-backend=SAMBA_INTERNAL', '--targetdir=%s' % second.folder, '--option=netbios name=DC2',
                      '--option=interfaces=%s/8' % SECOND_ADDRESS, '--option=bind interfaces only=yes',
                      '--option=dns forwarder=0.0.0.0')
            second._configure(QUICK)
            _certificate(first.folder / 'tls', second.folder / 'tls')
            samba.run('samba_spnupdate', '-s', second.folder / 'etc/smb.conf')
            second.up()
            samba.run('samba_dnsupdate', '-s', second.folder / 'etc/smb.conf', '--current-ip=' + SECOND_ADDRESS,
                      '--use-samba-tool', '--rpc-server-ip=' + samba.DC_ADDRESS)
            first.down()
            first.up()
            _wait_for_replication(first, second)
        finally:
            if second.pid:
                second.down()
            first.down()
        for one in (first, second):
            shutil.rmtree(one.folder / 'log')
        samba._pack(folder, target)


def _certificate(authority, mine):
    names = 'DNS:%s,IP:%s' % (SECOND_HOST, SECOND_ADDRESS)
    (mine / 'ext').write_text('subjectAltName=%s\nbasicConstraints=CA:FALSE\n' % names)
    samba.run('openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
              '-subj', '/CN=' + SECOND_HOST, '-keyout', mine / 'key.pem', '-out', mine / 'request')
    samba.run('openssl', 'x509', '-req', '-in', mine / 'request', '-CA', authority / 'ca.pem', '-CAkey', authority / 'ca.key',
              '-days', '3650', '-extfile', mine / 'ext', '-out', mine / 'cert.pem')
    shutil.copy(authority / 'ca.pem', mine / 'ca.pem')
    (mine / 'key.pem').chmod(0o600)


def _wait_for_replication(first, second):
    """Both have what the other one wrote: afterwards they know each other."""
    import ldap
    for source, sink, title in ((first, second, b'one'), (second, first, b'two')):
        source.admin().modify_s('CN=bob,' + people.PEOPLE_OU, [(ldap.MOD_REPLACE, 'title', [title])])
        samba.wait_until(lambda: title_of(sink, 'bob') == title, 300, sink.host + ' has the change')


def title_of(controller, name):
    import ldap
    found = controller.admin().search_s('CN=%s,%s' % (name, people.PEOPLE_OU), ldap.SCOPE_BASE, attrlist=['title'])
    return found[0][1].get('title', [b''])[0]
