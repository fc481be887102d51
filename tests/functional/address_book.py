# SPDX-License-Identifier: GPL-3.0-or-later
"""The address book by LDAP, asked by OpenLDAP's programs, by python-ldap, and byte by byte."""
import base64
import pathlib
import socket
import ssl
import subprocess
import sys
import unittest

import ldap
import ldap.controls.sss
import ldap.controls.vlv
import ldap.sasl

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor, slapd

BASE = 'dc=example,dc=test'
JPEG = b'\xff\xd8\xff\xe0 a small picture \xff\xd9'
LONG_NAMES = 60


def entry(dn, *classes, **attributes):
    lines = ['dn:: ' + base64.b64encode(dn.encode()).decode(), *(f'objectClass: {name}' for name in classes)]
    for name, values in attributes.items():
        for value in values if isinstance(values, list) else [values]:
            raw = value if isinstance(value, bytes) else value.encode()
            lines.append(f'{name}:: ' + base64.b64encode(raw).decode())
    return '\n'.join(lines) + '\n'


def person(uid, name, where='people', **more):
    given, _, surname = name.partition(' ')
    return entry(f'uid={uid},ou={where},{BASE}', 'inetOrgPerson', uid=uid, cn=name, displayName=name, givenName=given,
                 sn=surname or name, mail=f'{uid}@example.test', userPassword=kontor.password_hash(kontor.PASSWORD), **more)


def organisation():
    return [
        person('anna', 'Анна Кузнецова', telephoneNumber='+7 495 123-45-67', departmentNumber='Продажи', title='Директор',
               mobile='+7 916 000-00-01', l='Москва', jpegPhoto=JPEG),
        person('boris', 'Boris Kuzmin', manager=f'uid=anna,ou=people,{BASE}'),
        person('hidden', 'Hidden One', msExchHideFromAddressLists='TRUE'),
        person('gone', 'Gone Two', userAccountControl='514'),
        person('comma', 'Smith, John', 'branch'),
        *[person(f'many{i:02}', f'Name{i:02} Many') for i in range(LONG_NAMES)],
        entry(f'cn=sales,ou=groups,{BASE}', 'groupOfNames', cn='sales', mail='sales@example.test',
              member=[f'uid=anna,ou=people,{BASE}', f'uid=hidden,ou=people,{BASE}']),
        entry(f'cn=room,ou=rooms,{BASE}', 'kontorRoom', cn='Переговорная', mail='room@example.test'),
        entry(f'cn=partner,ou=contacts,{BASE}', 'contact', cn='Partner', mail='partner@elsewhere.test')]


