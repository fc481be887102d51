# SPDX-License-Identifier: GPL-3.0-or-later
"""How changes of a real domain are followed: by DirSync with and without the right to replicate, and by numbers."""
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ldap_proxy  # noqa: E402
from ad_case import Follower, people, samba  # noqa: E402

COMPARING = 'changes by DirSync, deletions by comparing'
WAYS = {'usn': 'changes by uSNChanged', 'dirsync': COMPARING,
        'auto': COMPARING}


class FollowCase(ad_case.DomainCase):
    @classmethod
    def settings(cls, **changed):
        """Bound as svc-kontor by password: an ordinary account whose rights the tests change."""
        file = cls.folder / 'password'
        if not file.exists():
            cls.domain.write_password_file(file)
        return super().settings(**{
            'ad__bind': 'starttls', 'ad__bind_name': 'svc-kontor@' + people.DOMAIN, 'ad__bind_password_file': str(file),
            'ad__ca_file': str(cls.domain.ca_file), **changed})

    def member(self, kind, group, name):
        import ldap
        self.admin.modify_s('CN=%s,%s' % (group, people.GROUPS_OU),
                            [(kind, 'member', [('CN=%s,%s' % (name, people.PEOPLE_OU)).encode()])])

    def check_every_change(self, seen):
        """What happens to people and groups, one after another; the person stays the same one, by objectGUID."""
        import ldap
        seen.wait(lambda s: s.complete and s.status and s.status[0] == 'reachable', 'a complete set')
        before = seen.complete
        where = 'CN=olga,' + people.PEOPLE_OU
        self.domain.add_user(self.admin, 'olga', 'Ольга', password=None)
        seen.wait(lambda s: s.find('olga'), 'created')
        guid = seen.find('olga').guid
        person = lambda: seen.by_id.get('ad:' + guid)  # noqa: E731
        self.modify('olga', ('mail', ['o@corp.example.test']), ('userPrincipalName', ['o@other.example.test']))
        seen.wait(lambda s: person().mail == 'o@corp.example.test', 'mail')
        self.assertEqual(person().principal_name, 'o@other.example.test')
        self.modify('olga', ('proxyAddresses', ['SMTP:oo@corp.example.test', 'smtp:o2@corp.example.test']))
        seen.wait(lambda s: sorted(person().addresses) == ['o2@corp.example.test', 'o@corp.example.test',
                                                           'oo@corp.example.test'], 'addresses')
        self.modify('olga', ('proxyAddresses', []))
        seen.wait(lambda s: person().addresses == ['o@corp.example.test'], 'an attribute taken away')
        self.member(ldap.MOD_ADD, 'dev', 'olga')
        seen.wait(lambda s: guid in s.find('dev').members, 'a member more')
        others = len(seen.find('dev').members)
        self.member(ldap.MOD_DELETE, 'dev', 'olga')
        seen.wait(lambda s: guid not in s.find('dev').members, 'a member less')
        self.assertEqual(len(seen.find('dev').members), others - 1)
        self.member(ldap.MOD_ADD, 'dev', 'olga')
        seen.wait(lambda s: guid in s.find('dev').members, 'a member again')
        self.admin.rename_s(where, 'CN=olga2')
        self.admin.rename_s('CN=olga2,' + people.PEOPLE_OU, 'CN=olga2', newsuperior=people.ROOMS_OU)
        seen.wait(lambda s: person().kind == 'room', 'moved to where rooms are')
        self.admin.rename_s('CN=olga2,' + people.ROOMS_OU, 'CN=olga', newsuperior=people.PEOPLE_OU)
        seen.wait(lambda s: person().kind == 'person', 'moved back')
        self.admin.delete_s(where)
        seen.wait(lambda s: not person(), 'deleted')
        self.assertNotIn(guid, seen.find('dev').members)  # the domain forgets memberships, too
        self.reanimate(guid, where)
        seen.wait(lambda s: person(), 'reanimated with the same objectGUID')
        self.assertNotIn(guid, seen.find('dev').members)
        self.admin.delete_s(where)
        seen.wait(lambda s: not person(), 'deleted again')
        self.assertEqual(seen.complete, before)  # nothing of it needed everybody to be read

    def check_renamed_container(self, seen):
        """The people below change their DN without a word about them."""
        import ldap
        unit = 'OU=Halls,' + people.ROOMS_OU
        self.admin.add_s(unit, [('objectClass', [b'organizationalUnit'])])
        self.domain.add_user(self.admin, 'hall', password=None)
        self.admin.rename_s('CN=hall,' + people.PEOPLE_OU, 'CN=hall', newsuperior=unit)
        seen.wait(lambda s: s.find('hall') and s.find('hall').kind == 'room', 'a room by its place')
        self.admin.rename_s(unit, 'OU=Halls', newsuperior=people.BASE)
        seen.wait(lambda s: s.find('hall').kind == 'person', 'its place was moved')
        self.admin.delete_s('CN=hall,OU=Halls,' + people.BASE)
        self.admin.delete_s('OU=Halls,' + people.BASE)
        seen.wait(lambda s: not s.find('hall'), 'gone')


