# SPDX-License-Identifier: GPL-3.0-or-later
"""Several sources of people in one server: OpenLDAP and the embedded directory at once, who has a contested name, each one's
passwords and losses, and accounts of the embedded directory made and changed by kontorctl local."""
import imaplib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402
import slapd  # noqa: E402

LOCAL = """version: 1
# Accounts of people who are not in the house's directory.
dn: ou=people,dc=local,dc=test
objectClass: organizationalUnit
ou: people

# The driver: keep his telephone up to date.
dn: uid=egor,ou=people,dc=local,dc=test
objectClass: inetOrgPerson
entryUUID: 11111111-1111-4111-8111-111111111111
uid: egor
cn: Egor
 ov
# a comment inside
mail: egor@local.test

dn: uid=anna,ou=people,dc=house,dc=test
objectClass: inetOrgPerson
entryUUID: 22222222-2222-4222-8222-222222222222
uid: anna
cn: Another Anna
mail: anna@house.test

dn: cn=drivers,ou=people,dc=local,dc=test
objectClass: groupOfNames
cn: drivers
mail: drivers@local.test
member: uid=egor,ou=people,dc=local,dc=test
member: uid=anna,ou=people,dc=house,dc=test
"""
PATIENCE = kontor.PATIENCE


def message(subject):
    return f'From: x@elsewhere.test\r\nTo: y@house.test\r\nSubject: {subject}\r\n\r\nHello\r\n'.encode()


class SourcesCase(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-sources-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.slapd = slapd.Slapd(self.folder / 'slapd')
        self.slapd.fill(slapd.house())
        self.slapd.start()
        self.addCleanup(self.slapd.kill)
        self.server = kontor.Server(settings={**self.slapd.settings(), 'directory.also': ['local'], 'sign_in.delay': '10ms',
                                              'sign_in.remember_failure': '1s', **self.settings})
        self.addCleanup(self.server.close)
        self.file = self.server.data / 'directory.ldif'
        self.file.write_text(LOCAL, encoding='utf-8')
        self.server.start()
        self.soon(lambda: self.knows('boris@house.test') and self.knows('egor@local.test'), 'the people of both are known')

    def soon(self, condition, what):
        return kontor.wait_until(condition, what, PATIENCE)

    def knows(self, address):
        return self.server.takes_mail_for(address)

    def refusal(self, login, password):
        return self.server.imap_refusal(login, password)

    def passwd(self, user, password, verb='passwd', *words):
        """As kontorctl in a pipe: the password is the first line of its input."""
        return subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'local', verb, user, *words],
                              input=password + '\n', capture_output=True, text=True, timeout=kontor.PATIENCE)

    def principal(self, address):
        return self.server.ctl('accounts', 'show', address)['principal']


