# SPDX-License-Identifier: GPL-3.0-or-later
"""Two forests that trust each other: both are followed, and people of the other one are members, sign in and have mail."""
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ad_server  # noqa: E402
import samba_forest  # noqa: E402
from ad_case import Follower, Probe, people, samba  # noqa: E402

OLIVIA = 'olivia@' + samba_forest.MAIL
FAR = 'ad:' + samba_forest.DOMAIN


class ForestCase(ad_case.DomainCase):
    smb_options = samba_forest.FORWARD

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        etc = cls.domain.folder / 'etc'
        with open(etc / 'hosts', 'a') as hosts:
            hosts.write('%s %s\n' % (samba_forest.ADDRESS, samba_forest.HOST))
        text = (etc / 'krb5.conf').read_text().replace('[domain_realm]\n', '  %s = {\n    kdc = %s\n  }\n[domain_realm]\n  .%s = %s\n' % (
            samba_forest.REALM, samba_forest.ADDRESS, samba_forest.DOMAIN, samba_forest.REALM))
        (etc / 'krb5.conf').write_text(text)
        cls.forest = samba_forest.Forest.start(cls.folder / 'forest', cls.domain.folder / 'tls')
        cls.addClassCleanup(lambda: cls.forest.kill())
        cls.forest.trust()
        cls.far = cls.forest.admin()
        cls.make_olivia_a_member()

    @classmethod
    def make_olivia_a_member(cls):
        """Of the first domain's group dev, which names her by a foreign security principal."""
        import ldap
        raw = cls.far.search_s('CN=olivia,CN=Users,' + samba_forest.BASE, ldap.SCOPE_BASE, attrlist=['objectSid'])[0][1]['objectSid'][0]
        cls.sid = 'S-1-%d-%s' % (int.from_bytes(raw[2:8], 'big'), '-'.join(
            str(int.from_bytes(raw[8 + 4 * i:12 + 4 * i], 'little')) for i in range(raw[1])))
        samba.run('samba-tool', 'group', 'addmembers', 'dev', cls.sid, '-H', 'ldap://' + samba.DC_HOST,
                  '-U', 'administrator%' + samba.ADMIN_PASSWORD)

    @classmethod
    def settings(cls, **changed):
        return super().settings(**{'ad__more_domains': [samba_forest.DOMAIN], **changed})

    def kinit_olivia(self):
        env = os.environ | self.domain.environment() | {'KRB5CCNAME': 'FILE:%s/ccache-olivia' % self.folder}
        samba.run('kinit', 'olivia@' + samba_forest.REALM, input=people.PASSWORD + '\n', env=env)
        return env


class Parts(ForestCase):
    def test_each_domain_is_followed_on_its_own_controllers(self):
        with Follower(self.folder, self.settings()) as seen:
            seen.wait(lambda s: s.find('alice') and s.find('olivia') and len(s.statuses) == 2, 'both domains')
            self.assertEqual({name: status[:2] for name, status in seen.statuses.items()}, {
                'ad': ['reachable', samba.DC_HOST], FAR: ['reachable', samba_forest.HOST]})
            olivia = seen.find('olivia')
            self.assertEqual((olivia.source, olivia.id.split(':')[0], olivia.netbios), (FAR, 'ad', samba_forest.NETBIOS))
            self.assertEqual(olivia.sid, self.sid)
            self.assertIn(self.sid, seen.find('dev').members)
            import ldap
            self.far.modify_s('CN=olivia,CN=Users,' + samba_forest.BASE,
                              [(ldap.MOD_REPLACE, 'displayName', ['Оливия'.encode()])])
            seen.wait(lambda s: s.find('Оливия'), 'a change there')
            self.forest.kill()
            try:
                seen.wait(lambda s: s.statuses[FAR][0] == 'lost', 'that domain is missed')
                self.modify('bob', ('displayName', ['Robert']))
                seen.wait(lambda s: s.find('Robert'), 'the first one is followed all the same')
                self.assertEqual(seen.statuses['ad'][0], 'reachable')
                self.assertIsNotNone(seen.find('olivia'))
            finally:
                self.forest.up()
                type(self).far = self.forest.admin()
            seen.wait(lambda s: s.statuses[FAR][0] == 'reachable', 'it is back')

    def test_passwords_are_checked_in_the_domain_of_the_person(self):
        with Probe(self.folder, self.settings(), 'password') as probe:
            name = ('olivia@' + samba_forest.DOMAIN).encode().hex()
            answers = [probe.ask('%s %s' % (name, word.encode().hex())).split('\t')[0] for word in (people.PASSWORD, 'wrong')]
            self.assertEqual(answers[0], 'ok')
            self.assertIn('wrong password', answers[1])
            self.assertTrue(probe.ask('%s %s' % (b'alice'.hex(), people.PASSWORD.encode().hex())).startswith('ok'))


class Mail(ForestCase):
    knows = ad_server.ServerCase.__dict__['knows']
    make_server = ad_server.ServerCase.__dict__['make_server']
    context, imap, curl = (ad_server.ServerCase.__dict__[name] for name in ('context', 'imap', 'curl'))
    subjects, inbox_by_ticket = (ad_server.ServerCase.__dict__[name] for name in ('subjects', 'inbox_by_ticket'))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.folder / 'data'
        cls.server = cls.make_server()
        cls.server.start()
        cls.addClassCleanup(lambda: cls.server.close())
        samba.wait_until(lambda: cls.knows('alice@' + people.MAIL) and cls.knows(OLIVIA), 120, 'the people of both domains are known')

    def test_she_has_mail_and_signs_in(self):
        self.assertEqual(self.server.lmtp([OLIVIA], ad_server.message('across', OLIVIA)), {})
        for login in (OLIVIA, 'olivia@' + samba_forest.DOMAIN, samba_forest.NETBIOS + '\\olivia'):
            self.assertIn('across', self.subjects(login), login)
        answer = self.inbox_by_ticket(self.kinit_olivia())
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_she_is_a_member_of_a_group_of_the_first_domain(self):
        self.assertEqual(self.server.lmtp(['dev@' + people.MAIL], ad_server.message('to dev', 'dev@' + people.MAIL)), {})
        self.assertIn('to dev', self.subjects(OLIVIA))
        self.assertIn('to dev', self.subjects('alice'))

    def test_mail_to_her_goes_on_without_her_domain(self):
        self.forest.kill()
        try:
            self.assertEqual(self.server.lmtp([OLIVIA], ad_server.message('far one down', OLIVIA)), {})
            self.assertEqual(self.server.lmtp(['alice@' + people.MAIL], ad_server.message('far one down', OLIVIA)), {})
            self.assertIn('far one down', self.subjects('alice'))
        finally:
            self.forest.up()
            type(self).far = self.forest.admin()
        samba.wait_until(lambda: self.is_reachable(FAR), 120, 'her domain is followed again')
        self.assertIn('far one down', self.subjects(OLIVIA))

    def is_reachable(self, name):
        sources = self.server.ctl('directory', 'status')['sources']
        return [one['reachable'] for one in sources if one['source'] == name] == [True]


if __name__ == '__main__':
    unittest.TestCase.maxDiff = None
    ad_case.main()