class Ways(FollowCase):
    def test_every_change_by_each_way(self):
        for wish, said in WAYS.items():
            with self.subTest(wish), Follower(self.folder, self.settings(ad__follow=wish)) as seen:
                self.check_every_change(seen)
                self.assertEqual(seen.status[2], said)
                self.check_renamed_container(seen)

    def test_what_happened_while_nobody_looked(self):
        for wish in WAYS:
            with self.subTest(wish), Follower(self.folder, self.settings(ad__follow=wish)) as seen:
                self.domain.add_user(self.admin, 'pavel', password=None)
                self.domain.add_user(self.admin, 'roman', password=None)
                seen.wait(lambda s: s.find('pavel') and s.find('roman') and s.status, 'a complete set')
                self.domain.kill()
                seen.wait(lambda s: s.status[0] == 'lost', 'the controller is missed')
                self.domain.up()
                type(self).admin = self.domain.admin()
                self.admin.delete_s('CN=pavel,' + people.PEOPLE_OU)
                self.modify('roman', ('displayName', ['Роман']))
                seen.wait(lambda s: s.status[0] == 'reachable' and not s.find('pavel'), 'back and gone')
                seen.wait(lambda s: s.find('Роман'), 'changed meanwhile')
                self.assertEqual(seen.complete, 1)
                self.admin.delete_s('CN=roman,' + people.PEOPLE_OU)

    def test_a_part_of_the_domain(self):
        for wish in WAYS:
            with self.subTest(wish), Follower(self.folder, self.settings(ad__follow=wish, ad__search_base=people.PEOPLE_OU)) as seen:
                self.domain.add_user(self.admin, 'sonya', password=None)
                seen.wait(lambda s: s.find('sonya'), 'a complete set')
                self.assertIsNone(seen.find('staff'))
                self.admin.rename_s('CN=sonya,' + people.PEOPLE_OU, 'CN=sonya', newsuperior=people.ROOMS_OU)
                seen.wait(lambda s: not s.find('sonya'), 'moved out')
                self.admin.rename_s('CN=sonya,' + people.ROOMS_OU, 'CN=sonya', newsuperior=people.PEOPLE_OU)
                seen.wait(lambda s: s.find('sonya'), 'moved in')
                self.admin.delete_s('CN=sonya,' + people.PEOPLE_OU)
                seen.wait(lambda s: not s.find('sonya'), 'deleted')

    def test_mass_deletion_is_told_as_a_complete_set(self):
        for wish in WAYS:
            names = ['%s%02d' % (wish, number) for number in range(15)]
            for name in names:
                self.domain.add_user(self.admin, name, password=None)
            with self.subTest(wish), Follower(self.folder, self.settings(ad__follow=wish)) as seen:
                seen.wait(lambda s: s.find(names[-1]), 'a complete set')
                os.kill(seen.process.pid, signal.SIGSTOP)  # all of them between two looks
                for name in names:
                    self.admin.delete_s('CN=%s,%s' % (name, people.PEOPLE_OU))
                os.kill(seen.process.pid, signal.SIGCONT)
                seen.wait(lambda s: not any(s.find(name) for name in names), 'all are gone')
                self.assertEqual(seen.complete, 2)


