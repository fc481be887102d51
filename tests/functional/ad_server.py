# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on a real domain: domain users sign in by ticket or password, mail goes in and is read."""
import email.message
import email.policy
import imaplib
import os
import pathlib
import poplib
import smtplib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402

MAIL = people.MAIL
# The promise is 2 seconds; each test prints what it took. A loaded machine may take longer, a lost change for ever.
PATIENCE = kontor.PATIENCE


def message(subject, to='bob@' + MAIL, sender='alice@' + MAIL):
    made = email.message.EmailMessage()
    made['From'], made['To'], made['Subject'] = sender, to, subject
    made['Message-ID'] = '<%s@test>' % subject.replace(' ', '-')
    made.set_content('Текст письма.\n')
    return made.as_bytes(policy=email.policy.SMTP)


class ServerCase(ad_case.DomainCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.folder / 'data'
        cls.server = cls.make_server()
        cls.server.start()
        cls.addClassCleanup(lambda: cls.server.close())
        cls.wait_for_people()

    @classmethod
    def make_server(cls):
        tls = cls.domain.folder / 'tls'
        server = kontor.Server(data=cls.data)
        server.settings.update(cls.settings())
        server.settings.update({'server.demo': False, 'tls.certificate_file': str(tls / 'mail.pem'),
                                'tls.key_file': str(tls / 'mail.key'), 'sign_in.remember_failure': '1s',
                                'sign_in.remember_success': '0s'})
        return server

    @classmethod
    def wait_for_people(cls):
        samba.wait_until(lambda: cls.knows('alice@' + MAIL), 120, 'the people of the domain are known')

    @classmethod
    def knows(cls, address):
        return cls.server.takes_mail_for(address)

    def context(self):
        import ssl
        return ssl.create_default_context(cafile=str(self.domain.ca_file))

    def imap(self, login=None, password=people.PASSWORD):
        client = imaplib.IMAP4_SSL(samba.MAIL_HOST, self.server.port('imaps'), ssl_context=self.context(), timeout=kontor.PATIENCE)
        if login:
            try:
                client.login('"%s"' % login.replace('\\', '\\\\'), password)
            except BaseException:
                client.shutdown()
                raise
        return client

    def subjects(self, login, folder='INBOX'):
        client = self.imap(login)
        try:
            client.select(folder, readonly=True)
            _, found = client.search(None, 'ALL')
            texts = []
            for number in found[0].split():
                _, parts = client.fetch(number, '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')
                texts.append(parts[0][1].decode().split(':', 1)[1].strip())
            return texts
        finally:
            client.logout()

    def curl(self, env, *arguments):
        return subprocess.run(['curl', '-sS', '--max-time', '30', '--cacert', str(self.domain.ca_file), '-u', ':',
                               '--login-options', 'AUTH=GSSAPI', *arguments], env=env, text=True, capture_output=True)

    def inbox_by_ticket(self, env, command='SELECT INBOX'):
        url = 'imaps://%s:%d/' % (samba.MAIL_HOST, self.server.port('imaps'))
        return self.curl(env, url, '-X', command)

    def assert_no(self, client_call, text):
        with self.assertRaises(imaplib.IMAP4.error) as caught:
            client_call()
        self.assertIn(text, str(caught.exception))


class Clients(ServerCase):
    def test_curl_sends_and_reads_by_ticket(self):
        alice, bob = self.domain.kinit('alice'), self.domain.kinit('bob')
        file = self.folder / 'mail'
        file.write_bytes(message('by ticket'))
        sent = self.curl(alice, 'smtp://%s:%d/' % (samba.MAIL_HOST, self.server.port('submission')), '--ssl-reqd',
                         '--mail-from', 'alice@' + MAIL, '--mail-rcpt', 'bob@' + MAIL, '-T', str(file))
        self.assertEqual(sent.returncode, 0, sent.stderr)
        read = self.curl(bob, 'imaps://%s:%d/INBOX;MAILINDEX=1' % (samba.MAIL_HOST, self.server.port('imaps')))
        self.assertEqual(read.returncode, 0, read.stderr)
        self.assertIn('Subject: by ticket', read.stdout)
        plain = self.curl(bob, 'imap://%s:%d/' % (samba.MAIL_HOST, self.server.port('imap')), '-X', 'NOOP')
        self.assertEqual(plain.returncode, 0, plain.stderr)  # GSSAPI needs no TLS

    def test_a_submitter_may_not_use_another_address(self):
        file = self.folder / 'mail2'
        file.write_bytes(message('false', sender='bob@' + MAIL))
        sent = self.curl(self.domain.kinit('alice'), 'smtp://%s:%d/' % (samba.MAIL_HOST, self.server.port('submission')),
                         '--ssl-reqd', '--mail-from', 'bob@' + MAIL, '--mail-rcpt', 'bob@' + MAIL, '-T', str(file))
        self.assertNotEqual(sent.returncode, 0)

    def kontorctl(self, who, *words):
        """Of a server elsewhere, with that person's ticket."""
        done = subprocess.run([kontor.program('kontorctl'), '--server', 'https://%s:%d' % (samba.MAIL_HOST, self.server.port('https')),
                               '--ca-file', str(self.domain.ca_file), '--json', *words],
                              env=self.domain.kinit(who), text=True, capture_output=True, timeout=kontor.PATIENCE)
        return done.returncode, done.stdout + done.stderr

    def test_administration_by_ticket(self):
        """alice is in the administrators' group by another group; carol gets a role by a group of the domain."""
        status, said = self.kontorctl('alice', 'accounts', 'list')
        self.assertEqual(status, 0, said)
        self.assertIn('bob@' + MAIL, said)
        status, said = self.kontorctl('carol', 'queue')
        self.assertEqual((status, 'no_permission' in said), (1, True), said)
        status, said = self.kontorctl('alice', 'roles', 'grant', 'dev@' + MAIL, 'help-desk')
        self.assertEqual(status, 0, said)
        self.assertEqual(self.kontorctl('carol', 'queue')[0], 0)
        status, said = self.kontorctl('carol', 'quota', 'set', 'bob@' + MAIL, '3GB')
        self.assertEqual(status, 0, said)
        record = self.server.ctl('audit', 'list', '--kind', 'change', '--limit', '1')[0]
        self.assertEqual(record['who']['account'].lower(), 'carol@' + MAIL)
        status, said = self.kontorctl('carol', 'policy', 'set', 'everybody', 'quota=1GB')
        self.assertIn('no_permission', said)

    def test_mbsync_by_ticket(self):
        env = self.domain.kinit('ivan')
        self.server.lmtp(['ivan@' + MAIL], message('for mbsync', 'ivan@' + MAIL))
        (self.folder / 'maildir').mkdir()
        config = self.folder / 'mbsyncrc'
        config.write_text(
            'IMAPAccount k\nHost %s\nPort %d\nUser ivan\nAuthMechs GSSAPI\nSSLType IMAPS\nCertificateFile %s\n\n'
            'IMAPStore far\nAccount k\n\nMaildirStore near\nPath %s/maildir/\nInbox %s/maildir/INBOX\n\n'
            'Channel c\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSyncState *\n'
            % (samba.MAIL_HOST, self.server.port('imaps'), self.domain.ca_file, self.folder, self.folder))
        done = subprocess.run(['mbsync', '-c', str(config), 'c'], env=env, text=True, capture_output=True, timeout=kontor.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        files = [file for file in (self.folder / 'maildir').rglob('*') if file.parent.name in ('new', 'cur')]
        self.assertTrue(any(b'for mbsync' in file.read_bytes() for file in files))

    def test_offlineimap_by_ticket(self):
        env = self.domain.kinit('ivan')
        self.server.lmtp(['ivan@' + MAIL], message('for offlineimap', 'ivan@' + MAIL))
        config = self.folder / 'offlineimaprc'
        config.write_text(
            '[general]\naccounts = k\nmetadata = %s/metadata\nui = basic\n\n[Account k]\nlocalrepository = near\n'
            'remoterepository = far\n\n[Repository near]\ntype = Maildir\nlocalfolders = %s/offline\n\n'
            '[Repository far]\ntype = IMAP\nremotehost = %s\nremoteport = %d\nremoteuser = ivan\nauth_mechanisms = GSSAPI\n'
            'ssl = yes\nsslcacertfile = %s\nfolderfilter = lambda name: name == "INBOX"\n'
            % (self.folder, self.folder, samba.MAIL_HOST, self.server.port('imaps'), self.domain.ca_file))
        done = subprocess.run(['offlineimap', '-o', '-c', str(config)], env=env, text=True, capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        files = [file for file in (self.folder / 'offline').rglob('*') if file.parent.name in ('new', 'cur')]
        self.assertTrue(any(b'for offlineimap' in file.read_bytes() for file in files), done.stdout + done.stderr)

    def test_msmtp_by_ticket(self):
        env = self.domain.kinit('alice')
        sent = subprocess.run(
            ['msmtp', '--file=/dev/null', '--host=' + samba.MAIL_HOST, '--port=%d' % self.server.port('submission'),
             '--tls=on', '--tls-starttls=on', '--tls-trust-file=%s' % self.domain.ca_file, '--auth=gssapi', '--user=alice',
             '--from=alice@' + MAIL, 'carol@' + MAIL], input=message('by msmtp', 'carol@' + MAIL), env=env,
            capture_output=True, timeout=kontor.PATIENCE)
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.assertIn('by msmtp', self.subjects('carol'))

    def test_curl_fetches_by_pop3_and_ticket(self):
        self.server.lmtp(['carol@' + MAIL], message('for pop3', 'carol@' + MAIL))
        env = self.domain.kinit('carol')
        number = self.subjects('carol').index('for pop3') + 1
        for url in ('pop3s://%s:%d/%d' % (samba.MAIL_HOST, self.server.port('pop3s'), number),
                    'pop3://%s:%d/%d' % (samba.MAIL_HOST, self.server.port('pop3'), number)):  # GSSAPI needs no TLS
            read = self.curl(env, url)
            self.assertEqual(read.returncode, 0, read.stderr)
            self.assertIn('Subject: for pop3', read.stdout)
        self.server.wait_for_log('event=pop3.login.done')

    def test_fetchmail_by_ticket(self):
        self.server.lmtp(['ivan@' + MAIL], message('for fetchmail', 'ivan@' + MAIL))
        folder = self.folder / 'fetchmail'
        (folder / 'box').mkdir(parents=True)
        config = folder / 'fetchmailrc'
        config.write_text('poll %s service %d protocol POP3 auth gssapi no dns\n'
                          '  username "ivan" ssl sslcertck sslcertfile %s keep mda "sh -c \'cat > %s/box/$$\'"\n'
                          % (samba.MAIL_HOST, self.server.port('pop3s'), self.domain.ca_file, folder))
        config.chmod(0o600)
        done = subprocess.run(
            ['fetchmail', '-v', '-f', str(config), '--idfile', str(folder / 'ids'), '--pidfile', str(folder / 'pid'),
             '--nosyslog', '--nobounce', '--invisible'],
            env={**self.domain.kinit('ivan'), 'HOME': str(folder)}, text=True, capture_output=True, timeout=kontor.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn('AUTH GSSAPI', done.stdout)
        self.assertTrue(any('Subject: for fetchmail' in file.read_text() for file in (folder / 'box').iterdir()))

    def test_pop3_refuses_as_the_others_do(self):
        with_password = poplib.POP3_SSL(samba.MAIL_HOST, self.server.port('pop3s'), context=self.context(), timeout=kontor.PATIENCE)
        with_password.user('ADTEST\\bob')
        with_password.pass_(people.PASSWORD)
        with_password.quit()
        for login, password in (('dave', people.PASSWORD), ('bob', 'wrong'), ('nobody', people.PASSWORD)):
            client = poplib.POP3_SSL(samba.MAIL_HOST, self.server.port('pop3s'), context=self.context(), timeout=kontor.PATIENCE)
            client.user(login)
            with self.assertRaises(poplib.error_proto) as caught:
                client.pass_(password)
            self.assertEqual(caught.exception.args[0], b'-ERR [AUTH] authentication failed')
            client.quit()

    def test_spnego_inside_tls(self):
        import gssapi
        os.environ['KRB5CCNAME'] = self.domain.kinit('alice')['KRB5CCNAME']
        context = gssapi.SecurityContext(
            name=gssapi.Name('imap@' + samba.MAIL_HOST, gssapi.NameType.hostbased_service), usage='initiate',
            mech=gssapi.OID.from_int_seq('1.3.6.1.5.5.2'))
        client = self.imap()
        self.assertIn('AUTH=GSS-SPNEGO', client.capabilities)
        client.authenticate('GSS-SPNEGO', lambda challenge: (context.step(challenge or None) or b'')
                            if not context.complete else b'')
        self.assertEqual(client.select()[0], 'OK')
        client.logout()


class Passwords(ServerCase):
    def test_names_that_sign_in(self):
        for login in ('alice', 'alice@ad.example.test', 'ADTEST\\alice', 'alice@' + MAIL, 'a.petrova@' + MAIL, 'ALICE'):
            with self.subTest(login):
                client = self.imap(login)
                self.assertEqual(client.select()[0], 'OK')
                client.logout()
        client = self.imap('ivan.ivanov@' + MAIL)
        client.logout()
        with smtplib.SMTP(samba.MAIL_HOST, self.server.port('submission'), timeout=kontor.PATIENCE) as client:
            client.starttls(context=self.context())
            client.login('ADTEST\\bob', people.PASSWORD)

    def test_refusals_read_alike_and_the_log_knows_why(self):
        rows = [('dave', people.PASSWORD, 'disabled'), ('eve', people.PASSWORD, 'expired'),
                ('frank', people.PASSWORD, 'must be changed'), ('alice', 'wrong', 'wrong password'),
                ('nobody', people.PASSWORD, ''), ('alice', '', '')]
        answers = set()
        for login, password, reason in rows:
            with self.subTest(login=login, reason=reason):
                with self.assertRaises(imaplib.IMAP4.error) as caught:
                    self.imap(login, password or '""')
                answers.add(str(caught.exception))
                if reason:
                    self.server.wait_for_log(reason, 5)
        self.assertEqual(len(answers), 1, answers)
        for _ in range(samba.LOCKOUT_THRESHOLD):
            subprocess.run(['kinit', 'grace@' + people.REALM], input='wrong\n', text=True, capture_output=True)
        with self.assertRaises(imaplib.IMAP4.error):
            self.imap('grace')
        self.server.wait_for_log('locked out', 5)

    def test_plain_is_not_there_without_tls(self):
        with imaplib.IMAP4(samba.MAIL_HOST, self.server.port('imap'), timeout=kontor.PATIENCE) as client:
            self.assertNotIn('AUTH=PLAIN', client.capabilities)
            self.assertNotIn('AUTH=GSS-SPNEGO', client.capabilities)
            self.assertIn('AUTH=GSSAPI', client.capabilities)


class People(ServerCase):
    def in_force(self, change, condition, what):
        begun = time.monotonic()
        change()
        samba.wait_until(condition, 120, what)
        print('\n%s: in force after %.2f s' % (what, time.monotonic() - begun))
        self.assertLess(time.monotonic() - begun, PATIENCE, what)

    def test_lists_reach_each_member_once(self):
        self.assertEqual(self.server.lmtp(['staff@' + MAIL], message('to staff', 'staff@' + MAIL)), {})
        for name in ('alice', 'bob', 'carol', 'ivan'):
            self.assertEqual(self.subjects(name).count('to staff'), 1, name)
        self.assertEqual(self.server.lmtp(['loop-b@' + MAIL], message('round', 'loop-b@' + MAIL)), {})
        self.assertEqual(self.subjects('alice').count('round'), 1)
        self.assertEqual(self.server.lmtp(['room-blue@' + MAIL], message('room', 'room-blue@' + MAIL)), {})

    def test_unknown_and_mailless_are_refused(self):
        for address in ('nobody@' + MAIL, 'heidi@' + MAIL, 'alice@ad.example.test'):
            self.assertFalse(self.knows(address), address)
        for address in ('A.PETROVA@' + MAIL, 'alice.petrova@sales.' + MAIL, 'c@' + MAIL):
            self.assertTrue(self.knows(address), address)

    def test_a_new_person_has_mail_and_every_change_is_in_force(self):
        dn = 'CN=nina,' + people.PEOPLE_OU
        self.in_force(lambda: self.domain.add_user(self.admin, 'nina', 'Нина Новая'), lambda: self.knows('nina@' + MAIL),
                      'created')
        self.assertEqual(self.server.lmtp(['nina@' + MAIL], message('welcome', 'nina@' + MAIL)), {})
        self.assertEqual(self.subjects('nina'), ['welcome'])
        client = self.imap('nina')
        folders = b' '.join(client.list()[1]).decode()
        for folder in ('Sent', 'Drafts', 'Trash', 'Junk', 'Archive'):
            self.assertIn(folder, folders)
        self.in_force(lambda: self.modify('nina', ('proxyAddresses', ['SMTP:nn@' + MAIL, 'smtp:nina@' + MAIL])),
                      lambda: self.knows('nn@' + MAIL), 'a new address')
        self.in_force(lambda: (self.modify('nina', ('sAMAccountName', ['nina2']), ('userPrincipalName', ['n2@ad.example.test'])),
                               self.admin.rename_s(dn, 'CN=nina2')),
                      lambda: self.can_sign_in('nina2'), 'renamed')
        self.assertEqual(self.subjects('nina2'), ['welcome'])  # the same mailbox
        self.in_force(lambda: self.modify('nina2', ('userAccountControl', ['514'])),
                      lambda: self.is_closed(client), 'the open session ends when disabled')
        self.assertFalse(self.can_sign_in('nina2'))
        self.in_force(lambda: self.modify('nina2', ('userAccountControl', ['512'])),
                      lambda: self.can_sign_in('nina2'), 'enabled again')
        self.in_force(lambda: self.admin.delete_s('CN=nina2,' + people.PEOPLE_OU), lambda: not self.knows('nn@' + MAIL),
                      'deleted')
        self.assertFalse(self.can_sign_in('nina2'))

    def test_a_deleted_person_comes_back_with_his_mailbox(self):
        """Moved, given other names and addresses, deleted and reanimated: the objectGUID stays, and so does the mailbox."""
        import ldap
        import uuid
        dn = self.domain.add_user(self.admin, 'vera')
        guid = str(uuid.UUID(bytes_le=self.admin.search_s(dn, ldap.SCOPE_BASE, attrlist=['objectGUID'])[0][1]['objectGUID'][0]))
        samba.wait_until(lambda: self.knows('vera@' + MAIL), 120, 'created')
        self.assertEqual(self.server.lmtp(['vera@' + MAIL], message('before', 'vera@' + MAIL)), {})
        self.admin.rename_s(dn, 'CN=vera', newsuperior=people.GROUPS_OU)
        self.modify('vera', ('mail', ['v@' + MAIL]), ('userPrincipalName', ['v@other.example.test']), parent=people.GROUPS_OU)
        samba.wait_until(lambda: self.knows('v@' + MAIL), 120, 'moved and given another address')
        self.assertFalse(self.knows('vera@' + MAIL))
        self.assertEqual(self.subjects('v@other.example.test'), ['before'])
        self.admin.delete_s('CN=vera,' + people.GROUPS_OU)
        samba.wait_until(lambda: not self.knows('v@' + MAIL), 120, 'deleted')
        self.reanimate(guid, dn)
        self.admin.modify_s(dn, [(ldap.MOD_REPLACE, 'unicodePwd', [people.password_value(people.PASSWORD)])])
        self.modify('vera', ('userAccountControl', ['66048']), ('mail', ['vera@' + MAIL]))
        samba.wait_until(lambda: self.knows('vera@' + MAIL), 120, 'reanimated')
        self.assertEqual(self.subjects('vera'), ['before'])

    def can_sign_in(self, login):
        try:
            self.imap(login).logout()
            return True
        except imaplib.IMAP4.error:
            return False

    def is_closed(self, client):
        try:
            client.noop()
            return False
        except (imaplib.IMAP4.error, OSError):
            return True


class Faults(ServerCase):
    def check_works_without_controller(self, env):
        self.assertEqual(self.server.lmtp(['bob@' + MAIL], message('in the dark')), {})
        answer = self.inbox_by_ticket(env)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assert_no(lambda: self.imap('carol'), 'UNAVAILABLE')
        with smtplib.SMTP(samba.MAIL_HOST, self.server.port('submission'), timeout=kontor.PATIENCE) as client:
            client.starttls(context=self.context())
            with self.assertRaises(smtplib.SMTPAuthenticationError) as caught:
                client.login('carol', people.PASSWORD)
            self.assertEqual(caught.exception.smtp_code, 454)
        client = poplib.POP3_SSL(samba.MAIL_HOST, self.server.port('pop3s'), context=self.context(), timeout=kontor.PATIENCE)
        client.user('carol')
        with self.assertRaises(poplib.error_proto) as caught:
            client.pass_(people.PASSWORD)
        self.assertIn(b'-ERR [SYS/TEMP]', caught.exception.args[0])
        client.quit()

    def test_killed_hung_and_back_again(self):
        env = self.domain.kinit('bob')
        self.assertEqual(self.inbox_by_ticket(env).returncode, 0)
        self.domain.kill()
        self.check_works_without_controller(env)
        self.domain.up()
        type(self).admin = self.domain.admin()
        samba.wait_until(lambda: self.signs_in('carol'), 120, 'the controller is back')
        self.domain.add_user(self.admin, 'late')
        samba.wait_until(lambda: self.knows('late@' + MAIL), 120, 'changes are followed again')
        self.domain.hang()
        try:
            self.check_works_without_controller(env)
        finally:
            self.domain.resume()
        samba.wait_until(lambda: self.signs_in('ivan'), 120, 'the controller answers again')

    def signs_in(self, login):
        try:
            self.imap(login).logout()
            return True
        except imaplib.IMAP4.error:
            return False

    def test_start_with_every_controller_down(self):
        env = self.domain.kinit('bob')
        self.assertEqual(self.inbox_by_ticket(env).returncode, 0)
        self.server.stop()
        self.domain.kill()
        self.server.start()
        try:
            self.check_works_without_controller(env)
        finally:
            self.domain.up()
            type(self).admin = self.domain.admin()
        samba.wait_until(lambda: self.signs_in('alice'), 120, 'the controller is found')


class Losses(ServerCase):
    def test_a_mass_disappearance_waits_for_the_administrator(self):
        names = ['mass%02d' % number for number in range(15)]
        for name in names:
            self.domain.add_user(self.admin, name, password=None)
        samba.wait_until(lambda: self.knows('mass14@' + MAIL), 120, 'they have mail')
        self.server.stop()
        for name in names:
            self.admin.delete_s('CN=%s,%s' % (name, people.PEOPLE_OU))
        self.server.start()
        samba.wait_until(lambda: self.status()['held_back'] == 15, 120, 'the loss is held back')
        self.assertTrue(self.knows('mass00@' + MAIL))
        self.domain.add_user(self.admin, 'meanwhile')
        samba.wait_until(lambda: self.knows('meanwhile@' + MAIL), 120, 'changes go on')
        self.assertEqual(self.server.ctl('directory', 'accept')['lost'], 15)
        samba.wait_until(lambda: not self.knows('mass00@' + MAIL), 120, 'accepted')
        self.assertTrue(self.knows('meanwhile@' + MAIL))
        self.assertEqual(self.status()['held_back'], 0)
        self.assertEqual(self.status()['sources'][0]['server'], samba.DC_HOST)

    def status(self):
        return self.server.ctl('directory', 'status')


class Crowd(ServerCase):
    fill = ad_case.CROWD

    def test_a_list_of_two_thousand_reaches_everybody(self):
        samba.wait_until(lambda: self.knows('crowd02000@' + MAIL), 120, 'the crowd is known')
        begun = time.monotonic()
        self.assertEqual(self.server.lmtp(['crowd@' + MAIL], message('to all', 'crowd@' + MAIL)), {})
        print('\na message to 2,000 accepted in %.2f s' % (time.monotonic() - begun))
        for name in ('crowd00001', 'crowd00777', 'crowd02000'):
            samba.wait_until(lambda: any(folder['messages'] == 1 for folder in self.folders(name)), 120, name)

    def test_from_the_write_to_a_mailbox_that_takes_mail(self):
        """docs/performance.md has the times for 10,000 people."""
        samba.wait_until(lambda: self.knows('crowd02000@' + MAIL), 120, 'the crowd is known')
        took = []
        for number in range(40 if self.fill >= 10_000 else 10):
            name = 'quick%03d' % number
            self.domain.add_user(self.admin, name, password=None)
            begun = time.monotonic()
            samba.wait_until(lambda: self.knows('%s@%s' % (name, MAIL)), 120, name)
            took.append(time.monotonic() - begun)
        took.sort()
        print('\n%d people: a new one takes mail after %.2f s (median), %.2f s (95 %%)' % (
            self.fill, took[len(took) // 2], took[len(took) * 95 // 100]))
        self.assertEqual(self.connections(), 1)

    def connections(self):
        """Open ones of kontor-directory to LDAP."""
        process = pathlib.Path('/proc', str(self.server.ctl('directory', 'status')['pid']))
        sockets = {os.readlink(fd) for fd in (process / 'fd').iterdir()}
        rows = [line.split() for line in (process / 'net/tcp').read_text().splitlines()[1:]]
        return sum(row[2].endswith(':0185') and row[3] == '01' and 'socket:[%s]' % row[9] in sockets for row in rows)

    def folders(self, name):
        return self.server.ctl('folders', '%s@%s' % (name, MAIL))


if __name__ == '__main__':
    unittest.TestCase.maxDiff = None
    ad_case.main()
