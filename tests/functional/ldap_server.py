# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on a real OpenLDAP server: its people sign in, its changes are in force soon, its failures harm nobody.

The promise for a change is 2 seconds; each test prints what it took and fails after 15.
"""
import email.message
import email.policy
import imaplib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import ldap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import slapd  # noqa: E402

PEOPLE = 'ou=people,' + slapd.BASE
GROUPS = 'ou=groups,' + slapd.BASE
PATIENCE = kontor.PATIENCE
MANY = 10_000 if kontor.LONG else 2_000


def message(subject, sender='anna@house.test', to='boris@house.test'):
    made = email.message.EmailMessage()
    made['From'], made['To'], made['Subject'] = sender, to, subject
    made.set_content('Текст.\n')
    return made.as_bytes(policy=email.policy.SMTP)


class LdapCase(unittest.TestCase):
    session_log = True
    more_entries = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-ldap-'))
        cls.addClassCleanup(lambda: shutil.rmtree(cls.folder, ignore_errors=True))
        cls.slapd = slapd.Slapd(cls.folder / 'slapd', session_log=cls.session_log)
        cls.slapd.fill([*slapd.house(), *cls.more_entries])
        cls.slapd.start()
        cls.addClassCleanup(lambda: cls.slapd.kill())
        cls.server = kontor.Server(settings={**cls.slapd.settings(), **cls.settings()})
        cls.addClassCleanup(lambda: cls.server.close())
        cls.server.start()
        kontor.wait_until(lambda: cls.knows('anna@house.test'), 'the people are known')

    @classmethod
    def settings(cls):
        return {'sign_in.remember_failure': '1s', 'sign_in.delay': '10ms'}

    @classmethod
    def knows(cls, address):
        return cls.server.takes_mail_for(address)

    def in_force(self, condition, what):
        begun = time.monotonic()
        kontor.wait_until(condition, what, PATIENCE)
        print(f'  {what}: {time.monotonic() - begun:.2f} s', file=sys.stderr)

    def sign_in(self, login, password=slapd.PASSWORD):
        """What the server says against it; nothing: it is fine."""
        return self.server.imap_refusal(login, password)

    def subjects(self, user, password=slapd.PASSWORD):
        client = self.server.imap(user, password)
        client.select('INBOX', readonly=True)
        _, data = client.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')
        client.logout()
        return [item[1].decode().split(':', 1)[1].strip() for item in data if isinstance(item, tuple)]

    def addresses_of(self, group):
        return str(self.server.ctl('groups', 'show', group))

    def source(self):
        return next(iter(self.server.ctl('directory', 'status')['sources']), {'reachable': False, 'detail': ''})

    def modify(self, dn, *changes):
        with self.slapd.admin() as connection:
            connection.modify_s(dn, list(changes))


class People(LdapCase):
    def test_people_sign_in_and_send(self):
        for login in ('anna', 'anna@house.test', 'ANNA@House.Test'):
            self.assertEqual(self.sign_in(login), '')
        with self.server.submission('anna@house.test', slapd.PASSWORD) as client:
            client.sendmail('anna@house.test', ['boris@house.test'], message('from anna'))
        self.assertIn('from anna', self.subjects('boris@house.test'))

    def test_who_may_not_sign_in(self):
        for login, password in [('anna@house.test', 'wrong'), ('nobody@house.test', slapd.PASSWORD),
                                ('nomail', slapd.PASSWORD), ('blue@house.test', slapd.PASSWORD),
                                ('sales@house.test', slapd.PASSWORD), ('uid=anna,' + PEOPLE, slapd.PASSWORD),
                                ('"anna)(uid=*"', slapd.PASSWORD), ('anna@house.test', '""')]:
            with self.subTest(login):
                self.assertIn('AUTHENTICATIONFAILED', self.sign_in(login, password))

    def test_rooms_and_groups(self):
        self.assertTrue(self.knows('blue@house.test'))
        self.assertEqual(self.server.ctl('accounts', 'show', 'anna@house.test')['name'], 'Анна Петрова')
        staff = self.addresses_of('staff@house.test')
        for one in ('anna', 'clara', 'dmitri'):  # sales is a member of staff
            self.assertIn(one + '@house.test', staff)
        self.assertNotIn('boris@house.test', staff)
        self.assertIn('boris@house.test', self.addresses_of('unix@house.test'))
        self.assertTrue(self.server.ctl('accounts', 'show', 'anna@house.test')['administrator'])
        self.assertFalse(self.server.ctl('accounts', 'show', 'boris@house.test')['administrator'])

    def test_new_changed_and_removed_people(self):
        self.slapd.add([slapd.person('egor', 2001)])
        self.in_force(lambda: self.knows('egor@house.test'), 'a new person')
        self.assertEqual(self.sign_in('egor@house.test'), '')
        self.modify('uid=egor,' + PEOPLE, (ldap.MOD_ADD, 'mail', [b'egor.other@house.test']))
        self.in_force(lambda: self.knows('egor.other@house.test'), 'a further address')
        client = self.server.imap('egor@house.test', slapd.PASSWORD)
        with self.slapd.admin() as connection:
            connection.delete_s('uid=egor,' + PEOPLE)
        self.in_force(lambda: not self.knows('egor@house.test'), 'a removed person')
        self.in_force(lambda: is_over(client), 'the end of the session')

    def test_a_renamed_and_moved_person_keeps_the_mailbox(self):
        self.slapd.add([slapd.person('lidia', 2070),
                        slapd.entry(f'cn=choir,{GROUPS}', 'groupOfNames', 'extensibleObject', cn='choir',
                                    mail='choir@house.test', member=[f'uid=lidia,{PEOPLE}', f'uid=boris,{PEOPLE}'])])
        kontor.wait_until(lambda: self.knows('choir@house.test'), 'the choir is known', PATIENCE)
        self.assertIn('lidia@house.test', self.addresses_of('choir@house.test'))
        self.server.lmtp(['lidia@house.test'], message('kept'))
        self.assertIn('kept', self.subjects('lidia@house.test'))
        with self.slapd.admin() as connection:
            connection.rename_s('uid=lidia,' + PEOPLE, 'uid=lida', newsuperior='ou=attic,' + slapd.BASE)
            connection.modify_s(f'uid=lida,ou=attic,{slapd.BASE}', [(ldap.MOD_REPLACE, 'mail', [b'lida@house.test'])])
        self.in_force(lambda: self.knows('lida@house.test'), 'a new name and place')
        self.assertIn('kept', self.subjects('lida@house.test'))
        self.assertFalse(self.knows('lidia@house.test'))
        # Groups name people by DN: the directory's own groups lost her, until they name her again.
        self.assertNotIn('lida@house.test', self.addresses_of('choir@house.test'))
        self.modify('cn=choir,' + GROUPS, (ldap.MOD_ADD, 'member', [f'uid=lida,ou=attic,{slapd.BASE}'.encode()]))
        self.in_force(lambda: 'lida@house.test' in self.addresses_of('choir@house.test'), 'membership under the new name')

    def test_a_renamed_container(self):
        self.slapd.add([slapd.entry(f'ou=annex,{slapd.BASE}', 'organizationalUnit', ou='annex'),
                        slapd.person('ivan', 2050, where='annex')])
        kontor.wait_until(lambda: self.knows('ivan@house.test'), 'ivan is known', PATIENCE)
        with self.slapd.admin() as connection:
            connection.rename_s(f'ou=annex,{slapd.BASE}', 'ou=extension')
        # A bind needs the DN of now; the directory tells the container's new name alone.
        self.in_force(lambda: not self.sign_in('ivan@house.test'), 'a renamed container')

    def test_a_changed_password(self):
        self.slapd.add([slapd.person('fedor', 2002)])
        kontor.wait_until(lambda: self.knows('fedor@house.test'), 'fedor is known', PATIENCE)
        self.assertEqual(self.sign_in('fedor@house.test'), '')
        self.modify('uid=fedor,' + PEOPLE, (ldap.MOD_REPLACE, 'userPassword', [slapd.hashed('second').encode()]))

        self.in_force(lambda: self.sign_in('fedor@house.test'), 'a changed password, the old one remembered before')
        self.assertEqual(self.sign_in('fedor@house.test', 'second'), '')

    def test_a_locked_account(self):
        self.slapd.add([slapd.person('galina', 2003)])
        kontor.wait_until(lambda: self.knows('galina@house.test'), 'galina is known', PATIENCE)
        client = self.server.imap('galina@house.test', slapd.PASSWORD)
        self.modify('uid=galina,' + PEOPLE, (ldap.MOD_REPLACE, 'pwdAccountLockedTime', [b'000001010000Z']))
        self.in_force(lambda: is_over(client), 'the end of the session of a locked account')
        self.assertIn('AUTHENTICATIONFAILED', self.sign_in('galina@house.test'))
        self.modify('uid=galina,' + PEOPLE, (ldap.MOD_DELETE, 'pwdAccountLockedTime', None))
        self.in_force(lambda: not self.sign_in('galina@house.test'), 'an unlocked account')
        self.modify('uid=galina,' + PEOPLE, (ldap.MOD_REPLACE, 'shadowExpire', [b'100']))
        self.in_force(lambda: self.sign_in('galina@house.test'), 'an expired account')

    def test_hostile_entries_harm_nobody(self):
        long_name = 'ж' * 20_000
        self.slapd.add([
            slapd.person('thief', 2100, mail='anna@house.test'),
            slapd.person('strange', 2101, mail=['no address', 'strange@house.test', 'a b@house.test', '@', 'x@',
                                                'Strange.Two@House.Test'], cn='\x01\x02', displayName=long_name),
            slapd.person('many', 2102, mail=[f'many{i}@house.test' for i in range(300)]),
            slapd.entry(f'cn=loop1,{GROUPS}', 'groupOfNames', 'extensibleObject', cn='loop1', mail='loop1@house.test',
                        member=[f'cn=loop2,{GROUPS}', f'cn=loop1,{GROUPS}', f'uid=anna,{PEOPLE}', 'cn=gone,o=nowhere']),
            slapd.entry(f'cn=loop2,{GROUPS}', 'groupOfNames', 'extensibleObject', cn='loop2', mail='loop2@house.test',
                        member=[f'cn=loop1,{GROUPS}'])])
        self.in_force(lambda: self.knows('many299@house.test') and self.knows('loop2@house.test'), 'strange entries')
        self.assertTrue(self.knows('many0@house.test'))
        self.assertEqual(self.sign_in('anna@house.test'), '')  # the first has the address
        self.assertIn('anna@house.test', self.addresses_of('loop2@house.test'))
        self.assertIn('anna@house.test', str(self.server.ctl('directory', 'status')['problems']))


def is_over(client):
    try:
        client.noop()
        return False
    except (imaplib.IMAP4.abort, OSError):
        return True


class Faults(LdapCase):
    """What happens to the server's people when the directory goes away and comes back."""

    @classmethod
    def settings(cls):
        return {**super().settings(), 'sign_in.remember_success': '0s'}

    def change_while_away(self, change):
        """Stops the directory, changes it behind the server's back, starts it again."""
        self.slapd.end()
        kontor.wait_until(lambda: not self.source()['reachable'], 'the loss is noticed')
        other = slapd.free_port()
        self.slapd.start(other)
        with self.slapd.admin(other) as connection:
            change(connection)
        self.slapd.end()
        self.assertTrue(self.knows('boris@house.test'))
        self.slapd.start()

    def test_a_removal_while_disconnected(self):
        self.slapd.add([slapd.person('temp', 3001)])
        kontor.wait_until(lambda: self.knows('temp@house.test'), 'temp is known', PATIENCE)

        def change(connection):
            connection.delete_s('uid=temp,' + PEOPLE)
            connection.modify_s('uid=dmitri,' + PEOPLE, [(ldap.MOD_ADD, 'mail', [b'dima@house.test'])])
        self.change_while_away(change)
        self.in_force(lambda: not self.knows('temp@house.test') and self.knows('dima@house.test'),
                      'changes made while disconnected')
        self.assertTrue(self.knows('anna@house.test'))

    def test_an_outage_is_no_wrong_password(self):
        client = self.server.imap('anna@house.test', slapd.PASSWORD)
        self.slapd.kill()
        begun = time.monotonic()
        self.assertIn('UNAVAILABLE', self.sign_in('boris@house.test'))
        print(f'  sign-in refused without a server: {time.monotonic() - begun:.2f} s', file=sys.stderr)
        client.noop()
        self.server.lmtp(['boris@house.test'], message('during the outage'))
        self.slapd.start()
        self.in_force(lambda: self.source()['reachable'], 'the server is back after kill -9')
        self.assertIn('during the outage', self.subjects('boris@house.test'))
        self.slapd.add([slapd.person('later', 3002)])
        self.in_force(lambda: self.knows('later@house.test'), 'a change after kill -9')

    def test_many_removals_are_held_back(self):
        self.slapd.add([slapd.person(f'crowd{i}', 3100 + i) for i in range(30)])
        kontor.wait_until(lambda: self.knows('crowd29@house.test'), 'the crowd is known', PATIENCE)
        # Another database that holds less, as after a botched restore: the cookie is of no use to it.
        self.slapd.end()
        shutil.rmtree(self.slapd.folder / 'db')
        (self.slapd.folder / 'db').mkdir()
        self.slapd.fill(slapd.house())
        self.slapd.start()
        kontor.wait_until(lambda: self.server.ctl('directory', 'status')['held_back'] > 0, 'the loss is held back')
        self.assertTrue(self.knows('crowd3@house.test'))
        self.server.ctl('directory', 'accept')
        self.in_force(lambda: not self.knows('crowd3@house.test') and self.knows('anna@house.test'), 'an accepted loss')


