# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl domain check, join and rollover against a real domain, with the programs an administrator has."""
import json
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402

SERVICES = ('imap', 'smtp', 'pop', 'HTTP', 'ldap', 'sieve')
MACHINE_DN = 'CN=MAIL,CN=Computers,' + people.BASE
COMPUTERS, USERS = 'CN=Computers,' + people.BASE, 'CN=Users,' + people.BASE


def ctl(config, *words, env=None, stdin='', prefix=()):
    """(exit status, the JSON answer) of kontorctl domain."""
    done = subprocess.run([*prefix, kontor.program('kontorctl'), '--json', 'domain', *words, '--config', str(config)],
                          env=env or os.environ, input=stdin, text=True, capture_output=True, timeout=120)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode, {'error': done.stdout + done.stderr}


def klist(keytab):
    """[(kvno, principal without realm, encryption)] as MIT's klist reads the keytab."""
    rows = []
    for line in samba.run('klist', '-ket', keytab).split('\n')[3:]:
        parts = line.split()
        if parts:
            rows.append((int(parts[0]), parts[3].split('@')[0], parts[4].strip('()')))
    return rows


class JoinCase(ad_case.DomainCase):
    def config(self, **changed):
        """A settings file of its own for the server of the tests; its path."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        server = kontor.Server(data=folder)
        self.addCleanup(server.port_lock.close)
        server.settings.update(self.settings(**changed))
        server.settings['server.demo'] = False
        server.write_config()
        return folder / 'kontor.toml'

    def check(self, config, **options):
        """({check: row}, exit status); of several rows of a name the worst."""
        code, answer = ctl(config, 'check', **options)
        self.assertIn('checks', answer, answer)
        rows, rank = {}, ('ok', 'warning', 'wrong')
        for row in answer['checks']:
            old = rows.get(row['check'])
            if old is None or rank.index(row['result']) > rank.index(old['result']):
                rows[row['check']] = row
        self.assertEqual(code, 1 if any(row['result'] == 'wrong' for row in rows.values()) else 0)
        return rows

    def assert_row(self, rows, name, result, *texts):
        self.assertIn(name, rows, rows)
        self.assertEqual(rows[name]['result'], result, rows[name])
        for text in texts:
            self.assertIn(text, rows[name]['sentence'] + ' ' + rows[name].get('remedy', ''))

    def own_keytab(self):
        """A copy of the domain's keytab, to be spoiled."""
        path = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / 'keytab'
        shutil.copyfile(self.domain.keytab, path)
        path.chmod(0o600)
        return path

    def entry(self, dn, *attributes):
        import ldap
        return self.admin.search_s(dn, ldap.SCOPE_BASE, attrlist=list(attributes) or None)[0][1]

    def change(self, dn, attribute, *values):
        import ldap
        self.admin.modify_s(dn, [(ldap.MOD_REPLACE, attribute, [value.encode() for value in values] or None)])

    def changed_for_test(self, dn, attribute, *values):
        """The attribute has these values until the test ends."""
        before = [value.decode() for value in self.entry(dn, attribute).get(attribute, [])]
        self.change(dn, attribute, *values)
        self.addCleanup(self.change, dn, attribute, *before)


