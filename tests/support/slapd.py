# SPDX-License-Identifier: GPL-3.0-or-later
"""A real OpenLDAP server for a test: own folder, own port on loopback, own authority, started and ended by pid.

    server = slapd.Slapd(folder)
    server.fill(slapd.house())          # entries, before the first start
    server.start()
    with server.admin() as ldap: ...    # python-ldap, may change everything
"""
import base64
import contextlib
import hashlib
import os
import pathlib
import signal
import socket
import subprocess
import sys

import ldap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import kontor  # noqa: E402

BASE = 'dc=house,dc=test'
READER, READER_PASSWORD = f'cn=kontor,{BASE}', 'reads everybody'
ADMIN, ADMIN_PASSWORD = f'cn=admin,{BASE}', 'may do everything'
PASSWORD = 'right-one'
SLAPD = '/usr/sbin/slapd'

CONF = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/misc.schema
pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
moduleload ppolicy
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
security simple_bind={strength}
sizelimit 500
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw "{admin_password}"
directory {folder}/db
maxsize 268435456
index objectClass,entryCSN,entryUUID eq
dbnosync
limits dn.exact="{reader}" size=unlimited time=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by self read by anonymous auth
overlay syncprov
{session_log}
overlay ppolicy
ppolicy_default "cn=default,{base}"
"""


def hashed(password):
    salt = os.urandom(8)
    return '{SSHA}' + base64.b64encode(hashlib.sha1(password.encode() + salt).digest() + salt).decode()


def entry(dn, *classes, **attributes):
    """An entry as LDIF; values are a text or a list of texts."""
    lines = ['dn:: ' + base64.b64encode(dn.encode()).decode()]
    lines += [f'objectClass: {name}' for name in classes]
    for name, values in attributes.items():
        for value in values if isinstance(values, list) else [values]:
            raw = value if isinstance(value, bytes) else value.encode()
            lines.append(f'{name}:: ' + base64.b64encode(raw).decode())
    return '\n'.join(lines) + '\n'


def person(uid, number, where='people', **more):
    attributes = {'uid': uid, 'cn': uid.capitalize() + ' Person', 'sn': 'Person', 'uidNumber': str(number),
                  'gidNumber': '500', 'homeDirectory': '/home/' + uid, 'mail': uid + '@house.test',
                  'userPassword': hashed(PASSWORD), **more}
    return entry(f'uid={uid},ou={where},{BASE}', 'inetOrgPerson', 'posixAccount', 'shadowAccount',
                 **{name: value for name, value in attributes.items() if value is not None})


def house():
    """The entries every test begins with."""
    people = 'ou=people,' + BASE
    return [entry(BASE, 'organization', 'dcObject', dc='house', o='House'),
            *[entry(f'ou={ou},{BASE}', 'organizationalUnit', ou=ou) for ou in ('people', 'groups', 'rooms', 'attic')],
            entry(READER, 'applicationProcess', 'simpleSecurityObject', cn='kontor',
                  userPassword=hashed(READER_PASSWORD)),
            entry('cn=default,' + BASE, 'applicationProcess', 'pwdPolicy', cn='default',
                  pwdAttribute='userPassword', pwdLockout='TRUE', pwdMaxFailure='50'),
            person('anna', 1001, displayName='Анна Петрова', telephoneNumber='+7 495 123'),
            person('boris', 1002), person('clara', 1003), person('dmitri', 1004),
            person('nomail', 1005, mail=None),
            entry(f'cn=Blue room,ou=rooms,{BASE}', 'inetOrgPerson', cn='Blue room', sn='room', mail='blue@house.test'),
            entry(f'cn=sales,ou=groups,{BASE}', 'groupOfNames', 'extensibleObject', cn='sales',
                  mail='sales@house.test', member=[f'uid=clara,{people}', f'uid=dmitri,{people}']),
            entry(f'cn=staff,ou=groups,{BASE}', 'groupOfUniqueNames', 'extensibleObject', cn='staff',
                  mail='staff@house.test', uniqueMember=[f'uid=anna,{people}', f'cn=sales,ou=groups,{BASE}']),
            entry(f'cn=unix,ou=groups,{BASE}', 'posixGroup', 'extensibleObject', cn='unix', gidNumber='600',
                  mail='unix@house.test', memberUid=['boris', 'nobody']),
            entry(f'cn=Kontor Admins,ou=groups,{BASE}', 'groupOfNames', cn='Kontor Admins',
                  member=[f'uid=anna,{people}'])]


def run(*words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, **options)
    if done.returncode != 0:
        raise AssertionError(f'{words[0]} ended with {done.returncode}: {done.stdout.decode(errors="replace")[-2000:]}')


def make_authority(folder, name):
    """A key and a certificate of an authority: NAME.key and NAME.pem."""
    run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30',
        '-subj', f'/CN=Test {name}', '-keyout', f'{folder}/{name}.key', '-out', f'{folder}/{name}.pem')


def make_certificate(folder):
    run('openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost',
        '-keyout', f'{folder}/server.key', '-out', f'{folder}/server.csr')
    extensions = folder / 'extensions'
    extensions.write_text('subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    run('openssl', 'x509', '-req', '-in', f'{folder}/server.csr', '-CA', f'{folder}/ca.pem', '-CAkey',
        f'{folder}/ca.key', '-CAcreateserial', '-days', '30', '-extfile', str(extensions), '-out', f'{folder}/server.pem')


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as one:
        return one.getsockname()[1]


class Slapd:
    def __init__(self, folder, session_log=True, strength=128):
        self.folder = pathlib.Path(folder)
        (self.folder / 'db').mkdir(parents=True)
        make_authority(self.folder, 'ca')
        make_authority(self.folder, 'other')
        make_certificate(self.folder)
        (self.folder / 'reader.password').write_text(READER_PASSWORD + '\n')
        (self.folder / 'reader.password').chmod(0o600)
        self.conf = self.folder / 'slapd.conf'
        self.conf.write_text(CONF.format(
            folder=self.folder, base=BASE, admin=ADMIN, admin_password=ADMIN_PASSWORD, reader=READER, strength=strength,
            session_log='syncprov-sessionlog 10000' if session_log else ''))
        self.port = free_port()
        self.process = None

    def settings(self):
        """Settings of a kontord that follows it."""
        return {'server.demo': False, 'directory.source': 'ldap', 'directory.default_domain': 'house.test',
                'ldap.uri': f'ldap://127.0.0.1:{self.port}', 'ldap.bind_name': READER,
                'ldap.bind_password_file': str(self.folder / 'reader.password'), 'ldap.ca_file': str(self.folder / 'ca.pem'),
                'ldap.search_base': BASE, 'ldap.rooms_base': 'ou=rooms,' + BASE, 'ldap.timeout': '2s'}

    def fill(self, entries):
        ldif = self.folder / 'fill.ldif'
        ldif.write_text('\n'.join(entries))
        run('/usr/sbin/slapadd', '-q', '-f', str(self.conf), '-l', str(ldif))

    def start(self, port=None):
        port = port or self.port
        log = open(self.folder / 'slapd.log', 'ab')
        self.process = subprocess.Popen([SLAPD, '-f', str(self.conf), '-h', f'ldap://127.0.0.1:{port}', '-d', '0'],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        kontor.wait_until(lambda: self.answers(port), 'slapd answers')
        return self

    def answers(self, port):
        if self.process.poll() is not None:
            raise AssertionError('slapd ended: ' + (self.folder / 'slapd.log').read_text()[-3000:])
        try:
            socket.create_connection(('127.0.0.1', port), timeout=5).close()
            return True
        except OSError:
            return False

    def end(self, number=signal.SIGTERM):
        if self.process is None:
            return
        self.process.send_signal(number)
        self.process.wait(60)
        self.process = None

    def kill(self):
        self.end(signal.SIGKILL)

    @contextlib.contextmanager
    def admin(self, port=None):
        connection = ldap.initialize(f'ldap://127.0.0.1:{port or self.port}')
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.folder / 'ca.pem'))
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        connection.start_tls_s()
        connection.simple_bind_s(ADMIN, ADMIN_PASSWORD)
        try:
            yield connection
        finally:
            connection.unbind_s()

    def add(self, ldif, port=None):
        """Adds entries as entry() and person() make them, while it runs."""
        with self.admin(port) as connection:
            for text in ldif:
                lines = [line.split(':: ', 1) if ':: ' in line else line.split(': ', 1) for line in text.splitlines()]
                dn = base64.b64decode(lines[0][1]).decode()
                attributes = {}
                for (name, value), line in zip(lines[1:], text.splitlines()[1:]):
                    raw = base64.b64decode(value) if ':: ' in line else value.encode()
                    attributes.setdefault(name, []).append(raw)
                connection.add_s(dn, list(attributes.items()))
