# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts' true state in a real domain: what the controller says of an account counts at sign-in and on open
sessions, a ticket's PAC is believed only with its signature, and the log says in words why a ticket is not taken."""
import base64
import contextlib
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ad_server  # noqa: E402
from ad_case import Probe, TicketClient, kontor, people, samba  # noqa: E402

MAIL = people.MAIL
PATIENCE = kontor.PATIENCE
NORMAL, SMART_CARD = 512, 0x40000


def filetime(seconds):
    return str(int((seconds + 11_644_473_600) * 10_000_000))


def protected_users(admin):
    """DN of the domain's group with RID 525."""
    import ldap
    domain = admin.search_s(people.BASE, ldap.SCOPE_BASE, attrlist=['objectSid'])[0][1]['objectSid'][0]
    sid = bytes([1, domain[1] + 1]) + domain[2:] + (525).to_bytes(4, 'little')
    text = ''.join('\\%02x' % byte for byte in sid)
    found = [dn for dn, _ in admin.search_s(people.BASE, ldap.SCOPE_SUBTREE, '(objectSid=%s)' % text, ['cn']) if dn]
    if len(found) != 1:
        raise AssertionError('no group with RID 525')
    return found[0]


class Pac(ad_case.DomainCase):
    def with_ticket(self):
        """Environment of alice's cache with a ticket for this server in it."""
        env = self.domain.kinit('alice')
        with Probe(self.folder, self.settings(), 'ticket', 'GSSAPI', 'imap') as probe:
            answer = TicketClient(env, 'imap').run(probe)
        self.assertTrue(answer.startswith('done') and answer.split('\t')[2].startswith('S-1-5-21-'), answer)
        return env

    def forged(self, *wish):
        """Environment of a cache whose tickets for this server are altered."""
        env = self.with_ticket()
        target = 'FILE:%s/forged-%s' % (self.folder, wish[0])
        said = samba.run(kontor.build_folder() / 'tests/ticket_forge', 'FILE:%s' % self.domain.keytab, env['KRB5CCNAME'],
                         target, *wish)
        self.assertIn('1 altered', said)
        return dict(env, KRB5CCNAME=target)

    def test_a_pac_counts_only_with_its_signature(self):
        for wish in (('rid', '500'), ('none',)):
            with self.subTest(wish=wish):
                env = self.forged(*wish)
                with Probe(self.folder, self.settings(), 'ticket', 'GSSAPI', 'imap') as probe:
                    answer = TicketClient(env, 'imap').run(probe)
                # The name stands in the ticket itself; nothing the altered PAC says is taken.
                self.assertEqual(answer, 'done alice@AD.EXAMPLE.TEST\t\t\t')

    def refusal(self, env, settings=None):
        with Probe(self.folder, settings or self.settings(), 'ticket', 'GSSAPI', 'imap') as probe:
            answer = TicketClient(env, 'imap').run(probe)
        self.assertTrue(answer.startswith('error auth_failed'), answer)
        return answer

    def test_a_wrong_clock_is_named(self):
        env = self.with_ticket()
        cache = pathlib.Path(env['KRB5CCNAME'].split(':', 1)[1])
        # The offset to the controller's clock that clients keep in the cache's header (tag 1): an hour.
        old = cache.read_bytes()
        size, = struct.unpack('>H', old[2:4])
        cache.write_bytes(old[:2] + struct.pack('>HHHii', 12, 1, 8, 3600, 0) + old[4 + size:])
        self.assertIn('clocks of the client and of this machine differ', self.refusal(env))

    def test_an_old_keytab_is_named(self):
        entries = [('another version', 99), ('the same version', None)]
        listed = samba.run('klist', '-k', self.domain.keytab)
        version = int(re.search(r'(\d+) imap/%s@' % re.escape(samba.MAIL_HOST), listed).group(1))
        for what, number in entries:
            with self.subTest(what):
                keytab = self.folder / ('keytab-%s' % number)
                script = ''.join('addent -password -p imap/%s@%s -k %d -e %s\nwrong\n'
                                 % (samba.MAIL_HOST, people.REALM, number or version, kind)
                                 for kind in ('aes256-cts-hmac-sha1-96', 'aes128-cts-hmac-sha1-96'))
                samba.run('ktutil', input=script + 'wkt %s\nq\n' % keytab)
                answer = self.refusal(self.domain.kinit('alice'), self.settings(ad__keytab_file=str(keytab)))
                self.assertIn('write the keytab anew', answer)


