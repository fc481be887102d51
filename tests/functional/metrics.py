# SPDX-License-Identifier: GPL-3.0-or-later
"""/metrics and /health of a real server: the format by Prometheus' own parser, numbers that follow what happens, who may see
what, parts that are really broken, and a dashboard that asks for nothing that is not there."""
import json
import os
import pathlib
import re
import smtplib
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

DASHBOARD = kontor.ROOT / 'docs/admin/grafana-kontor.json'
GUIDES = [kontor.ROOT / f'docs/admin/monitoring{language}.md' for language in ('', '.ru')]
MESSAGE = b'From: x@elsewhere.test\r\nTo: anna@example.test\r\nSubject: secret-subject\r\nMessage-ID: <%d@m.test>\r\n\r\ntext\r\n'


class Watched(unittest.TestCase):
    def get(self, path, server=None):
        """(status, type, text)"""
        server = server or self.server
        url = f'https://localhost:{server.port("https")}{path}'
        try:
            with urllib.request.urlopen(url, context=server.tls_context(), timeout=kontor.PATIENCE) as answer:
                return answer.status, answer.headers['Content-Type'], answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers['Content-Type'], refused.read().decode()

    def families(self):
        status, kind, text = self.get('/metrics')
        self.assertEqual((status, kind), (200, 'text/plain; version=0.0.4; charset=utf-8'))
        return {family.name: family for family in text_string_to_metric_families(text)}, text

    def values(self):
        """{(name, labels): value}"""
        return {(sample.name, frozenset(sample.labels.items())): sample.value
                for family in self.families()[0].values() for sample in family.samples}

    def change_of(self, work, name, **labels):
        key = (name, frozenset(labels.items()))
        before = self.values()[key]
        work()
        return self.values()[key] - before


class Metrics(Watched):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'queue.smart_host': '127.0.0.1:9', 'log.level': 'info'}).start()
        cls.addClassCleanup(cls.server.close)

    def test_the_text_is_in_order(self):
        families, text = self.families()
        seen = set()
        for line in text.splitlines():
            if line.startswith('# TYPE '):
                name = line.split()[2]
                self.assertNotIn(name, seen, 'a family comes once')
                seen.add(name)
                current = name
            elif line.startswith('#'):
                self.assertRegex(line, r'^# HELP [a-z_]+ [A-Z0-9].*\.$')
            else:
                self.assertRegex(line, r'^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.e+]+$')
                self.assertTrue(line.startswith(current), line)
        lines = [line.rsplit(' ', 1)[0] for line in text.splitlines() if not line.startswith('#')]
        self.assertEqual(len(lines), len(set(lines)), 'no series twice')
        for family in families.values():
            self.assertIn(family.type, ('counter', 'gauge', 'histogram'), family.name)
            self.assertTrue(family.documentation, family.name)
            if family.type == 'counter':
                for sample in family.samples:
                    self.assertTrue(sample.name.endswith('_total'), sample.name)
                    self.assertGreaterEqual(sample.value, 0)
            if family.type == 'histogram':
                buckets = [sample for sample in family.samples if sample.name.endswith('_bucket')]
                self.assertEqual(buckets[-1].labels['le'], '+Inf')
                self.assertEqual([one.value for one in buckets], sorted(one.value for one in buckets))
                count = [sample.value for sample in family.samples if sample.name.endswith('_count')]
                self.assertEqual(count, [buckets[-1].value])

    def test_numbers_follow_what_happens(self):
        self.assertEqual(self.change_of(lambda: self.server.lmtp(['anna@example.test'], MESSAGE % 1),
                                        'kontor_messages_accepted_total'), 1)
        self.assertEqual(self.change_of(lambda: self.server.lmtp(['anna@example.test'], MESSAGE % 2),
                                        'kontor_copies_total', result='stored'), 1)
        self.assertEqual(self.change_of(lambda: self.server.lmtp(['anna@example.test'], MESSAGE % 3),
                                        'kontor_delivery_seconds_count'), 1)
        self.assertGreater(self.change_of(lambda: self.server.lmtp(['anna@example.test'], MESSAGE % 4),
                                          'kontor_store_sync_seconds_count'), 0)

        def nobody():
            with self.assertRaises(smtplib.SMTPRecipientsRefused):
                self.server.lmtp(['none@example.test'], MESSAGE % 5)
        self.assertEqual(self.change_of(nobody, 'kontor_messages_refused_total', what='recipient'), 1)
        for protocol, ask in (('imap', self.server.imap_refusal), ('pop3', self.server.pop3_refusal)):
            self.assertEqual(self.change_of(lambda: ask('boris@example.test'), 'kontor_sign_ins_total',
                                            protocol=protocol, result='done'), 1)
            self.assertEqual(self.change_of(lambda: ask('boris@example.test', 'wrong'), 'kontor_sign_ins_total',
                                            protocol=protocol, result='refused'), 1)
            self.assertEqual(self.change_of(lambda: ask('boris@example.test'), 'kontor_connections_opened_total',
                                            protocol=protocol), 1)
        client = self.server.imap('anna')
        self.assertEqual(self.values()[('kontor_connections_signed_in', frozenset({('protocol', 'imap')}))], 1)
        client.logout()
        kontor.wait_until(lambda: self.values()[('kontor_connections', frozenset({('protocol', 'imap')}))] == 0,
                          'the connection is over')
        events = ('kontor_events_total', frozenset({('event', 'smtp.message.accepted')}))
        self.assertEqual(self.values()[events], self.values()[('kontor_messages_accepted_total', frozenset())])

        def send():
            with self.server.submission('anna') as smtp:
                smtp.sendmail('anna@example.test', ['a@b.test', 'b@b.test'], b'From: anna@example.test\r\nSubject: s\r\n\r\ntext\r\n')
        self.assertEqual(self.change_of(send, 'kontor_messages_queued_total'), 1)
        self.assertEqual(self.values()[('kontor_queue_recipients', frozenset())], 2)
        self.assertEqual(self.values()[('kontor_queue_messages', frozenset())], 1)
        self.server.ctl('queue', 'clear', 'all')
        self.assertEqual(self.values()[('kontor_queue_messages', frozenset())], 0)

    def test_numbers_of_the_machine(self):
        values = {name: value for (name, labels), value in self.values().items() if not labels}
        status = pathlib.Path(f'/proc/{self.server.pid}/status').read_text()
        resident = int(re.search(r'VmRSS:\s+(\d+)', status)[1]) * 1024
        self.assertLess(abs(values['process_resident_memory_bytes'] - resident), resident / 2)
        files = len(os.listdir(f'/proc/{self.server.pid}/fd'))
        self.assertLess(abs(values['process_open_fds'] - files), 20)
        disk = os.statvfs(self.server.data)
        self.assertEqual(values['kontor_disk_size_bytes'], disk.f_blocks * disk.f_frsize)
        ends = subprocess.run(['openssl', 'x509', '-noout', '-enddate', '-dateopt', 'iso_8601', '-in',
                               self.server.data / 'tls/server.pem'], capture_output=True, text=True, check=True).stdout
        shown = subprocess.run(['date', '-u', '-d', ends.strip().split('=')[1], '+%s'], capture_output=True, text=True)
        self.assertEqual(values['kontor_certificate_not_after_timestamp_seconds'], int(shown.stdout))
        self.assertEqual(values['kontor_directory_mailbox_owners'], 5)
        self.assertEqual(values['kontor_directory_running'], 1)

    def test_nothing_confidential_is_there(self):
        self.server.lmtp(['anna@example.test'], MESSAGE % 7)
        for path in ('/metrics', '/health'):
            text = self.get(path)[2]
            for word in ('anna', 'example.test', 'secret-subject', str(self.server.data)):
                self.assertNotIn(word, text)

    def test_dashboard_and_guides_name_what_is_there(self):
        names = {name for name, _ in self.values()}
        board = json.loads(DASHBOARD.read_text(encoding='utf-8'))
        asked = [target['expr'] for panel in board['panels'] for target in panel['targets']]
        asked += [one['query'] for one in board['templating']['list'] if one['type'] == 'query']
        self.assertGreater(len(asked), 20)
        for query in asked:
            found = re.findall(r'\b(?:kontor|process)_[a-z_0-9]+', query)
            self.assertTrue(found, query)
            self.assertLessEqual(set(found), names, query)
        for guide in GUIDES:
            text = guide.read_text(encoding='utf-8')
            families = set(self.families()[0])
            told = {re.sub('_total$', '', name) for name in re.findall(r'`((?:kontor)_[a-z_]+)`', text)}
            self.assertLessEqual(told, families)
            for family in families:
                group = re.search(r'^kontor_(queue|directory)(_[a-z_]+)', family)
                is_told = family in told or family.startswith('process_') or (group and re.search(
                    rf'`{group[2]}(_total)?`', text))
                self.assertTrue(is_told, f'{family} is not in {guide.name}')


