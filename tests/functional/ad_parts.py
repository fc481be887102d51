# SPDX-License-Identifier: GPL-3.0-or-later
"""The Active Directory parts by themselves (ad_probe) against a real domain: reading, following, tickets, passwords."""
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ldap_proxy  # noqa: E402
from ad_case import Follower, Probe, TicketClient, kontor, people, samba  # noqa: E402

# The promise is 2 seconds; each test prints what it took. A loaded machine may take longer, a lost change for ever.
PATIENCE = kontor.PATIENCE


class Following(ad_case.DomainCase):
    def test_everybody_appears_with_kind_state_addresses_and_groups(self):
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.complete, 'a complete set')
            alice = seen.find('alice')
            self.assertEqual(alice.kind, 'person')
            self.assertEqual(alice.name, 'Алиса Петрова')
            self.assertEqual(alice.mail, 'alice@corp.example.test')
            self.assertEqual(sorted(alice.addresses), ['a.petrova@corp.example.test', 'alice.petrova@sales.corp.example.test',
                                                       'alice@corp.example.test'])
            self.assertEqual(alice.principal_name, 'alice@ad.example.test')
            self.assertEqual(alice.netbios, 'ADTEST')
            self.assertRegex(alice.sid, r'^S-1-5-21-\d+-\d+-\d+-\d+$')
            self.assertEqual(alice.groups, [seen.find('Domain Users').guid])  # the primary group lists nobody
            self.assertEqual(seen.find('carol').mail, 'Carol@corp.example.test')
            self.assertEqual(seen.find('ivan').principal_name, 'ivan.ivanov@corp.example.test')
            self.assertEqual(seen.find('dave').state, 'disabled')
            self.assertEqual(seen.find('eve').expires, 1577836800)
            self.assertEqual(seen.find('heidi').mail, '')
            self.assertEqual(seen.find('Partner Firm').kind, 'contact')
            self.assertEqual(seen.find('room-blue').kind, 'room')
            self.assertEqual(set(seen.find('staff').members),
                             {alice.guid, seen.find('bob').guid, seen.find('dev').guid})
            self.assertEqual(set(seen.find('loop-a').members), {seen.find('ivan').guid, seen.find('loop-b').guid})
            self.assertIsNone(seen.find('DC1$'))
            self.assertIsNone(seen.find('MAIL$'))

    def in_force(self, seen, change, condition, what):
        begun = time.monotonic()
        change()
        took = seen.wait(condition, what) - begun
        print('\n%s: in force after %.2f s' % (what, took))
        self.assertLess(took, PATIENCE, what)

    def test_changes_are_in_force_within_two_seconds(self):
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.complete and s.status and s.status[0] == 'reachable', 'a complete set')
            dn = 'CN=nina,' + people.PEOPLE_OU
            self.in_force(seen, lambda: self.domain.add_user(self.admin, 'nina', 'Нина Новая', password=None),
                          lambda s: s.find('nina'), 'created')
            self.in_force(seen, lambda: self.modify('nina', ('proxyAddresses', ['SMTP:nn@corp.example.test'])),
                          lambda s: s.find('nina').mail == 'nn@corp.example.test', 'a new address')
            self.in_force(seen, lambda: self.modify('nina', ('userAccountControl', ['546'])),
                          lambda s: s.find('nina').state == 'disabled', 'disabled')
            self.in_force(seen, lambda: self.modify('outside', ('member', [dn]), parent=people.GROUPS_OU),
                          lambda s: s.find('outside').members == [s.find('nina').guid], 'group members')
            guid = seen.find('nina').guid
            self.in_force(seen, lambda: self.admin.rename_s(dn, 'CN=nina2'),
                          lambda s: True, 'renamed')
            self.in_force(seen, lambda: self.modify('nina2', ('sAMAccountName', ['nina2'])),
                          lambda s: s.find('nina2'), 'a new account name')
            self.assertEqual(seen.find('nina2').guid, guid)
            self.in_force(seen, lambda: self.admin.delete_s('CN=nina2,' + people.PEOPLE_OU),
                          lambda s: not s.find('nina2'), 'deleted')
            self.assertEqual(seen.complete, 1)

    def test_mass_deletion_is_told_as_a_complete_set(self):
        names = ['mass%02d' % number for number in range(15)]
        for name in names:
            self.domain.add_user(self.admin, name, password=None)
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.find('mass14'), 'a complete set')
            os.kill(seen.process.pid, signal.SIGSTOP)  # all of them between two looks
            for name in names:
                self.admin.delete_s('CN=%s,%s' % (name, people.PEOPLE_OU))
            os.kill(seen.process.pid, signal.SIGCONT)
            seen.wait(lambda s: not any(s.find(name) for name in names), 'all are gone')
            self.assertEqual(seen.complete, 2)

    def test_a_deletion_while_nobody_looked_is_found_on_return(self):
        self.domain.add_user(self.admin, 'absent', password=None)
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.find('absent') and s.status, 'a complete set')
            self.domain.kill()
            seen.wait(lambda s: s.status[0] == 'lost', 'the controller is missed')
            self.domain.up()
            type(self).admin = self.domain.admin()
            self.admin.delete_s('CN=absent,' + people.PEOPLE_OU)
            seen.wait(lambda s: s.status[0] == 'reachable' and not s.find('absent'), 'back and gone')

    def test_a_hanging_controller_is_noticed_and_so_is_its_return(self):
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.complete and s.status, 'a complete set')
            self.domain.hang()
            try:
                begun = time.monotonic()
                noticed = seen.wait(lambda s: s.status[0] == 'lost', 'the hang is noticed') - begun
                self.assertLess(noticed, PATIENCE)
            finally:
                self.domain.resume()
            seen.wait(lambda s: s.status[0] == 'reachable', 'it is back')

    def test_the_next_controller_is_used_when_one_is_dead(self):
        with Follower(self.folder, self.settings(ad__controllers=['localhost', samba.DC_HOST])) as seen:
            begun = time.monotonic()
            self.assertLess(seen.wait(lambda s: s.complete, 'a complete set') - begun, PATIENCE)

    def test_controllers_are_found_by_srv_records(self):
        with Follower(self.folder, self.settings(ad__controllers=[])) as seen:
            seen.wait(lambda s: s.complete and s.status, 'a complete set')
            self.assertEqual(seen.status[:2], ['reachable', samba.DC_HOST])

    def test_a_bind_with_a_password_inside_starttls(self):
        file = self.domain.write_password_file(self.folder / 'password')
        settings = self.settings(ad__bind='starttls', ad__bind_name='svc-kontor@' + people.DOMAIN,
                                 ad__bind_password_file=str(file), ad__ca_file=str(self.domain.ca_file))
        with Follower(self.folder, settings) as seen:
            seen.wait(lambda s: s.find('alice'), 'a complete set')
        file.chmod(0o644)
        with Follower(self.folder, settings) as seen:
            seen.wait(lambda s: s.status and 'chmod 600' in s.status[2], 'a password others may read is refused')
        file.chmod(0o600)
        other = samba.SOURCE / 'tests/support/samba.py'  # no authority at all
        with Follower(self.folder, dict(settings, **{'ad.ca_file': str(other)})) as seen:
            seen.wait(lambda s: s.status and s.status[0] == 'lost', 'an unknown authority is refused')

    def test_another_domain_is_refused(self):
        with Follower(self.folder, self.settings(
                ad__domain='other.example.test', ad__bind='starttls', ad__bind_name='svc-kontor@' + people.DOMAIN,
                ad__bind_password_file=str(self.domain.write_password_file(self.folder / 'password2')),
                ad__ca_file=str(self.domain.ca_file))) as seen:
            seen.wait(lambda s: s.status and 'ad.example.test' in s.status[2], 'the wrong domain is told')


