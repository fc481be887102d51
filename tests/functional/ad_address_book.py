# SPDX-License-Identifier: GPL-3.0-or-later
"""The address book by LDAP in a real domain: by ticket inside TLS, by every name and the password, with what Active Directory says."""
import base64
import os
import pathlib
import subprocess
import sys

import ldap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ad_server  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402

MAIL = people.MAIL
JPEG = b'\xff\xd8\xff\xe0 a photo \xff\xd9'


class Book(ad_server.ServerCase):
    def uri(self, name='ldaps'):
        return f'{name}://{samba.MAIL_HOST}:{self.server.port(name)}'

    def search(self, env, *arguments, name='ldaps', status=0):
        """ldapsearch; the DNs it found."""
        env = {**os.environ, **env, 'LDAPTLS_CACERT': str(self.domain.ca_file), 'LDAPSASL_NOCANON': 'on'}
        done = subprocess.run(['ldapsearch', '-LLL', '-o', 'ldif-wrap=no', '-o', 'nettimeout=30', '-H', self.uri(name), '-b', '', *arguments],
                              env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stderr)
        found = [line for line in done.stdout.splitlines() if line.startswith('dn:')]
        return [base64.b64decode(line[5:]).decode() if line.startswith('dn:: ') else line[4:] for line in found]

    def person(self, user, address, password=people.PASSWORD):
        """The attributes of one entry, or nothing, as `user` sees them."""
        made = ldap.initialize(self.uri())
        made.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.domain.ca_file))
        made.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        made.set_option(ldap.OPT_NETWORK_TIMEOUT, 30)
        try:
            made.simple_bind_s(user, password)
            found = made.search_s('', ldap.SCOPE_SUBTREE, f'(mail={address})')
            return found[0][1] if found else None
        finally:
            made.unbind_s()

    def test_tickets(self):
        alice = self.domain.kinit('alice')
        for mechanism in ('GSSAPI', 'GSS-SPNEGO'):
            with self.subTest(mechanism):
                sasl = ['-Y', mechanism, '-O', 'maxssf=0', '-Q']
                self.assertEqual(len(self.search(alice, *sasl, f'(mail=bob@{MAIL})')), 1)
                self.assertEqual(len(self.search(alice, *sasl, '-ZZ', f'(mail=bob@{MAIL})', name='ldap')), 1)
        self.search(alice, '-Y', 'GSSAPI', '-Q', '(mail=*)', name='ldap', status=13)  # not outside TLS
        self.server.wait_for_log('event=ldap.login.done')

    def test_names_and_passwords(self):
        dn = self.person('bob', f'alice@{MAIL}')
        self.assertIsNotNone(dn)
        alice_dn = self.search(self.domain.kinit('bob'), '-Y', 'GSSAPI', '-O', 'maxssf=0', '-Q', f'(mail=alice@{MAIL})')[0]
        for user in ('alice', f'alice@{people.DOMAIN}', f'alice@{MAIL}', alice_dn):
            with self.subTest(user):
                self.assertIsNotNone(self.person(user, f'bob@{MAIL}'))
        with self.assertRaises(ldap.INVALID_CREDENTIALS):
            self.person(alice_dn, f'bob@{MAIL}', 'wrong')

    def test_attributes_follow_the_directory(self):
        book = f'carol@{MAIL}'
        self.assertIsNotNone(self.person('alice', book))
        admin = self.domain.admin()
        self.addCleanup(admin.unbind_s)
        (dn, _), = [one for one in admin.search_s(people.BASE, ldap.SCOPE_SUBTREE, '(sAMAccountName=carol)', ['cn']) if one[0]]
        admin.modify_s(dn, [(ldap.MOD_REPLACE, 'mobile', b'+7 916 1'), (ldap.MOD_REPLACE, 'thumbnailPhoto', JPEG),
                            (ldap.MOD_REPLACE, 'l', 'Москва'.encode())])
        kontor.wait_until(lambda: self.person('alice', book).get('jpegPhoto') == [JPEG], 'the photo is in the book', ad_server.PATIENCE)
        shown = self.person('alice', book)
        self.assertEqual((shown['mobile'], shown['l']), ([b'+7 916 1'], ['Москва'.encode()]))
        admin.modify_s(dn, [(ldap.MOD_DELETE, 'thumbnailPhoto', None)])
        kontor.wait_until(lambda: 'jpegPhoto' not in self.person('alice', book), 'the photo goes', ad_server.PATIENCE)
        control = admin.search_s(dn, ldap.SCOPE_BASE, attrlist=['userAccountControl'])[0][1]['userAccountControl'][0]
        admin.modify_s(dn, [(ldap.MOD_REPLACE, 'userAccountControl', str(int(control) | 2).encode())])
        kontor.wait_until(lambda: self.person('alice', book) is None, 'a disabled person leaves the book', ad_server.PATIENCE)


if __name__ == '__main__':
    ad_case.main()