class TwoAtOnce(SourcesCase):
    def test_each_persons_password_is_checked_by_his_source(self):
        self.assertEqual(self.passwd('egor@local.test', 'the drivers own').returncode, 0)
        self.soon(lambda: self.refusal('egor@local.test', 'the drivers own') == '', 'egor signs in')
        self.assertEqual(self.refusal('boris@house.test', slapd.PASSWORD), '')
        self.assertEqual(self.refusal('boris', slapd.PASSWORD), '')
        self.assertIn('AUTHENTICATIONFAILED', self.refusal('egor@local.test', slapd.PASSWORD))
        self.assertIn('AUTHENTICATIONFAILED', self.refusal('boris@house.test', 'the drivers own'))
        # One of them away: the other's people go on, mail for both is taken.
        self.slapd.end()
        self.assertEqual(self.refusal('egor@local.test', 'the drivers own'), '')
        self.assertIn('UNAVAILABLE', self.refusal('clara@house.test', slapd.PASSWORD))
        for address in ('boris@house.test', 'egor@local.test'):
            self.assertEqual(self.server.lmtp([address], message('to both')), {})
        rows = {row['source']: row['reachable'] for row in self.server.ctl('directory', 'status')['sources']}
        self.assertEqual(set(rows), {'ldap', 'local'})
        self.soon(lambda: not {row['source']: row['reachable'] for row in self.server.ctl('directory', 'status')['sources']}['ldap'],
                  'the loss is noticed')

    def test_a_contested_name_is_the_first_sources_and_told(self):
        self.assertTrue(self.principal('anna@house.test').startswith('ldap:'))
        self.assertEqual(self.refusal('anna@house.test', slapd.PASSWORD), '')
        self.assertEqual(self.refusal('anna', slapd.PASSWORD), '')
        problems = '\n'.join(self.server.ctl('directory', 'status')['problems'])
        self.assertRegex(problems, r'anna@house\.test belongs to .*Анна Петрова.*, not to .*Another Anna')
        self.assertRegex(problems, r'the sign-in name anna@house\.test of .* is the first one')
        # A group of one source expands to its own people.
        self.assertEqual(self.server.lmtp(['drivers@local.test'], message('to the drivers')), {})
        # The other order, after a restart.
        self.server.stop()
        self.server.settings.update({'directory.source': 'local', 'directory.also': ['ldap']})
        self.server.start()  # with the last copy, till the sources have been read
        self.soon(lambda: self.principal('anna@house.test').startswith('local:'), 'the other order is in force')
        self.assertIn('AUTHENTICATIONFAILED', self.refusal('anna@house.test', slapd.PASSWORD))
        self.assertEqual(self.refusal('boris@house.test', slapd.PASSWORD), '')

    def test_a_loss_of_one_source_is_held_back_for_it_alone(self):
        self.slapd.add([slapd.person(f'crowd{i}', 3100 + i) for i in range(30)])
        self.soon(lambda: self.knows('crowd29@house.test'), 'the crowd is known')
        self.slapd.end()
        shutil.rmtree(self.slapd.folder / 'db')
        (self.slapd.folder / 'db').mkdir()
        self.slapd.fill(slapd.house())
        self.slapd.start()
        self.soon(lambda: self.server.ctl('directory', 'status')['held_back'] > 0, 'the loss is held back')
        self.assertTrue(self.knows('crowd3@house.test'))
        self.assertEqual(self.passwd('fedor@local.test', 'new here', 'add', '--name', 'Фёдор Новый').returncode, 0)
        self.soon(lambda: self.refusal('fedor@local.test', 'new here') == '', 'the other source goes on')
        self.assertTrue(self.knows('crowd3@house.test'))
        self.server.ctl('directory', 'accept')
        self.soon(lambda: not self.knows('crowd3@house.test'), 'an accepted loss')
        self.assertTrue(self.knows('fedor@local.test'))

    def test_settings_that_are_refused(self):
        for changed, sentence in [({'directory.also': ['ldap']}, 'is directory.source already'),
                                  ({'directory.also': ['ad']}, 'ad.domain is needed')]:
            server = kontor.Server(settings={**self.slapd.settings(), **changed})
            self.addCleanup(server.close)
            server.write_config()
            done = subprocess.run([kontor.program('kontord'), '--check', '--config', str(server.data / 'kontor.toml')],
                                  capture_output=True, text=True, timeout=kontor.PATIENCE)
            self.assertEqual(done.returncode, 1, changed)
            self.assertIn(sentence, done.stderr)


class LocalAccounts(SourcesCase):
    def test_the_rest_of_the_file_stays_as_it_was(self):
        self.assertEqual(self.passwd('egor', 'first').returncode, 0)
        after = self.file.read_text(encoding='utf-8')
        inserted = [line for line in after.splitlines() if line not in LOCAL.splitlines()]
        self.assertTrue(inserted[0].startswith('userPassword: {SCRYPT}'), inserted)
        self.assertEqual(''.join(line for line in after.splitlines(True) if line.rstrip('\n') not in inserted), LOCAL)
        self.assertEqual(self.passwd('egor@local.test', 'second').returncode, 0)
        self.assertEqual(self.file.read_text(encoding='utf-8').count('userPassword'), 1)
        self.soon(lambda: self.refusal('egor@local.test', 'second') == '', 'the new password is taken')
        self.assertIn('AUTHENTICATIONFAILED', self.refusal('egor@local.test', 'first'))
        self.assertNotIn('second', self.server.log())
        self.assertEqual(self.file.stat().st_mode & 0o077, 0)

    def test_add_list_remove(self):
        self.assertEqual(self.passwd('oleg@local.test', 'secret of oleg', 'add', '--name', 'Олег Попов').returncode, 0)
        self.soon(lambda: self.refusal('oleg@local.test', 'secret of oleg') == '', 'oleg signs in')
        rows = {row['address']: row for row in self.server.ctl('local', 'list')}
        self.assertEqual(set(rows), {'anna@house.test', 'egor@local.test', 'oleg@local.test'})
        self.assertEqual((rows['oleg@local.test']['name'], rows['oleg@local.test']['has_password']), ('Олег Попов', True))
        self.assertEqual(rows['oleg@local.test']['dn'], 'uid=oleg,ou=people,dc=local,dc=test')
        self.assertFalse(rows['egor@local.test']['has_password'])
        for address, verb in [('oleg@local.test', 'add'), ('boris@house.test', 'add'), ('no address', 'add'), ('nobody@local.test', 'passwd'),
                              ('boris@house.test', 'passwd')]:
            self.assertEqual(self.passwd(address, 'x', verb).returncode, 1, address)
        self.assertEqual(self.passwd('egor', '').returncode, 1)
        before = self.file.read_text(encoding='utf-8')
        self.server.ctl('local', 'remove', 'egor@local.test')
        self.soon(lambda: not self.knows('egor@local.test'), 'egor is gone')
        after = self.file.read_text(encoding='utf-8')
        self.assertNotIn('egor', after)
        self.assertIn('# The driver', after)
        self.assertIn('member: uid=anna', after)
        self.assertEqual([line for line in after.splitlines() if line not in before.splitlines()], [])
        self.server.ctl('local', 'remove', 'oleg')
        self.soon(lambda: not self.knows('oleg@local.test'), 'oleg is gone')