class Crowd(ad_case.DomainCase):
    fill = ad_case.CROWD
    LEAVER = 7  # is deleted by one test, and in no team of another

    def test_a_group_of_two_thousand(self):
        with Follower(self.folder, self.settings()) as seen:
            begun = time.monotonic()
            seen.wait(lambda s: s.complete, 'a complete set')
            print('\n%d people and groups read in %.2f s' % (len(seen.by_id), time.monotonic() - begun))
            self.assertEqual(len(set(seen.find('crowd').members)), 2000)
            self.assertEqual(sum(one.account.startswith('crowd') and one.account != 'crowd' for one in seen.by_id.values()), self.fill)
            begun = time.monotonic()
            self.admin.delete_s('CN=crowd%05d,%s' % (self.LEAVER, people.CROWD_OU))
            took = seen.wait(lambda s: not s.find('crowd%05d' % self.LEAVER), 'deleted') - begun
            print('a deletion among them in force after %.2f s' % took)
            self.assertLess(took, PATIENCE)

    def test_everybody_with_many_groups_is_read(self):
        """The first reading; docs/performance.md has its time for 10,000 people and 500 groups."""
        count = 500 if self.fill >= 10_000 else 50
        for number in range(count):
            numbers = [1 + (number * 37 + step) % self.fill for step in range(10, 30)]
            members = ['CN=crowd%05d,%s' % (one, people.CROWD_OU) for one in numbers if one != self.LEAVER]
            self.admin.add_s('CN=team%03d,%s' % (number, people.GROUPS_OU), [
                ('objectClass', [b'group']), ('sAMAccountName', [b'team%03d' % number]), ('member', [dn.encode() for dn in members])])
        begun = time.monotonic()
        with Follower(self.folder, self.settings()) as seen:
            took = seen.wait(lambda s: s.complete, 'a complete set', 120) - begun
            print('\n%d people and groups, %d of them teams, read in %.2f s' % (len(seen.by_id), count, took))
            teams = [one for one in seen.by_id.values() if one.account.startswith('team')]
            self.assertEqual(len(teams), count)
            self.assertGreaterEqual(min(len(one.members) for one in teams), 19)

    def test_a_controller_that_cuts_like_windows(self):
        tls = self.domain.folder / 'tls'
        with ldap_proxy.WindowsLimits(samba.DC_HOST, self.domain.ca_file, tls / 'mail.pem', tls / 'mail.key') as proxy:
            self.assert_it_cuts(proxy)
            settings = self.settings(
                ad__controllers=['%s:%d' % (samba.MAIL_HOST, proxy.port)], ad__bind='starttls',
                ad__bind_name='svc-kontor@' + people.DOMAIN, ad__ca_file=str(self.domain.ca_file),
                ad__bind_password_file=str(self.domain.write_password_file(self.folder / 'password')))
            with Follower(self.folder, settings) as seen:
                seen.wait(lambda s: s.complete and s.status, 'a complete set')
                crowd = seen.find('crowd')
                self.assertGreaterEqual(len(set(crowd.members)), 1999)  # one may be deleted by the test before
                self.assertEqual(len(set(crowd.members)), len(crowd.members))
                people_seen = sum(one.account.startswith('crowd') and one.account != 'crowd' for one in seen.by_id.values())
                self.assertGreaterEqual(people_seen, self.fill - 1)
                self.assertGreaterEqual(proxy.values_cut, 1)
                self.assertGreater(proxy.pages, 4)
                self.modify('crowd', ('displayName', ['Толпа людей']), parent=people.GROUPS_OU)
                seen.wait(lambda s: s.find('Толпа людей'), 'a changed group')
                self.assertGreaterEqual(len(set(seen.find('crowd').members)), 1999)
                if self.fill > 2000:
                    self.assert_everybody_is_a_member(seen)

    def assert_everybody_is_a_member(self, seen):
        import ldap
        more = [('CN=crowd%05d,%s' % (number, people.CROWD_OU)).encode() for number in range(2001, self.fill + 1)]
        group = 'CN=crowd,' + people.GROUPS_OU
        self.admin.modify_s(group, [(ldap.MOD_ADD, 'member', more)])
        seen.wait(lambda s: len(set(s.find('crowd').members)) >= self.fill - 1, 'a group of %d' % self.fill, 120)
        self.assertEqual(len(set(seen.find('crowd').members)), len(seen.find('crowd').members))
        self.admin.modify_s(group, [(ldap.MOD_DELETE, 'member', more)])
        seen.wait(lambda s: len(set(s.find('crowd').members)) <= 2000, 'they left again', 120)

    def assert_it_cuts(self, proxy):
        """The proxy itself: a client that neither pages nor asks for ranges gets what Windows gives."""
        import ldap
        client = ldap.initialize('ldap://%s:%d' % (samba.MAIL_HOST, proxy.port))
        client.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.domain.ca_file))
        client.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        client.start_tls_s()
        client.simple_bind_s('svc-kontor@' + people.DOMAIN, people.PASSWORD)
        with self.assertRaises(ldap.SIZELIMIT_EXCEEDED):
            client.search_s(people.CROWD_OU, ldap.SCOPE_SUBTREE, '(objectClass=user)', ['cn'])
        entry = client.search_s('CN=crowd,' + people.GROUPS_OU, ldap.SCOPE_BASE, attrlist=['member'])[0][1]
        self.assertEqual(len(entry['member;range=0-1499']), 1500)
        client.unbind_s()


