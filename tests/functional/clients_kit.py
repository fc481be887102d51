# SPDX-License-Identifier: GPL-3.0-or-later
"""The kit of kontorctl clients in a real domain: curl and Thunderbird with nothing but the user's ticket, the object for Outlook
loaded into Active Directory, the lines for the DNS served by a DNS server."""
import base64
import http.client
import os
import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ad_server  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import thunderbird  # noqa: E402

MAIL = people.MAIL
POX = '/autodiscover/autodiscover.xml'
PERSON = '/autodiscover/person.json'
OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'
CONFIGURATION = 'CN=Configuration,' + people.BASE
# Thunderbird's calendars for a script: by its path, and the events of a month when there are so many.
CALENDARS = '''
    const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
    const { CalDavProvider } = ChromeUtils.importESModule("resource:///modules/CalDavProvider.sys.mjs");
    const calendar = path => cal.manager.getCalendars().find(one => one.uri.filePath == path);
    const titles = async (path, count) => {
      for (let i = 0; i < 3000; i++) {
        if (i % 100 == 0) calendar(path).refresh();
        const found = await calendar(path).getItemsAsArray(Ci.calICalendar.ITEM_FILTER_TYPE_EVENT, 0,
            cal.createDateTime("20261101T000000Z"), cal.createDateTime("20261201T000000Z"));
        if (found.length >= count) return found.map(one => one.title).sort();
        await wait(100);
      }
      throw new Error("fewer than " + count + " events");
    };'''


def question(address):
    return ('<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
            f'requestschema/2006"><Request><EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>{OUTLOOK}'
            '</AcceptableResponseSchema></Request></Autodiscover>')


class KitCase(ad_server.ServerCase):
    """The server on the standard ports, as clients expect it; the network is the test's own."""

    @classmethod
    def make_server(cls):
        server = super().make_server()
        server.port_base = 0
        server.settings['server.port_base'] = 0
        cls.certify(server)
        return server

    @classmethod
    def certify(cls, server):
        """A certificate with the names that the kit's lines for the DNS promise."""
        tls = cls.domain.folder / 'tls'
        names = ','.join('DNS:' + name for name in (samba.MAIL_HOST, 'autoconfig.' + MAIL, 'autodiscover.' + MAIL))
        (cls.folder / 'names').write_text(f'subjectAltName={names}\n')
        run = lambda *words: subprocess.run(['openssl', *words], check=True, capture_output=True)  # noqa: E731
        run('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=' + samba.MAIL_HOST,
            '-keyout', str(cls.folder / 'key.pem'), '-out', str(cls.folder / 'request'))
        run('x509', '-req', '-in', str(cls.folder / 'request'), '-CA', str(tls / 'ca.pem'), '-CAkey', str(tls / 'ca.key'), '-CAcreateserial',
            '-days', '30', '-extfile', str(cls.folder / 'names'), '-out', str(cls.folder / 'cert.pem'))
        server.settings.update({'tls.certificate_file': str(cls.folder / 'cert.pem'), 'tls.key_file': str(cls.folder / 'key.pem')})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = cls.folder / 'kit'
        cls.files = cls.server.ctl('clients', cls.kit, '--ca', cls.domain.ca_file)['files']

    def fetch(self, env, path, *arguments):
        return subprocess.run(['curl', '-sS', '-v', '--max-time', '30', '--cacert', str(self.domain.ca_file), *arguments,
                               f'https://{samba.MAIL_HOST}{path}'], env=env, text=True, capture_output=True)


