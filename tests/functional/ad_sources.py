# SPDX-License-Identifier: GPL-3.0-or-later
"""Active Directory and accounts of a file in one server: each signs in by its source, a person of the file moves into the
domain with mailbox, rights and app passwords; and app passwords in a domain: no wrong password ever reaches a controller."""
import imaplib
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ad_server  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402

MAIL = people.MAIL
LDIF = f"""dn: uid=egor,ou=people,dc=local,dc=test
objectClass: inetOrgPerson
entryUUID: 11111111-1111-4111-8111-111111111111
uid: egor
cn: Egor
mail: egor@local.test

dn: uid=fedor,ou=people,dc=local,dc=test
objectClass: inetOrgPerson
uid: fedor
cn: Fedor
mail: fedor@local.test

dn: uid=bob,ou=people,dc=local,dc=test
objectClass: inetOrgPerson
entryUUID: 22222222-2222-4222-8222-222222222222
uid: bob
cn: Another Bob
mail: bob@{MAIL}
"""


class Sources(ad_server.ServerCase):
    @classmethod
    def make_server(cls):
        server = super().make_server()
        server.settings.update({'directory.also': ['local'], 'sign_in.delay': '10ms', 'sign_in.block_failures': 0})
        (cls.data / 'directory.ldif').write_text(LDIF, encoding='utf-8')
        return server

    def passwd(self, user, password):
        subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'local', 'passwd', user],
                       input=password + '\n', text=True, check=True, timeout=kontor.PATIENCE)

    def refusal(self, login, password):
        try:
            self.imap(login, password).logout()
            return ''
        except imaplib.IMAP4.error as refused:
            return str(refused)

    def bad_passwords(self, name):
        """badPwdCount of a person of the domain."""
        import ldap
        found = self.admin.search_s(people.PEOPLE_OU, ldap.SCOPE_SUBTREE, '(sAMAccountName=%s)' % name, ['badPwdCount'])
        return int(found[0][1].get('badPwdCount', [b'0'])[0])

    def reachable(self):
        return {row['source']: row['reachable'] for row in self.server.ctl('directory', 'status')['sources']}

    def wait_for(self, condition, what):
        samba.wait_until(condition, 120, what)

    def test_both_sign_in_and_a_contested_address_is_the_domains(self):
        self.passwd('fedor@local.test', 'of the file')
        self.wait_for(lambda: self.refusal('fedor@local.test', 'of the file') == '', 'fedor signs in')
        self.assertEqual(self.refusal('alice', people.PASSWORD), '')
        answer = self.inbox_by_ticket(self.domain.kinit('alice'))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertTrue(self.server.ctl('accounts', 'show', 'bob@' + MAIL)['principal'].startswith('ad:'))
        self.assertIn('Another Bob', str(self.server.ctl('directory', 'status')['problems']))
        self.assertEqual(self.reachable(), {'ad': True, 'local': True})

    def test_a_person_of_the_file_moves_into_the_domain(self):
        self.passwd('egor@local.test', 'of the file')
        self.wait_for(lambda: self.refusal('egor@local.test', 'of the file') == '', 'egor signs in')
        self.assertEqual(self.server.lmtp(['egor@local.test'], ad_server.message('from before', 'egor@local.test')), {})
        phone = self.server.ctl('app-password', 'add', 'egor@local.test', '--name', 'phone')['password']
        owner = self.imap('carol')
        self.assertEqual(owner.setacl('INBOX', 'egor@local.test', 'lr')[0], 'OK')
        owner.logout()
        self.domain.add_user(self.admin, 'egor', 'Егор')
        self.wait_for(lambda: self.knows('egor@' + MAIL), 'egor is in the domain')
        done = self.server.ctl('accounts', 'migrate', 'egor@local.test', 'egor@' + MAIL)[0]
        self.assertEqual((done['mailbox'], done['rights'], done['app_passwords'], done['old_account']),
                         ('moved', 1, 1, 'removed from the file'))
        self.assertEqual(self.subjects('egor'), ['from before'])
        self.assertEqual(self.refusal('egor@' + MAIL, phone), '')
        self.assertFalse(self.knows('egor@local.test'))
        answer = self.inbox_by_ticket(self.domain.kinit('egor'))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        owner = self.imap('carol')
        self.assertIn('egor', owner.getacl('INBOX')[1][0].decode())
        owner.logout()

    def winpop(self, *words):
        return subprocess.run([kontor.program('winpop'), '--data', str(self.server.data), *words],
                              capture_output=True, text=True, timeout=kontor.PATIENCE)

    def test_winpop_moves_a_person_into_the_domain_and_locks_him_there(self):
        self.assertEqual(self.winpop('add', 'gleb@local.test', '/createuser', 'of the file').returncode, 0)
        self.wait_for(lambda: self.refusal('gleb@local.test', 'of the file') == '', 'gleb signs in')
        self.assertEqual(self.server.lmtp(['gleb@local.test'], ad_server.message('kept', 'gleb@local.test')), {})
        said = self.winpop('migrateToAD', 'gleb@local.test')
        self.assertEqual(said.returncode, 1, said.stdout)
        self.assertIn('Active Directory needs', said.stderr)
        self.domain.add_user(self.admin, 'gleb', 'Глеб')
        self.wait_for(lambda: self.knows('gleb@' + MAIL), 'gleb is in the domain')
        said = self.winpop('migrateToAD', 'gleb@local.test')
        self.assertEqual((said.returncode, said.stderr), (0, ''))
        self.assertEqual(self.subjects('gleb'), ['kept'])
        self.assertFalse(self.knows('gleb@local.test'))
        # A lock is Kontor's own: password and ticket are good, and yet nobody comes in; nothing is written into AD.
        self.assertEqual(self.winpop('lock', 'gleb@' + MAIL).returncode, 0)
        self.assertNotEqual(self.refusal('gleb@' + MAIL, people.PASSWORD), '')
        self.assertNotEqual(self.inbox_by_ticket(self.domain.kinit('gleb')).returncode, 0)
        self.assertEqual(self.winpop('unlock', 'gleb@' + MAIL).returncode, 0)
        self.assertEqual(self.refusal('gleb@' + MAIL, people.PASSWORD), '')
        for words in (['delete', 'gleb@' + MAIL, '/deleteuser'], ['changepwd', 'gleb@' + MAIL, 'x'], ['delete', MAIL]):
            said = self.winpop(*words)
            self.assertEqual(said.returncode, 1, words)
            self.assertRegex(said.stderr, 'another directory|not of the embedded directory')

    def test_app_passwords_spare_the_domain(self):
        made = self.server.ctl('app-password', 'add', 'ivan@' + MAIL, '--name', 'phone')['password']
        self.assertEqual(self.refusal('ivan', made), '')
        self.server.ctl('app-password', 'revoke', 'ivan@' + MAIL, 'phone')
        for _ in range(samba.LOCKOUT_THRESHOLD + 1):
            self.assertIn('AUTHENTICATIONFAILED', self.refusal('ivan', made))
        self.assertEqual(self.bad_passwords('ivan'), 0)
        self.assertEqual(self.refusal('ivan', people.PASSWORD), '')
        # A password that has to be changed is the domain's matter, a disabled account is not.
        frank = self.server.ctl('app-password', 'add', 'frank@' + MAIL, '--name', 'phone')['password']
        self.assertIn('AUTHENTICATIONFAILED', self.refusal('frank', people.PASSWORD))
        self.assertEqual(self.refusal('frank', frank), '')
        dave = self.server.ctl('app-password', 'add', 'dave@' + MAIL, '--name', 'phone')['password']
        self.assertIn('AUTHENTICATIONFAILED', self.refusal('dave', dave))
        self.modify('dave', ('userAccountControl', ['512']))
        self.wait_for(lambda: self.refusal('dave', dave) == '', 'dave is enabled')
        self.modify('dave', ('userAccountControl', ['514']))
        self.wait_for(lambda: self.refusal('dave', dave) != '', 'dave is disabled')
        # Every controller down: passwords of the domain cannot be checked, app passwords can.
        self.domain.kill()
        try:
            self.assertIn('UNAVAILABLE', self.refusal('ivan', people.PASSWORD))
            self.assertEqual(self.refusal('frank', frank), '')
        finally:
            self.domain.up()
            type(self).admin = self.domain.admin()
            self.wait_for(lambda: self.reachable()['ad'], 'the server has found the controller again')


if __name__ == '__main__':
    ad_case.main()