class Tickets(ad_case.DomainCase):
    def accept(self, mechanism, service, *binding):
        return Probe(self.folder, self.settings(), 'ticket', mechanism, service, *binding)

    def test_gssapi_gives_name_and_groups(self):
        env = self.domain.kinit('alice')
        with self.accept('GSSAPI', 'imap') as probe:
            answer = TicketClient(env, 'imap').run(probe, b'bob@corp.example.test')
        self.assertTrue(answer.startswith('done alice@AD.EXAMPLE.TEST\t'), answer)
        _, authorization, sid, groups = answer.split('\t')
        self.assertEqual(authorization, 'bob@corp.example.test')
        domain = sid.rsplit('-', 1)[0]
        self.assertIn(domain + '-513', groups.split(','))
        # nested: alice is in inner-admins, which is in Kontor Admins
        wanted = [self.sid_of('inner-admins'), self.sid_of('Kontor Admins'), self.sid_of('dev')]
        for one in wanted:
            self.assertIn(one, groups.split(','))

    def sid_of(self, group):
        import ldap
        raw = self.admin.search_s('CN=%s,%s' % (group, people.GROUPS_OU), ldap.SCOPE_BASE,
                                  attrlist=['objectSid'])[0][1]['objectSid'][0]
        parts = [int.from_bytes(raw[8 + 4 * i:12 + 4 * i], 'little') for i in range(raw[1])]
        return 'S-1-%d-%s' % (int.from_bytes(raw[2:8], 'big'), '-'.join(map(str, parts)))

    def test_gssapi_refusals(self):
        env = self.domain.kinit('alice')
        rows = [('imap', b'\2\0\0\0', 'bad_input', 'a layer that was not offered'),
                ('imap', b'\1\0\1\0', 'bad_input', 'a size without a layer'),
                ('imap', b'\1', 'bad_input', 'too short')]
        for service, choice, kind, what in rows:
            with self.subTest(what), self.accept('GSSAPI', service) as probe:
                self.assertTrue(TicketClient(env, service).run(probe, choice=choice).startswith('error ' + kind), what)
        with self.accept('GSSAPI', 'imap') as probe:
            answer = TicketClient(env, 'ldap', host=samba.DC_HOST).run(probe)  # a key that is not ours
            self.assertTrue(answer.startswith('error auth_failed'), answer)
            self.assertTrue(probe.ask('AAAA').startswith('error'))  # nothing is left to go on with
        for line in ('AAAA', 'none', '', 'YIIB'):
            with self.accept('GSSAPI', 'imap') as probe:
                first = probe.ask(line)
                self.assertEqual(first.startswith('challenge'), line == 'none', first)

    def test_the_client_may_start_without_an_initial_response(self):
        env = self.domain.kinit('alice')
        with self.accept('GSSAPI', 'smtp') as probe:
            self.assertEqual(probe.ask('none'), 'challenge ')
            self.assertTrue(TicketClient(env, 'smtp').run(probe).startswith('done alice@'))

    def test_spnego(self):
        env = self.domain.kinit('ivan')
        for mutual in (True, False):
            with self.subTest(mutual=mutual), self.accept('GSS-SPNEGO', 'imap') as probe:
                answer = TicketClient(env, 'imap', spnego=True, mutual=mutual).run(probe)
                self.assertTrue(answer.startswith('done ivan@AD.EXAMPLE.TEST\t\tS-1-5-21-'), answer)

    def test_channel_bindings(self):
        env = self.domain.kinit('alice')
        rows = [(b'tls-server-end-point:right', ['right'], True), (b'tls-server-end-point:wrong', ['right'], False),
                (None, ['right'], True), (b'tls-server-end-point:right', [], True)]
        for sent, own, good in rows:
            for mechanism in ('GSSAPI', 'GSS-SPNEGO'):
                with self.subTest((sent, own, mechanism)), self.accept(mechanism, 'imap', *own) as probe:
                    answer = TicketClient(env, 'imap', spnego='SPNEGO' in mechanism, binding=sent).run(probe)
                    self.assertEqual(answer.startswith('done'), good, answer)

    def test_tickets_are_taken_with_the_controller_gone(self):
        env = self.domain.kinit('alice')
        with self.accept('GSSAPI', 'imap') as probe:
            self.assertTrue(TicketClient(env, 'imap').run(probe).startswith('done'))
        self.domain.kill()
        try:
            with self.accept('GSSAPI', 'imap') as probe:
                self.assertTrue(TicketClient(env, 'imap').run(probe).startswith('done'))
        finally:
            self.domain.up()
            type(self).admin = self.domain.admin()

    def test_a_keytab_that_is_not_there_or_has_no_key_of_the_service(self):
        for keytab, service in (('/nonexistent/keytab', 'imap'), (str(self.domain.keytab), 'nntp')):
            probe = Probe(self.folder, self.settings(ad__keytab_file=keytab), 'ticket', 'GSSAPI', service)
            answer = probe.next()[1]
            self.assertTrue(answer.startswith('error unavailable: no key of service ' + service), answer)
            self.assertEqual(probe.process.wait(kontor.PATIENCE), 1)
            probe.process.stdin.close()
            probe.process.stdout.close()