class Check(JoinCase):
    """Everything is fine, then one thing at a time is not."""

    def setUp(self):
        names = self.entry(MACHINE_DN, 'servicePrincipalName')['servicePrincipalName']
        self.names = [name.decode() for name in names]

    def test_a_sound_server(self):
        rows = self.check(self.config())
        for name in ('settings', 'dns.controllers', 'dns.name', 'controllers', 'clock', 'keytab.file', 'keytab.names',
                     'keytab.encryption', 'sign_in', 'ldap.bind', 'account.state', 'keytab.kvno', 'spn', 'self_test',
                     'rights.changes', 'rights.deleted'):
            self.assertEqual(rows.get(name, {}).get('result'), 'ok', (name, rows))
        self.assertIn('all that the account may read', rows['rights.changes']['sentence'])
        self.assertIn('found by comparing', rows['rights.deleted']['sentence'])
        usn = self.check(self.config(ad__follow='usn'))
        self.assert_row(usn, 'rights.changes', 'ok', 'uSNChanged')
        shown = subprocess.run([kontor.program('kontorctl'), 'domain', 'check', '--config', str(self.config())],
                               text=True, capture_output=True)
        self.assertEqual(shown.returncode, 0, shown.stdout)
        self.assertIn('ok       self_test', shown.stdout)

    def test_a_missing_name(self):
        self.changed_for_test(MACHINE_DN, 'servicePrincipalName',
                              *[name for name in self.names if name.lower() != 'imap/' + samba.MAIL_HOST])
        rows = self.check(self.config())
        self.assert_row(rows, 'spn.missing', 'wrong', 'imap/' + samba.MAIL_HOST, 'setspn -S', 'samba-tool spn add')
        self.assert_row(rows, 'self_test', 'wrong', 'imap/' + samba.MAIL_HOST)

    def test_a_name_held_twice(self):
        # A controller refuses a second holder, but two controllers that have not replicated yet do not see each other's:
        # what comes of it is written into the database below the controller's own checks.
        ldif = self.folder / 'double.ldif'
        database = next((self.domain.folder / 'private/sam.ldb.d').glob('DC=AD,*.ldb'))
        for action in ('add', 'delete'):
            text = ('dn: CN=bob,%s\nchangetype: modify\n%s: servicePrincipalName\nservicePrincipalName: imap/%s\n'
                    % (people.PEOPLE_OU, action, samba.MAIL_HOST))
            if action == 'add':
                ldif.write_text(text)
                samba.run('ldbmodify', '-H', 'tdb://%s' % database, ldif)
        self.addCleanup(samba.run, 'ldbmodify', '-H', 'tdb://%s' % database, ldif)
        self.addCleanup(ldif.write_text, text)
        rows = self.check(self.config())
        self.assert_row(rows, 'spn.double', 'wrong', 'CN=bob', 'MAIL$')

    def test_an_old_key(self):
        keytab = self.own_keytab()
        samba.run('samba-tool', 'user', 'setpassword', 'MAIL$', '--random-password', '-H', self.domain.folder / 'private/sam.ldb',
                  '-s', self.domain.folder / 'etc/smb.conf')
        self.addCleanup(self.restore_machine)
        env = self.domain.kinit('administrator', samba.ADMIN_PASSWORD)
        rows = self.check(self.config(ad__keytab_file=str(keytab)), env=env)  # his ticket shows what the keytab cannot
        self.assert_row(rows, 'sign_in', 'wrong', 'domain join --reuse')
        self.assert_row(rows, 'keytab.kvno', 'wrong', 'password was changed')
        self.assertNotIn('self_test', rows)
        without = self.check(self.config(ad__keytab_file=str(keytab)), env=os.environ | {'KRB5CCNAME': 'FILE:/nonexistent'})
        self.assert_row(without, 'account.state', 'warning', 'kinit')

    def restore_machine(self):
        self.domain.keytab.unlink()
        for service in ('host',) + SERVICES:
            samba.run('samba-tool', 'domain', 'exportkeytab', self.domain.keytab, '-s', self.domain.folder / 'etc/smb.conf',
                      '--principal=%s/%s' % (service, samba.MAIL_HOST))
        samba.run('samba-tool', 'domain', 'exportkeytab', self.domain.keytab, '-s', self.domain.folder / 'etc/smb.conf',
                  '--principal=MAIL$')
        self.domain.keytab.chmod(0o600)

    def test_rc4_alone(self):
        keytab = self.own_keytab()
        keytab.unlink()
        script = ''.join('addent -password -p %s/%s@%s -k 1 -e arcfour-hmac\nsecret\n'
                         % (service, samba.MAIL_HOST, people.REALM) for service in SERVICES)
        samba.run('ktutil', input=script + 'wkt %s\n' % keytab)
        keytab.chmod(0o600)
        self.changed_for_test(MACHINE_DN, 'msDS-SupportedEncryptionTypes', '4')
        rows = self.check(self.config(ad__keytab_file=str(keytab)))
        self.assert_row(rows, 'keytab.encryption', 'wrong', 'RC4')
        self.assert_row(self.check(self.config()), 'account.encryption', 'wrong', 'no AES')

    def test_the_file(self):
        missing = self.config(ad__keytab_file=str(self.folder / 'nowhere'))
        self.assert_row(self.check(missing), 'keytab.file', 'wrong', 'cannot be used')
        keytab = self.own_keytab()
        keytab.chmod(0o644)
        self.assert_row(self.check(self.config(ad__keytab_file=str(keytab))), 'keytab.file', 'wrong', '0644', 'chmod 600')
        keytab.chmod(0o600)
        config = self.config(ad__keytab_file=str(keytab), server__user='nobody')
        self.assert_row(self.check(config), 'keytab.file', 'wrong', 'belongs to root', 'chown nobody')
        keytab.write_bytes(b'no keytab at all')
        self.assert_row(self.check(self.config(ad__keytab_file=str(keytab))), 'keytab.file', 'wrong')

    def test_the_account(self):
        self.changed_for_test(MACHINE_DN, 'userAccountControl', '4098')
        env = self.domain.kinit('administrator', samba.ADMIN_PASSWORD)
        rows = self.check(self.config(), env=env)
        self.assert_row(rows, 'account.state', 'wrong', 'disabled')
        self.assert_row(rows, 'sign_in', 'wrong')

    def test_names_in_dns(self):
        config = self.config(server__name='nowhere.' + people.DOMAIN)
        rows = self.check(config)
        self.assert_row(rows, 'dns.name', 'wrong', 'no address')
        self.assert_row(rows, 'keytab.names', 'wrong', 'imap/nowhere.')
        rows = self.check(self.config(server__name=samba.DC_HOST))
        self.assert_row(rows, 'dns.name', 'warning', 'no address of this machine')
        rows = self.check(self.config(ad__domain='elsewhere.test', ad__controllers=[]))
        self.assert_row(rows, 'dns.controllers', 'wrong', '_ldap._tcp.dc._msdcs.elsewhere.test')
        self.assert_row(rows, 'controllers', 'wrong')

    def test_no_controller(self):
        self.domain.kill()
        self.addCleanup(self.back)
        rows = self.check(self.config())
        self.assert_row(rows, 'controllers', 'wrong', samba.DC_HOST, '389')

    def back(self):
        self.domain.up()
        type(self).admin = self.domain.admin()

    def test_a_bind_by_password(self):
        password = self.domain.write_password_file(self.folder / 'bind')
        wanted = dict(ad__bind='starttls', ad__bind_name='svc-kontor@' + people.DOMAIN,
                      ad__bind_password_file=str(password), ad__ca_file=str(self.domain.ca_file))
        rows = self.check(self.config(**wanted))
        self.assert_row(rows, 'ldap.bind', 'ok', 'TLS')
        self.assert_row(rows, 'password.file', 'ok')
        password.chmod(0o640)
        rows = self.check(self.config(**wanted))
        self.assert_row(rows, 'password.file', 'wrong', '0640')
        self.assert_row(rows, 'ldap.bind', 'wrong')
        password.chmod(0o600)
        rows = self.check(self.config(**dict(wanted, ad__ca_file='/etc/hostname')))
        self.assert_row(rows, 'ldap.bind', 'wrong', 'ca_file')

    def test_a_ticket_inside_tls(self):
        """This Samba refuses it; ad_binding.py has one that does not."""
        rows = self.check(self.config(ad__bind='gssapi-tls', ad__ca_file=str(self.domain.ca_file)))
        self.assert_row(rows, 'ldap.bind', 'wrong', 'Sign or Seal', 'allow_sasl_over_tls')

    def test_further_domains(self):
        self.assert_row(self.check(self.config(ad__more_domains=[people.DOMAIN.replace('ad.', 'away.', 1)])), 'domains', 'wrong', 'away.', '389')

    def test_the_clock(self):
        library = self.folder / 'clock.so'
        samba.run('clang-19', '-shared', '-fPIC', '-o', library, str(kontor.ROOT / 'tests/tools/shifted_clock.c'))
        env = os.environ | {'LD_PRELOAD': str(library), 'SHIFT_SECONDS': '600'}
        self.assert_row(self.check(self.config(), env=env), 'clock', 'wrong', 'ahead of', 'chrony')
        env['SHIFT_SECONDS'] = '-90'
        self.assert_row(self.check(self.config(), env=env), 'clock', 'warning', 'behind')

    def test_the_right_to_follow_changes(self):
        samba.run('samba-tool', 'dsacl', 'set', '--objectdn=' + people.BASE, '--action=allow', '--trusteedn=' + MACHINE_DN,
                  '--car=get-changes', '-s', self.domain.folder / 'etc/smb.conf', '-H', self.domain.folder / 'private/sam.ldb')
        rows = self.check(self.config())
        self.assert_row(rows, 'rights.changes', 'ok', 'Replicating Directory Changes')


