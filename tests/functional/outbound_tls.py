# SPDX-License-Identifier: GPL-3.0-or-later
"""How mail to others is protected on its way: DANE with zones that are really signed, MTA-STS with policies over HTTPS,
Postfix and servers of the test."""
import hashlib
import http.server
import os
import pathlib
import subprocess
import sys
import threading

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


class Case(relay.RelayCase):
    def certificate(self, name, days=2, also=()):
        folder = self.folder / f'{name}-{days}'
        folder.mkdir()
        postfix.make_certificate(folder, name, days, also)
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


class Dane(Case):
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
            self.assertEqual(self.try_all(zones, ['a@far.test'], {**host, **settings}), {'a@far.test': 'relayed 2.0.0'}, self.log)
            self.assertEqual(self.try_all(zones, ['a@home.test'], settings), {'a@home.test': 'relayed 2.0.0'}, self.log)
        self.assertEqual(self.try_all(zones, ['a@home.test'], {'queue.tls': 'require'}), {'a@home.test': 'deferred 4.7.5'})
        self.assertEqual(len(smart.messages), 4)


class RequireTls(Case):
    """REQUIRETLS and TLS-Required: No (RFC 8689)."""

    OFFERS = ('PIPELINING', 'SIZE 10000000', '8BITMIME', 'DSN', 'REQUIRETLS')

    def wish(self, zones, jobs, settings=None, **kinds):
        served = signed_zones.SignedZones(zones, **kinds)
        self.addCleanup(served.close)
        told = self.send([([address], None, 1, *wish) for address, *wish in jobs],
                         {'dns.trust_anchor_file': str(served.anchor), **(settings or {})}, name_server=served)
        self.reasons = {one.address: one.reason for one in told}
        return {one.address: f'{one.fate} {one.status}' for one in told}

    def test_only_verified_servers_that_promise_the_same_get_it(self):
        good, named = self.certificate('mx1.dane.test'), self.certificate('mx2.pkix.test')
        dane = self.far(1, tls=far_side.server_tls(good), offers=self.OFFERS)
        pkix = self.far(2, tls=far_side.server_tls(named), offers=self.OFFERS)
        silent = self.far(3, tls=far_side.server_tls(self.certificate('mx3.silent.test')))
        clear = self.far(4, offers=self.OFFERS)
        zones = {
            'dane.test': self.host(1, 'dane.test', tlsa(good / 'server.pem', 3, 1, 1)),
            'pkix.test': self.host(2, 'pkix.test'),  # a validated MX, and a certificate of its name
            'strange.test': self.host(2, 'strange.test'),  # a certificate of another name
            'silent.test': self.host(3, 'silent.test', WRONG, tlsa(self.folder / 'mx3.silent.test-2/server.pem', 3, 1, 1)),
            'clear.test': self.host(4, 'clear.test'),
            'unsigned.test': ['unsigned.test. 60 IN MX 10 mx2.pkix.test.'],
            # The first host does not promise it, the next does.
            'next.test': self.host(4, 'next.test') + self.host(1, 'next.test', tlsa(good / 'server.pem', 3, 1, 1), preference=20),
            'dead.test': self.host(6, 'dead.test'),
        }
        jobs = [(f'a@{zone}', 'requiretls') for zone in zones] + [('b@clear.test',), ('b@silent.test',), ('b@dane.test',)]
        fates = self.wish(zones, jobs, {'queue.ca_file': str(named / 'ca.pem')}, unsigned=['unsigned.test'])
        self.assertEqual(fates, {
            'a@dane.test': 'relayed 2.0.0', 'a@pkix.test': 'relayed 2.0.0', 'a@strange.test': 'failed 5.7.10',
            'a@silent.test': 'failed 5.7.30', 'a@clear.test': 'failed 5.7.10', 'a@unsigned.test': 'failed 5.7.30',
            'a@next.test': 'relayed 2.0.0', 'a@dead.test': 'deferred 4.4.1', 'b@clear.test': 'relayed 2.0.0',
            'b@silent.test': 'relayed 2.0.0', 'b@dane.test': 'relayed 2.0.0'}, self.log)
        self.assertIn('does not offer REQUIRETLS', self.reasons['a@silent.test'])
        for side, count in ((dane, 3), (pkix, 1), (silent, 1), (clear, 1)):
            self.assertEqual(len(side.messages), count)
        for sender, (recipient, *_), _, is_tls in dane.messages + pkix.messages + silent.messages + clear.messages:
            self.assertEqual(sender.endswith('REQUIRETLS'), '<a@' in recipient, sender)
            self.assertTrue(is_tls or '<b@' in recipient)
        # One connection does for both where it is good enough.
        self.assertEqual(dane.connections, 2, 'one for dane.test, one for next.test')

    def test_postfix_offers_no_requiretls(self):
        far = postfix.Postfix('far.test', 'mx.far.test', self.port)
        self.addCleanup(far.close)
        far.start()
        zone = {'far.test': ['far.test. 60 IN MX 10 mx.far.test.', 'mx.far.test. 60 IN A 127.0.0.1',
                             f'_{self.port}._tcp.mx.far.test. 60 IN TLSA {tlsa(far.folder / "etc/server.pem", 3, 1, 1)}']}
        fates = self.wish(zone, [('boris@far.test', 'requiretls'), ('clara@far.test',)])
        self.assertEqual(fates, {'boris@far.test': 'failed 5.7.30', 'clara@far.test': 'relayed 2.0.0'}, self.log)
        kontor.wait_until(lambda: len(far.messages()) == 1, 'one message')

    def test_who_waives_tls_passes_what_the_domain_asks(self):
        sides = [self.far(number) for number in (1, 2)]
        here = tlsa(self.certificate('mx1.far.test') / 'server.pem', 3, 1, 1)
        zones = {'far.test': self.host(1, 'far.test', here), 'open.test': self.host(2, 'open.test')}
        jobs = [('a@far.test',), ('b@far.test', 'optional'), ('c@far.test',), ('d@far.test', 'optional'),
                ('a@open.test', 'optional'), ('b@open.test',)]
        fates = self.wish(zones, jobs)
        self.assertEqual(fates, {'a@far.test': 'deferred 4.7.4', 'b@far.test': 'relayed 2.0.0', 'c@far.test': 'deferred 4.7.4',
                                 'd@far.test': 'relayed 2.0.0', 'a@open.test': 'relayed 2.0.0', 'b@open.test': 'relayed 2.0.0'}, self.log)
        self.assertEqual([len(side.messages) for side in sides], [2, 2])
        # What this server's own settings ask for is not the sender's to waive.
        fates = self.wish(zones, jobs[1:2], {'queue.tls': 'require'})
        self.assertEqual(fates, {'b@far.test': 'deferred 4.7.4'})

    def test_a_route_that_demands_dane(self):
        good = self.certificate('mx1.dane.test')
        self.far(1, tls=far_side.server_tls(good))
        self.far(2, tls=far_side.server_tls(self.certificate('mx2.none.test')))
        zones = {'dane.test': self.host(1, 'dane.test', tlsa(good / 'server.pem', 3, 1, 1)), 'none.test': self.host(2, 'none.test'),
                 'pkix.test': self.host(2, 'pkix.test', '1 1 1 ' + '00' * 32)}
        fates = self.try_all(zones, [f'a@{zone}' for zone in zones], {'queue.routes': ['*: tls=dane'], 'outbound.dane': False})
        self.assertEqual(fates, {'a@dane.test': 'relayed 2.0.0', 'a@none.test': 'deferred 4.7.5', 'a@pkix.test': 'deferred 4.7.5'},
                         self.log)