class FaultsWithoutSessionLog(Faults):
    """The server then tells who is still there instead of who is gone (RFC 4533, 3.3.2)."""
    session_log = False


class Many(LdapCase):
    more_entries = [slapd.person(f'p{i}', 10_000 + i, userPassword='{SSHA}none') for i in range(MANY)]

    def test_a_large_directory(self):
        self.server.stop()
        begun = time.monotonic()
        self.server.start()
        kontor.wait_until(lambda: self.knows(f'p{MANY - 1}@house.test') and self.source()['reachable'],
                          'everybody is known', 60)
        print(f'  {MANY} people, server started and followed: {time.monotonic() - begun:.2f} s', file=sys.stderr)
        people = self.server.ctl('status')['people']
        self.assertGreaterEqual(people, MANY)
        self.slapd.add([slapd.person('last', 9_999)])
        self.in_force(lambda: self.knows('last@house.test'), 'a change among many')
        self.server.ctl('directory', 'reconcile')
        self.modify('uid=last,' + PEOPLE, (ldap.MOD_ADD, 'mail', [b'very.last@house.test']))
        self.in_force(lambda: self.knows('very.last@house.test'), 'a change while everything is read anew')


class Protection(LdapCase):
    def start_with(self, **settings):
        server = kontor.Server(settings={**self.slapd.settings(), **self.settings(),
                                         **{key.replace('__', '.'): value for key, value in settings.items()}})
        self.addCleanup(server.close)
        server.start()
        return server

    def test_a_certificate_of_another_authority(self):
        server = self.start_with(ldap__ca_file=str(self.slapd.folder / 'other.pem'))
        kontor.wait_until(lambda: 'StartTLS' in str(server.ctl('directory', 'status')['sources']), 'the failure is told')
        self.assertFalse(server.ctl('directory', 'status')['sources'][0]['reachable'])

    def test_a_wrong_reader_password(self):
        wrong = self.slapd.folder / 'wrong.password'
        wrong.write_text('no\n')
        wrong.chmod(0o600)
        server = self.start_with(ldap__bind_password_file=str(wrong))
        kontor.wait_until(lambda: 'nvalid credentials' in str(server.ctl('directory', 'status')['sources']),
                          'the refusal is told')
        wrong.chmod(0o644)
        kontor.wait_until(lambda: 'chmod 600' in str(server.ctl('directory', 'status')['sources']),
                          'a password file that others may read is refused')

    def test_settings_that_are_refused(self):
        rows = [({'ldap.uri': 'ldaps://localhost:636'}, 'ldaps:// is not used'),
                ({'ldap.uri': 'localhost'}, 'is not ldap://HOST'),
                ({'ldap.security': 'none', 'ldap.uri': 'ldap://ldap.house.test'}, 'passwords would go in the clear'),
                ({'ldap.search_base': ''}, 'ldap.search_base is needed')]
        for changed, sentence in rows:
            server = kontor.Server(settings={**self.slapd.settings(), **changed})
            self.addCleanup(server.close)
            server.write_config()
            done = subprocess.run([kontor.program('kontord'), '--check', '--config', str(server.data / 'kontor.toml')],
                                  capture_output=True, text=True, timeout=kontor.PATIENCE)
            self.assertEqual(done.returncode, 1, changed)
            self.assertIn(sentence, done.stderr)


if __name__ == '__main__':
    kontor.main()