class Controllers(FollowCase):
    """Two controllers: the near one is a proxy of the real one, which can fail as a controller does."""

    def proxy(self):
        tls = self.domain.folder / 'tls'
        return ldap_proxy.WindowsLimits(samba.DC_HOST, self.domain.ca_file, tls / 'mail.pem', tls / 'mail.key')

    def two(self, proxy, **changed):
        return self.settings(ad__controllers=['%s:%d' % (samba.MAIL_HOST, proxy.port), samba.DC_HOST], ad__timeout='4s',
                             **changed)

    def test_a_silent_one_is_left_and_followed_again_when_it_answers(self):
        with self.proxy() as proxy, Follower(self.folder, self.two(proxy)) as seen:
            seen.wait(lambda s: s.complete and s.status, 'a complete set')
            self.assertEqual(seen.status[:2], ['reachable', samba.MAIL_HOST])
            proxy.hang()
            begun = time.monotonic()
            took = seen.wait(lambda s: s.status[1] == samba.DC_HOST, 'the other one is followed') - begun
            print('\nfrom silence to the other controller: %.2f s' % took)
            self.assertEqual(seen.status[0], 'reachable')
            self.modify('bob', ('title', ['Chief']), ('displayName', ['Robert Miller']))
            seen.wait(lambda s: s.find('Robert Miller'), 'changes are followed there')
            proxy.resume()
            seen.wait(lambda s: s.status[1] == samba.MAIL_HOST, 'the near one is followed again')
            self.modify('bob', ('displayName', ['Bob Miller']))
            seen.wait(lambda s: s.find('Bob Miller'), 'changes are followed again')
            self.assertEqual(seen.complete, 1)  # each database is gone on with where it was left
            self.assertNotIn('lost', seen.words)

    def test_an_answer_cut_in_the_middle(self):
        with self.proxy() as proxy, Follower(self.folder, self.two(proxy)) as seen:
            seen.wait(lambda s: s.complete and s.status, 'a complete set')
            proxy.cut_in_the_middle()
            seen.wait(lambda s: s.status[1] == samba.DC_HOST, 'the other one is followed')
            seen.wait(lambda s: s.status[1] == samba.MAIL_HOST, 'and the near one again')
            self.assertEqual((seen.complete, proxy.connections), (1, 2))

    def test_a_slow_one_is_followed_on_one_connection(self):
        with self.proxy() as proxy:
            proxy.delay = 0.05
            with Follower(self.folder, self.two(proxy)) as seen:
                seen.wait(lambda s: s.complete and s.status, 'a complete set')
                self.modify('bob', ('displayName', ['Slow Miller']))
                seen.wait(lambda s: s.find('Slow Miller'), 'a change')
                self.modify('bob', ('displayName', ['Bob Miller']))
                seen.wait(lambda s: s.find('Bob Miller'), 'another change')
                self.assertEqual((seen.status[1], proxy.connections), (samba.MAIL_HOST, 1))

    def test_a_busy_one_is_not_left(self):
        """Silent on the connection in use for longer than a hanging one is given, but it answers who comes new."""
        with self.proxy() as proxy, Follower(self.folder, self.two(proxy)) as seen:
            seen.wait(lambda s: s.complete and s.status, 'a complete set')
            proxy.delay = 2.0
            self.modify('bob', ('displayName', ['Busy Miller']))
            seen.wait(lambda s: s.find('Busy Miller'), 'a change')
            proxy.delay = 0.0
            self.modify('bob', ('displayName', ['Bob Miller']))
            seen.wait(lambda s: s.find('Bob Miller'), 'another change')
            self.assertEqual((seen.servers, proxy.connections), ({samba.MAIL_HOST}, 1))

    def test_the_site_of_this_machine(self):
        """The records of the site Near name the controller otherwise than those of the domain."""
        near = people.DOMAIN  # the certificate has this name, too
        samba.run('samba-tool', 'dns', 'add', samba.DC_ADDRESS, '_msdcs.' + people.DOMAIN, '_ldap._tcp.Near._sites.dc', 'SRV',
                  near + ' 389 0 100', '-U', 'administrator%' + samba.ADMIN_PASSWORD)
        settings = self.settings(ad__controllers=[])
        with Follower(self.folder, settings) as seen:
            seen.wait(lambda s: s.complete and s.status, 'a complete set')
            self.assertEqual(seen.status[1], samba.DC_HOST)
        with Follower(self.folder, dict(settings, **{'ad.site': 'Near'})) as seen:
            seen.wait(lambda s: s.complete and s.status, 'the site of the settings')
            self.assertEqual(seen.status[1], near)
        configuration = 'CN=Sites,CN=Configuration,' + people.BASE
        self.admin.add_s('CN=Near,' + configuration, [('objectClass', [b'site'])])
        self.admin.add_s('CN=127.0.0.0/8,CN=Subnets,' + configuration, [
            ('objectClass', [b'subnet']), ('siteObject', [('CN=Near,' + configuration).encode()])])
        with Follower(self.folder, settings) as seen:
            seen.wait(lambda s: s.complete and s.status, 'the site by the subnet of this machine')
            self.assertEqual(seen.status[1], near)


