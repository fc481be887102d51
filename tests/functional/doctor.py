# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl doctor against a real server and a real name server: a server that is well, then parts that are really broken."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import unbound  # noqa: E402

HOST, ADDRESS = 'mail.example.test', '192.0.2.7'
RECORDS = [
    f'{HOST}. 60 IN A {ADDRESS}', f'7.2.0.192.in-addr.arpa. 60 IN PTR {HOST}.', f'example.test. 60 IN MX 10 {HOST}.',
    'example.test. 60 IN TXT "v=spf1 mx -all"', '_dmarc.example.test. 60 IN TXT "v=DMARC1; p=reject"',
    '_smtp._tls.example.test. 60 IN TXT "v=TLSRPTv1; rua=mailto:t@example.test"']
LISTED = '7.2.0.192.bad.list. 60 IN A 127.0.0.2'


def names(records):
    return [record for record in records if record]


class Doctor(unittest.TestCase):
    def server_with(self, records, **settings):
        dns = unbound.Unbound(names(records))
        self.addCleanup(dns.close)
        server = kontor.Server({'server.name': HOST, 'dns.servers': [dns.setting], 'screening.dnsbl': ['bad.list'],
                                'screening.enabled': False,
                                **{key.replace('__', '.'): value for key, value in settings.items()}})
        self.addCleanup(server.close)
        return server.start()

    def doctor(self, server, *words):
        """(exit status, {(check, about): (result, sentence, advice)})"""
        status, rows = server.ask('doctor', '--language', 'en', *words)
        return status, {(row['check'], row['about']): (row['result'], row['sentence'], row.get('advice', '')) for row in rows}

    def test_a_server_that_is_well_and_one_whose_parts_are_broken(self):
        server = self.server_with([*RECORDS, 'x.list. 60 IN A 127.0.0.1'])
        self.assertEqual(server.lmtp(['anna@example.test', 'boris@example.test'], b'Subject: x\r\n\r\nx\r\n'), {})
        keys = server.ctl('dkim', 'add', 'example.test', '--now')
        status, found = self.doctor(server)
        self.assertEqual({key: row for key, row in found.items() if row[0] == 'problem'}.keys(),
                         {('dns.dkim', 'example.test')}, 'the records of its new keys are not there')
        self.assertEqual(status, 1)
        for check, about in (('dns.host', HOST), ('dns.ptr', ADDRESS), ('dns.mx', 'example.test'), ('dns.spf', 'example.test'),
                             ('dns.dmarc', 'example.test'), ('dns.tlsrpt', 'example.test'), ('dns.blocklist', ADDRESS),
                             ('ports', ''), ('secrets', ''), ('queue', ''), ('mailboxes', ''), ('store.verify', ''),
                             ('directory.source', 'local')):
            self.assertEqual(found[check, about][0], 'good', (check, found.get((check, about))))
        self.assertIn('2 mailboxes were read', found['store.verify', ''][1])
        for _, advice in ((row[0], row[2]) for row in found.values() if row[0] != 'good'):
            self.assertTrue(advice, found)
        self.assertTrue(keys)

        # A damaged mailbox, a key for everybody, a paused domain; no room on the disk; an expired certificate.
        folder = pathlib.Path(server.ctl('accounts', 'show', 'boris@example.test')['folder'])
        server.ctl('queue', 'pause', 'slow.test')
        make = ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj',
                f'/CN={HOST}', '-addext', f'subjectAltName=DNS:{HOST}', '-keyout', server.data / 'own.key', '-out',
                server.data / 'own.pem']
        subprocess.run(make, check=True, capture_output=True)
        request = subprocess.run(['openssl', 'req', '-new', '-key', server.data / 'own.key', '-subj', f'/CN={HOST}'],
                                 check=True, capture_output=True).stdout
        subprocess.run(['openssl', 'x509', '-req', '-signkey', server.data / 'own.key', '-days', '-1', '-out',
                        server.data / 'own.pem'], input=request, check=True, capture_output=True)
        server.settings.update({'tls.certificate_file': str(server.data / 'own.pem'), 'queue.reserve': '1TB',
                                'tls.key_file': str(server.data / 'own.key')})
        server.restart()
        os.chmod(server.data / 'own.key', 0o644)
        log = sorted(folder.glob('log.*'))[0]
        with open(log, 'r+b') as file:  # in the middle of the first frames; what is behind is good
            file.seek(200)
            byte = file.read(1)
            file.seek(200)
            file.write(bytes([byte[0] ^ 0xff]))
        status, found = self.doctor(server, '--no-dns')
        self.assertEqual(status, 1)
        self.assertFalse([check for check, _ in found if check.startswith('dns')])
        self.assertEqual(found['store.damage', str(folder)][0], 'problem')
        self.assertIn('store repair', found['store.damage', str(folder)][2])
        self.assertEqual(found['secrets', str(server.data / 'own.key')][0], 'problem')
        self.assertEqual(found['queue.paused', 'slow.test'][2], 'kontorctl queue resume slow.test')
        self.assertEqual(found['disk.space', str(server.data)][0], 'problem')
        self.assertEqual(found['certificate', str(server.data / 'own.pem')][0], 'problem')
        said = subprocess.run([kontor.program('kontorctl'), '--data', server.data, 'doctor', '--no-dns'], text=True,
                              capture_output=True, env={**os.environ, 'LC_ALL': 'ru_RU.UTF-8'}, timeout=kontor.PATIENCE)
        self.assertTrue(said.stdout.startswith('беда'), said.stdout)
        self.assertIn('Ящик повреждён.', said.stdout)
        self.assertEqual(said.returncode, 1)

    def test_records_that_are_missing_or_wrong(self):
        server = self.server_with([
            f'{HOST}. 60 IN A {ADDRESS}', '7.2.0.192.in-addr.arpa. 60 IN PTR other.test.', LISTED,
            'example.test. 60 IN TXT "v=spf1 ip4:198.51.100.1 -all"', '_mta-sts.example.test. 60 IN TXT "v=STSv1; id=1"'])
        status, found = self.doctor(server)
        self.assertEqual(status, 1)
        self.assertEqual({check: row[0] for (check, _), row in found.items() if check.startswith('dns.')}, {
            'dns.host': 'good', 'dns.ptr': 'warning', 'dns.blocklist': 'problem', 'dns.mx': 'problem', 'dns.spf': 'problem',
            'dns.dkim': 'warning', 'dns.dmarc': 'warning', 'dns.mta_sts': 'warning'})
        self.assertIn('127.0.0.2', found['dns.blocklist', ADDRESS][1])
        self.assertEqual(found['dns.dkim', 'example.test'][2], 'kontorctl dkim add example.test')
        server.stop()
        status, said = server.ask('doctor')
        self.assertEqual((status, said['error']['code']), (1, 'unavailable'))


if __name__ == '__main__':
    kontor.main()