class Https(KitCase):
    def test_curl_negotiates(self):
        alice = self.domain.kinit('alice')
        done = self.fetch(alice, POX, '--negotiate', '-u', ':', '-H', 'Content-Type: text/xml', '-d', question('alice@' + MAIL))
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = xml.etree.ElementTree.fromstring(done.stdout.encode())
        self.assertEqual(answer.findtext(f'.//{{{OUTLOOK}}}DisplayName'), 'Алиса Петрова')
        self.assertRegex(done.stderr, r'(?i)< www-authenticate: negotiate \S{20,}')  # the server proved itself too
        self.server.wait_for_log('mechanism=GSS-SPNEGO')
        self.server.wait_for_log('event=http.login.done')
        # The same by a path of its own; somebody without a mailbox; nobody at all.
        self.assertIn(f'"address":"alice@{MAIL}"', self.fetch(alice, PERSON, '--negotiate', '-u', ':').stdout)
        self.assertIn('< HTTP/1.1 401', self.fetch(self.domain.kinit('heidi'), PERSON, '--negotiate', '-u', ':').stderr)
        nobody = {**alice, 'KRB5CCNAME': 'FILE:' + str(self.folder / 'none')}
        refused = self.fetch(nobody, POX, '--negotiate', '-u', ':')
        self.assertRegex(refused.stderr, r'(?i)< HTTP/1.1 401[\s\S]*www-authenticate: Negotiate\s[\s\S]*www-authenticate: Basic')

    def test_a_disabled_account_ends_its_connections(self):
        import gssapi
        os.environ['KRB5CCNAME'] = self.domain.kinit('carol')['KRB5CCNAME']
        name = gssapi.Name('HTTP@' + samba.MAIL_HOST, gssapi.NameType.hostbased_service)
        token = gssapi.SecurityContext(name=name, usage='initiate', mech=gssapi.OID.from_int_seq('1.3.6.1.5.5.2')).step()
        client = http.client.HTTPSConnection(samba.MAIL_HOST, context=self.context(), timeout=kontor.PATIENCE)
        self.addCleanup(client.close)
        client.request('GET', PERSON, headers={'Authorization': 'Negotiate ' + base64.b64encode(token).decode()})
        response = client.getresponse()
        self.assertEqual(response.status, 200)
        response.read()
        self.modify('carol', ('userAccountControl', [str(people.DISABLED)]))
        self.addCleanup(self.modify, 'carol', ('userAccountControl', [str(people.NO_EXPIRY)]))
        self.assertEqual(client.sock.recv(1), b'')  # long before http.idle_timeout
        self.assertIn('reason="cancelled', self.server.log())

    def test_calendars_by_ticket_and_then_by_cookie(self):
        jar = str(self.folder / 'jar')
        propfind = ('-X', 'PROPFIND', '-H', 'Depth: 0', '-d',
                    '<D:propfind xmlns:D="DAV:"><D:prop><D:current-user-principal/></D:prop></D:propfind>')
        done = self.fetch(self.domain.kinit('ivan'), '/dav/', '--negotiate', '-u', ':', '-c', jar, *propfind)
        self.assertIn('< HTTP/1.1 207', done.stderr)
        self.assertIn('/dav/principals/people/ad:', done.stdout)
        nobody = {**os.environ, 'KRB5CCNAME': 'FILE:' + str(self.folder / 'none')}
        self.assertIn('< HTTP/1.1 207', self.fetch(nobody, '/dav/', '-b', jar, *propfind).stderr)
        self.assertIn('< HTTP/1.1 401', self.fetch(nobody, '/dav/', '-b', jar, '-H', 'Origin: https://evil.test', *propfind).stderr)
        self.modify('ivan', ('userAccountControl', [str(people.DISABLED)]))
        self.addCleanup(self.modify, 'ivan', ('userAccountControl', [str(people.NO_EXPIRY)]))
        kontor.wait_until(lambda: '< HTTP/1.1 401' in self.fetch(nobody, '/dav/', '-b', jar, *propfind).stderr, 'the cookie is worth nothing')

    def test_curl_by_password(self):
        done = self.fetch(dict(os.environ), POX, '-u', f'bob@{MAIL}:{people.PASSWORD}', '-d', question('bob@' + MAIL))
        self.assertIn('<Action>settings</Action>', done.stdout, done.stderr)


