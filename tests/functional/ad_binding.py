# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory read by ticket inside TLS: the ticket is bound to the controller's certificate (RFC 5929, 4)."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
from ad_case import Follower, people, samba  # noqa: E402

import ldap_proxy  # noqa: E402


class Binding(ad_case.DomainCase):
    # Without it Samba takes no ticket inside TLS at all.
    smb_options = '  ldap server require strong auth = allow_sasl_over_tls\n'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.controllers_key = cls.folder / 'controller.keytab'
        samba.run('samba-tool', 'domain', 'exportkeytab', cls.controllers_key, '--principal=ldap/' + samba.DC_HOST, '-s',
                  cls.domain.folder / 'etc/smb.conf')
        cls.tls = cls.domain.folder / 'tls'

    def guarded(self, certificate, key):
        guard = ldap_proxy.BindingGuard(self.controllers_key, self.tls / 'cert.pem')
        return ldap_proxy.WindowsLimits(samba.DC_HOST, self.domain.ca_file, certificate, key, address=samba.DC_ADDRESS, guard=guard)

    def inside_tls(self, port=389):
        return self.settings(ad__bind='gssapi-tls', ad__controllers=['%s:%d' % (samba.DC_HOST, port)], ad__ca_file=str(self.domain.ca_file))

    def test_samba_takes_it(self):
        with Follower(self.folder, self.inside_tls()) as seen:
            seen.wait(lambda s: s.find('alice') and s.status, 'a complete set')
            self.assertEqual(seen.status[0], 'reachable')
            self.modify('alice', ('department', ['Bindings']))
            self.modify('alice', ('displayName', ['Alice Bound']))
            seen.wait(lambda s: s.find('Alice Bound'), 'a change')

    def test_a_controller_that_asks_for_it_gets_it(self):
        with self.guarded(self.tls / 'cert.pem', self.tls / 'key.pem') as proxy:
            with Follower(self.folder, self.inside_tls(proxy.port)) as seen:
                seen.wait(lambda s: s.find('bob'), 'a complete set')
            self.assertEqual((proxy.guard.bound, proxy.guard.refused), (1, []))

    def test_nobody_between_can_pass_the_ticket_on(self):
        """His certificate has the right name and is from the right authority: only the binding tells."""
        other = self.folder / 'between'
        other.mkdir()
        for name in ('ca.key', 'ca.pem'):
            (other / name).write_bytes((self.tls / name).read_bytes())
        (other / 'ext').write_text('subjectAltName=DNS:%s\n' % samba.DC_HOST)
        samba.run('openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=' + samba.DC_HOST,
                  '-keyout', other / 'key.pem', '-out', other / 'request')
        samba.run('openssl', 'x509', '-req', '-in', other / 'request', '-CA', other / 'ca.pem', '-CAkey', other / 'ca.key', '-days', '30',
                  '-extfile', other / 'ext', '-out', other / 'cert.pem')
        with self.guarded(other / 'cert.pem', other / 'key.pem') as proxy:
            with Follower(self.folder, self.inside_tls(proxy.port)) as seen:
                seen.wait(lambda s: s.status and 'data 80090346' in s.status[2], 'the refusal')
                self.assertFalse(seen.complete)
            self.assertEqual((proxy.guard.bound, set(proxy.guard.refused)), (0, {'other bindings'}))


class SambaWithoutTheOption(ad_case.DomainCase):
    def test_the_refusal_is_told(self):
        settings = self.settings(ad__bind='gssapi-tls', ad__ca_file=str(self.domain.ca_file))
        with Follower(self.folder, settings) as seen:
            seen.wait(lambda s: s.status and s.status[0] == 'lost', 'the refusal')
            print(seen.status[2])
            self.assertRegex(seen.status[2], '(?i)strong')
            self.assertFalse(people.DOMAIN in seen.by_id)


if __name__ == '__main__':
    ad_case.main()
