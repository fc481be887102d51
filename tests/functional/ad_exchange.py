# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchange's attributes in a real domain: its schema is extended by them as Exchange's setup would, and a server reads
them and does what they say. Domains without them are what every other test has."""
import json
import pathlib
import smtplib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ad_server  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402

MAIL = people.MAIL
SCHEMA = 'CN=Schema,CN=Configuration,' + people.BASE
# Syntaxes as attributeSyntax and oMSyntax; below an arc for examples.
TEXT, NUMBER, LONG, FLAG, NAME = ('2.5.5.12', '64'), ('2.5.5.9', '2'), ('2.5.5.16', '65'), ('2.5.5.8', '1'), ('2.5.5.1', '127')
ATTRIBUTES = {
    'msExchHideFromAddressLists': FLAG, 'msExchRequireAuthToSendTo': FLAG, 'msExchRecipientTypeDetails': LONG,
    'targetAddress': TEXT, 'altRecipient': NAME, 'deliverAndRedirect': FLAG, 'publicDelegates': NAME,
    'msExchDelegateListLink': NAME, 'mDBUseDefaults': FLAG, 'mDBStorageQuota': NUMBER, 'mDBOverQuotaLimit': NUMBER,
    'msExchEnableModeration': FLAG, 'msExchModeratedByLink': NAME, 'msExchBypassModerationLink': NAME, 'msExchModerationFlags': NUMBER,
    'mDBOverHardQuotaLimit': NUMBER, 'authOrig': NAME, 'unauthOrig': NAME, 'dLMemSubmitPerms': NAME, 'dLMemRejectPerms': NAME}
MULTIPLE = {'msExchModeratedByLink', 'msExchBypassModerationLink', 'publicDelegates', 'msExchDelegateListLink', 'authOrig', 'unauthOrig', 'dLMemSubmitPerms', 'dLMemRejectPerms'}
CLASS = 'kontorTestMailRecipient'


def dn(name, parent=people.PEOPLE_OU):
    return 'CN=%s,%s' % (name, parent)


def extend_schema(admin):
    import ldap

    def add(name, **attributes):
        values = {'cn': name, 'lDAPDisplayName': name, **attributes}
        admin.add_s('CN=%s,%s' % (name, SCHEMA), [
            (key, [part.encode() for part in (value if isinstance(value, list) else [value])])
            for key, value in values.items()])

    def refresh():
        admin.modify_s('', [(ldap.MOD_ADD, 'schemaUpdateNow', b'1')])
    for number, (name, (syntax, om_syntax)) in enumerate(ATTRIBUTES.items(), 1):
        add(name, objectClass=['top', 'attributeSchema'], attributeID='1.3.6.1.4.1.99999.2.1.%d' % number,
            attributeSyntax=syntax, oMSyntax=om_syntax, isSingleValued='FALSE' if name in MULTIPLE else 'TRUE')
    refresh()
    add(CLASS, objectClass=['top', 'classSchema'], governsID='1.3.6.1.4.1.99999.2.2.1', objectClassCategory='3',
        subClassOf='top', rDNAttID='cn', mayContain=list(ATTRIBUTES))
    refresh()
    for name in ('User', 'Group', 'Contact'):
        admin.modify_s('CN=%s,%s' % (name, SCHEMA), [(ldap.MOD_ADD, 'auxiliaryClass', CLASS.encode())])
    refresh()


class Exchange(ad_server.ServerCase):
    smb_options = '  dsdb:schema update allowed = yes'

    @classmethod
    def make_server(cls):
        extend_schema(cls.admin)
        server = super().make_server()
        server.settings.update({'queue.smart_host': '127.0.0.1:9', 'directory.attributes': ['telephoneNumber=ipPhone'],
                                'groups.dynamic': ['builders@%s=(&(department=Разработка)(objectCategory=*))' % MAIL,
                                                   'north@%s=(l=North)' % MAIL]})
        return server

    def setUp(self):
        self.changed = []
        self.addCleanup(self.take_back)

    def take_back(self):
        for name, parent, attributes in self.changed:
            self.modify(name, *((attribute, []) for attribute in attributes), parent=parent)

    def write(self, name, parent=people.PEOPLE_OU, **attributes):
        self.modify(name, *((key, value if isinstance(value, list) else [value]) for key, value in attributes.items()),
                    parent=parent)
        self.changed.append((name, parent, list(attributes)))

    def show(self, name):
        return self.server.ctl('accounts', 'show', '%s@%s' % (name, MAIL))

    def until(self, name, condition):
        begun = time.monotonic()
        kontor.wait_until(lambda: condition(self.show(name)), 'what the domain says of ' + name)
        print('\n%s: in force after %.2f s' % (name, time.monotonic() - begun))
        return self.show(name)

    def rcpt(self, address, sender='x@foreign.test'):
        with smtplib.SMTP('localhost', self.server.port('smtp'), timeout=kontor.PATIENCE) as client:
            client.ehlo('test')
            client.mail(sender)
            return client.rcpt(address)

    def test_forwarding(self):
        self.write('bob', altRecipient=dn('alice'), deliverAndRedirect='TRUE')
        row = self.until('bob', lambda row: row.get('alternate_recipient'))
        self.assertEqual(sorted(row['mail_goes_to']), ['alice@' + MAIL, 'bob@' + MAIL])
        self.write('bob', targetAddress='SMTP:bob@elsewhere.test')
        row = self.until('bob', lambda row: row.get('target_address'))
        self.assertEqual(row['mail_goes_to'], ['bob@elsewhere.test'])
        self.assertEqual(self.server.lmtp(['bob@' + MAIL], ad_server.message('away')), {})
        self.assertEqual(len(self.server.ctl('queue', 'bob@elsewhere.test')), 1)
        self.write('bob', targetAddress='SMTP:bob@' + MAIL, altRecipient=dn('bob'))
        row = self.until('bob', lambda row: row['mail_goes_to'] == ['bob@' + MAIL])

    def test_senders_of_a_group(self):
        self.write('outside', people.GROUPS_OU, authOrig=[dn('alice')], dLMemSubmitPerms=[dn('dev', people.GROUPS_OU)],
                   unauthOrig=[dn('carol')], managedBy=dn('bob'))
        group = 'outside@' + MAIL
        kontor.wait_until(lambda: self.server.ctl('groups', 'show', group)['who_may_send'] == 'listed', 'the list')

        def may(sender):
            return self.server.ctl('groups', 'show', group, sender + '@' + MAIL)['may_send']
        self.assertEqual(may('alice'), 'yes')
        self.assertEqual(may('ivan'), 'yes', 'nested in dev')
        self.assertTrue(may('carol').startswith('no: he is among the refused'), 'in dev, and refused')
        self.assertEqual(may('bob'), 'yes', 'the owner')
        self.assertTrue(may('grace').startswith('no: only the allowed'))
        code, text = self.rcpt(group)
        self.assertEqual((code, text[:5]), (550, b'5.7.2'))
        with smtplib.SMTP(samba.MAIL_HOST, self.server.port('submission'), timeout=kontor.PATIENCE) as client:
            client.starttls(context=self.context())
            client.login('alice@' + MAIL, people.PASSWORD)
            client.mail('alice@' + MAIL)
            self.assertEqual(client.rcpt(group)[0], 250)

    def test_a_moderated_group(self):
        self.write('dev', people.GROUPS_OU, msExchEnableModeration='TRUE', msExchModeratedByLink=[dn('alice')],
                   msExchBypassModerationLink=[dn('bob')], msExchModerationFlags='6')
        group = 'dev@' + MAIL
        subject = iter(range(100))

        def is_held():
            name = 'moderated %d' % next(subject)
            self.assertEqual(self.server.lmtp([group], ad_server.message(name)), {})
            return [row for row in self.server.ctl('moderation', 'list') if row['subject'] == name]
        row = kontor.wait_until(is_held, 'the domain says that it is moderated')[0]
        self.assertEqual(row['group'], group)
        self.assertEqual(self.server.ctl('moderation', 'show', row['id'])['moderators'], ['alice@' + MAIL])

        def send_as(name, subject):
            with smtplib.SMTP(samba.MAIL_HOST, self.server.port('submission'), timeout=kontor.PATIENCE) as client:
                client.starttls(context=self.context())
                client.login(name + '@' + MAIL, people.PASSWORD)
                client.sendmail(name + '@' + MAIL, [group], 'From: %s@%s\r\nSubject: %s\r\n\r\nhello\r\n' % (name, MAIL, subject))
        for name in ('alice', 'bob', 'carol'):
            send_as(name, 'moderated by ' + name)
        waiting = [one['subject'] for one in self.server.ctl('moderation', 'list')]
        self.assertIn('moderated by carol', waiting)
        self.assertNotIn('moderated by alice', waiting)
        self.assertNotIn('moderated by bob', waiting)
        self.server.ctl('moderation', 'approve', row['id'])

        def gets_it(member):
            found = self.server.ctl('trace', '--subject', row['subject'], '--recipient', member)['messages']
            return any(one['subject'] == row['subject'] for one in found)  # the letter to the moderators bears it too
        kontor.wait_until(lambda: gets_it('ivan@' + MAIL), 'it goes on to the members')
        # Without the attributes nothing waits any more.
        self.modify('dev', ('msExchEnableModeration', []), parent=people.GROUPS_OU)
        kontor.wait_until(lambda: not is_held(), 'the group is not moderated any more')

    def test_what_is_recorded_and_the_quota(self):
        self.write('alice', msExchHideFromAddressLists='TRUE', publicDelegates=[dn('bob')], msExchDelegateListLink=[dn('carol')],
                   msExchRecipientTypeDetails='2147483648', mDBUseDefaults='FALSE', mDBStorageQuota='900',
                   mDBOverQuotaLimit='1000', mDBOverHardQuotaLimit='1100', ipPhone='4711',
                   legacyExchangeDN='/o=Test/ou=First/cn=Recipients/cn=alice')
        row = self.until('alice', lambda row: row.get('directory_quota_receive'))
        self.assertTrue(row['hidden'])
        self.assertEqual(row['delegates'], ['bob@' + MAIL])
        self.assertEqual(row['shared_with'], ['Carol@' + MAIL])
        self.assertEqual(row['recipient_type'], 2147483648)
        self.assertEqual([row['directory_quota_' + name] for name in ('warning', 'send', 'receive')],
                         [900 * 1024, 1000 * 1024, 1100 * 1024])
        self.assertEqual(self.rcpt('IMCEAEX-_o=Test_ou=First_cn=Recipients_cn=alice@' + MAIL)[0], 250)

    def test_dynamic_groups_follow_the_domain(self):
        kontor.wait_until(lambda: self.server.ask('groups', 'show', 'builders@' + MAIL)[0] == 0, 'the groups come after the people')
        group = self.server.ctl('groups', 'show', 'builders@' + MAIL)
        self.assertEqual([row['address'] for row in group['people']], ['alice@' + MAIL])
        self.assertEqual(self.rcpt('north@' + MAIL)[1][:5], b'5.2.4')
        self.write('bob', l='North')
        kontor.wait_until(lambda: self.rcpt('north@' + MAIL)[0] == 250, 'bob belongs to it')
        self.modify('bob', ('l', []))
        kontor.wait_until(lambda: self.rcpt('north@' + MAIL)[0] == 550, 'bob has left it')


if __name__ == '__main__':
    ad_case.main()