class Directory(KitCase):
    def test_the_object_for_outlook_is_loaded_and_found(self):
        admin = self.domain.kinit('Administrator', samba.ADMIN_PASSWORD)
        loaded = subprocess.run(['ldapadd', '-Y', 'GSSAPI', '-Q', '-H', 'ldap://' + samba.DC_HOST, '-f', str(self.kit / 'ad/scp.ldif')],
                                env=admin, text=True, capture_output=True)
        self.assertEqual(loaded.returncode, 0, loaded.stderr)
        import ldap
        found = self.admin.search_s(  # as Outlook searches
            CONFIGURATION, ldap.SCOPE_SUBTREE, '(&(objectClass=serviceConnectionPoint)(|(keywords=67661d7F-8FC4-4fa7-BFAC-E1D7794C1F68)'
            '(keywords=77378F46-2C66-4aa9-A6A6-3E7A48B19596)))', ['serviceBindingInformation', 'keywords'])
        found = [entry for name, entry in found if name]
        self.assertEqual(len(found), 1)
        url = found[0]['serviceBindingInformation'][0].decode()
        self.assertIn(b'Domain=' + MAIL.encode(), found[0]['keywords'])
        path = url.removeprefix('https://' + samba.MAIL_HOST)
        self.assertNotEqual(path, url)
        answer = self.fetch(self.domain.kinit('alice'), path, '--negotiate', '-u', ':', '-d', question('alice@' + MAIL))
        self.assertIn('<Action>settings</Action>', answer.stdout, answer.stderr)

    def test_a_dns_server_serves_the_lines(self):
        import dns.message
        import dns.query
        zone = self.folder / 'zone'
        zone.write_text(f'$ORIGIN {MAIL}.\n@ 3600 IN SOA {samba.MAIL_HOST}. root.{MAIL}. 1 3600 600 86400 60\n@ 3600 IN NS {samba.MAIL_HOST}.\n'
                        + (self.kit / f'dns/{MAIL}.zone').read_text())
        config = self.folder / 'unbound.conf'
        config.write_text(f'server:\n  interface: 127.0.77.1\n  port: 53\n  do-daemonize: no\n  chroot: ""\n  username: ""\n  directory: "{self.folder}"\n'
                          f'  pidfile: ""\n  use-syslog: no\n  access-control: 127.0.0.0/8 allow\n  local-zone: "test." nodefault\nremote-control:\n  control-enable: no\n'
                          f'auth-zone:\n  name: "{MAIL}"\n  zonefile: "{zone}"\n  for-downstream: yes\n')
        checked = subprocess.run(['unbound-checkconf', str(config)], text=True, capture_output=True)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        process = subprocess.Popen(['unbound', '-d', '-c', str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def ask(name, kind):
            try:
                answer = dns.query.udp(dns.message.make_query(f'{name}.{MAIL}', kind), '127.0.77.1', timeout=2)
            except (OSError, dns.exception.Timeout):
                return None
            return sorted(str(record) for rows in answer.answer for record in rows) or None
        host = samba.MAIL_HOST + '.'
        self.assertEqual(kontor.wait_until(lambda: ask('_imaps._tcp', 'SRV'), 'an answer of the DNS server'), [f'0 1 993 {host}'])
        for name, expected in {'_imap._tcp': f'10 1 143 {host}', '_pop3s._tcp': f'20 1 995 {host}', '_pop3._tcp': f'30 1 110 {host}',
                               '_submissions._tcp': f'0 1 465 {host}', '_submission._tcp': f'10 1 587 {host}',
                               '_autodiscover._tcp': f'0 1 443 {host}', '_caldavs._tcp': f'0 1 443 {host}',
                               '_carddavs._tcp': f'0 1 443 {host}'}.items():
            self.assertEqual(ask(name, 'SRV'), [expected])
            # What it names is there.
            samba.socket.create_connection((samba.MAIL_HOST, int(expected.split()[2])), 10).close()
        for name in ('autoconfig', 'autodiscover'):
            self.assertEqual(ask(name, 'CNAME'), [host])


class ClientCase(KitCase):
    """Thunderbird installed with the kit, a fresh profile, a ticket and no password anywhere."""
    session = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Where 127.0.0.1 is all there is, the system's resolver finds no address for a program that asks for usable ones alone.
        subprocess.run(['ip', 'address', 'replace', '192.0.2.1/32', 'dev', 'lo'], check=True)
        cls.program = thunderbird.installation(cls.folder / 'program', cls.kit / 'thunderbird')
        cls.server.lmtp(['alice@' + MAIL], ad_server.message('before the first start', 'alice@' + MAIL))
        cls.client = thunderbird.Thunderbird(cls.folder, environment={**cls.domain.kinit('alice'), **cls.session}, program=cls.program)
        cls.addClassCleanup(cls.client.stop)
        cls.client.start()

    def shown(self):
        return self.client.run('''
            const box = await until("the inbox", () => server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox));
            box.getNewMessages(null, null);
            await until("the message", () => messages(box).length == 1);
            return messages(box).map(one => one.mime2DecodedSubject);''')


class Client(ClientCase):
    def test_mail_without_a_password(self):
        account = self.client.run('''
            const ours = await until("an account", () => MailServices.accounts.accounts.find(one => one.incomingServer?.type == "imap"));
            const { incomingServer, defaultIdentity } = ours;
            return [incomingServer.hostname, incomingServer.port, incomingServer.authMethod, defaultIdentity.email, defaultIdentity.fullName];''')
        self.assertEqual(account, [samba.MAIL_HOST, 993, 5, 'alice@' + MAIL, 'Алиса Петрова'])
        self.assertEqual(self.shown(), ['before the first start'])
        self.client.run('''
            const account = MailServices.accounts.accounts.find(one => one.incomingServer?.type == "imap");
            const identity = account.defaultIdentity;
            const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
            fields.from = identity.email; fields.to = arguments[0]; fields.subject = "sent without a password"; fields.body = "hello\\r\\n";
            const parameters = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
            parameters.composeFields = fields; parameters.identity = identity; parameters.format = Ci.nsIMsgCompFormat.PlainText;
            const compose = MailServices.compose.initCompose(parameters);
            await compose.sendMsg(Ci.nsIMsgCompDeliverMode.Now, identity, account.key, null, null);''', 'bob@' + MAIL)
        kontor.wait_until(lambda: 'sent without a password' in self.subjects('bob@' + MAIL), 'the mail at Bob')
        kontor.wait_until(lambda: 'sent without a password' in self.subjects('alice@' + MAIL, 'Sent'), 'the copy in Sent')
        # At the next start the account is there, and no second one is made.
        self.client.stop()
        self.client.start()
        self.server.lmtp(['alice@' + MAIL], ad_server.message('after the second start', 'alice@' + MAIL))
        kinds = self.client.run('''
            const box = await until("the inbox", () => server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox));
            box.getNewMessages(null, null);
            await until("the message", () => messages(box).length == 2);
            return MailServices.accounts.accounts.map(one => one.incomingServer.type).sort();''')
        self.assertEqual(kinds.count('imap'), 1, kinds)
        self.assertEqual(self.client.run('return (await Services.logins.getAllLogins()).length;'), 0)
        mine = [line for line in self.server.log().splitlines() if 'sign_in.done' in line and 'principal' in line and 'alice' in line]
        for protocol in ('imap', 'smtp'):
            self.assertTrue(any(f'protocol={protocol} ' in line and 'mechanism=GSSAPI' in line for line in mine), (protocol, mine))

    def test_the_address_book_completes_without_a_password(self):
        """What the program does when somebody types a name into the field for recipients."""
        found = self.client.run('''
            await until("an account", () => MailServices.accounts.accounts.find(one => one.incomingServer?.type == "imap"));
            const search = Cc["@mozilla.org/autocomplete/search;1?name=ldap"].createInstance(Ci.nsIAutoCompleteSearch);
            const typed = arguments[0];
            return await new Promise(done => search.startSearch(typed, JSON.stringify({ type: "addr_to" }), null, {
              onSearchResult(_, result) {
                const ongoing = [Ci.nsIAutoCompleteResult.RESULT_SUCCESS_ONGOING, Ci.nsIAutoCompleteResult.RESULT_NOMATCH_ONGOING];
                if (ongoing.includes(result.searchResult)) return;
                done([...Array(result.matchCount).keys()].map(place => result.getValueAt(place)));
              } }));''', 'Mill')
        self.assertEqual(found, [f'Bob Miller <bob@{MAIL}>'])
        self.assertTrue(any('sign_in.done' in line and 'protocol=ldap ' in line and 'mechanism=GSSAPI' in line
                            for line in self.server.log().splitlines()))

    def test_calendars_and_contacts_without_a_password(self):
        """What the dialogues for a new calendar and a new address book do; then events go both ways."""
        alice, host = self.domain.kinit('alice'), 'https://' + samba.MAIL_HOST + '/'
        mine = f'/dav/calendars/alice@{MAIL}/default/'

        def put(name, summary, day):
            done = self.fetch(alice, mine + name + '.ics', '--negotiate', '-u', ':', '-X', 'PUT', '-H', 'Content-Type: text/calendar', '--data-binary',
                              dav.event(name, summary, f'202611{day}T100000Z').decode())
            self.assertIn('< HTTP/1.1 201', done.stderr)

        def on_server():
            body = f'<C:calendar-query {dav.SPACES}><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
            return self.fetch(alice, mine, '--negotiate', '-u', ':', '-X', 'REPORT', '-H', 'Depth: 1', '-d', body).stdout
        put('before', 'from another program', 24)
        calendars = self.client.run(CALENDARS + '''
            for (const one of await CalDavProvider.detectCalendars(arguments[0], "", arguments[1], false)) cal.manager.registerCalendar(one);
            return cal.manager.getCalendars().filter(one => one.type == "caldav").map(one => [one.uri.filePath, one.readOnly]);''', 'alice@' + MAIL, host)
        own = [path for path, read_only in calendars if path.endswith('/default/') and not read_only]
        self.assertEqual(len(own), 1, calendars)
        shown = self.client.run(CALENDARS + 'return await titles(arguments[0], 1);', own[0])
        self.assertEqual(shown, ['from another program'])
        self.client.run(CALENDARS + '''
            const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
            await calendar(arguments[0]).addItem(new CalEvent(arguments[1]));''', own[0], dav.event('mine', 'made in Thunderbird', '20261125T100000Z').decode())
        kontor.wait_until(lambda: 'made in Thunderbird' in on_server(), 'the event on the server')
        put('after', 'a second one', 26)
        shown = self.client.run(CALENDARS + 'return await titles(arguments[0], 3);', own[0])
        self.assertEqual(shown, ['a second one', 'from another program', 'made in Thunderbird'])
        self.show_calendar()
        books = self.client.run('''
            const { CardDAVUtils } = ChromeUtils.importESModule("resource:///modules/CardDAVUtils.sys.mjs");
            const found = await CardDAVUtils.detectAddressBooks(arguments[0], undefined, arguments[1]);
            // Its own create() trips over a sign-in without any password; this is the rest of it.
            const { url, name } = found.find(one => one.url.pathname.endsWith("/global/"));
            const made = MailServices.ab.getDirectoryFromId(MailServices.ab.newAddressBook(name, null, Ci.nsIAbManager.CARDDAV_DIRECTORY_TYPE, null));
            made.setStringValue("carddav.url", url.href);
            made.setBoolValue("readOnly", true);
            const { CardDAVDirectory } = ChromeUtils.importESModule("resource:///modules/CardDAVDirectory.sys.mjs");
            const book = CardDAVDirectory.forFile(made.fileName);
            await book.fetchAllFromServer();
            await until("the people", () => book.childCards.some(card => card.primaryEmail == arguments[2]));
            return [found.length, book.readOnly, book.childCards.find(card => card.primaryEmail == arguments[2]).displayName];''',
            'alice@' + MAIL, host, 'bob@' + MAIL)
        self.assertEqual(books, [2, True, 'Bob Miller'])
        self.assertEqual(self.client.run('return (await Services.logins.getAllLogins()).length;'), 0)

    def show_calendar(self):
        """The month in the main window; a picture of it where KONTOR_PICTURES names a folder."""
        shown = self.client.run('''
            const main = Services.wm.getMostRecentWindow("mail:3pane");
            main.document.getElementById("tabmail").openTab("calendar");
            const view = await until("the view", () => main.currentView && main.currentView());
            main.switchToView("month");
            main.currentView().goToDay(cal_day());
            function cal_day() {
              const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
              return cal.createDateTime("20261125T000000Z");
            }
            const texts = () => [...main.document.querySelectorAll("calendar-month-day-box-item")].map(one => one.textContent);
            return await until("the events", () => texts().length >= 3 && texts().map(one => one.trim()));''')
        self.assertTrue(any('made in Thunderbird' in one for one in shown), shown)
        if folder := os.environ.get('KONTOR_PICTURES'):
            self.client.screenshot(pathlib.Path(folder) / 'thunderbird-calendar.png')

    def test_autoconfig_of_the_domain_is_read(self):
        """What the account dialogue does when somebody types his address."""
        hosts = pathlib.Path('/etc/hosts')
        hosts.write_text(hosts.read_text() + f'127.0.0.1 autoconfig.{MAIL}\n')
        found = self.client.run('''
            const modules = "resource:///modules/accountcreation/";
            const { FetchConfig } = ChromeUtils.importESModule(modules + "FetchConfig.sys.mjs");
            const config = await FetchConfig.fromISP(arguments[0], "bob@" + arguments[0], new AbortController().signal);
            const what = one => [one.type, one.hostname, one.port, one.socketType, one.auth, one.username];
            return [what(config.incoming), config.incomingAlternatives.map(what), what(config.outgoing)];''', MAIL)
        self.assertEqual(found, [['imap', samba.MAIL_HOST, 993, 3, 5, '%EMAILADDRESS%'], [['pop3', samba.MAIL_HOST, 995, 3, 5, '%EMAILADDRESS%']],
                                 ['smtp', samba.MAIL_HOST, 465, 3, 5, '%EMAILADDRESS%']])


class ClientWithoutHttps(ClientCase):
    """Nobody tells Thunderbird who the user is: the name of his session has to do."""
    session = {'USERNAME': 'alice'}

    @classmethod
    def make_server(cls):
        server = super().make_server()
        server.settings['http.enabled'] = False
        return server

    def test_mail_without_a_password(self):
        self.assertEqual(self.shown(), ['before the first start'])
        account = self.client.run('''
            const ours = MailServices.accounts.accounts.find(one => one.incomingServer?.type == "imap");
            return [ours.incomingServer.hostname, ours.incomingServer.authMethod, ours.defaultIdentity.email];''')
        self.assertEqual(account, [samba.MAIL_HOST, 5, 'alice@' + MAIL])
        self.assertEqual(self.client.run('return (await Services.logins.getAllLogins()).length;'), 0)


if __name__ == '__main__':
    ad_case.main()
