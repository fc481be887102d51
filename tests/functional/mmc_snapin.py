# SPDX-License-Identifier: GPL-3.0-or-later
"""The snap-in against a live server: its library, loaded under Wine by a host that does what mmc.exe does, shows what kontorctl
says, and does what its menus and sheets promise."""
import hashlib
import imaplib
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import snapin  # noqa: E402

ANNA, BORIS, CLARA, DMITRI = ('%s@example.test' % name for name in ('anna', 'boris', 'clara', 'dmitri'))
# Controls of the dialog "Connect to a server", of the sheets, and of every dialog.
ADDRESS, USER, PASSWORD, CA_FILE, SUBJECT, FINGERPRINT, TRUST = 1001, 1002, 1003, 1004, 1005, 1008, 1009
OK, CANCEL = 1, 2
SHEET_OK, SHEET_APPLY, WIZARD_NEXT, WIZARD_FINISH = 3, 4, 1, 2


def message(subject, to, sender=ANNA):
    return f'From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject.replace(" ", "-")}@test>\r\n\r\ntext\r\n'.encode()


def people(count):
    """The file of an organisation with so many further people."""
    hashed = kontor.password_hash(kontor.PASSWORD)
    blocks = ['dn: dc=example,dc=test\nobjectClass: domain\ndc: example\n', 'dn: ou=People,dc=example,dc=test\nobjectClass: organizationalUnit\nou: People\n']
    for name in ['anna'] + ['p%04d' % number for number in range(count)]:
        blocks.append(f'dn: uid={name},ou=People,dc=example,dc=test\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n'
                      f'mail: {name}@example.test\nuserPassword: {hashed}\n')
    return '\n'.join(blocks)


class SnapinCase(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'sign_in.delay': '10ms', 'log.level': 'debug', **cls.settings}).start()
        cls.addClassCleanup(cls.server.close)
        cls.prefix = snapin.shared()
        cls.address = 'localhost:%d' % cls.server.port('https')
        cls.prefix.settings(Language='en', Server=cls.address, CaFile=cls.prefix.path(cls.server.data / 'tls/ca.pem'))

    def host(self, user=ANNA):
        """A console whose tree is open; `user` signed in by the dialog that asks when there is no ticket."""
        host = self.prefix.host()
        self.addCleanup(self.ends_well, host)
        host.ask('expand', path=[])
        expanding = host.start('expand', path=[self.address])
        host.dialog()
        host.set(USER, text=user)
        host.set(PASSWORD, text=kontor.PASSWORD)
        host.press(OK)
        self.assertTrue(host.finish(expanding)['done'])
        return host

    def ends_well(self, host):
        last = host.close()
        if last is not None:
            self.assertEqual((last['handles_left'], last['references_left'], last['can_unload']), (0, 0, True))

    def queue_one(self, to='zed@paused.test', subject='waits'):
        client = self.server.submission('anna')
        client.sendmail(ANNA, [to], message(subject, to))
        client.quit()

    def requests(self):
        """Paths that the interface was asked for, sign-ins left out."""
        lines = [line for line in self.server.log().splitlines() if 'event=http.request.done' in line and '/api/admin/v1/' in line]
        return [line.partition('/api/admin/v1')[2].split()[0].rstrip('"') for line in lines if '/v1/session' not in line]

    def queued(self):
        return [row['id'] for row in self.server.ctl('queue')]