class Passwords(ad_case.DomainCase):
    def check(self, probe, name, password=people.PASSWORD):
        answer, took = probe.ask('%s %s' % (name.encode().hex(), password.encode().hex())).split('\t')
        return answer, int(took)

    def test_what_the_domain_says(self):
        rows = [('alice', people.PASSWORD, 'ok', ''), ('alice', 'wrong', 'auth_failed', 'wrong password'),
                ('nobody', 'x', 'auth_failed', 'no such account'), ('dave', people.PASSWORD, 'auth_failed', 'disabled'),
                ('eve', people.PASSWORD, 'auth_failed', 'expired'), ('alice', '', 'auth_failed', 'empty'),
                ('frank', people.PASSWORD, 'auth_failed', 'must be changed'), ('ivan', people.PASSWORD, 'ok', ''),
                ('ALICE', people.PASSWORD, 'ok', '')]
        with Probe(self.folder, self.settings(), 'password') as probe:
            for name, password, kind, reason in rows:
                with self.subTest(name=name, password=password):
                    answer, _ = self.check(probe, name, password)
                    self.assertTrue(answer.startswith(kind), answer)
                    self.assertIn(reason, answer)

    def test_a_wrong_password_is_counted_once(self):
        with Probe(self.folder, self.settings(ad__controllers=[samba.DC_HOST, samba.DC_HOST]), 'password') as probe:
            for _ in range(samba.LOCKOUT_THRESHOLD - 1):
                self.assertIn('wrong password', self.check(probe, 'grace', 'wrong')[0])
            self.assertEqual(self.check(probe, 'grace')[0], 'ok')
            for _ in range(samba.LOCKOUT_THRESHOLD):
                self.assertIn('wrong password', self.check(probe, 'grace', 'wrong')[0])
            self.assertIn('locked out', self.check(probe, 'grace')[0])

    def test_a_controller_that_is_gone_or_hangs_is_not_a_wrong_password(self):
        with Probe(self.folder, self.settings(), 'password') as probe:
            self.assertEqual(self.check(probe, 'alice')[0], 'ok')
            self.domain.hang()
            try:
                answer, took = self.check(probe, 'alice')
                self.assertTrue(answer.startswith('unavailable'), answer)
                self.assertLess(took, 1000 * PATIENCE)
            finally:
                self.domain.resume()
            self.assertEqual(self.check(probe, 'alice')[0], 'ok')
            self.domain.kill()
            try:
                self.assertTrue(self.check(probe, 'alice')[0].startswith('unavailable'))
            finally:
                self.domain.up()
                type(self).admin = self.domain.admin()
            self.assertEqual(self.check(probe, 'alice')[0], 'ok')

    def test_a_second_controller_answers_when_the_first_is_dead(self):
        with Probe(self.folder, self.settings(ad__controllers=['localhost', samba.DC_HOST]), 'password') as probe:
            # On a loaded machine the second may take longer than ad.timeout; the first never answers.
            samba.wait_until(lambda: self.check(probe, 'alice')[0] == 'ok', PATIENCE, 'the second answers')

    def test_an_answer_no_keytab_proves_lets_nobody_in(self):
        # A keytab with a key of our own making for the server's name: what the controller gives does not open.
        forged = self.folder / 'forged.keytab'
        script = 'addent -password -p MAIL$@%s -k 99 -e aes256-cts-hmac-sha1-96\nfalse\nwkt %s\nq\n' % (people.REALM, forged)
        samba.run('ktutil', input=script)
        with Probe(self.folder, self.settings(ad__keytab_file=str(forged)), 'password') as probe:
            answer, _ = self.check(probe, 'alice')
            self.assertTrue(answer.startswith('unavailable'), answer)

    def test_unknown_names_are_asked_about_too(self):
        """Both go to the controller, so that time tells little: an answer at once would be one made up here."""
        with Probe(self.folder, self.settings(), 'password') as probe:
            wrong = [self.check(probe, 'bob', 'wrong') for _ in range(2)]
            unknown = [probe.ask('3f 3f').split('\t') for _ in range(2)]
        self.assertTrue(all(answer.startswith('auth_failed') for answer, _ in wrong), wrong)
        self.assertTrue(all(spent == 'spent' and int(took) >= 1 for spent, took in unknown), unknown)
        print('\nwrong password %s ms, unknown name %s ms' % (wrong[-1][1], unknown[-1][1]))


if __name__ == '__main__':
    ad_case.main()