class Policies:
    """The web servers that policies come from: {host: (status, content type, text)}, over TLS."""

    def __init__(self, address, tls, texts):
        self.texts, self.asked = texts, []
        policies = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                host = self.headers['Host'].split(':')[0]
                policies.asked.append((host, self.path))
                status, kind, text = policies.texts.get(host, (404, 'text/plain', 'none'))
                self.send_response(status)
                self.send_header('Content-Type', kind)
                if status == 301:
                    self.send_header('Location', f'https://{text}{self.path}')
                self.send_header('Transfer-Encoding', 'chunked')
                self.end_headers()
                for part in (text[:20], text[20:]):
                    if part:
                        self.wfile.write(f'{len(part):x}\r\n{part}\r\n'.encode())
                self.wfile.write(b'0\r\n\r\n')

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.port = self.server.server_address[1]
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def policy(*hosts, mode='enforce', age=86400):
    return (200, 'text/plain; charset=utf-8',
            f'version: STSv1\r\nmode: {mode}\r\n' + ''.join(f'mx: {host}\r\n' for host in hosts) + f'max_age: {age}\r\n')


class MtaSts(Case):
    """Domains NAME.test with mail hosts mxN.NAME.test and policies at mta-sts.NAME.test."""

    def start(self, names, texts):
        hosts = [f'{host}.{name}.test' for name in names for host in ('mx1', 'mx2', 'mta-sts')]
        self.trusted = self.certificate('sts.test', also=hosts)
        self.stranger = self.certificate('stranger.test', also=hosts)
        self.web = Policies('127.0.7.6', far_side.server_tls(self.trusted),
                            {f'mta-sts.{name}.test': text for name, text in texts.items()})
        self.addCleanup(self.web.close)
        for name in names:
            self.zone[f'{name}.test', 'MX'] = [f'10 mx1.{name}.test.']
            self.zone[f'mx1.{name}.test', 'A'] = ['127.0.7.1']
            self.zone[f'mx2.{name}.test', 'A'] = ['127.0.7.2']
            self.zone[f'mta-sts.{name}.test', 'A'] = ['127.0.7.6']
            self.zone[f'_mta-sts.{name}.test', 'TXT'] = ['"v=STSv1; id=1;"']

    def fates_of(self, *names, settings=None):
        told = self.send([([f'a@{name}.test'], None, 1) for name in names],
                         {'outbound.mta_sts_port': self.web.port, 'outbound.mta_sts_ca_file': str(self.trusted / 'ca.pem'),
                          'server.data_folder': str(self.folder / 'data'), **(settings or {})})
        self.reasons = {one.address[2:-5]: one.reason for one in told}
        return {one.address[2:-5]: f'{one.fate} {one.status}' for one in told}

    def test_a_policy_decides_who_gets_mail(self):
        texts = {'good': policy('mx1.good.test', 'x.test'), 'wild': policy('*.wild.test'), 'other': policy('mx9.other.test'),
                 'next': policy('mx2.next.test'), 'trial': policy('mx9.trial.test', mode='testing'),
                 'off': policy(mode='none'), 'moved': (301, 'text/plain', 'mta-sts.good.test'),
                 'html': (200, 'text/html', policy('mx9.html.test')[2]), 'odd': (200, 'text/plain', 'version: STSv2\n'),
                 'huge': (200, 'text/plain', policy('mx9.huge.test')[2] + 'x: y\n' * 20_000)}
        names = [*texts, 'unset', 'two']
        self.start(names, texts)
        self.zone['next.test', 'MX'].append('20 mx2.next.test.')
        del self.zone['_mta-sts.unset.test', 'TXT']
        self.zone['_mta-sts.two.test', 'TXT'].append('"v=STSv1; id=2;"')
        side, second = self.far(1, tls=far_side.server_tls(self.trusted)), self.far(2, tls=far_side.server_tls(self.trusted))
        fates = self.fates_of(*names)
        self.assertEqual(fates, {name: 'deferred 4.7.5' if name == 'other' else 'relayed 2.0.0' for name in names}, self.log)
        self.assertIn('MTA-STS', self.reasons['other'])
        self.assertEqual((len(side.messages), len(second.messages)), (len(names) - 2, 1))
        self.assertRegex(self.log, r'domain=good.test host=mx1.good.test [^\n]*policy=mta-sts cert="[^"]*, trusted"')
        self.assertEqual({host for host, path in self.web.asked if path == '/.well-known/mta-sts.txt'},
                         {f'mta-sts.{name}.test' for name in texts})
        self.assertEqual(self.log.count('event=relay.policy.failed'), 4)

    def test_what_is_known_holds_without_the_dns_and_the_web(self):
        self.start(['far', 'short'], {'far': policy('mx1.far.test'), 'short': policy('mx1.short.test', age=0)})
        clear = self.far(1)
        # Nobody with a certificate that is trusted: nothing goes out, not in the clear either.
        self.assertEqual(self.fates_of('far'), {'far': 'deferred 4.7.4'})
        self.web.texts.clear()
        for key in ('_mta-sts.far.test', '_mta-sts.short.test'):
            del self.zone[key, 'TXT']
        self.assertEqual(self.fates_of('far', 'short'), {'far': 'deferred 4.7.4', 'short': 'relayed 2.0.0'})
        # A new id that cannot be fetched leaves the old policy in force.
        self.zone['_mta-sts.far.test', 'TXT'] = ['"v=STSv1; id=2"']
        self.assertEqual(self.fates_of('far'), {'far': 'deferred 4.7.4'})
        # An own host of the policy, with somebody else's certificate.
        clear.close()
        wrong = self.far(1, tls=far_side.server_tls(self.stranger))
        self.assertEqual(self.fates_of('far'), {'far': 'deferred 4.7.5'})
        self.assertIn('MTA-STS', self.reasons['far'])
        self.assertEqual(self.fates_of('far', settings={'outbound.mta_sts': False}), {'far': 'relayed 2.0.0'})
        self.web.texts['mta-sts.far.test'] = policy(mode='none')
        self.assertEqual(self.fates_of('far'), {'far': 'relayed 2.0.0'})
        self.assertEqual((len(clear.messages), len(wrong.messages)), (1, 2))

    def test_a_web_server_that_is_not_believed_says_nothing(self):
        self.start(['far'], {'far': policy('mx9.far.test')})
        self.far(1)
        other = {'outbound.mta_sts_ca_file': str(self.stranger / 'ca.pem')}
        self.assertEqual(self.fates_of('far', settings=other), {'far': 'relayed 2.0.0'})
        self.assertIn('event=relay.policy.failed', self.log)
        self.assertEqual(self.web.asked, [])

    def test_a_damaged_file_is_said_and_made_anew(self):
        self.start(['far'], {'far': policy('mx1.far.test')})
        self.far(1)
        path = self.folder / 'data/mta-sts/policies'
        path.parent.mkdir(parents=True)
        for text in (b'Kontor MTA-STS policies 2\nend\n', b'Kontor MTA-STS policies 1\nfar.test\t1\t5', os.urandom(500)):
            path.write_bytes(text)
            self.assertEqual(self.fates_of('far'), {'far': 'deferred 4.7.4'})
            self.assertEqual(self.log.count('event=relay.policies.unreadable'), 1)
            self.assertTrue(path.read_bytes().startswith(b'Kontor MTA-STS policies 1\nfar.test\t1\t'))

    def test_tlsa_records_stand_above_a_policy(self):
        self.start(['far'], {'far': policy('mx9.far.test')})
        self.far(1, tls=far_side.server_tls(self.stranger))
        zones = {'far.test': self.host(1, 'far.test', tlsa(self.stranger / 'server.pem', 3, 1, 1))
                 + ['_mta-sts.far.test. 60 IN TXT "v=STSv1; id=1"', 'mta-sts.far.test. 60 IN A 127.0.7.6']}
        settings = {'outbound.mta_sts_port': self.web.port, 'outbound.mta_sts_ca_file': str(self.trusted / 'ca.pem'),
                    'server.data_folder': str(self.folder / 'data')}
        self.assertEqual(self.try_all(zones, ['a@far.test'], settings), {'a@far.test': 'relayed 2.0.0'}, self.log)
        self.assertIn('policy=dane ', self.log)
        self.assertEqual(self.try_all(zones, ['a@far.test'], {**settings, 'outbound.dane': False}), {'a@far.test': 'deferred 4.7.5'})


if __name__ == '__main__':
    kontor.main()