class Health(Watched):
    def health(self, path='/health', server=None):
        status, kind, text = self.get(path, server)
        self.assertEqual(kind, 'application/json')
        return status, json.loads(text)

    def test_parts_and_who_sees_them(self):
        with kontor.Server() as server:
            status, said = self.health(server=server)
            self.assertEqual((status, said['state']), (200, 'ok'))
            self.assertEqual(list(said['parts']), ['directory', 'store', 'mailboxes', 'queue', 'certificate'])
            self.assertEqual(list(self.health('/health/ready', server)[1]['parts']), ['directory', 'store', 'queue'])
            server.settings['http.metrics_networks'] = ['192.0.2.0/24']
            server.restart()
            self.assertEqual(self.health(server=server), (200, {'state': 'ok'}))
            self.assertEqual(self.get('/metrics', server)[0], 403)

    def test_a_disk_that_is_full_and_a_certificate_that_has_expired(self):
        with kontor.Server() as server:
            make = ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj',
                    '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
            paths = ['-keyout', server.data / 'own.key', '-out', server.data / 'own.pem']
            subprocess.run([*make, '-days', '3', *paths], check=True, capture_output=True)
            server.settings.update({'tls.certificate_file': str(server.data / 'own.pem'),
                                    'tls.key_file': str(server.data / 'own.key')})
            server.tls_context = lambda: kontor.ssl._create_unverified_context()
            server.restart()
            status, said = self.health(server=server)
            self.assertEqual((status, said['state'], said['parts']['certificate']['state']), (200, 'warning', 'warning'))
            request = ['openssl', 'req', '-new', '-key', server.data / 'own.key', '-subj', '/CN=localhost']
            asked = subprocess.run(request, check=True, capture_output=True).stdout
            gone = ['openssl', 'x509', '-req', '-signkey', server.data / 'own.key', '-days', '-1', '-out', server.data / 'own.pem']
            subprocess.run(gone, input=asked, check=True, capture_output=True)
            # More of the disk is to be kept free than there is.
            server.settings['store.reserve'] = '1TB'
            server.restart()
            status, said = self.health(server=server)
            self.assertEqual((status, said['state']), (503, 'problem'))
            self.assertEqual(said['parts']['certificate']['detail'], 'the certificate has expired')
            self.assertIn('full up to the reserve', said['parts']['store']['detail'])
            status, said = self.health('/health/ready', server)
            self.assertEqual((status, said['state'], 'certificate' in said['parts']), (503, 'problem', False))


if __name__ == '__main__':
    kontor.main()