class Migrate(SourcesCase):
    """People of the file become people of the LDAP server; into Active Directory it is the same (tests/functional/ad_sources.py)."""
    settings = {'directory.source': 'local', 'directory.also': ['ldap']}

    def setUp(self):
        super().setUp()
        for user in ('egor', 'anna@house.test'):
            self.assertEqual(self.passwd(user, 'of the file').returncode, 0)
        self.soon(lambda: self.refusal('egor@local.test', 'of the file') == '', 'egor signs in')
        self.soon(lambda: self.refusal('anna@house.test', 'of the file') == '', 'anna of the file signs in')

    def subjects(self, login, password, folder='INBOX'):
        client = self.server.imap(login, password)
        try:
            self.assertEqual(client.select(f'"{folder}"', readonly=True)[0], 'OK')
            found = client.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')[1]
            return sorted(item[1].decode().split(':', 1)[1].strip() for item in found if isinstance(item, tuple))
        finally:
            client.logout()

    def test_mailbox_rights_and_app_passwords_go_along(self):
        for subject in ('first', 'second'):
            self.assertEqual(self.server.lmtp(['egor@local.test'], message(subject)), {})
        client = self.server.imap('egor@local.test', 'of the file')
        self.assertEqual(client.create('Projects')[0], 'OK')
        self.assertEqual(client.append('Projects', r'(\Flagged)', None, message('kept'))[0], 'OK')
        client.logout()
        owner = self.server.imap('anna@house.test', 'of the file')
        self.assertEqual(owner.setacl('INBOX', 'egor@local.test', 'lrs')[0], 'OK')
        owner.logout()
        phone = self.server.ctl('app-password', 'add', 'egor@local.test', '--name', 'phone')['password']
        session = self.server.imap('egor@local.test', phone)
        self.slapd.add([slapd.person('egor', 4001)])
        self.soon(lambda: self.knows('egor@house.test'), 'egor is in the LDAP server')
        # Somebody wrote to the new address before: both mailboxes become one.
        self.assertEqual(self.server.lmtp(['egor@house.test'], message('to the new one')), {})
        # So did calendars: one event is in both, one name means two events.
        events = {('egor@local.test', 'of the file'): (('same', 'same'), ('own', 'old'), ('name', 'one')),
                  ('egor@house.test', slapd.PASSWORD): (('same', 'same'), ('name', 'two'))}
        for who, pairs in events.items():
            program = dav.Client(self.server, *who)
            home = program.home()
            for name, uid in pairs:
                self.assertEqual(program.ask('PUT', f'{home}default/{name}', dav.event(uid)).status, 201)
            program.close()
        plan = self.server.ctl('accounts', 'migrate', 'egor@local.test', 'egor@house.test', '--dry-run')
        self.assertEqual((plan[0]['mailbox'], plan[0]['problem']), ('both have one', ''))
        self.assertEqual(self.subjects('egor@local.test', 'of the file'), ['first', 'second'])
        done = self.server.ctl('accounts', 'migrate', 'egor@local.test', 'egor@house.test')[0]
        self.assertEqual((done['mailbox'], done['joined_messages'], done['rights'], done['app_passwords']), ('moved', 2, 1, 1))
        program = dav.Client(self.server, 'egor@house.test', slapd.PASSWORD)
        self.addCleanup(program.close)
        path = program.home() + 'default/'
        bodies = sorted(program.ask('GET', href).body for href in program.sync(path)[0])
        self.assertEqual(bodies, sorted(dav.event(uid) for uid in ('same', 'old', 'one', 'two')))
        self.assertEqual(program.ask('GET', path + 'own').body, dav.event('old'))
        self.assertEqual(done['old_account'], 'removed from the file')
        self.assertFalse(self.knows('egor@local.test'))
        self.assertEqual(self.subjects('egor@house.test', slapd.PASSWORD), ['first', 'second', 'to the new one'])
        self.assertEqual(self.subjects('egor@house.test', phone, 'Projects'), ['kept'])
        with self.assertRaises((imaplib.IMAP4.error, OSError)):
            session.noop()
        owner = self.server.imap('anna@house.test', 'of the file')
        rights = owner.getacl('INBOX')[1][0].decode()
        self.assertIn('egor@house.test', rights)
        self.assertNotIn('egor@local.test', rights)
        owner.logout()
        self.assertEqual(self.server.ctl('accounts', 'list', '--deleted'), [])
        self.assertNotIn('egor', self.file.read_text(encoding='utf-8').replace('# The driver', ''))
        # Once more: there is nobody of that name, and nothing is touched.
        status, again = self.server.ask('accounts', 'migrate', 'egor@local.test', 'egor@house.test')
        self.assertEqual((status, again[0]['problem'][:6]), (1, 'nobody'))

    def test_all_by_address_and_by_a_list(self):
        # anna@house.test is in both; the file comes first, so the mail was hers there.
        for address in ('anna@house.test', 'egor@local.test'):
            self.assertEqual(self.server.lmtp([address], message('old mail')), {})
        rows = self.server.ctl('accounts', 'migrate', '--all', '--to-source', 'ldap')
        self.assertEqual([(row['from_name'], row['mailbox'], row['problem']) for row in rows], [('anna@house.test', 'moved', '')])
        self.assertEqual(self.subjects('anna@house.test', slapd.PASSWORD), ['old mail'])
        self.assertEqual(self.server.ctl('accounts', 'migrate', '--all', '--to-source', 'ldap'), [])
        pairs = self.folder / 'pairs.csv'
        pairs.write_text('# old,new\negor@local.test, boris@house.test\nnobody@local.test,clara@house.test\n')
        status, rows = self.server.ask('accounts', 'migrate', '--list', pairs)
        self.assertEqual(status, 1)
        self.assertEqual([row['problem'] != '' for row in rows], [False, True])
        self.assertEqual(self.subjects('boris@house.test', slapd.PASSWORD), ['old mail'])
        # He was the last one in the file: it says so, and is read.
        self.server.ctl('directory', 'reconcile')
        self.soon(lambda: not self.knows('egor@local.test'), 'the file is empty')

    def test_kept_in_its_source(self):
        self.assertEqual(self.server.lmtp(['egor@local.test'], message('mail')), {})
        done = self.server.ctl('accounts', 'migrate', 'egor@local.test', 'boris@house.test', '--keep')[0]
        self.assertIn('still goes there', done['old_account'])
        self.assertEqual(self.subjects('boris@house.test', slapd.PASSWORD), ['mail'])
        self.assertTrue(self.knows('egor@local.test'))

    def test_kill(self):
        """kill -9 in the middle; given again, the command comes to the end and nothing is lost or doubled."""
        names = sorted(f'mail {number}' for number in range(40))
        for name in names:
            self.assertEqual(self.server.lmtp(['egor@local.test'], message(name)), {})
        others = sorted(f'new mail {number}' for number in range(10))
        for turn in range(3):
            address = f'target{turn}@house.test'
            self.slapd.add([slapd.person(f'target{turn}', 4100 + turn)])
            self.soon(lambda address=address: self.knows(address), 'the target is known')
            for name in others:
                self.assertEqual(self.server.lmtp([address], message(f'{turn} {name}')), {})
        expected, source = list(names), 'egor@local.test'
        for turn in range(3):
            target = f'target{turn}@house.test'
            expected = sorted([*expected, *(f'{turn} {name}' for name in others)])
            running = subprocess.Popen([kontor.program('kontorctl'), '--data', str(self.server.data), 'accounts', 'migrate', source, target],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                running.wait(0.02 + 0.1 * turn)
            except subprocess.TimeoutExpired:
                pass
            self.server.kill()
            running.wait(kontor.PATIENCE)
            self.server.start()
            self.soon(lambda: self.knows(target), 'everybody is known')
            self.server.ask('accounts', 'migrate', source, target)
            self.assertEqual(self.subjects(target, slapd.PASSWORD), expected, f'turn {turn}')
            source = 'ldap:' + target


if __name__ == '__main__':
    kontor.main()
