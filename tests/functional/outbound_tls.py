# SPDX-License-Identifier: GPL-3.0-or-later
"""How mail to others is protected on its way: DANE with zones that are really signed, Postfix and servers of the test."""
import hashlib
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import far_side
import kontor
import postfix
import relay
import signed_zones


def tlsa(certificate, usage, selector, matching):
    """The data of a TLSA record for this certificate file."""
    words = ['x509', '-in', str(certificate)] + (['-noout', '-pubkey'] if selector else ['-outform', 'DER'])
    data = subprocess.run(['openssl', *words], check=True, capture_output=True).stdout
    if selector:
        data = subprocess.run(['openssl', 'pkey', '-pubin', '-outform', 'DER'], input=data, check=True, capture_output=True).stdout
    data = {0: lambda x: x, 1: lambda x: hashlib.sha256(x).digest(), 2: lambda x: hashlib.sha512(x).digest()}[matching](data)
    return f'{usage} {selector} {matching} {data.hex()}'


WRONG = '3 1 1 ' + '00' * 32


class Dane(relay.RelayCase):
    def certificate(self, name, days=2):
        folder = self.folder / f'{name}-{days}'
        folder.mkdir()
        postfix.make_certificate(folder, name, days)
        return folder

    def host(self, number, domain, *records, name=None, preference=10):
        """Records of zone DOMAIN for mail host mxNUMBER there, with TLSA data."""
        name = name or f'mx{number}.{domain}'
        return [f'{domain}. 60 IN MX {preference} {name}.', f'{name}. 60 IN A 127.0.7.{number}',
                *(f'_{self.port}._tcp.{name}. 60 IN TLSA {data}' for data in records)]

    def try_all(self, zones, addresses, settings=None, **kinds):
        """{address: "fate status"} of one message to each of these."""
        served = signed_zones.SignedZones(zones, **kinds)
        self.addCleanup(served.close)
        told = self.send([([address], None, 1) for address in addresses],
                         {'dns.trust_anchor_file': str(served.anchor), **(settings or {})}, name_server=served)
        self.reasons = {one.address: one.reason for one in told}
        return {one.address: f'{one.fate} {one.status}' for one in told}

    def test_postfix_is_known_by_its_tlsa_records(self):
        far = postfix.Postfix('far.test', 'mx.far.test', self.port)
        self.addCleanup(far.close)
        far.start()
        certificate, authority = far.folder / 'etc/server.pem', far.folder / 'etc/ca.pem'
        rows = [tlsa(certificate, 3, 1, 1), tlsa(certificate, 3, 0, 2), tlsa(certificate, 3, 0, 0), tlsa(certificate, 3, 1, 0),
                tlsa(authority, 2, 0, 1), tlsa(authority, 2, 1, 2), tlsa(authority, 2, 0, 0)]
        for row in rows:
            zone = {'far.test': ['far.test. 60 IN MX 10 mx.far.test.', 'mx.far.test. 60 IN A 127.0.0.1',
                                 f'_{self.port}._tcp.mx.far.test. 60 IN TLSA {WRONG}',
                                 f'_{self.port}._tcp.mx.far.test. 60 IN TLSA {row}']}
            with self.subTest(row[:6]):
                self.assertEqual(self.try_all(zone, ['boris@far.test']), {'boris@far.test': 'relayed 2.0.0'}, self.reasons)
                self.assertIn('policy=dane ', self.log)
                self.assertIn(f'trusted by TLSA {row[:5]}', self.log)
        kontor.wait_until(lambda: len(far.messages()) == len(rows), 'all messages')
        self.assertTrue(all(b'using TLSv1.3' in message for message in far.messages()))

    def test_what_the_records_do_not_say_gets_nothing(self):
        good, expired = self.certificate('mx1.good.test'), self.certificate('quite.other.test', -1)
        other = self.certificate('mx2.wrong.test')
        sides = [self.far(1, tls=far_side.server_tls(good)), self.far(2, tls=far_side.server_tls(other)),
                 self.far(3), self.far(4, tls=far_side.server_tls(expired))]
        here = tlsa(good / 'server.pem', 3, 1, 1)
        zones = {
            'good.test': self.host(1, 'good.test', here),
            'wrong.test': self.host(2, 'wrong.test', WRONG),
            'clear.test': self.host(3, 'clear.test', here),
            # Neither dates nor names count where the record names the certificate (RFC 7672, 3.1.1).
            'old.test': self.host(4, 'old.test', tlsa(expired / 'server.pem', 3, 0, 1)),
            'next.test': self.host(2, 'next.test', WRONG) + self.host(1, 'next.test', here, preference=20),
            # Nothing that we can use: encrypted, to whomever.
            'pkix.test': self.host(2, 'pkix.test', '1 1 1 ' + '00' * 32, '3 1 9 00', '3 1 1 0000'),
            'pkixclear.test': self.host(3, 'pkixclear.test', '0 0 1 ' + '00' * 32),
            'none.test': self.host(3, 'none.test'),
        }
        fates = self.try_all(zones, [f'a@{zone}' for zone in zones])
        self.assertEqual(fates, {
            'a@good.test': 'relayed 2.0.0', 'a@wrong.test': 'deferred 4.7.5', 'a@clear.test': 'deferred 4.7.4',
            'a@old.test': 'relayed 2.0.0', 'a@next.test': 'relayed 2.0.0', 'a@pkix.test': 'relayed 2.0.0',
            'a@pkixclear.test': 'deferred 4.7.4', 'a@none.test': 'relayed 2.0.0'}, self.log)
        self.assertIn('TLSA', self.reasons['a@wrong.test'])
        self.assertIn('no matching DANE TLSA records', self.reasons['a@wrong.test'].replace('No ', 'no '))
        self.assertIn('DANE', self.reasons['a@clear.test'])
        self.assertIn('policy=dane-unusable', self.log)
        self.assertEqual([len(side.messages) for side in sides], [2, 1, 1, 1])
        self.assertEqual([is_tls for _, _, _, is_tls in sides[1].messages + sides[2].messages], [True, False])

    def test_with_an_authority_names_count(self):
        named = self.certificate('mx1.ta.test')
        hop = self.certificate('hop.test')
        stranger = self.certificate('stranger.test')
        self.far(1, tls=far_side.server_tls(named))
        self.far(2, tls=far_side.server_tls(hop))
        self.far(3, tls=far_side.server_tls(stranger))
        rows = {folder: tlsa(folder / 'ca.pem', 2, 0, 1) for folder in (named, hop, stranger)}
        zones = {'ta.test': self.host(1, 'ta.test', rows[named]), 'hop.test': self.host(2, 'hop.test', rows[hop]),
                 'other.test': self.host(3, 'other.test', rows[stranger])}
        fates = self.try_all(zones, ['a@ta.test', 'a@hop.test', 'a@other.test'])
        self.assertEqual(fates, {'a@ta.test': 'relayed 2.0.0', 'a@hop.test': 'relayed 2.0.0', 'a@other.test': 'deferred 4.7.5'})
        self.assertIn('mismatch', self.reasons['a@other.test'])

    def test_forged_answers_hold_mail_and_unsigned_ones_do_not_count(self):
        good = self.certificate('mx1.sound.test')
        side = self.far(1, tls=far_side.server_tls(good))
        here = tlsa(good / 'server.pem', 3, 1, 1)
        zones = {
            'sound.test': self.host(1, 'sound.test', here),
            'expired.test': self.host(1, 'expired.test', here),
            # The list of hosts holds, but what is said of the first host does not: it is passed over.
            'half.test': ['half.test. 60 IN MX 10 mx1.expired.test.', 'half.test. 60 IN MX 20 mx1.sound.test.'],
            'only.test': ['only.test. 60 IN MX 10 mx1.expired.test.'],
            'plain.test': self.host(1, 'plain.test', WRONG),
            'leads.test': ['leads.test. 60 IN MX 10 mx1.plain.test.'],
            # RFC 7672, 2.2.2: behind a CNAME, the records of where it leads; of the first name where that is not signed.
            'alias.test': ['alias.test. 60 IN MX 10 mx.alias.test.', 'mx.alias.test. 60 IN CNAME mx1.sound.test.',
                           f'_{self.port}._tcp.mx.alias.test. 60 IN TLSA {WRONG}'],
            'away.test': ['away.test. 60 IN MX 10 mx.away.test.', 'mx.away.test. 60 IN CNAME mx1.plain.test.',
                          f'_{self.port}._tcp.mx.away.test. 60 IN TLSA {here}'],
            'awaywrong.test': ['awaywrong.test. 60 IN MX 10 mx.awaywrong.test.',
                               'mx.awaywrong.test. 60 IN CNAME mx1.plain.test.',
                               f'_{self.port}._tcp.mx.awaywrong.test. 60 IN TLSA {WRONG}'],
            # Without MX records the domain's own address.
            'bare.test': ['bare.test. 60 IN A 127.0.7.1', f'_{self.port}._tcp.bare.test. 60 IN TLSA {WRONG}'],
        }
        fates = self.try_all(zones, [f'a@{zone}' for zone in zones], expired=['expired.test'], unsigned=['plain.test'])
        self.assertEqual(fates, {
            'a@sound.test': 'relayed 2.0.0', 'a@expired.test': 'deferred 4.4.3', 'a@half.test': 'relayed 2.0.0',
            'a@only.test': 'deferred 4.4.3', 'a@plain.test': 'relayed 2.0.0', 'a@leads.test': 'relayed 2.0.0',
            'a@alias.test': 'relayed 2.0.0', 'a@away.test': 'relayed 2.0.0', 'a@awaywrong.test': 'deferred 4.7.5',
            'a@bare.test': 'deferred 4.7.5'})
        self.assertEqual(len(side.messages), 6)
        self.assertIn('forged', self.reasons['a@expired.test'])
        # A network's own names, which the signed zone above does not know.
        inner = {'sound.test': zones['sound.test'], 'inner.sound.test': self.host(1, 'inner.sound.test')}
        for settings, fate in (({}, 'deferred 4.4.3'), ({'dns.unsigned_zones': ['inner.sound.test']}, 'relayed 2.0.0')):
            fates = self.try_all(inner, ['a@inner.sound.test', 'a@sound.test'], settings, unsigned=['inner.sound.test'])
            self.assertEqual(fates, {'a@inner.sound.test': fate, 'a@sound.test': 'relayed 2.0.0'}, self.reasons)
        self.assertIn('policy=dane ', self.log)

    def test_settings_stand_above_and_beside_it(self):
        good = self.certificate('smart.home.test')
        smart = self.far(1, tls=far_side.server_tls(good))
        zones = {'home.test': ['smart.home.test. 60 IN A 127.0.7.1', f'_{self.port}._tcp.smart.home.test. 60 IN TLSA {WRONG}',
                               'home.test. 60 IN MX 10 smart.home.test.']}
        host = {'queue.smart_host': f'smart.home.test:{self.port}'}
        # A host that the settings name has records too (RFC 7672, 2.2.2).
        self.assertEqual(self.try_all(zones, ['a@far.test'], host), {'a@far.test': 'deferred 4.7.5'})
        for settings in ({'outbound.dane': False}, {'queue.tls': 'verify', 'queue.ca_file': str(good / 'ca.pem')}):
            self.assertEqual(self.try_all(zones, ['a@far.test'], {**host, **settings}), {'a@far.test': 'relayed 2.0.0'})
            self.assertEqual(self.try_all(zones, ['a@home.test'], settings), {'a@home.test': 'relayed 2.0.0'})
        self.assertEqual(self.try_all(zones, ['a@home.test'], {'queue.tls': 'require'}), {'a@home.test': 'deferred 4.7.5'})
        self.assertEqual(len(smart.messages), 4)


if __name__ == '__main__':
    kontor.main()
