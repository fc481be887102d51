# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail to the servers of others over real sockets: Postfix, servers that misbehave, real and hostile name servers.

The relay runs by itself (tests/tools/relay_probe.cpp); what it is told to send and what it says became of it are
lines, so that the order of events shows who waited for whom.
"""
import collections
import dns.rcode
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import far_side
import kontor
import postfix
import unbound

Told = collections.namedtuple('Told', 'address fate status host reply reason')
TEXT = b'From: anna@example.test\r\nSubject: One\r\n\r\n.a line\r\n..\r\nlast\r\n'
SENDER = 'anna@example.test'


class RelayCase(unittest.TestCase):
    ADDRESSES = [f'127.0.7.{number}' for number in range(1, 7)]

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-relay-'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.port = unbound.free_port('127.0.0.1', *self.ADDRESSES)
        self.zone = {}

    def far(self, number, **settings):
        """A far side at address 127.0.7.NUMBER."""
        side = far_side.FarSide(self.ADDRESSES[number - 1], self.port, **settings)
        self.addCleanup(side.close)
        return side

    def domain(self, name, *numbers):
        """Mail hosts mxN.NAME at these addresses, in this order."""
        self.zone[name, 'MX'] = [f'{10 * place} mx{number}.{name}.' for place, number in enumerate(numbers, 1)]
        for number in numbers:
            self.zone[f'mx{number}.{name}', 'A'] = [f'127.0.7.{number}']

    def send(self, jobs, settings=None, connections=1, name_server=None, seconds=2 * kontor.PATIENCE):
        """jobs: (recipients, bytes or None, count[, a wish of the sender]); the outcomes in the order they were told."""
        own = None
        if name_server is None:
            own = name_server = far_side.NameServer(self.zone)
        values = {'server.name': 'mail.example.test', 'queue.port': self.port, 'queue.timeout': 12,
                  'queue.connect_timeout': 12, 'dns.servers': [name_server.setting], 'dns.timeout': 8000, **(settings or {})}
        sections = collections.defaultdict(list)
        for key, value in values.items():
            section, name = key.split('.')
            sections[section].append(f'{name} = {kontor.toml(value)}')
        config = self.folder / 'kontor.toml'
        config.write_text('\n'.join(f'[{section}]\n' + '\n'.join(lines) for section, lines in sections.items()) + '\n')
        lines = []
        for number, (recipients, text, count, *wish) in enumerate(jobs):
            path = self.folder / f'message{number}'
            path.write_bytes(TEXT if text is None else text)
            lines.append('\t'.join([SENDER, ','.join(recipients), str(path), str(count), *wish]) + '\n')
        result = subprocess.run([str(kontor.build_folder() / 'tests/relay_probe'), str(config), str(connections)],
                                input=''.join(lines).encode(), capture_output=True, timeout=seconds)
        if own:
            own.close()
        self.log, self.said = result.stderr.decode(), result.stdout.decode()
        self.assertEqual(result.returncode, 0, self.log)
        return [Told(*line.split('\t')[1:]) for line in self.said.splitlines() if line.startswith('told\t')]

    def fates(self, told):
        return [f'{one.fate} {one.status}' for one in told]


class PostfixTakesIt(RelayCase):
    def setUp(self):
        super().setUp()
        self.postfix = postfix.Postfix('far.test', 'mx.far.test', self.port, {
            'gone@far.test': '550 5.1.1 no such person', 'later@far.test': '450 4.2.1 come back'})
        self.addCleanup(self.postfix.close)
        self.postfix.start()
        self.zone = {('far.test', 'MX'): ['10 mx.far.test.'], ('mx.far.test', 'A'): ['127.0.0.1']}
        self.certificates = self.postfix.folder / 'etc'

    def test_byte_for_byte_over_tls(self):
        text = 'Subject: Привет\r\nFrom: anna@example.test\r\nMessage-ID: <1@x>\r\nDate: Sun, 1 Nov 2026 10:00:00 +0000\r\n\r\nтекст\r\n.\r\n..точка\r\n'.encode() + b'x' * 900 + b'\r\n'
        told = self.send([(['boris@far.test', 'clara@far.test'], text, 1)])
        self.assertEqual([(one.fate, one.host) for one in told], [('relayed', 'mx.far.test')] * 2)
        self.assertRegex(told[0].reply, r'^250 2\.0\.0 Ok: queued as ')
        got = kontor.wait_until(lambda: len(self.postfix.messages()) == 2 and self.postfix.messages(), 'both copies')
        for message in got:
            self.assertTrue(message.endswith(text.replace(b'\r\n', b'\n')), message)
            self.assertIn(b'using TLSv1.3', message)
        self.assertIn('not trusted', self.log)

    def test_each_recipient_hears_what_postfix_said(self):
        told = self.send([(['gone@far.test', 'boris@far.test', 'later@far.test'], None, 1),
                          (['boris@far.test'], b'x' * 78 + b'\r\n', 1), (['boris@far.test'], b'Y' * 1_100_000, 1)])
        self.assertEqual(self.fates(told), ['failed 5.1.1', 'relayed 2.0.0', 'deferred 4.2.1', 'relayed 2.0.0', 'failed 5.3.4'])
        self.assertIn('no such person', told[0].reply)
        kontor.wait_until(lambda: len(self.postfix.messages()) == 2, 'two messages')
        self.assertEqual(self.postfix.log().count('disconnect from'), 2, 'one connection (and that of the start)')

    def test_the_certificate_is_checked_where_asked(self):
        good = {'queue.tls': 'verify', 'queue.ca_file': str(self.certificates / 'ca.pem')}
        self.assertEqual(self.fates(self.send([(['boris@far.test'], None, 1)], good)), ['relayed 2.0.0'])
        self.assertIn('trusted', self.log)
        other = self.folder / 'other'
        other.mkdir()
        postfix.make_certificate(other, 'mx.far.test')
        bad = {'queue.tls': 'verify', 'queue.ca_file': str(other / 'ca.pem')}
        told = self.send([(['boris@far.test'], None, 1)], bad)
        self.assertEqual(self.fates(told), ['deferred 4.7.5'])
        self.zone['else.test', 'MX'] = ['10 other.else.test.']
        self.zone['other.else.test', 'A'] = ['127.0.0.1']
        told = self.send([(['boris@else.test'], None, 1)], good)
        self.assertEqual(self.fates(told), ['deferred 4.7.5'])
        self.assertIn('mismatch', told[0].reason)


class FarSides(RelayCase):
    def test_who_hangs_delays_nobody_else(self):
        self.far(1, behaviour='hang')
        good = self.far(2)
        self.far(3, behaviour='endless')
        self.domain('hang.test', 1)
        self.domain('endless.test', 3)
        jobs = [(['a@hang.test'], None, 3), (['a@endless.test'], None, 3), (['a@nodns.test'], None, 1)]
        for number in range(20):
            self.domain(f'good{number}.test', 2)
            jobs.append(([f'a@good{number}.test'], None, 1))
        server = far_side.NameServer(self.zone, silent=['nodns.test'])
        told = self.send(jobs, name_server=server)
        server.close()
        self.assertEqual(len(good.messages), 20)
        order = [one.address for one in told]
        last_good = max(place for place, one in enumerate(told) if one.fate == 'relayed')
        for waiting in ('a@hang.test', 'a@nodns.test'):
            self.assertGreater(order.index(waiting), last_good, f'{waiting} held others up: {order}')
        by_address = {one.address: f'{one.fate} {one.status}' for one in told if one.fate != 'relayed'}
        self.assertEqual(by_address, {'a@hang.test': 'deferred 4.4.2', 'a@endless.test': 'deferred 4.4.2',
                                      'a@nodns.test': 'deferred 4.4.3'})
        self.assertEqual(order.count('a@hang.test'), 3, 'all that was due is deferred at once')
        self.assertEqual(self.log.count('event=relay.destination.deferred'), 3)

    def test_connections_are_used_again_and_limited(self):
        side = self.far(1)
        self.domain('far.test', 1)
        told = self.send([(['a@far.test', 'b@far.test'], None, 21)], {'queue.max_messages_per_connection': 7})
        self.assertEqual(self.fates(told), ['relayed 2.0.0'] * 42)
        self.assertEqual((len(side.messages), side.connections), (21, 3))
        told = self.send([(['a@far.test'], None, 40)], connections=4)
        self.assertEqual(len(told), 40)
        self.assertLessEqual(side.most_open, 4)
        self.assertEqual(side.connections, 3 + 4)

    def test_broken_connections_defer_and_count_no_message(self):
        rows = {'drop_in_data': 'deferred 4.4.2', 'drop_after_dot': 'deferred 4.4.2', 'tempfail_after_data': 'deferred 4.3.0',
                'refuse_greeting': 'failed 5.7.1'}
        for number, (behaviour, expected) in enumerate(rows.items(), 1):
            with self.subTest(behaviour):
                side = self.far(number, behaviour=behaviour)
                self.domain(f'{behaviour.replace("_", "-")}.test', number)
                told = self.send([([f'a@{behaviour.replace("_", "-")}.test'], TEXT + b'x' * 500_000, 1)])
                self.assertEqual(self.fates(told), [expected], told)
                self.assertEqual(side.messages, [])

    def test_the_next_host_takes_over(self):
        self.far(2, behaviour='refuse_greeting')
        good = self.far(3)
        records = ['far.test. IN MX 10 dead.far.test.', 'far.test. IN MX 20 no.far.test.', 'far.test. IN MX 30 good.far.test.',
                   'dead.far.test. IN A 127.0.7.1', 'no.far.test. IN A 127.0.7.2', 'good.far.test. IN A 127.0.7.3',
                   'plain.test. IN A 127.0.7.3', 'null.test. IN MX 0 .', 'alias.test. IN MX 10 cname.test.',
                   'cname.test. IN CNAME good.far.test.']
        server = unbound.Unbound(records)
        self.addCleanup(server.close)
        told = self.send([(['a@far.test', 'b@plain.test', 'c@null.test', 'd@nowhere.test', 'e@alias.test', 'f@[127.0.7.3]'],
                           None, 1)], name_server=server)
        fates = {one.address: f'{one.fate} {one.status}' for one in told}
        self.assertEqual(fates, {'a@far.test': 'relayed 2.0.0', 'b@plain.test': 'relayed 2.0.0', 'c@null.test': 'failed 5.1.10',
                                 'd@nowhere.test': 'failed 5.1.2', 'e@alias.test': 'relayed 2.0.0',
                                 'f@[127.0.7.3]': 'relayed 2.0.0'})
        self.assertEqual(len(good.messages), 4)
        self.assertEqual(self.log.count('event=relay.host.failed'), 2)

    def test_mail_does_not_come_back_to_us(self):
        us = self.far(1)
        good = self.far(2)
        self.domain('loop.test', 1)
        self.domain('backup.test', 2, 1)
        self.zone['plain.test', 'A'] = ['127.0.7.1']
        settings = {'server.listen': ['127.0.7.1'], 'server.port_base': self.port - 25}
        told = self.send([(['a@loop.test', 'a@backup.test', 'a@plain.test'], None, 1)], settings)
        fates = {one.address: f'{one.fate} {one.status}' for one in told}
        self.assertEqual(fates, {'a@loop.test': 'failed 5.4.6', 'a@backup.test': 'relayed 2.0.0', 'a@plain.test': 'failed 5.4.6'})
        self.assertEqual((us.connections, len(good.messages)), (0, 1))

    def test_tls_that_fails_is_left_out_unless_required(self):
        side = self.far(1, broken_tls=True)
        self.domain('far.test', 1)
        told = self.send([(['a@far.test'], None, 1)])
        self.assertEqual(self.fates(told), ['relayed 2.0.0'])
        self.assertEqual(side.connections, 2)
        self.assertIn('event=relay.tls.failed', self.log)
        told = self.send([(['a@far.test'], None, 1)], {'queue.tls': 'require'})
        self.assertEqual(self.fates(told), ['deferred 4.7.5'])
        self.assertEqual(len(side.messages), 1)


class SmartHost(RelayCase):
    def test_takes_all_mail_after_a_sign_in_inside_tls(self):
        postfix.make_certificate(self.folder, 'smart.test')
        side = self.far(1, tls=far_side.server_tls(self.folder), password=('kontor', 'pass word'), offers=['AUTH PLAIN'])
        self.zone['smart.test', 'A'] = ['127.0.7.1']
        secret = self.folder / 'secret'
        secret.write_text('pass word\n')
        secret.chmod(0o600)
        settings = {'queue.smart_host': f'smart.test:{self.port}', 'queue.smart_host_user': 'kontor', 'queue.port': 1,
                    'queue.smart_host_password_file': str(secret), 'queue.tls': 'verify', 'queue.ca_file': str(self.folder / 'ca.pem')}
        told = self.send([(['a@one.test', 'b@two.test'], None, 2)], settings)
        self.assertEqual(self.fates(told), ['relayed 2.0.0'] * 4)
        self.assertEqual((side.connections, side.signed_in, len(side.messages)), (1, ['kontor'], 2))
        self.assertTrue(all(is_tls for _, _, _, is_tls in side.messages))
        self.assertEqual(len(side.messages[0][1]), 2, 'both recipients in one transaction')
        secret.write_text('wrong\n')
        told = self.send([(['a@one.test'], None, 1)], settings)
        self.assertEqual(self.fates(told), ['deferred 4.7.8'], 'nobody loses mail by our wrong password')
        self.assertIn('event=relay.signin.refused', self.log)


class RoutesByDomain(RelayCase):
    """queue.routes: hosts, passwords, TLS, source and size by domain."""

    def test_each_domain_goes_its_own_way(self):
        postfix.make_certificate(self.folder, 'smart.test')
        tls = far_side.server_tls(self.folder)
        plain = self.far(1)
        first = self.far(2, tls=tls, password=('kontor', 'pass word'), offers=['AUTH PLAIN'])
        second = self.far(3, tls=tls, password=('other', 'secret'), offers=['AUTH PLAIN'])
        self.domain('mx.test', 1)
        self.domain('strict.test', 1)
        self.domain('dane.test', 1)
        self.zone['smart.test', 'A'] = ['127.0.7.2']
        for name, text in (('one', 'pass word'), ('two', 'secret')):
            (self.folder / name).write_text(text + '\n')
            (self.folder / name).chmod(0o600)
        routes = [f'*: hosts=smart.test:{self.port} user=kontor password_file={self.folder}/one tls=verify',
                  # The first host is dead: the next one takes over.
                  f'*.branch.test: hosts=127.0.7.6:{self.port},127.0.7.3:{self.port} user=other password_file={self.folder}/two',
                  'mx.test: hosts=mx source=127.0.7.5 max_size=1KB', 'strict.test: hosts=mx tls=require',
                  'dane.test: hosts=mx tls=dane']
        settings = {'queue.routes': routes, 'queue.ca_file': str(self.folder / 'ca.pem')}
        jobs = [(['a@any.test', 'b@other.test'], None, 1), (['a@a.branch.test', 'a@b.branch.test'], None, 1),
                (['a@mx.test'], None, 1), (['b@mx.test'], b'x' * 2_000 + b'\r\n', 1), (['a@strict.test'], None, 1),
                (['a@dane.test'], None, 1), (['a@branch.test'], None, 1)]
        fates = {one.address: f'{one.fate} {one.status}' for one in self.send(jobs, settings)}
        self.assertEqual(fates, {
            'a@any.test': 'relayed 2.0.0', 'b@other.test': 'relayed 2.0.0', 'a@a.branch.test': 'relayed 2.0.0',
            'a@b.branch.test': 'relayed 2.0.0', 'a@mx.test': 'relayed 2.0.0', 'b@mx.test': 'failed 5.3.4',
            'a@strict.test': 'deferred 4.7.4', 'a@dane.test': 'deferred 4.7.5', 'a@branch.test': 'relayed 2.0.0'}, self.log)
        self.assertEqual((first.signed_in, second.signed_in), (['kontor'], ['other']))
        self.assertEqual((len(first.messages), len(second.messages), len(plain.messages)), (2, 1, 1))
        self.assertEqual(len(second.messages[0][1]), 2, 'one route, one connection, one transaction')
        (self.folder / 'two').chmod(0o644)
        with self.assertRaisesRegex(AssertionError, r'queue.routes \(\*.branch.test\): password_file .* may be read by others'):
            self.send(jobs, settings)

    def test_a_time_and_a_rank_are_handed_on(self):
        knows = self.far(1, offers=['DELIVERBY 5', 'MT-PRIORITY'])
        simple = self.far(2)
        self.domain('knows.test', 1)
        self.domain('simple.test', 2)
        told = self.send([(['a@knows.test'], None, 1, 'by=600'), (['b@knows.test'], None, 1, 'by=3'),
                          (['c@knows.test'], None, 1, 'priority=4'), (['a@simple.test'], None, 1, 'by=600'),
                          (['b@simple.test'], None, 1, 'priority=4')])
        fates = {one.address: f'{one.fate} {one.status}' for one in told}
        self.assertEqual(fates, {'a@knows.test': 'relayed 2.0.0', 'b@knows.test': 'failed 5.4.7', 'c@knows.test': 'relayed 2.0.0',
                                 'a@simple.test': 'failed 5.3.3', 'b@simple.test': 'relayed 2.0.0'})
        first, second = (sender for sender, _, _, _ in knows.messages)
        self.assertRegex(first, r'^MAIL FROM:<anna@example.test> BY=(600|59[0-9]);R$')
        self.assertTrue(second.endswith(' MT-PRIORITY=4'), second)
        self.assertEqual([sender.split(' ')[1:] for sender, _, _, _ in simple.messages][0][0], 'FROM:<anna@example.test>')


class HostileNames(RelayCase):
    def test_no_answer_of_the_dns_harms(self):
        good = self.far(3)
        self.domain('good.test', 3)
        many = {('many.test', 'MX'): [f'{n} mx{n}.many.test.' for n in range(80)]}
        many.update({(f'mx{n}.many.test', 'A'): ['127.0.7.6'] for n in range(80)})
        self.zone.update(many)
        self.zone.update({('literal.test', 'MX'): ['10 127.0.7.3.'], ('loop.test', 'CNAME'): ['loop2.test.'],
                          ('loop2.test', 'CNAME'): ['loop.test.'], ('none.test', 'TXT'): ['"x"'],
                          ('odd.test', 'MX'): ['10 a\\013\\010b.test.', '20 x\\.y.test.'],
                          ('dangling.test', 'MX'): ['10 nothing.test.']})
        for number in range(15):
            self.zone[f'chain{number}.test', 'CNAME'] = [f'chain{number + 1}.test.']
        server = far_side.NameServer(self.zone, codes={'servfail.test': dns.rcode.SERVFAIL, 'refused.test': dns.rcode.REFUSED},
                                     raw={'garbage.test': os.urandom(40), 'short.test': b'\x85'})
        domains = ['many', 'literal', 'loop', 'none', 'odd', 'dangling', 'chain0', 'servfail', 'refused', 'garbage', 'short', 'good']
        told = self.send([([f'a@{name}.test' for name in domains] + ['a@-bad-.test', f'a@{"x" * 70}.test'], None, 1)],
                         name_server=server)
        server.close()
        fates = {one.address[2:].removesuffix('.test'): f'{one.fate} {one.status}' for one in told}
        self.assertEqual(fates, {
            'many': 'deferred 4.4.1', 'literal': 'failed 5.4.4', 'loop': 'deferred 4.4.3', 'none': 'failed 5.4.4',
            'odd': 'deferred 4.4.3', 'dangling': 'failed 5.4.4', 'chain0': fates['chain0'], 'servfail': 'deferred 4.4.3',
            'refused': 'deferred 4.4.3', 'garbage': 'deferred 4.4.3', 'short': 'deferred 4.4.3', 'good': 'relayed 2.0.0',
            '-bad-': 'failed 5.1.2', 'x' * 70: 'failed 5.1.2'})
        self.assertIn(fates['chain0'], ('deferred 4.4.3', 'failed 5.1.2'))
        self.assertEqual(len(good.messages), 1)
        self.assertLessEqual(self.log.count('event=relay.host.failed'), 20, 'not every host of an endless list')


if __name__ == '__main__':
    kontor.main()
