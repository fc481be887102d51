# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies in a plain attribute of Active Directory: on an organisational unit, a group and a user, no schema change."""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ad_server  # noqa: E402
from ad_case import people, samba  # noqa: E402

ATTRIBUTE = 'extensionName'
MAIL, PEOPLE_OU, STAFF_OU = people.MAIL, people.PEOPLE_OU, 'OU=Personnel,' + people.BASE


class Policies(ad_server.ServerCase):
    @classmethod
    def settings(cls, **changed):
        return super().settings(policy__attribute=ATTRIBUTE, policy__rules=[
            STAFF_OU + ': recipients=5', people.NETBIOS + '\\dev: undelete=7'], **changed)

    def write(self, dn, *values):
        import ldap
        self.admin.modify_s(dn, [(ldap.MOD_REPLACE, ATTRIBUTE, [value.encode() for value in values] or None)])

    def explain(self, name):
        said = self.server.ctl('policy', 'explain', f'{name}@{MAIL}')
        return {row['name']: (row['value'], row['level'], row['rule']) for row in said['values']}

    def until(self, name, value, expected):
        begun = time.monotonic()
        samba.wait_until(lambda: self.explain(name)[value][0] == expected, ad_server.PATIENCE,
                         f'{value}={expected} for {name}; it is {self.explain(name)[value]}')
        print('%s of %s was in force after %.2f s' % (value, name, time.monotonic() - begun))

    def test_on_a_unit_a_group_and_a_user(self):
        self.assertEqual(self.explain('alice')['undelete'], ('7', 'group', people.NETBIOS + '\\dev'))
        idle = self.imap('bob')
        idle.select('INBOX')
        self.write(PEOPLE_OU, 'quota=3G', 'protocols=imap,submission')
        self.write('CN=dev,' + people.GROUPS_OU, 'quota=4G')
        self.write('CN=alice,' + PEOPLE_OU, 'message_size=1M protocols=all')
        self.until('alice', 'message_size', '1M')
        self.until('alice', 'quota', '4G')
        self.until('bob', 'quota', '3G')
        self.assertEqual(self.explain('alice')['quota'][1:], ('group', 'CN=dev,' + people.GROUPS_OU))
        self.assertEqual(self.explain('alice')['protocols'], ('all', 'person', 'CN=alice,' + PEOPLE_OU))
        self.assertEqual(self.explain('bob')['protocols'], ('imap,submission', 'unit', PEOPLE_OU))
        self.assertEqual(self.explain('room-blue')['protocols'][1], 'default')
        self.assertIn('[SYS/PERM]', self.pop3_refusal('bob'))
        self.assertEqual(self.pop3_refusal('alice'), '')
        self.assertEqual(idle.noop()[0], 'OK')
        # What is open ends when the unit forbids it.
        idle.send(b'i IDLE\r\n')
        self.assertTrue(idle.readline().startswith(b'+'))
        self.write(PEOPLE_OU, 'protocols=submission')
        begun, said = time.monotonic(), b''
        while not said.startswith(b'* BYE'):
            said = idle.readline()
            self.assertTrue(said, 'the connection ended without a word')
        print('IDLE ended %.2f s after the change of the unit: %s' % (time.monotonic() - begun, said.decode().strip()))
        idle.shutdown()
        self.write(PEOPLE_OU)
        self.until('bob', 'protocols', 'all')
        self.imap('bob').logout()

    def test_who_is_moved_or_whose_unit_is_renamed(self):
        self.write(people.CROWD_OU, 'messages=11')
        self.admin.rename_s('CN=carol,' + PEOPLE_OU, 'CN=carol', people.CROWD_OU)
        self.until('carol', 'messages', '11')
        self.admin.rename_s('CN=carol,' + people.CROWD_OU, 'CN=carol', PEOPLE_OU)
        self.until('carol', 'messages', 'none')
        # The people below a renamed unit do not change themselves.
        problems = [row['rule'] for row in self.server.ctl('policy', 'list') if row['problem']]
        self.assertEqual(problems, [STAFF_OU])
        self.write(PEOPLE_OU, 'messages=12')
        self.until('ivan', 'messages', '12')
        self.admin.rename_s(PEOPLE_OU, STAFF_OU.split(',')[0])
        try:
            self.until('ivan', 'recipients', '5')
            self.assertEqual(self.explain('ivan')['messages'], ('12', 'unit', STAFF_OU))
        finally:
            self.admin.rename_s(STAFF_OU, PEOPLE_OU.split(',')[0])
        self.until('ivan', 'recipients', self.explain('room-blue')['recipients'][0])
        self.write(PEOPLE_OU)

    def pop3_refusal(self, name):
        return self.server.pop3_refusal(f'{name}@{people.DOMAIN}', people.PASSWORD, samba.MAIL_HOST, self.context())


if __name__ == '__main__':
    ad_case.main()