class AddressBook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'server.demo': False, 'sign_in.delay': '10ms', 'address_book.max_entries': 50,
                                    'directory.local_file': '', **cls.settings()})
        cls.file = cls.server.data / 'book.ldif'
        cls.file.write_text('\n'.join(organisation()), encoding='utf-8')
        slapd.make_authority(cls.server.data, 'ca')
        slapd.make_certificate(cls.server.data)
        cls.authority = str(cls.server.data / 'ca.pem')
        cls.server.settings.update({'directory.local_file': str(cls.file),
                                    'tls.certificate_file': str(cls.server.data / 'server.pem'),
                                    'tls.key_file': str(cls.server.data / 'server.key')})
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    @classmethod
    def settings(cls):
        return {}

    def uri(self, name='ldaps'):
        # Not by name: libldap takes its own machine's name for "localhost" and looks for that in the certificate.
        return f'{name}://127.0.0.1:{self.server.port(name)}'

    def search(self, *arguments, name='ldaps', user='anna@example.test', password=kontor.PASSWORD, status=0):
        """ldapsearch: the DNs it found and all it wrote."""
        environment = {**self.server.environment, 'LDAPTLS_CACERT': self.authority}
        sign_in = ['-D', user, '-w', password] if user else []
        done = subprocess.run(['ldapsearch', '-x', '-LLL', '-o', 'ldif-wrap=no', '-o', 'nettimeout=30', '-H', self.uri(name),
                               *sign_in, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env=environment)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        found = []
        for line in done.stdout.splitlines():
            if line == 'dn:':
                found.append('')
            elif line.startswith('dn: '):
                found.append(line[4:])
            elif line.startswith('dn:: '):
                found.append(base64.b64decode(line[5:]).decode())
        return found, done.stdout + done.stderr

    def names(self, *arguments, **options):
        """The first components of the DNs found."""
        return [dn.split(',')[0].split('=')[1] for dn in self.search('-b', '', *arguments, **options)[0]]

    def connection(self, user='anna@example.test', password=kontor.PASSWORD):
        made = ldap.initialize(self.uri())
        made.set_option(ldap.OPT_X_TLS_CACERTFILE, self.authority)
        made.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        made.set_option(ldap.OPT_NETWORK_TIMEOUT, 30)
        self.addCleanup(made.unbind_s)
        if user is not None:
            made.simple_bind_s(user, password)
        return made


class SignIn(AddressBook):
    def test_by_every_name_a_person_has(self):
        for user in ('anna@example.test', 'ANNA@example.test', 'anna', f'uid=anna,ou=people,{BASE}',
                     f'UID=anna, OU=people,{BASE}', f'uid=hidden,ou=people,{BASE}'):
            with self.subTest(user):
                made = self.connection(user)
                self.assertEqual(made.search_s(BASE, ldap.SCOPE_SUBTREE, '(mail=boris@example.test)', ['cn'])[0][1],
                                 {'cn': [b'Boris Kuzmin']})

    def test_who_may_not(self):
        for user, password in [('anna@example.test', 'wrong'), ('nobody@example.test', kontor.PASSWORD),
                               ('gone@example.test', kontor.PASSWORD), ('sales@example.test', kontor.PASSWORD),
                               (f'uid=nobody,ou=people,{BASE}', kontor.PASSWORD), (f'cn=sales,ou=groups,{BASE}', kontor.PASSWORD)]:
            with self.subTest(user), self.assertRaises(ldap.INVALID_CREDENTIALS):
                self.connection(user, password)
        with self.assertRaises(ldap.UNWILLING_TO_PERFORM):  # RFC 4513, 5.1.2
            self.connection('anna@example.test', '')

    def test_no_password_outside_tls(self):
        _, said = self.search('-b', '', name='ldap', status=13)
        self.assertIn('Confidentiality required', said)
        self.assertIn('anna', self.names('(mail=anna@example.test)', '-ZZ', name='ldap'))
        self.server.wait_for_log('event=ldap.login.done')

    def test_nobody_sees_the_server_alone(self):
        found, said = self.search('-b', '', '-s', 'base', '*', '+', user='', name='ldap')
        self.assertEqual(found, [''])
        for line in (f'namingContexts: {BASE}', 'supportedExtension: 1.3.6.1.4.1.1466.20037', 'supportedLDAPVersion: 3',
                     'supportedControl: 2.16.840.1.113730.3.4.9', 'subschemaSubentry: cn=Subschema'):
            self.assertIn(line, said)
        self.assertNotIn('supportedSASLMechanisms', said)
        self.assertIn('supportedSASLMechanisms: PLAIN', self.search('-b', '', '-s', 'base', '+', user='')[1])
        self.assertIn("NAME ( 'mail'", self.search('-b', 'cn=Subschema', '-s', 'base', 'attributeTypes', user='')[1])
        self.search('-b', BASE, user='', status=8)
        self.search('-b', BASE, user='', name='ldap', status=13)

    def test_whoami(self):
        self.assertEqual(self.connection().whoami_s(), 'u:anna@example.test')
        self.assertEqual(self.connection(None).whoami_s(), '')

    def test_sasl_plain(self):
        made = self.connection(None)
        made.sasl_interactive_bind_s('', ldap.sasl.sasl({ldap.sasl.CB_AUTHNAME: 'anna@example.test',
                                                         ldap.sasl.CB_PASS: kontor.PASSWORD}, 'PLAIN'))
        self.assertEqual(made.whoami_s(), 'u:anna@example.test')

    def test_guessing_ends_the_connection(self):
        made = self.connection(None)
        with self.assertRaises((ldap.SERVER_DOWN, ldap.UNAVAILABLE, ldap.CONNECT_ERROR, ldap.STRONG_AUTH_REQUIRED)):
            for i in range(20):
                with self.assertRaises(ldap.INVALID_CREDENTIALS):
                    made.simple_bind_s(f'nobody{i}@example.test', 'guess')

    def test_app_passwords_and_policies(self):
        made = self.server.ctl('app-password', 'add', 'boris@example.test', '--name', 'phone', '--protocols', 'ldap')
        self.assertEqual(self.connection('boris@example.test', made['password']).whoami_s(), 'u:boris@example.test')
        mail_only = self.server.ctl('app-password', 'add', 'boris@example.test', '--name', 'mail', '--protocols', 'imap')
        with self.assertRaises(ldap.INVALID_CREDENTIALS):
            self.connection('boris@example.test', mail_only['password'])
        made = self.connection('boris@example.test')
        self.server.ctl('policy', 'set', 'boris@example.test', 'protocols=imap,submission')
        with self.assertRaises(ldap.UNWILLING_TO_PERFORM):
            self.connection('boris@example.test')

        def is_ended():
            try:
                made.whoami_s()
                return False
            except (ldap.SERVER_DOWN, ldap.UNAVAILABLE):
                return True
        kontor.wait_until(is_ended, 'the open session of somebody who may not any more ends')
        self.server.ctl('policy', 'remove', 'boris@example.test')
        self.connection('boris@example.test')


class Searching(AddressBook):
    def test_what_is_in_the_book(self):
        found = self.names('(&(objectClass=*)(mail=*)(!(cn=Name*)))')
        self.assertEqual(found, ['anna', 'room', 'boris', 'partner', 'sales', 'comma'])
        attributes = self.connection().search_s(f'uid=anna,ou=people,{BASE}', ldap.SCOPE_BASE)[0][1]
        self.assertEqual(attributes['jpegPhoto'], [JPEG])
        self.assertEqual(attributes['ou'], ['Продажи'.encode()])
        self.assertEqual(attributes['l'], ['Москва'.encode()])
        self.assertNotIn('userPassword', attributes)
        sales = self.connection().search_s(f'cn=sales,ou=groups,{BASE}', ldap.SCOPE_BASE, '(member=*)', ['MEMBER'])
        self.assertEqual(sales[0][1], {'MEMBER': [f'uid=anna,ou=people,{BASE}'.encode()]}, 'who is hidden is not told')

    def test_scopes(self):
        people = f'ou=people,{BASE}'
        one = self.connection().search_s
        self.assertEqual([dn for dn, _ in one(people, ldap.SCOPE_BASE)], [people])
        self.assertEqual(len(one(people, ldap.SCOPE_ONELEVEL, '(uid=anna)')), 1)
        self.assertEqual(one(BASE, ldap.SCOPE_ONELEVEL, '(uid=anna)'), [])
        self.assertEqual(sorted(dn for dn, _ in one(BASE, ldap.SCOPE_ONELEVEL)),
                         [f'ou={ou},{BASE}' for ou in ('branch', 'contacts', 'groups', 'people', 'rooms')])
        self.assertEqual([dn for dn, _ in one('', ldap.SCOPE_ONELEVEL)], [BASE])
        self.assertEqual(len(one('', ldap.SCOPE_SUBTREE, '(uid=anna)')), 1)
        with self.assertRaises(ldap.NO_SUCH_OBJECT):
            one('ou=nowhere,' + BASE, ldap.SCOPE_SUBTREE)
        with self.assertRaises(ldap.NO_SUCH_OBJECT):
            one('dc=elsewhere,dc=test', ldap.SCOPE_SUBTREE)

    def test_kinds_of_filters(self):
        rows = {'(cn=анна кузнецова)': ['anna'], '(cn=*кузн*)': ['anna'], '(sn=*ова)': ['anna'], '(cn=А*К*А)': ['anna'],
                '(|(uid=anna)(uid=boris))': ['anna', 'boris'], '(&(uid=anna)(uid=boris))': [], '(telephoneNumber=+74951234567)': ['anna'],
                '(telephoneNumber=*123 45*)': ['anna'], '(cn~=Kuznetsova)': ['anna'], '(cn~=Кузьмин Борис)': ['boris'],
                '(&(uid=*)(cn>=Smith)(!(cn>=T)))': ['comma'], '(&(uid=a*)(cn<=Б))': ['anna'], '(nosuch=x)': [], '(!(nosuch=x))': [],
                '(cn:caseIgnoreMatch:=boris kuzmin)': ['boris'], '(userAccountControl:1.2.840.113556.1.4.803:=2)': [],
                '(cn:dn:=boris kuzmin)': [], '(|(cn:1.2.3:=x)(uid=boris))': ['boris'], f'(manager=UID=anna,ou=people,{BASE})': ['boris'],
                '(proxyAddresses=smtp:anna@example.test)': ['anna'], '(mail=hidden@example.test)': [], '(&)': None, '(|)': []}
        for text, wanted in rows.items():
            with self.subTest(text):
                if wanted is None:
                    self.names(text, status=4)
                else:
                    self.assertEqual(self.names(text), wanted)

    def test_chosen_attributes(self):
        one = self.connection().search_s
        dn = f'uid=boris,ou=people,{BASE}'
        self.assertEqual(one(dn, ldap.SCOPE_BASE, attrlist=['1.1'])[0][1], {})
        self.assertEqual(one(dn, ldap.SCOPE_BASE, attrlist=['SN', 'nosuch'])[0][1], {'SN': [b'Kuzmin']})
        self.assertEqual(one(dn, ldap.SCOPE_BASE, attrlist=['+'])[0][1]['hasSubordinates'], [b'FALSE'])
        self.assertNotIn('entryUUID', one(dn, ldap.SCOPE_BASE)[0][1])
        both = one(dn, ldap.SCOPE_BASE, attrlist=['*', 'entryUUID'])[0][1]
        self.assertIn('entryUUID', both)
        self.assertIn('mail', both)
        self.assertEqual(one(dn, ldap.SCOPE_BASE, attrlist=['sn', 'mail'], attrsonly=1)[0][1], {'sn': [], 'mail': []})

    def test_limits(self):
        found, _ = self.search('-b', '', '(uid=*)', status=4)
        self.assertEqual(len(found), 50, 'address_book.max_entries')
        found, _ = self.search('-b', '', '-z', '3', '(uid=many*)', status=4)
        self.assertEqual(len(found), 3)

    def test_pages_hold_everybody_once(self):
        for size in (1, 7, 50, 1000):
            found, _ = self.search('-b', '', '-E', f'pr={size}/noprompt', '(uid=many*)', '1.1')
            self.assertEqual(sorted(found), [f'uid=many{i:02},ou=people,{BASE}' for i in range(LONG_NAMES)])
        control = ldap.controls.SimplePagedResultsControl(True, 5, '99:3')
        with self.assertRaises(ldap.UNWILLING_TO_PERFORM):
            made = self.connection()
            made.result3(made.search_ext(BASE, ldap.SCOPE_SUBTREE, serverctrls=[control]))

    def test_sorting(self):
        query = '(|(uid=many0*)(uid=anna)(uid=boris))'
        names = [f'many0{i}' for i in range(10)]
        self.assertEqual(self.names('-E', 'sss=cn', query), ['anna', 'boris', *names])
        self.assertEqual(self.names('-E', 'sss=-cn', query), [*reversed(names), 'boris', 'anna'])
        self.assertEqual(self.names('-E', 'sss=telephoneNumber', query), ['anna', 'boris', *names], 'without a value: last')
        self.assertEqual(self.names('-E', 'sss=sn/-uid', query), ['anna', 'boris', *reversed(names)])
        self.assertEqual(self.names('-E', '!sss=nosuch', query, status=12), [])
        self.assertEqual(self.names('-E', 'sss=nosuch', query), ['anna', 'boris', *names])

    def test_views(self):
        made = self.connection()

        def view(before, after, **target):
            """The people of a view over sixty, its place, and the length it tells."""
            controls = [ldap.controls.sss.SSSRequestControl(True, ['cn']), ldap.controls.vlv.VLVRequestControl(
                True, before_count=before, after_count=after, **target)]
            work = made.search_ext(BASE, ldap.SCOPE_SUBTREE, '(uid=many*)', ['cn'], serverctrls=controls)
            _, found, _, answers = made.result3(work)
            told = next(one for one in answers if isinstance(one, ldap.controls.vlv.VLVResponseControl))
            return [dn[4:10] for dn, _ in found], told.targetPosition, told.contentCount
        self.assertEqual(view(1, 2, offset=10, content_count=60), (['many08', 'many09', 'many10', 'many11'], 10, 60))
        self.assertEqual(view(0, 2, offset=1, content_count=0), (['many00', 'many01', 'many02'], 1, 60))
        self.assertEqual(view(1, 1, offset=60, content_count=60), (['many58', 'many59'], 60, 60))
        self.assertEqual(view(0, 0, offset=100, content_count=200), (['many29'], 30, 60), 'the middle of what it believes')
        self.assertEqual(view(0, 1, greater_than_or_equal='Name3'), (['many30', 'many31'], 31, 60))
        self.assertEqual(view(1, 1, greater_than_or_equal='Zzz'), (['many59'], 61, 60))
        self.assertEqual(len(view(0, 1000, offset=1, content_count=60)[0]), 50, 'address_book.max_entries')
        alone = ldap.controls.vlv.VLVRequestControl(True, before_count=0, after_count=1, offset=1, content_count=0)
        with self.assertRaises(ldap.LDAPError) as refused:
            made.result3(made.search_ext(BASE, ldap.SCOPE_SUBTREE, '(uid=many*)', serverctrls=[alone]))
        self.assertEqual(refused.exception.args[0]['result'], 60, 'sortControlMissing')

    def test_changes_are_seen(self):
        self.assertEqual(self.names('(uid=newcomer)'), [])
        self.file.write_text('\n'.join([*organisation(), person('newcomer', 'New Comer')]), encoding='utf-8')
        kontor.wait_until(lambda: self.names('(cn=new*)') == ['newcomer'], 'a new person is in the book')
        self.file.write_text('\n'.join(organisation()), encoding='utf-8')
        kontor.wait_until(lambda: self.names('(cn=new*)') == [], 'and goes')


class Refusals(AddressBook):
    def test_nothing_can_be_written(self):
        made = self.connection()
        dn = f'uid=anna,ou=people,{BASE}'
        for work in (lambda: made.add_s('cn=x,' + BASE, [('objectClass', b'person')]), lambda: made.delete_s(dn),
                     lambda: made.modify_s(dn, [(ldap.MOD_REPLACE, 'cn', b'x')]), lambda: made.rename_s(dn, 'uid=x')):
            with self.assertRaises(ldap.UNWILLING_TO_PERFORM):
                work()
        with self.assertRaises(ldap.PROTOCOL_ERROR):
            made.passwd_s(dn, 'a', 'b')

    def test_compare(self):
        made = self.connection()
        dn = f'uid=anna,ou=people,{BASE}'
        self.assertTrue(made.compare_s(dn, 'mail', b'ANNA@example.test'))
        self.assertFalse(made.compare_s(dn, 'mail', b'boris@example.test'))
        with self.assertRaises(ldap.UNDEFINED_TYPE):
            made.compare_s(dn, 'nosuch', b'x')
        with self.assertRaises(ldap.NO_SUCH_OBJECT):
            made.compare_s(f'uid=hidden,ou=people,{BASE}', 'mail', b'x')

    def test_unknown_critical_controls(self):
        made = self.connection()
        for critical in (True, False):
            control = ldap.controls.RequestControl('1.2.3.4', critical, b'x')
            work = made.search_ext(BASE, ldap.SCOPE_SUBTREE, '(uid=anna)', serverctrls=[control])
            if critical:
                with self.assertRaises(ldap.UNAVAILABLE_CRITICAL_EXTENSION):
                    made.result3(work)
            else:
                self.assertEqual(len(made.result3(work)[1]), 1)

    def raw(self, *messages, name='ldap'):
        """What comes back for some bytes, until the server ends the connection."""
        connection = self.server.connect(name)
        self.addCleanup(connection.close)
        if name == 'ldaps':
            connection = ssl.create_default_context(cafile=self.authority).wrap_socket(connection, server_hostname='localhost')
        for message in messages:
            connection.sendall(message)
        answer = b''
        try:
            while more := connection.recv(65536):
                answer += more
        except (ConnectionError, ssl.SSLError):
            pass
        return answer

    def test_what_is_no_ldap_ends_the_connection(self):
        notice = b'1.3.6.1.4.1.1466.20036'
        for message in (b'GET / HTTP/1.1\r\n\r\n', b'\x30\x80', b'\x30\x05\x02\x01\x01\x7f\x00', b'\x30\x84\x7f\xff\xff\xff',
                        b'\x30\x0c\x02\x01\x01\x63\x07\x04\x00\x0a\x01\x09\x0a\x00'):
            with self.subTest(message[:8]):
                self.assertIn(notice, self.raw(message))
        self.assertEqual(self.raw(b'\x30\x05\x02\x01\x01\x42\x00'), b'', 'unbind')

    def test_nothing_slips_into_tls(self):
        # StartTLS and a search of the root DSE in one packet: the search is never answered.
        start = b'\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037'
        search = bytes.fromhex('30250201026320040 00a01000a0100020100020100010100870b6f626a656374436c6173733000'.replace(' ', ''))
        connection = self.server.connect('ldap')
        self.addCleanup(connection.close)
        connection.sendall(start + search)
        answer = connection.recv(4096)
        self.assertIn(b'1.3.6.1.4.1.1466.20037', answer)
        connection.sendall(b'\x30\x05\x02\x01\x03\x42\x00')  # no TLS handshake
        rest = b''
        try:
            while more := connection.recv(4096):
                rest += more
        except ConnectionError:
            pass
        self.assertNotIn(b'supportedLDAPVersion', answer + rest)

    def test_slow_and_many_clients(self):
        connections = [self.server.connect('ldap') for _ in range(50)]
        for one in connections:
            one.sendall(b'\x30')
        self.assertIn('anna', self.names('(uid=anna)'))
        for one in connections:
            one.close()

    def test_deep_filters(self):
        deep = '(!' * 200 + '(cn=x)' + ')' * 200
        with self.assertRaises((ldap.SERVER_DOWN, ldap.PROTOCOL_ERROR, ldap.UNAVAILABLE, ldap.CONNECT_ERROR)):
            self.connection().search_s(BASE, ldap.SCOPE_SUBTREE, deep)
        wide = '(|' + '(cn=x*)' * 400 + ')'
        self.assertEqual(self.connection().search_s(BASE, ldap.SCOPE_SUBTREE, wide), [])


class Kontorctl(AddressBook):
    def test_search_and_show(self):
        found = self.server.ctl('gal', 'search', 'kuznet')
        self.assertEqual([row['address'] for row in found], ['anna@example.test'])
        self.assertEqual([row['address'] for row in self.server.ctl('gal', 'search', '8 495 123')], ['anna@example.test'])
        self.assertEqual(len(self.server.ctl('gal', 'search', 'name', '--limit', '3')), 3)
        anna = self.server.ctl('gal', 'show', 'anna@example.test')
        self.assertEqual((anna['title'], anna['city'], anna['photo']), ('Директор', 'Москва', True))
        self.assertEqual(self.server.ctl('gal', 'show', 'boris')['manager'], 'anna@example.test')
        self.assertEqual(self.server.ctl('gal', 'show', f'UID=boris, ou=people, {BASE}')['address'], 'boris@example.test')
        for name, reason in [('hidden', 'is hidden'), ('gone@example.test', 'disabled'), ('nobody', 'nobody')]:
            status, said = self.server.ask('gal', 'show', name)
            self.assertEqual(status, 1)
            self.assertIn(reason, said['error']['text'])

    def test_counts(self):
        said = self.server.ctl('gal')
        self.assertEqual((said['person'], said['group'], said['room'], said['contact']), (3 + LONG_NAMES, 1, 1, 1))
        self.assertEqual(said['search_bases'], [BASE])


class Switched(AddressBook):
    @classmethod
    def settings(cls):
        return {'access.ldap': ['!127.0.0.0/8']}

    def test_networks(self):
        connection = self.server.connect('ldap')
        self.addCleanup(connection.close)
        self.assertEqual(connection.recv(100), b'')
        self.server.wait_for_log('connection.denied')


class SwitchedOff(AddressBook):
    @classmethod
    def settings(cls):
        return {'address_book.enabled': False}

    def test_the_ports_are_free(self):
        for name in ('ldap', 'ldaps'):
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection(('127.0.0.1', self.server.port(name)), timeout=10)


if __name__ == '__main__':
    kontor.main()