class Snapin(SnapinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.ctl('queue', 'pause', 'paused.test')
        cls.server.lmtp([ANNA], message('first', ANNA, 'x@elsewhere.test'))

    def test_it_introduces_itself(self):
        with self.prefix.host() as host:
            about = host.ask('about')
            self.assertEqual((about['provider'], about['icon'], about['images']), ('The Kontor project', True, True))
            host.ask('expand', path=[])
            self.assertEqual(host.names(), [self.address])
            self.assertEqual(host.ask('tree')['icons'], 12)

    def test_it_speaks_russian(self):
        self.prefix.settings(Language='ru')
        self.addCleanup(self.prefix.settings, Language='en')
        host = self.host()
        self.assertEqual(host.names(self.address)[0], 'Службы')
        rows = host.rows(self.address, 'Почтовые ящики')
        anna = next(row for row in rows if row['Адрес'] == ANNA)
        self.assertEqual((anna['Имя'], anna['Вид'], anna['Состояние']), ('Анна Кузнецова', 'человек', 'включён'))
        sheet = host.sheet([rows.index(anna)])
        self.assertEqual(list(sheet), ['Общие', 'Квота', 'Права', 'Политики'])
        host.ask('close')

    def test_the_tree_opens_with_one_request(self):
        host = self.prefix.host()
        self.addCleanup(self.ends_well, host)
        host.ask('expand', path=[])
        expanding = host.start('expand', path=[self.address])
        host.dialog()
        host.set(USER, text=ANNA)
        host.set(PASSWORD, text=kontor.PASSWORD)
        before = len(self.requests())
        host.press(OK)
        host.finish(expanding)
        self.assertEqual(self.requests()[before:], ['/overview'])
        counts = {name.rsplit(' (')[0]: name.rpartition('(')[2].rstrip(')') for name in host.names(self.address)}
        self.assertEqual(list(counts), ['Services', 'Domains', 'Sessions', 'Queue', 'Mailboxes', 'Groups', 'Shared folders', 'Message trace',
                                        'Policies', 'Quarantine'])
        self.assertEqual(int(counts['Queue']), len(self.queued()))
        self.assertEqual(int(counts['Groups']), len(self.server.ctl('groups', 'list')))

    def test_lists_say_what_kontorctl_says(self):
        self.queue_one()
        self.server.ctl('shares', 'add', CLARA, BORIS, 'reader', '--folder', 'INBOX')
        self.server.ctl('policy', 'set', DMITRI, 'quota=3GB')
        imap = self.server.imap('dmitri')
        self.addCleanup(imap.logout)
        host = self.host()
        for node, verb, columns in (
                ('Mailboxes', ('accounts', 'list'), {'Address': 'address', 'Name': 'name', 'Problem': 'problem'}),
                ('Groups', ('groups', 'list'), {'Address': 'address', 'Name': 'name', 'People': 'people'}),
                ('Queue', ('queue',), {'No.': 'id', 'Sender': 'sender', 'Recipient': 'recipient'}),
                ('Sessions', ('sessions', 'list'), {'Person': 'user', 'Protocol': 'protocol', 'From': 'peer'}),
                ('Policies', ('policy', 'list'), {'For whom': 'rule', 'Values': 'values'}),
                ('Shared folders', ('shares', 'report'), {'Mailbox': 'mailbox', 'Folder': 'folder', 'Who': 'who', 'Rights': 'rights'})):
            said = self.server.ctl(*verb)
            self.assertTrue(said, node)
            shown = host.rows(self.address, node)
            self.assertEqual([{column: row[column] for column in columns} for row in shown],
                             [{column: str(row[member]) for column, member in columns.items()} for row in said], node)
        domains = host.rows(self.address, 'Domains')
        self.assertEqual([(row['Domain'], row['Kind']) for row in domains], [('example.test', 'local')])
        trace = host.rows(self.address, 'Message trace')
        self.assertIn(('first', 'delivered'), [(row['Subject'], row['Result']) for row in trace])
        self.assertEqual(host.rows(self.address, 'Quarantine'), [])
        self.assertEqual(host.ask('messages')['messages'], [])

    def test_lists_are_sorted_and_filtered_by_the_server(self):
        host = self.host()
        host.rows(self.address, 'Mailboxes')
        host.ask('sort', column=1, descending=True)
        addresses = [row['Address'] for row in host.as_rows(host.ask('rows'))]
        self.assertEqual(addresses, sorted(addresses, reverse=True))
        host.ask('choose', rows=[])
        asking = host.start('command', name='Filter...')
        host.dialog()
        host.set(1001, text='КУЗНЕЦОВ')
        host.press(OK)
        host.finish(asking)
        answer = host.ask('rows')
        self.assertEqual([row['Address'] for row in host.as_rows(answer)], [ANNA])
        self.assertEqual(answer['description'], 'In all: 1 (filter: КУЗНЕЦОВ)')
        host.command('No filter')
        self.assertEqual(len(host.as_rows(host.ask('rows'))), len(addresses))

    def mailbox(self, host, address):
        rows = host.rows(self.address, 'Mailboxes')
        return next(place for place, row in enumerate(rows) if row['Address'] == address)

    def test_the_sheet_of_a_mailbox(self):
        host = self.host()
        place = self.mailbox(host, ANNA)
        self.assertTrue(host.ask('choose', rows=[place])['properties'])
        sheet = host.sheet([place])
        said = self.server.ctl('accounts', 'show', ANNA)
        general = sheet['General']
        self.assertEqual([general[id]['text'] for id in (1001, 1002, 1005, 1011)], [said['name'], ANNA, said['login'], said['account']])
        values = {row['name']: row for row in self.server.ctl('policy', 'explain', ANNA)['values']}
        self.assertEqual(len(sheet['Policies'][1001]['rows']), len(values))
        self.assertIn(['largest message', values['message_size']['value'], 'default', '', 'settings'], sheet['Policies'][1001]['rows'])
        host.ask('page', page=1)
        host.set(1002, text='1.5 GB')
        host.ask('button', button=SHEET_APPLY)
        self.assertEqual(self.server.ctl('quota', 'show', ANNA)['bytes_limit'], 3 << 29)
        self.assertEqual(host.dialog()['controls'][1002]['text'], '1.5 GB')
        host.set(1002, text='much')
        host.ask('button', button=SHEET_APPLY)
        self.assertTrue(host.complaint())
        self.assertEqual(self.server.ctl('quota', 'show', ANNA)['bytes_limit'], 3 << 29)
        host.set(1002, text='default')
        host.ask('button', button=SHEET_OK)
        kontor.wait_until(host.no_dialog, 'the sheet is closed')
        self.assertEqual(self.server.ctl('quota', 'show', ANNA)['bytes_limit_from'], 'settings')

    def test_rights_are_given_and_taken(self):
        host = self.host()
        host.sheet([self.mailbox(host, ANNA)])
        host.ask('page', page=2)
        host.set(1002, text=DMITRI)
        host.set(1003, choice=0)
        host.press(1005)
        self.assertIn([DMITRI, 'INBOX', 'reader'], host.dialog()['controls'][1001]['rows'])
        self.assertIn({'folder': 'INBOX', 'who': DMITRI, 'rights': 'reader'}, self.server.ctl('shares', 'list', ANNA))
        host.set(1002, text='nobody@nowhere.test')
        host.press(1005)
        self.assertEqual(host.complaint(), 'no such person or group')
        host.set(1002, text='')
        host.set(1001, row=0)  # the line fills the name in
        self.assertEqual(host.dialog()['controls'][1002]['text'], DMITRI)
        host.press(1006)
        self.assertEqual(host.complaint(), '')
        self.assertEqual(self.server.ctl('shares', 'list', ANNA), [])
        host.ask('close')

    def test_the_wizard_shares_a_mailbox(self):
        host = self.host()
        host.rows(self.address, 'Mailboxes')
        host.ask('choose', rows=[])
        running = host.start('command', name='Share a mailbox...')
        host.dialog()
        host.set(1001, text='nobody@example.test')
        host.ask('button', button=WIZARD_NEXT)
        self.assertTrue(host.complaint())
        host.set(1001, text=DMITRI)
        host.ask('button', button=WIZARD_NEXT)
        host.set(1001, text='sales@example.test')
        host.set(1002, choice=2)
        host.ask('button', button=WIZARD_FINISH)
        host.finish(running)
        rights = {row['folder']: row for row in self.server.ctl('shares', 'list', DMITRI)}
        self.assertEqual((rights['INBOX']['who'], set('lrswitekx') <= set(rights['INBOX']['rights']), 'p' in rights['INBOX']['rights']),
                         ('sales@example.test', True, True))
        self.server.ctl('shares', 'remove', DMITRI, 'sales@example.test')

    def test_the_queue_is_worked_with(self):
        self.server.ctl('queue', 'clear', 'all')
        for number in range(4):
            self.queue_one(subject='queued %d' % number)
        host = self.host()
        self.assertEqual(len(host.rows(self.address, 'Queue')), 4)
        sheet = host.sheet([0])
        details = dict(sheet['General'][1001]['rows'])
        self.assertEqual((details['Sender'], details['Subject']), (ANNA, 'queued 0'))
        self.assertEqual(sheet['Recipients'][1001]['rows'][0][0], 'zed@paused.test')
        host.ask('close')
        host.ask('answer', yes=False)
        host.command('Delete', rows=[0])
        self.assertEqual(len(self.queued()), 4)
        self.assertEqual(host.ask('messages')['messages'], ['Delete 1 message(s) of the queue? Nobody is told.'])
        host.ask('answer', yes=True)
        first, second, third, _ = self.queued()
        host.command('Delete', rows=[0, 2])  # two at once
        self.assertNotIn(first, self.queued())
        self.assertNotIn(third, self.queued())
        self.assertEqual(host.ask('rows')['count'], 2)
        host.command('Give up and tell the sender', rows=[0])
        kontor.wait_until(lambda: second not in self.queued(), 'given up')
        kontor.wait_until(lambda: any('could not be delivered' in row['subject'] for row in self.server.ctl('trace')['messages']), 'the notice')
        host.command('Try now', rows=[0])
        host.ask('choose', rows=[0])
        host.ask('delete')  # the key
        kontor.wait_until(lambda: self.queued() == [], 'the queue is empty')

    def test_mail_for_a_domain_waits(self):
        host = self.host()
        host.rows(self.address, 'Domains')
        host.command('Pause mail for it', rows=[0])
        self.assertIn('example.test', [row['paused'] for row in self.server.ctl('queue', 'pause')])
        self.assertEqual(host.as_rows(host.ask('rows'))[0]['Mail is held'], 'yes')
        host.command('Resume mail for it', rows=[0])
        self.assertNotIn('example.test', [row['paused'] for row in self.server.ctl('queue', 'pause')])
        sheet = host.sheet([0])
        self.assertIn('MX', [row[1] for row in sheet['DNS records'][1001]['rows']])
        host.ask('close')

    def test_services_are_stopped_and_started(self):
        host = self.host()
        rows = host.rows(self.address, 'Services')
        self.assertEqual([row['Name'] for row in rows], [row['name'] for row in self.server.ctl('services')])
        place = next(place for place, row in enumerate(rows) if row['Name'] == 'pop3')

        def state():
            return next(row['state'] for row in self.server.ctl('services') if row['name'] == 'pop3')
        host.ask('answer', yes=False)
        host.command('Stop', rows=[place])
        self.assertEqual(state(), 'running')
        host.ask('answer', yes=True)
        for command, told in (('Pause', 'paused'), ('Stop', 'stopped'), ('Start', 'running')):
            host.command(command, rows=[place])
            self.assertEqual(state(), told)
            self.assertEqual(host.as_rows(host.ask('rows'))[place]['State'], told)

    def test_sessions_are_ended(self):
        imap = self.server.imap('boris')
        host = self.host()
        rows = host.rows(self.address, 'Sessions')
        place = next(place for place, row in enumerate(rows) if row['Person'] == BORIS)
        host.command('End the sessions of this person', rows=[place])

        def is_closed():
            try:
                imap.noop()
                return False
            except (imaplib.IMAP4.error, OSError):
                return True
        kontor.wait_until(is_closed, 'the connection is ended')

        def is_listed():
            host.ask('choose', rows=[])
            host.ask('refresh')
            return BORIS in [row['Person'] for row in host.as_rows(host.ask('rows'))]
        kontor.wait_until(lambda: not is_listed(), 'the list is without it')

    def test_the_trace_is_searched(self):
        self.server.lmtp([BORIS], message('needle', BORIS, 'x@elsewhere.test'))
        host = self.host()
        host.rows(self.address, 'Message trace')
        host.ask('choose', rows=[])
        asking = host.start('command', name='Find messages...')
        host.dialog()
        host.set(1003, text='needle')
        host.set(1006, choice=1)
        host.press(OK)
        host.finish(asking)
        rows = host.as_rows(host.ask('rows'))
        self.assertEqual([(row['Subject'], row['Recipient'], row['Result']) for row in rows], [('needle', BORIS, 'delivered')])
        sheet = host.sheet([0])
        self.assertIn('delivered', [row[2] for row in sheet['Steps'][1001]['rows']])
        host.ask('close')
        host.command('Message trace', rows=[self.mailbox(host, BORIS)])
        answer = host.ask('rows')
        self.assertEqual(answer['node'], 'Message trace')
        self.assertEqual({row['Recipient'] for row in host.as_rows(answer)}, {BORIS})

    def test_a_helper_may_not_give_rights(self):
        self.server.ctl('roles', 'grant', BORIS, 'help-desk')
        self.addCleanup(self.server.ctl, 'roles', 'revoke', BORIS)
        host = self.host(BORIS)
        host.sheet([self.mailbox(host, CLARA)])
        host.ask('page', page=2)
        host.set(1002, text=BORIS)
        host.press(1005)
        self.assertIn('people', host.complaint())
        host.ask('page', page=1)
        host.set(1002, text='2 GB')
        host.ask('button', button=SHEET_OK)
        kontor.wait_until(host.no_dialog, 'the sheet is closed')
        self.assertEqual(self.server.ctl('quota', 'show', CLARA)['bytes_limit'], 2 << 30)
        self.server.ctl('quota', 'set', CLARA, 'default')

    def test_who_may_nothing_is_told_so(self):
        host = self.prefix.host()
        self.addCleanup(self.ends_well, host)
        host.ask('expand', path=[])
        expanding = host.start('expand', path=[self.address])
        self.assertIn('Windows has no ticket', host.complaint())
        for user, password in ((ANNA, 'wrong'), (DMITRI, kontor.PASSWORD)):
            host.set(USER, text=user)
            host.set(PASSWORD, text=password)
            host.press(OK)
            self.assertTrue(host.complaint())
        host.press(CANCEL)
        self.assertFalse(host.finish(expanding)['done'])
        self.assertEqual(len(host.ask('messages')['messages']), 1)
        self.assertEqual(host.names(self.address), [])


class Certificates(SnapinCase):
    def connect(self, host, fields=None):
        """Fills the dialog and presses OK; the number of what waits for its end."""
        host.ask('expand', path=[])
        host.ask('select', path=[])
        host.ask('choose', rows=[])
        waiting = host.start('command', name='Connect to a server...')
        host.dialog()
        for control, text in {ADDRESS: self.address, USER: ANNA, PASSWORD: kontor.PASSWORD, CA_FILE: '', **(fields or {})}.items():
            host.set(control, text=text)
        host.press(OK)
        return waiting

    def fingerprint(self):
        text = ssl.get_server_certificate(('localhost', self.server.port('https')))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()

    def test_a_certificate_is_pinned_by_hand_alone(self):
        host = self.prefix.host()
        self.addCleanup(self.ends_well, host)
        waiting = self.connect(host)
        shown = host.dialog()['controls']
        self.assertIn('Windows does not trust', shown[999]['text'])
        self.assertEqual((shown[FINGERPRINT]['text'], shown[TRUST]['checked']), (self.fingerprint(), False))
        host.press(OK)  # as it is: refused again
        self.assertIn('Windows does not trust', host.complaint())
        self.assertNotIn('mechanism=Basic', self.server.log(current=True))
        host.set(TRUST, check=True)
        host.press(OK)
        self.assertTrue(host.finish(waiting)['done'])
        self.assertEqual(host.names(), [self.address] * 2)
        saved = host.ask('save')
        self.assertEqual((saved['dirty'], saved['dirty_after']), (True, False))
        self.assertIn(self.fingerprint(), saved['text'])
        self.assertNotIn(kontor.PASSWORD, saved['text'])
        # In another console the file brings the server, the pin and the name, and asks for the password.
        with self.prefix.host() as other:
            other.ask('tree')
            self.assertTrue(other.ask('load', text=saved['text'])['done'])
            self.assertFalse(other.ask('load', text='{', size=1 << 30)['done'])
            other.ask('expand', path=[])
            self.assertEqual(other.names(), [self.address] * 2)

    def test_authorities_of_a_file(self):
        host = self.prefix.host()
        self.addCleanup(self.ends_well, host)
        other = self.server.data / 'other.pem'
        other.write_text((pathlib.Path('/etc/ssl/certs/ca-certificates.crt').read_text().split('-----END')[0]) + '-----END CERTIFICATE-----\n')
        waiting = self.connect(host)
        for file, sentence in ((self.server.data / 'nothing.pem', 'There is no certificate in'), (other, 'is signed by none of the authorities')):
            host.set(CA_FILE, text=self.prefix.path(file))
            host.press(OK)
            self.assertIn(sentence, host.complaint())
        host.set(CA_FILE, text=self.prefix.path(self.server.data / 'tls/ca.pem'))
        host.press(OK)
        self.assertTrue(host.finish(waiting)['done'])

    def test_nobody_between_hears_a_password(self):
        """Another certificate than the pinned one: nothing of the sign-in is sent."""
        heard = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        folder = self.server.data / 'between'
        folder.mkdir()
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
                        '-keyout', folder / 'key', '-out', folder / 'cert'], check=True, capture_output=True)
        context.load_cert_chain(folder / 'cert', folder / 'key')
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                try:
                    with context.wrap_socket(connection, server_side=True) as tls:
                        heard.append(tls.recv(65536))
                        tls.sendall(b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
                except (OSError, ssl.SSLError):
                    heard.append(b'')
        threading.Thread(target=serve, daemon=True).start()
        self.prefix.settings(Pin=self.fingerprint())
        self.addCleanup(self.prefix.settings, Pin='')
        host = self.prefix.host()
        self.addCleanup(self.ends_well, host)
        waiting = self.connect(host, {ADDRESS: 'localhost:%d' % listener.getsockname()[1]})
        self.assertIn('is not the one that was pinned', host.complaint())
        self.assertTrue(heard)
        self.assertFalse([one for one in heard if b'uthorization' in one])
        host.press(CANCEL)
        host.finish(waiting)


class Crowd(SnapinCase):
    people = 500

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-mmc-'))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        (folder / 'people.ldif').write_text(people(cls.people))
        cls.settings = {'directory.local_file': str(folder / 'people.ldif')}
        super().setUpClass()
        cls.server.ctl('roles', 'grant', ANNA, 'full')

    def test_a_long_list_comes_in_parts(self):
        host = self.host()
        before = len(self.requests())
        answer = host.ask('select', path=[self.address, 'Mailboxes'], count=10)
        self.assertEqual((answer['count'], answer['rows'][0][1]), (self.people + 1, ANNA))
        self.assertEqual(len(self.requests()) - before, 1)
        last = host.as_rows(host.ask('rows', **{'from': 450, 'count': 3}))
        self.assertEqual([row['Address'] for row in last], ['p%04d@example.test' % number for number in (449, 450, 451)])
        self.assertEqual(len(self.requests()) - before, 2)


class Installed(SnapinCase):
    CLASS = '{6B9F2C10-5C1E-4D0B-9D7A-3E8C4B1F7A01}'

    def knows(self, key):
        return 'Kontor' in self.prefix.run('reg', 'query', key, '/s', check=False)

    def registered(self):
        """{(key, value): text} of what the registry has of the library; its file's name as a program sees it is left out."""
        found, file = {}, self.prefix.folder / 'export.reg'
        for key in ('HKLM\\SOFTWARE\\Microsoft\\MMC', 'HKLM\\SOFTWARE\\Classes\\CLSID'):
            self.prefix.run('reg', 'export', key, self.prefix.path(file), '/y', check=False)
            at = ''
            for line in file.read_text('utf-16').splitlines() if file.exists() else []:
                if line.startswith('['):
                    at = line.strip('[]').upper()
                elif '=' in line and '6B9F2C' in (at + line).upper():
                    name, _, text = line.partition('=')
                    found[at, name.strip('"').upper()] = 'the library' if text.endswith('kontor-admin.dll"') else text
            file.unlink(missing_ok=True)
        return found

    def test_regsvr32_writes_what_the_package_writes(self):
        dll = self.prefix.path(self.prefix.programs['dll'])
        self.assertEqual(self.registered(), {})
        self.prefix.run('regsvr32', '/s', dll)
        by_itself = self.registered()
        self.prefix.run('regsvr32', '/s', '/u', dll)
        self.assertEqual(self.registered(), {})
        package = self.prefix.path(snapin.package())
        self.prefix.run('msiexec', '/i', package, '/qn')
        self.addCleanup(self.prefix.run, 'msiexec', '/x', package, '/qn')
        self.assertEqual(self.registered(), by_itself)
        self.assertEqual(len({key for key, _ in by_itself if key.endswith('PROPERTYSHEET')}), 4)

    def test_the_package_comes_and_goes(self):
        """Installed as group policies do it, the console finds the snap-in by its class; removed, nothing of it is left."""
        file = self.prefix.path(snapin.package())
        installed = self.prefix.folder / 'prefix/drive_c/Program Files/Kontor/kontor-admin.dll'
        self.prefix.settings(Server='')
        self.prefix.run('msiexec', '/i', file, '/qn', 'KONTOR_SERVER=' + self.address)
        self.assertEqual(installed.read_bytes(), self.prefix.programs['dll'].read_bytes())
        for key in ('HKLM\\SOFTWARE\\Microsoft\\MMC\\SnapIns\\' + self.CLASS, 'HKLM\\SOFTWARE\\Classes\\CLSID\\' + self.CLASS):
            self.assertTrue(self.knows(key), key)
        host = self.prefix.host(registered=True)
        self.assertEqual(host.ask('about')['provider'], 'The Kontor project')
        host.ask('expand', path=[])
        self.assertEqual(host.names(), [self.address])
        host.ask('select', path=[])
        type_of_root = host.ask('choose', rows=[])['type']
        self.assertTrue(self.knows('HKLM\\SOFTWARE\\Microsoft\\MMC\\NodeTypes\\' + type_of_root))
        self.ends_well(host)
        self.prefix.run('msiexec', '/x', file, '/qn')
        self.assertEqual(self.registered(), {})
        self.assertFalse(installed.exists())
        for key in ('HKLM\\SOFTWARE\\Microsoft\\MMC\\SnapIns\\' + self.CLASS, 'HKLM\\SOFTWARE\\Classes\\CLSID\\' + self.CLASS):
            self.assertFalse(self.knows(key), key)


if __name__ == '__main__':
    kontor.main()