class ServerAtWork:
    """A kontord on a settings file that kontorctl has written."""

    def __init__(self, case, server):
        server.write_config = lambda: None
        server.start()
        case.addCleanup(server.close)
        self.case, self.server = case, server
        samba.wait_until(lambda: self.follows(), 120, 'the directory is followed')

    def follows(self):
        return any(source['reachable'] for source in self.server.ctl('directory', 'status')['sources'])

    def signs_in(self, env, host):
        """curl opens INBOX by ticket."""
        done = subprocess.run(['curl', '-sS', '--max-time', '30', '-u', ':', '--login-options', 'AUTH=GSSAPI',
                               'imap://%s:%d/' % (host, self.server.port('imap')), '-X', 'SELECT INBOX'], env=env, text=True,
                              capture_output=True)
        self.case.assertEqual(done.returncode, 0, done.stderr + self.server.log()[-2000:])


class Join(JoinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hosts = cls.domain.folder / 'etc/hosts'
        hosts.write_text(hosts.read_text() + ''.join('127.0.0.1 mail%d.%s\n' % (number, people.DOMAIN) for number in range(2, 9)))
        cls.admin_env = cls.domain.kinit('administrator', samba.ADMIN_PASSWORD)

    def fresh_server(self, host):
        """A server that is not joined; its settings are written as a person might."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        server = kontor.Server(data=folder / 'data')
        self.addCleanup(server.port_lock.close)
        self.config_file = folder / 'kontor.toml'
        text = ('# The mail server of the firm\n[server]\nname = "localhost"   # to be changed\ndata_folder = "%s"\n'
                'port_base = %d\nlisten = ["127.0.0.1"]\n\n[directory]\nsource = "local"            # or "ad"\n\n'
                '# [ad]\n# domain = ""\n[imap]\n# nothing here\n' % (server.data, server.port_base))
        self.config_file.write_text(text)
        (server.data / 'kontor.toml').symlink_to(self.config_file)
        return server

    def join(self, *words, code=0, **options):
        status, answer = ctl(self.config_file, 'join', *words, env=options.pop('env', self.admin_env), **options)
        self.assertEqual(status, code, answer)
        return answer

    def test_a_machine_with_a_ticket(self):
        server = self.fresh_server('mail2')
        host = 'mail2.' + people.DOMAIN
        answer = self.join('--name', host)
        self.assertEqual((answer['account'], answer['dn'], answer['reused']), ('MAIL2$', 'CN=MAIL2,' + COMPUTERS, False))
        keytab = pathlib.Path(answer['keytab'])
        self.assertEqual(keytab, self.config_file.parent / 'kontor.keytab')
        self.assertEqual(keytab.stat().st_mode & 0o7777, 0o600)
        held = {name for _, name, _ in klist(keytab)}
        self.assertEqual(held, {'MAIL2$'} | {'%s/%s' % (service, name) for service in SERVICES + ('host',)
                                            for name in (host, 'mail2')})
        self.assertEqual({kind for _, _, kind in klist(keytab)},
                         {'aes256-cts-hmac-sha1-96', 'aes128-cts-hmac-sha1-96'})
        entry = self.entry(answer['dn'])
        self.assertEqual(entry['msDS-SupportedEncryptionTypes'], [b'24'])
        self.assertEqual(entry['dNSHostName'], [host.encode()])
        text = self.config_file.read_text()
        for line in ('# The mail server of the firm', 'name = "mail2.%s" # to be changed' % people.DOMAIN, '# or "ad"',
                     'source = "ad"               # or "ad"\ndefault_domain = "%s"' % people.DOMAIN,
                     '# domain = ""', '# nothing here', 'source = "ad"', 'keytab_file = "%s"' % keytab):
            self.assertIn(line, text)
        self.assertEqual([row for row in answer['checks'] if row['result'] == 'wrong'], [])
        self.assertIn('self_test', [row['check'] for row in answer['checks']])
        ServerAtWork(self, server).signs_in(self.domain.kinit('alice'), host)
        # Once more: the account is there now.
        refused = self.join(code=1)
        self.assertIn('--reuse', json.dumps(refused))
        again = self.join('--reuse')
        self.assertEqual((again['kvno'], again['reused']), (answer['kvno'] + 1, True))
        self.assertEqual({number for number, _, _ in klist(keytab)}, {answer['kvno'], again['kvno']})
        self.assertEqual(self.config_file.read_text(), text)
        ServerAtWork.signs_in(self.at_work(server), self.domain.kinit('bob'), host)

    def at_work(self, server):
        work = ServerAtWork.__new__(ServerAtWork)
        work.case, work.server = self, server
        return work

    def on_a_terminal(self, words, typed):
        """What a person sees of kontorctl who types `typed` when asked for the password."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ['KRB5CCNAME'] = 'FILE:/nonexistent'
            os.execv(kontor.program('kontorctl'), ['kontorctl', *words])
        seen = b''
        is_typed = False
        while True:
            try:
                got = os.read(terminal, 4096)
            except OSError:
                break
            if not got:
                break
            seen += got
            if not is_typed and b'Password of' in seen:
                os.write(terminal, typed.encode() + b'\n')
                is_typed = True
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()

    def test_a_service_account_with_a_password(self):
        server = self.fresh_server('mail3')
        host = 'mail3.' + people.DOMAIN
        words = ['domain', 'join', '--config', str(self.config_file), '--name', host, '--account', 'kontor-mail', '--user',
                 'administrator']
        code, seen = self.on_a_terminal(words, 'wrong')
        self.assertEqual(code, 1, seen)
        self.assertIn('signing in as administrator', seen)
        code, seen = self.on_a_terminal(words, samba.ADMIN_PASSWORD)
        self.assertEqual(code, 0, seen)
        self.assertNotIn(samba.ADMIN_PASSWORD, seen)
        entry = self.entry('CN=kontor-mail,' + USERS)
        self.assertEqual(entry['userAccountControl'], [b'66048'])
        self.assertEqual(entry['userPrincipalName'], [b'kontor-mail@' + people.DOMAIN.encode()])
        self.assertIn(b'imap/' + host.encode(), entry['servicePrincipalName'])
        for file in self.config_file.parent.rglob('*'):
            if file.is_file():
                self.assertNotIn(samba.ADMIN_PASSWORD.encode(), file.read_bytes())
        ServerAtWork(self, server).signs_in(self.domain.kinit('alice'), host)

    def test_refusals_change_nothing(self):
        self.fresh_server('mail4')
        text = self.config_file.read_text()
        before = self.entry(MACHINE_DN, 'servicePrincipalName', 'msDS-KeyVersionNumber')
        taken = self.join('--name', samba.MAIL_HOST, '--account', 'other', code=1)
        self.assertIn(MACHINE_DN, json.dumps(taken))
        self.assertIn('imap/' + samba.MAIL_HOST, json.dumps(taken))
        self.assertIn('--name', json.dumps(self.join('--domain', people.DOMAIN, code=1)))
        nobody = self.domain.kinit('bob')
        self.assertIn('error', self.join('--name', 'mail4.' + people.DOMAIN, '--account', 'svc4', env=nobody, code=1))
        no_ticket = os.environ | {'KRB5CCNAME': 'FILE:/nonexistent'}
        self.assertIn('kinit', json.dumps(self.join('--name', 'mail4.' + people.DOMAIN, env=no_ticket, code=1)))
        keytab = self.own_keytab()
        foreign = self.join('--name', 'mail4.' + people.DOMAIN, '--keytab', str(keytab), code=1)
        self.assertIn('--force', json.dumps(foreign))
        self.assertEqual(self.config_file.read_text(), text)
        self.assertFalse((self.config_file.parent / 'kontor.keytab').exists())
        self.assertEqual(self.entry(MACHINE_DN, 'servicePrincipalName', 'msDS-KeyVersionNumber'), before)

    def test_the_printed_commands_of_samba(self):
        if not pathlib.Path('/etc/samba/smb.conf').exists():
            self.fail('Samba\'s own smb.conf is missing: is the package samba installed?')
        samba._mount(self.domain.folder / 'etc/smb.conf', '/etc/samba/smb.conf', None, samba.MS_BIND)
        self.addCleanup(samba._libc.umount2, b'/etc/samba/smb.conf', samba.MNT_DETACH)
        for number, words in ((5, ['--account', 'svc-mail5']), (6, [])):
            server = self.fresh_server('mail%d' % number)
            host = 'mail%d.%s' % (number, people.DOMAIN)
            text = self.join('--name', host, '--print-commands', 'samba', *words)['commands']
            self.assertFalse((self.config_file.parent / 'kontor.keytab').exists())
            settings = self.config_file.read_text().replace('"localhost"', '"%s"' % host).replace('"local" ', '"ad" ')
            self.config_file.write_text(settings + '[ad]\ndomain = "%s"\nkeytab_file = "%s"\n'
                                        % (people.DOMAIN, self.config_file.parent / 'kontor.keytab'))
            env = os.environ | {'PATH': '%s:%s' % (kontor.build_folder() / 'bin', os.environ['PATH'])}
            done = subprocess.run(['bash', '-e', '-c', text], cwd=self.config_file.parent / 'data', env=env, text=True,
                                  capture_output=True, timeout=300)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn('ok       self_test', done.stdout)
            ServerAtWork(self, server).signs_in(self.domain.kinit('alice'), host)

    def test_the_printed_commands_of_windows_and_adcli(self):
        self.fresh_server('mail7')
        host = 'mail7.' + people.DOMAIN
        text = self.join('--name', host, '--account', "o'neil", '--print-commands', 'windows')['commands']
        for part in ("$account = 'o''neil'", 'New-ADUser', 'KerberosEncryptionType AES128,AES256', 'setspn -S $name $account',
                     'ktpass -princ', "'imap/%s'" % host, "'HTTP/mail7'", 'AES256-SHA1'):
            self.assertIn(part, text)
        text = self.join('--name', host, '--print-commands', 'adcli')['commands']
        self.assertEqual(subprocess.run(['bash', '-n', '-c', text]).returncode, 0)
        self.assertIn('--service-name=\'imap\'', text)
        self.join('--name', host, '--account', 'x', '--print-commands', 'adcli', code=1)


class Rollover(JoinCase):
    def setUp(self):
        self.path = self.config()

    def rollover(self, *words, prefix=()):
        return ctl(self.path, 'rollover', *words, prefix=prefix)

    def numbers(self):
        return sorted({number for number, _, _ in klist(self.domain.keytab)})

    def start(self):
        server = kontor.Server(data=self.path.parent)
        server.settings = {}
        server.port_base = int([line for line in self.path.read_text().split('\n') if 'port_base' in line][0].split('=')[1])
        return ServerAtWork(self, server)

    def with_old_ticket(self, name):
        """A cache of its own that holds a ticket of imap for the key of now."""
        env = self.domain.kinit(name, cache=pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / 'cache')
        samba.run('kvno', 'imap/' + samba.MAIL_HOST, env=env)
        return env

    def number_of_ticket(self, env):
        return int(samba.run('kvno', 'imap/' + samba.MAIL_HOST, env=env).rsplit('= ', 1)[1])

    def test_old_and_new_tickets_work(self):
        work = self.start()
        before = self.numbers()[-1]
        old = self.with_old_ticket('alice')
        code, answer = self.rollover()
        self.assertEqual((code, answer.get('changed'), answer.get('kvno')), (0, True, before + 1), answer)
        self.assertIn(before, answer['kept'])
        self.assertEqual(self.domain.keytab.stat().st_mode & 0o7777, 0o600)
        new = self.with_old_ticket('bob')
        self.assertEqual((self.number_of_ticket(old), self.number_of_ticket(new)), (before, before + 1))
        for env in (old, new):
            work.signs_in(env, samba.MAIL_HOST)
        work.server.stop()  # a new connection to the controllers is made with the new key
        work.server.start()
        samba.wait_until(work.follows, 120, 'the directory is followed')
        work.signs_in(old, samba.MAIL_HOST)
        code, answer = self.rollover('--older-than', '30')
        self.assertEqual((code, answer.get('changed'), answer.get('kvno')), (0, False, before + 1), answer)
        self.assertEqual(self.check(self.path)['keytab.kvno']['result'], 'ok')

    def test_killed_before_the_keytab(self):
        before = self.numbers()
        code, _ = self.rollover(prefix=('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename', '-e',
                                        'inject=rename:signal=SIGKILL:when=1'))
        self.assertNotEqual(code, 0)
        self.assertEqual(self.numbers(), before)
        self.assertEqual(self.check(self.path)['self_test']['result'], 'ok')
        code, answer = self.rollover()
        self.assertEqual((code, answer.get('kvno')), (0, before[-1] + 1), answer)

    def test_killed_between_keytab_and_password(self):
        before = self.numbers()[-1]
        old = self.with_old_ticket('alice')
        code, _ = self.rollover(prefix=('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e',
                                        'inject=fsync:signal=SIGKILL:when=2'))
        self.assertNotEqual(code, 0)
        self.assertEqual(self.numbers()[-1], before + 1)  # a key that the domain does not have
        rows = self.check(self.path)
        self.assert_row(rows, 'keytab.kvno', 'warning', 'did not come to its end')
        self.assertEqual((rows['sign_in']['result'], rows['self_test']['result']), ('ok', 'ok'))
        work = self.start()
        work.signs_in(old, samba.MAIL_HOST)
        work.signs_in(self.domain.kinit('carol'), samba.MAIL_HOST)
        code, answer = self.rollover()
        self.assertEqual((code, answer.get('kvno')), (0, before + 1), answer)
        work.signs_in(old, samba.MAIL_HOST)
        work.signs_in(self.with_old_ticket('ivan'), samba.MAIL_HOST)

    def test_killed_after_the_password(self):
        # The next thing that is written: the keytab once more, without what nobody needs.
        before = self.numbers()[-1]
        code, _ = self.rollover(prefix=('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename', '-e',
                                        'inject=rename:signal=SIGKILL:when=2'))
        self.assertNotEqual(code, 0)
        rows = self.check(self.path)
        self.assertEqual((rows['keytab.kvno']['result'], rows['self_test']['result']), ('ok', 'ok'))
        self.assertEqual(self.number_of_ticket(self.with_old_ticket('alice')), before + 1)

    def test_no_controller(self):
        before = self.numbers()
        self.domain.kill()
        self.addCleanup(self.back)
        code, answer = self.rollover()
        self.assertEqual(code, 1, answer)
        self.assertEqual(self.numbers(), before)

    def back(self):
        self.domain.up()
        type(self).admin = self.domain.admin()


if __name__ == '__main__':
    ad_case.main()