class Restart(FollowCase):
    """What is kept over a restart, seen by what the controller is asked for."""

    def setUp(self):
        self.data = self.folder / self.id()
        self.data.mkdir()
        self.file = self.data / 'directory' / ('memory.' + people.DOMAIN)

    def start(self, proxy, condition=lambda s: True, **changed):
        """(who is in force, how many accounts were read for it)"""
        before = proxy.accounts_read
        settings = self.settings(ad__controllers=['%s:%d' % (samba.MAIL_HOST, proxy.port)], ad__timeout='4s', **changed)
        with Follower(self.folder, {**settings, 'server.data_folder': str(self.data)}) as seen:
            seen.wait(lambda s: s.complete and s.status and condition(s), 'a complete set')
            read = proxy.accounts_read - before
            self.assertEqual(seen.complete, 1)
        return {(one.guid, one.account, one.name, one.mail, tuple(sorted(one.members)), tuple(one.groups)) for one in seen.by_id.values()}, read

    def proxy(self):
        tls = self.domain.folder / 'tls'
        return ldap_proxy.WindowsLimits(samba.DC_HOST, self.domain.ca_file, tls / 'mail.pem', tls / 'mail.key')

    def test_only_what_changed_is_asked_for(self):
        gone = self.domain.add_user(self.admin, 'gone', password=None)
        with self.proxy() as proxy:
            first, all_of_them = self.start(proxy)
            self.assertGreater(all_of_them, 10)
            again, read = self.start(proxy)
            self.assertEqual((again, read), (first, 0))
            self.modify('bob', ('displayName', ['Bob Restarted']))
            added = self.domain.add_user(self.admin, 'fresh', password=None)
            self.modify('outside', ('member', [added]), parent=people.GROUPS_OU)
            self.admin.delete_s(gone)
            now, read = self.start(proxy)
            self.assertTrue(0 < read < 6, read)
            names = {one[2] for one in now}
            self.assertTrue({'Bob Restarted', 'fresh'} <= names and 'gone' not in names, names)
            self.file.unlink()
            self.assertEqual(self.start(proxy)[0], now)  # as a complete reading finds it

    def test_what_is_of_no_use_is_not_used(self):
        with self.proxy() as proxy:
            first, all_of_them = self.start(proxy)
            good = self.file.read_bytes()
            self.file.write_bytes(good[:-100] + bytes([good[-100] ^ 1]) + good[-99:])
            self.assertEqual(self.start(proxy), (first, all_of_them), 'damaged')
            self.assertEqual(self.start(proxy, policy__attribute='info')[1], all_of_them, 'of other settings')
            self.file.write_bytes(self.changed(good, cookie=b'no cookie of this controller'))
            self.assertEqual(self.start(proxy), (first, all_of_them), 'an unknown cookie')
            self.file.write_bytes(self.changed(good, database=b'another database'))
            self.assertEqual(self.start(proxy), (first, all_of_them), 'of another controller')
            self.file.write_bytes(good)
            self.assertEqual(self.start(proxy), (first, 0))

    @staticmethod
    def changed(memory, database=None, cookie=None):
        """With the checksum put right (docs/formats/directory-memory.md)."""
        at, parts = 12, []
        for fixed in (0, 0, 8):  # what stands before each text
            size = int.from_bytes(memory[at + fixed:at + fixed + 4], 'little')
            parts.append((memory[at:at + fixed], memory[at + fixed + 4:at + fixed + 4 + size]))
            at += fixed + 4 + size
        texts = [parts[0][1], database or parts[1][1], cookie or parts[2][1]]
        body = memory[:12] + b''.join(before + len(text).to_bytes(4, 'little') + text for (before, _), text in zip(parts, texts)) + memory[at:-4]
        crc = 0xffffffff
        for byte in body:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
        return body + (crc ^ 0xffffffff).to_bytes(4, 'little')


class WithMoreRights(FollowCase):
    def test_the_right_to_replicate(self):
        """Samba shows nobody but administrators what was deleted: it is found by comparing."""
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.complete and s.status, 'a complete set')
            samba.run('samba-tool', 'dsacl', 'set', '-H', 'ldap://' + samba.DC_HOST, '--action=allow', '--car=get-changes',
                      '-U', 'administrator%' + samba.ADMIN_PASSWORD, '--objectdn=' + people.BASE,
                      '--trusteedn=CN=svc-kontor,' + people.PEOPLE_OU)
            seen.process.stdin.write('reconcile\n')
            seen.process.stdin.flush()
            seen.wait(lambda s: s.complete == 2, 'everybody is read again')
            self.check_every_change(seen)
            self.assertEqual(seen.status[2], COMPARING)

    def test_an_account_that_is_told_deletions(self):
        file = self.folder / 'administrator'
        file.touch(mode=0o600)
        file.write_text(samba.ADMIN_PASSWORD + '\n')
        settings = self.settings(ad__bind_name='administrator@' + people.DOMAIN, ad__bind_password_file=str(file))
        with Follower(self.folder, settings) as seen:
            self.check_every_change(seen)
            self.assertEqual(seen.status[2], 'changes by DirSync')
            self.check_renamed_container(seen)


if __name__ == '__main__':
    ad_case.main()
