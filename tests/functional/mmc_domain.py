# SPDX-License-Identifier: GPL-3.0-or-later
"""The snap-in in a real domain: it signs in by the ticket of who sits at the machine, and asks for nothing. Its pages in Active
Directory Users and Computers read and write the domain by wldap32, and ask the mail server for the rest."""
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402

import ldap  # noqa: E402
import snapin  # noqa: E402

# Attributes of the base schema that stand for two of Exchange's (directory.attributes).
HIDDEN, TARGET = 'msDS-cloudExtensionAttribute1', 'msDS-cloudExtensionAttribute2'
# Controls of the page Mail, of its buttons, and of the dialog that asks for a name.
STATE, PRIMARY, MORE, HIDE, FORWARD, KEEP, GOES_TO, USED, ALLOWED, PEOPLE, SENDERS = range(1001, 1012)
TRACE, SIGN_IN, SERVER = 1020, 1021, 1022
USER, PASSWORD, OK, CANCEL = 1002, 1003, 1, 2
SHEET_OK, SHEET_APPLY = 3, 4
EXTENSION = '{6B9F2C10-5C1E-4D0B-9D7A-3E8C4B1F7A03}'


class InDomain(ad_case.DomainCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tls = cls.domain.folder / 'tls'
        cls.server = kontor.Server(data=cls.folder / 'data')
        cls.server.settings.update(cls.settings())
        cls.server.settings.update({
            'server.demo': False, 'tls.certificate_file': str(tls / 'mail.pem'), 'tls.key_file': str(tls / 'mail.key'),
            'directory.attributes': ['msExchHideFromAddressLists=' + HIDDEN, 'targetAddress=' + TARGET]})
        cls.server.start()
        cls.addClassCleanup(cls.server.close)
        samba.wait_until(lambda: cls.server.takes_mail_for('alice@' + people.MAIL), kontor.PATIENCE, 'the people of the domain are known')
        cls.prefix = snapin.shared()
        cls.address = '%s:%d' % (samba.MAIL_HOST, cls.server.port('https'))
        cls.prefix.settings(Language='en', Server=cls.address, CaFile=cls.prefix.path(cls.domain.ca_file))

    def host(self, who, registered=False):
        """A console of somebody who is signed in to Windows."""
        ticket = self.domain.kinit(who)
        return self.prefix.host(registered, {name: ticket[name] for name in ('KRB5CCNAME', 'KRB5_CONFIG')})

    def test_an_administrator_is_asked_nothing(self):
        with self.host('alice') as host:  # in the administrators' group by way of another
            host.ask('expand', path=[])
            self.assertTrue(host.ask('expand', path=[self.address])['done'])
            shown = host.rows(self.address, 'Mailboxes')
            said = self.server.ctl('accounts', 'list')
            self.assertEqual([row['Address'] for row in shown], [row['address'] for row in said])
            self.assertIn('Алиса Петрова', [row['Name'] for row in shown])
            place = next(place for place, row in enumerate(shown) if row['Address'] == 'bob@' + people.MAIL)
            host.sheet([place])
            host.ask('page', page=1)
            host.set(1002, text='3 GB')
            host.ask('button', button=3)
            kontor.wait_until(host.no_dialog, 'the sheet is closed')
        self.assertEqual(self.server.ctl('quota', 'show', 'bob@' + people.MAIL)['bytes_limit'], 3 << 30)
        self.assertIn('alice', str(self.server.ctl('audit', 'list')))

    def test_who_has_no_role_is_told_so(self):
        with self.host('bob') as host:
            host.ask('expand', path=[])
            self.assertFalse(host.ask('expand', path=[self.address])['done'])
            self.assertEqual(len(host.ask('messages')['messages']), 1)
            self.assertEqual(host.names(self.address), [])

    # --- pages in sheets of Active Directory Users and Computers, which the console host plays -------
    def open(self, host, name, type='user', parent=people.PEOPLE_OU, **further):
        """The sheet of an object, with Mail shown; False when the extension has no pages for it."""
        what = {'dn': 'CN=%s,%s' % (name, parent), 'class': type, 'server': samba.DC_HOST, **further}
        return host.ask('tab', **what)['done'] and host.dialog()

    def sign_in(self, host, user='administrator', password=samba.ADMIN_PASSWORD):
        """By the button of the page: the directory refused who is signed in to Windows (Wine has no such sign-in)."""
        pressing = host.start('press', control=SIGN_IN)
        kontor.wait_until(lambda: host.dialog()['title'] == 'Sign in', 'the dialog')
        host.set(USER, text='%s@%s' % (user, people.DOMAIN))
        host.set(PASSWORD, text=password)
        host.press(OK)
        self.assertTrue(host.finish(pressing)['done'])

    def sheet(self, host, name, *rest, **further):
        """The same, as the domain's administrator: the first sheet of a console asks, the others do not."""
        shown = self.open(host, name, *rest, **further)
        if 'sign in' in shown['controls'][999]['text']:
            self.assertFalse(shown['controls'][PRIMARY]['enabled'])
            self.sign_in(host)
        return host.dialog()['controls']

    def entry(self, name, parent=people.PEOPLE_OU):
        found = self.admin.search_s('CN=%s,%s' % (name, parent), ldap.SCOPE_BASE)[0][1]
        return {key: sorted(value.decode() for value in values) for key, values in found.items() if key in (
            'mail', 'proxyAddresses', HIDDEN, TARGET)}

    def test_addresses_of_a_user(self):
        before = self.entry('alice')
        self.addCleanup(kontor.wait_until, lambda: self.server.takes_mail_for('a.petrova@' + people.MAIL), 'the server knows her as before')
        self.addCleanup(self.modify, 'alice', *before.items())
        with self.host('alice') as host:
            page = self.sheet(host, 'alice')
            self.assertEqual(page[999]['text'], '')
            self.assertEqual((page[STATE]['text'], page[PRIMARY]['text']), ('person, enabled', 'alice@' + people.MAIL))
            self.assertEqual(page[MORE]['text'].split('\r\n'), ['Alice.Petrova@sales.' + people.MAIL, 'a.petrova@' + people.MAIL])
            for address, sentence in (('not an address', 'is not a mail address'), ('bob@' + people.MAIL, 'belongs to Bob Miller'),
                                      ('staff@' + people.MAIL, 'belongs to Все сотрудники')):
                host.set(MORE, text=address)
                host.ask('button', button=SHEET_APPLY)
                self.assertIn(sentence, host.complaint())
            self.assertEqual(len(self.entry('alice')['proxyAddresses']), 5)
            host.set(PRIMARY, text='petrova@' + people.MAIL)
            host.set(MORE, text='alice@%s\r\na*b(c)@%s' % (people.MAIL, people.MAIL))
            host.ask('button', button=SHEET_APPLY)
            self.assertIn('is not a mail address', host.complaint())
            host.set(MORE, text='alice@%s\r\na*b@%s' % (people.MAIL, people.MAIL))
            host.ask('button', button=SHEET_OK)
            kontor.wait_until(host.no_dialog, 'the sheet is closed')
        entry = self.entry('alice')
        self.assertEqual(entry['mail'], ['petrova@' + people.MAIL])
        self.assertEqual(entry['proxyAddresses'], sorted(
            ['SMTP:petrova@' + people.MAIL, 'smtp:alice@' + people.MAIL, 'smtp:a*b@' + people.MAIL,
             'x400:c=RU;a= ;p=Test;o=Exchange;s=Petrova', 'sip:alice@' + people.MAIL]))
        kontor.wait_until(lambda: self.server.takes_mail_for('petrova@' + people.MAIL), 'the server knows the new address')
        self.assertEqual(self.server.ctl('accounts', 'show', 'alice@' + people.MAIL)['address'], 'petrova@' + people.MAIL)

    def test_quota_hidden_and_forwarding(self):
        with self.host('alice') as host:
            page = self.sheet(host, 'carol')
            self.assertEqual((page[PRIMARY]['text'], page[HIDE]['checked'], page[FORWARD]['text']), ('Carol@' + people.MAIL, False, ''))
            self.assertFalse(page[KEEP]['enabled'])  # the schema has no altRecipient
            host.set(HIDE, check=True)
            host.set(FORWARD, text='elsewhere@partner.example')
            host.set(ALLOWED, text='1.5 GB')
            host.ask('button', button=SHEET_OK)
            kontor.wait_until(host.no_dialog, 'the sheet is closed')
            self.assertEqual(self.entry('carol'), {
                'proxyAddresses': ['SMTP:Carol@' + people.MAIL, 'smtp:c@' + people.MAIL], HIDDEN: ['TRUE'],
                TARGET: ['SMTP:elsewhere@partner.example']})
            self.assertEqual(self.server.ctl('quota', 'show', 'c@' + people.MAIL)['bytes_limit'], 3 << 29)
            kontor.wait_until(lambda: self.server.ctl('accounts', 'show', 'c@' + people.MAIL)['mail_goes_to'] == ['elsewhere@partner.example'],
                              'the server forwards')
            self.assertTrue(self.server.ctl('accounts', 'show', 'c@' + people.MAIL)['hidden'])
            page = self.sheet(host, 'carol')
            self.assertEqual((page[HIDE]['checked'], page[FORWARD]['text'], page[GOES_TO]['text'], page[ALLOWED]['text']),
                             (True, 'elsewhere@partner.example', 'elsewhere@partner.example', '1.5 GB'))
            host.set(HIDE, check=False)
            host.set(FORWARD, text='')
            host.set(ALLOWED, text='much')
            host.ask('button', button=SHEET_APPLY)
            self.assertTrue(host.complaint())  # and nothing of the three is written
            self.assertIn(TARGET, self.entry('carol'))
            host.set(ALLOWED, text='default')
            host.ask('button', button=SHEET_OK)
            kontor.wait_until(host.no_dialog, 'the sheet is closed')
        self.assertEqual(sorted(self.entry('carol')), ['proxyAddresses'])
        kontor.wait_until(lambda: self.server.ctl('accounts', 'show', 'c@' + people.MAIL)['mail_goes_to'] == ['Carol@' + people.MAIL],
                          'the forwarding ends')
        # The quota was changed by whose ticket it was, not by the directory's administrator.
        self.assertNotIn('administrator', str(self.server.ctl('audit', 'list')))

    def test_rights_policies_and_messages(self):
        ivan = 'ivan@' + people.MAIL
        self.server.lmtp([ivan], ('From: x@elsewhere.test\r\nTo: %s\r\nSubject: for the tab\r\n\r\ntext\r\n' % ivan).encode())
        with self.host('alice') as host:
            self.sheet(host, 'ivan')
            self.assertEqual(host.dialog()['pages'], ['Mail', 'Mail rights', 'Mail policies'])
            host.ask('page', page=1)
            host.set(1002, text='dev@' + people.MAIL)
            host.set(1003, choice=0)
            host.press(1005)
            self.assertIn(['dev@' + people.MAIL, 'INBOX', 'reader'], host.dialog()['controls'][1001]['rows'])
            self.assertEqual({row['who'] for row in self.server.ctl('shares', 'list', ivan)}, {'dev@' + people.MAIL})
            host.ask('page', page=2)
            values = self.server.ctl('policy', 'explain', ivan)['values']
            self.assertEqual(len(host.dialog()['controls'][1001]['rows']), len(values))
            host.ask('page', page=0)
            pressing = host.start('press', control=TRACE)
            listed = kontor.wait_until(lambda: host.dialog()['controls'].get(1002, {}).get('rows'), 'the messages')
            self.assertEqual((listed[0][2], listed[0][3], listed[0][4]), (ivan, 'delivered', 'for the tab'))
            host.set(1002, row=0)
            self.assertIn('delivered', [row[2] for row in host.dialog()['controls'][1003]['rows']])
            host.set(1001, choice=1)  # those from him
            self.assertEqual(host.dialog()['controls'][1002]['rows'], [])
            host.press(CANCEL)
            host.finish(pressing)
            host.ask('close')
            # The group's sheet says what it was given.
            page = self.sheet(host, 'dev', 'group', people.GROUPS_OU)
            said = self.server.ctl('groups', 'show', 'dev@' + people.MAIL)
            self.assertEqual((page[PRIMARY]['text'], page[PEOPLE]['text']), ('dev@' + people.MAIL, str(len(said['people']))))
            host.ask('page', page=1)
            self.assertIn([ivan, 'INBOX', 'reader'], host.dialog()['controls'][1001]['rows'])
            host.ask('close')

    def test_groups_and_contacts(self):
        with self.host('alice') as host:
            page = self.sheet(host, 'partner', 'contact')
            self.assertEqual((page[PRIMARY]['text'], STATE in page), ('partner@elsewhere.example', False))
            host.set(PRIMARY, text='office@elsewhere.example')
            host.ask('button', button=SHEET_OK)
            kontor.wait_until(host.no_dialog, 'the sheet is closed')
            self.assertEqual(self.entry('partner'), {'mail': ['office@elsewhere.example'], 'proxyAddresses': ['SMTP:office@elsewhere.example']})
            self.sheet(host, 'staff', 'group', people.GROUPS_OU)
            host.set(MORE, text='all@' + people.MAIL)
            host.ask('button', button=SHEET_OK)
            kontor.wait_until(host.no_dialog, 'the sheet is closed')
        self.assertEqual(self.entry('staff', people.GROUPS_OU)['proxyAddresses'], ['SMTP:staff@' + people.MAIL, 'smtp:all@' + people.MAIL])
        kontor.wait_until(lambda: self.server.takes_mail_for('all@' + people.MAIL), 'the group has the address')

    def test_an_account_gets_its_mailbox(self):
        with self.host('alice') as host:
            page = self.sheet(host, 'heidi')
            self.assertIn('has no mail address', page[999]['text'])
            host.set(PRIMARY, text='heidi@' + people.MAIL)
            host.ask('button', button=SHEET_OK)
            kontor.wait_until(host.no_dialog, 'the sheet is closed')
        self.assertEqual(self.entry('heidi'), {'mail': ['heidi@' + people.MAIL]})
        kontor.wait_until(lambda: self.server.takes_mail_for('heidi@' + people.MAIL), 'the mailbox')

    def test_who_may_not_write_sees_it(self):
        with self.host('alice') as host:
            self.open(host, 'dave')
            pressing = host.start('press', control=SIGN_IN)
            kontor.wait_until(lambda: host.dialog()['title'] == 'Sign in', 'the dialog')
            host.set(USER, text='bob@' + people.DOMAIN)
            host.set(PASSWORD, text='wrong')
            host.press(OK)
            self.assertIn('Active Directory could not be asked', host.complaint())
            host.set(PASSWORD, text=people.PASSWORD)
            host.press(OK)
            host.finish(pressing)
            page = host.dialog()['controls']
            self.assertEqual((page[PRIMARY]['text'], page[STATE]['text']), ('dave@' + people.MAIL, 'person, disabled'))
            for control in (PRIMARY, MORE, HIDE, FORWARD, KEEP):
                self.assertFalse(page[control]['enabled'], control)
            self.assertTrue(page[ALLOWED]['enabled'])  # alice may, by her ticket
            host.ask('close')

    def test_by_the_shell_and_damaged_blocks(self):
        with self.host('alice') as host:
            self.assertTrue(self.open(host, 'bob', shell=True))
            self.assertEqual(host.dialog()['pages'], ['Mail', 'Mail rights', 'Mail policies'])
            host.ask('close')
            self.assertTrue(self.open(host, 'bob', in_path=True))
            self.sign_in(host)
            self.assertEqual(host.dialog()['controls'][PRIMARY]['text'], 'bob@' + people.MAIL)
            host.ask('close')
            for further in ({'count': 2}, {'count': 0}, {'cut': 1}, {'cut': 30}, {'cut': 60}, {'cut': 10_000}, {'offset': 1 << 30},
                            {'offset': 0xFFFFFFFF}, {'type': 'computer'}):
                for shell in (False, True):
                    self.assertFalse(self.open(host, 'bob', further.get('type', 'user'), shell=shell,
                                               **{key: value for key, value in further.items() if key != 'type'}), further)

    def test_types_of_nodes_are_those_of_the_schema(self):
        """The console finds the extension by the class of the object: the registry's types are the schema's."""
        schema = 'CN=Schema,CN=Configuration,' + people.BASE
        self.prefix.run('regsvr32', '/s', self.prefix.path(self.prefix.programs['dll']))
        self.addCleanup(self.prefix.run, 'regsvr32', '/s', '/u', self.prefix.path(self.prefix.programs['dll']))
        types = {}
        for name in ('user', 'inetOrgPerson', 'group', 'contact'):
            found = [entry for dn, entry in self.admin.search_s(schema, ldap.SCOPE_ONELEVEL, '(lDAPDisplayName=%s)' % name, ['schemaIDGUID']) if dn]
            types[name] = '{%s}' % str(uuid.UUID(bytes_le=found[0]['schemaIDGUID'][0])).upper()
            key = 'HKLM\\SOFTWARE\\Microsoft\\MMC\\NodeTypes\\%s\\Extensions\\PropertySheet' % types[name]
            self.assertIn(EXTENSION, self.prefix.run('reg', 'query', key), name)
        with self.host('alice', registered=True) as host:
            self.assertTrue(self.open(host, 'bob', node_type=types['user']))
            host.ask('close')
            self.assertFalse(self.open(host, 'bob', node_type='{00000000-0000-0000-0000-000000000000}'))

    def test_the_server_is_found(self):
        """By a record of the domain when the registry names none, or asked for once."""
        self.addCleanup(self.prefix.settings, Server=self.address)
        self.prefix.settings(Server='127.0.0.1:1')  # nobody is there, which does not keep anybody from the directory
        with self.host('alice') as host:
            page = self.sheet(host, 'bob')
            self.assertTrue(page[999]['text'])
            # What it reads by other names is not written by the usual ones.
            self.assertEqual((page[PRIMARY]['enabled'], page[HIDE]['enabled'], page[FORWARD]['enabled']), (True, False, False))
            host.ask('close')
        self.prefix.settings(Server='')
        with self.host('alice') as host:
            page = self.sheet(host, 'bob')
            self.assertIn('No mail server is known', page[999]['text'])
            pressing = host.start('press', control=SERVER)
            kontor.wait_until(lambda: host.dialog()['title'] == 'Connect to a server', 'the dialog')
            host.set(1001, text=self.address)
            host.press(OK)
            host.finish(pressing)
            self.assertEqual(host.dialog()['controls'][STATE]['text'], 'person, enabled')
            host.ask('close')
            self.assertEqual(self.sheet(host, 'bob')[STATE]['text'], 'person, enabled')  # remembered
            host.ask('close')
        self.prefix.settings(Server='')
        for target, priority in (('mail.elsewhere.example', 0), (samba.MAIL_HOST, 10)):  # a host outside of the domain does not count
            samba.run('samba-tool', 'dns', 'add', samba.DC_ADDRESS, people.DOMAIN, '_kontor-admin._tcp', 'SRV',
                      '%s %d %d 100' % (target, self.server.port('https'), priority), '-U', 'administrator%' + samba.ADMIN_PASSWORD,
                      '-s', self.domain.folder / 'etc/smb.conf')
        with self.host('alice') as host:
            self.assertEqual(self.sheet(host, 'bob')[STATE]['text'], 'person, enabled')
            host.ask('close')


if __name__ == '__main__':
    ad_case.main()