class Accounts(ad_server.ServerCase):
    @classmethod
    def make_server(cls):
        server = super().make_server()
        server.settings.update({'sign_in.remember_success': '10m', 'sign_in.delay': '0ms', 'sign_in.longest_delay': '0ms',
                                'sign_in.never_block': ['127.0.0.1'], 'sign_in.remember_failure': '0s'})
        return server

    def imap(self, login=None, password=people.PASSWORD, patient=True):
        """`patient`: a controller that takes longer than ad.timeout on a loaded machine is asked again."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return super().imap(login, password)
            except Exception as error:
                if not patient or 'UNAVAILABLE' not in str(error) or time.monotonic() > end:
                    raise

    def by_password(self, name):
        client = self.imap(name)
        client.select()
        return self.idle(client)

    def by_ticket(self, name, env=None):
        import gssapi
        os.environ['KRB5CCNAME'] = (env or self.domain.kinit(name))['KRB5CCNAME']
        context = gssapi.SecurityContext(name=gssapi.Name('imap@' + samba.MAIL_HOST, gssapi.NameType.hostbased_service),
                                         usage='initiate', mech=gssapi.OID.from_int_seq('1.2.840.113554.1.2.2'))
        client = self.imap()

        def answer(challenge):
            if not context.complete:
                return context.step(challenge or None) or b''
            if not challenge:
                return b''
            context.unwrap(challenge)
            return context.wrap(b'\1\0\0\0', False).message
        client.authenticate('GSSAPI', answer)
        client.select()
        return self.idle(client)

    def idle(self, client):
        self.addCleanup(client.shutdown)
        client.sock.settimeout(PATIENCE)
        client.send(b'i IDLE\r\n')
        self.assertTrue(client.readline().startswith(b'+'))
        return client

    def assert_ends(self, client, words):
        begun = time.monotonic()
        line = client.readline()
        self.assertTrue(line.startswith(b'* BYE') and words.encode() in line, line)
        print('\n%s: %.2f s' % (words, time.monotonic() - begun))

    def assert_goes_on(self, client):
        client.send(b'DONE\r\n')
        self.assertEqual(client.readline()[:4], b'i OK')

    def assert_refused(self, name, reason):
        with self.assertRaises(Exception) as caught:
            self.imap(name).logout()
        self.assertIn('AUTHENTICATIONFAILED', str(caught.exception))
        self.server.wait_for_log(reason, 10)

    def test_tickets_go_on_while_passwords_wait_for_a_hanging_controller(self):
        env = self.domain.kinit('alice')
        self.by_ticket('alice', env)  # the service ticket is in the cache now
        answers = []

        def try_password(number):
            try:
                self.imap(('carol', 'ivan')[number % 2], patient=False).logout()  # theirs are not remembered yet
                answers.append('OK')
            except Exception as error:
                answers.append(str(error))
        self.domain.hang()
        threads = [threading.Thread(target=try_password, args=(number,)) for number in range(200)]
        try:
            for thread in threads:
                thread.start()
            for _ in range(10):
                client = self.by_ticket('alice', env)
                self.assert_goes_on(client)
            waiting = sum(thread.is_alive() for thread in threads)
            print('\n%d of 200 passwords wait while 10 tickets were taken' % waiting)
            self.assertGreater(waiting, 0)
            samba.wait_until(lambda: len(answers) >= 16, 120, 'the first passwords are answered')
        finally:
            self.domain.resume()
        for thread in threads:
            thread.join(300)
        self.assertEqual(len(answers), 200)
        for answer in answers:
            self.assertTrue('UNAVAILABLE' in answer or answer == 'OK', answer)
        self.assertTrue(any('UNAVAILABLE' in answer for answer in answers))
        self.imap('alice').logout()

    def test_what_the_domain_forbids_ends_open_sessions(self):
        rows = [('disabled', [('userAccountControl', [str(NORMAL | 2)])], 'was disabled', 'account is disabled', True),
                ('expired', [('accountExpires', [filetime(time.time() - 60)])], 'has expired', 'account has expired', True),
                ('hours', [('logonHours', None)], 'at this hour', 'logon hours', True),
                ('change', [('userAccountControl', [str(NORMAL)]), ('pwdLastSet', ['0'])], 'must be changed',
                 'must be changed', False),
                ('card', [('userAccountControl', [str(NORMAL | SMART_CARD)])], 'smart card', 'smart card', False)]
        for name, changes, goodbye, reason, tickets_too in rows:
            with self.subTest(name):
                self.domain.add_user(self.admin, name)
                samba.wait_until(lambda name=name: self.knows(name + '@' + MAIL), 120, name + ' is known')
                password, ticket = self.by_password(name), self.by_ticket(name)
                for attribute, values in changes:
                    if values is None:
                        import ldap
                        self.admin.modify_s('CN=%s,%s' % (name, people.PEOPLE_OU),
                                            [(ldap.MOD_REPLACE, attribute, [bytes(21)])])
                    else:
                        self.modify(name, (attribute, values))
                self.assert_ends(password, goodbye)
                if tickets_too:
                    self.assert_ends(ticket, goodbye)
                else:
                    self.assert_goes_on(ticket)
                self.assert_refused(name, reason)

    def test_a_lock_stops_passwords_and_nothing_else(self):
        name = 'locked'
        self.domain.add_user(self.admin, name)
        samba.wait_until(lambda: self.knows(name + '@' + MAIL), 120, 'known')
        password, ticket = self.by_password(name), self.by_ticket(name)
        for _ in range(samba.LOCKOUT_THRESHOLD):
            subprocess.run(['kinit', name + '@' + people.REALM], input='wrong\n', text=True, capture_output=True)

        def is_locked():
            try:
                self.imap(name).logout()  # the right password, which was remembered
            except Exception as error:
                return 'AUTHENTICATIONFAILED' in str(error)
            return False
        samba.wait_until(is_locked, PATIENCE, 'the lock is in force')
        self.server.wait_for_log('locked out', 10)
        self.assert_goes_on(password)
        self.assert_goes_on(ticket)
        samba.run('samba-tool', 'user', 'unlock', name, '-H', 'ldap://' + samba.DC_HOST, '-U', 'administrator',
                  '--password', samba.ADMIN_PASSWORD)
        samba.wait_until(lambda: not is_locked(), PATIENCE, 'unlocked')

    def test_a_changed_password_is_not_remembered(self):
        name = 'changer'
        dn = self.domain.add_user(self.admin, name)
        samba.wait_until(lambda: self.knows(name + '@' + MAIL), 120, 'known')
        self.imap(name).logout()  # and is remembered for ten minutes
        import ldap
        self.admin.modify_s(dn, [(ldap.MOD_REPLACE, 'unicodePwd', [people.password_value('An0ther!one')])])

        def is_over():
            try:
                self.imap(name).logout()
            except Exception as error:
                return 'AUTHENTICATIONFAILED' in str(error)
            return False
        samba.wait_until(is_over, PATIENCE, 'the old password is no good')
        self.imap(name, 'An0ther!one').logout()

    def test_protected_users_are_asked_about_each_time(self):
        import ldap
        name = 'guarded'
        dn = self.domain.add_user(self.admin, name)
        samba.wait_until(lambda: self.knows(name + '@' + MAIL), 120, 'known')
        self.admin.modify_s(protected_users(self.admin), [(ldap.MOD_ADD, 'member', [('CN=loop-b,' + people.GROUPS_OU).encode()])])
        self.admin.modify_s('CN=loop-b,' + people.GROUPS_OU, [(ldap.MOD_ADD, 'member', [dn.encode()])])
        # Written last: once it is known, so is what was written before.
        self.admin.modify_s(dn, [(ldap.MOD_ADD, 'proxyAddresses', [('smtp:%s-too@%s' % (name, MAIL)).encode()])])
        samba.wait_until(lambda: self.knows(name + '-too@' + MAIL), 120, 'the groups are in force')
        self.imap(name).logout()
        self.domain.hang()
        try:
            with self.assertRaises(Exception) as caught:
                self.imap(name, patient=False).logout()
            self.assertIn('UNAVAILABLE', str(caught.exception))
        finally:
            self.domain.resume()
        self.imap('bob').logout()
        self.domain.hang()
        try:
            self.imap('bob').logout()  # his is remembered
        finally:
            self.domain.resume()

    def test_out_of_a_group_counts_in_an_open_session_whatever_the_ticket_says(self):
        import ldap
        client = self.by_ticket('alice')  # her ticket names inner-admins, and Kontor Admins around it
        self.assert_goes_on(client)
        group = 'CN=inner-admins,' + people.GROUPS_OU
        member = [('CN=alice,' + people.PEOPLE_OU).encode()]

        def set_quota():
            client.send(b'q SETQUOTA "" (STORAGE 100000)\r\n')
            while True:
                line = client.readline()
                if line.startswith(b'q '):
                    return line[2:4]
        self.assertEqual(set_quota(), b'OK')
        begun = time.monotonic()
        self.admin.modify_s(group, [(ldap.MOD_DELETE, 'member', member)])
        try:
            samba.wait_until(lambda: set_quota() == b'NO', PATIENCE, 'she is no administrator any more')
            print('\nout of a nested group, in an open session by ticket: %.2f s' % (time.monotonic() - begun))
        finally:
            self.admin.modify_s(group, [(ldap.MOD_ADD, 'member', member)])


class Ntlm(ad_server.ServerCase):
    """winbind is the controller's own here; it answers in this test's namespace only."""
    @classmethod
    def make_server(cls):
        server = super().make_server()
        server.settings.update({'sign_in.mechanisms': ['GSSAPI', 'GSS-SPNEGO', 'PLAIN', 'LOGIN', 'NTLM'],
                                'sign_in.never_block': ['127.0.0.1'], 'sign_in.delay': '0ms', 'sign_in.longest_delay': '0ms'})
        return server

    def ntlm_context(self, name, password=people.PASSWORD):
        import gssapi
        ntlm = gssapi.OID.from_int_seq('1.3.6.1.4.1.311.2.2.10')
        user = gssapi.raw.import_name(('ADTEST\\' + name).encode(), gssapi.NameType.user)
        made = gssapi.raw.acquire_cred_with_password(user, password.encode(), mechs=[ntlm], usage='initiate')
        return gssapi.SecurityContext(name=gssapi.Name('imap@' + samba.MAIL_HOST, gssapi.NameType.hostbased_service),
                                      creds=gssapi.Credentials(made.creds), usage='initiate', mech=ntlm)

    def sign_in(self, name, password=people.PASSWORD):
        context = self.ntlm_context(name, password)
        client = self.imap()
        self.addCleanup(client.shutdown)
        client.authenticate('NTLM', lambda challenge: context.step(challenge or None) or b'')
        return client

    def test_it_is_offered_inside_tls_only(self):
        import imaplib
        self.assertIn('AUTH=NTLM', self.imap().capabilities)
        with imaplib.IMAP4(samba.MAIL_HOST, self.server.port('imap'), timeout=kontor.PATIENCE) as client:
            self.assertNotIn('AUTH=NTLM', client.capabilities)
            with self.assertRaises(Exception):
                client.authenticate('NTLM', lambda challenge: b'')

    def test_the_right_password_signs_in_and_a_wrong_one_does_not(self):
        samba.wait_until(self.winbind_answers, 120, 'winbind answers')
        self.assertEqual(self.sign_in('alice').select()[0], 'OK')
        for name, password in (('alice', 'wrong'), ('dave', people.PASSWORD), ('nobody', 'x')):
            with self.subTest(name), self.assertRaises(Exception) as caught:
                self.sign_in(name, password)
            self.assertIn('AUTHENTICATIONFAILED', str(caught.exception))
        self.server.wait_for_log('the domain refused it by NTLM', 10)

    def test_smtp_and_pop3_take_it(self):
        samba.wait_until(self.winbind_answers, 120, 'winbind answers')
        for port, hello, start, go_on, good in (
                ('submissions', b'EHLO test\r\n', b'AUTH NTLM', b'334 ', b'235 '), ('pop3s', b'', b'AUTH NTLM', b'+ ', b'+OK')):
            with self.subTest(port):
                context = self.ntlm_context('bob')
                wire = kontor.Wire(self.server.connect(port))
                self.addCleanup(wire.close)
                import ssl
                wire.connection = ssl.create_default_context(cafile=str(self.domain.ca_file)).wrap_socket(
                    wire.connection, server_hostname=samba.MAIL_HOST)
                wire.line()
                wire.send(hello)
                if hello:
                    wire.until('250 ')
                wire.send(start + b'\r\n')
                challenge = b''
                while True:
                    line = wire.line()
                    if not line.startswith(go_on):
                        break
                    challenge = base64.b64decode(line[len(go_on):])
                    wire.send(base64.b64encode(context.step(challenge or None) or b'') + b'\r\n')
                self.assertTrue(line.startswith(good), line)

    def winbinds(self):
        """Process ids of this domain's winbind: the parent names the domain's folder, its children are below it."""
        parents, found = {}, set()
        for entry in filter(str.isdigit, os.listdir('/proc')):
            with contextlib.suppress(OSError):
                words = pathlib.Path('/proc', entry, 'cmdline').read_bytes()
                parents[int(entry)] = int(pathlib.Path('/proc', entry, 'stat').read_text().rsplit(')', 1)[1].split()[1])
                if b'winbindd' in words and bytes(self.domain.folder) in words:
                    found.add(int(entry))
        return found | {pid for pid, parent in parents.items() if parent in found}

    def winbind_answers(self):
        return subprocess.run(['wbinfo', '-a', 'ADTEST\\alice%' + people.PASSWORD], capture_output=True).returncode == 0

    def test_protected_users_are_refused(self):
        import ldap
        samba.wait_until(self.winbind_answers, 120, 'winbind answers')
        self.sign_in('carol')
        dn = protected_users(self.admin)
        member = [('CN=carol,' + people.PEOPLE_OU).encode()]
        self.admin.modify_s(dn, [(ldap.MOD_ADD, 'member', member)])

        def is_refused():
            try:
                self.sign_in('carol')
            except Exception as error:
                return 'AUTHENTICATIONFAILED' in str(error)
            return False
        samba.wait_until(is_refused, PATIENCE, 'she is protected')
        self.imap('carol').logout()

    def test_a_hanging_winbind_holds_up_nobody_else(self):
        samba.wait_until(self.winbind_answers, 120, 'winbind answers')
        self.imap('bob').logout()  # remembered
        env = self.domain.kinit('alice')
        self.inbox_by_ticket(env)
        answers = []

        def try_ntlm():
            try:
                self.sign_in('ivan')
                answers.append('OK')
            except Exception as error:
                answers.append(str(error))
        self.domain.hang()
        winbinds = self.winbinds()
        for pid in winbinds:
            os.kill(pid, signal.SIGSTOP)
        threads = [threading.Thread(target=try_ntlm) for _ in range(8)]
        try:
            self.assertTrue(winbinds)
            for thread in threads:
                thread.start()
            read = self.inbox_by_ticket(env)
            self.assertEqual(read.returncode, 0, read.stderr)
            self.assertGreater(sum(thread.is_alive() for thread in threads), 0)
        finally:
            self.domain.resume()
            for pid in winbinds:
                os.kill(pid, signal.SIGCONT)
        for thread in threads:
            thread.join(120)
        self.assertEqual(len(answers), 8)


if __name__ == '__main__':
    ad_case.main()
