# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports between mail servers: TLS reports (RFC 8460) of what became of TLS with hosts of the test, sent by mail and HTTPS and
read back by a second server; DMARC reports of others (RFC 7489, appendix C) as they come, and as attackers send them."""
import email
import email.message
import email.policy
import gzip
import io
import json
import pathlib
import re
import sys
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import far_side
import kontor
import outbound_tls
import signed_zones

SENDER, NEAR = 'anna@example.test', 'near.test'
MESSAGE = f'From: {SENDER}\r\nTo: you\r\nSubject: One\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.test>\r\n\r\nText\r\n'.encode()
# {domain: {policy: (succeeded, failed, what failed)}}
EXPECTED = {
    'dane.test': {'tlsa': (1, 0, '')},
    'wrong.test': {'tlsa': (0, 1, 'certificate-host-mismatch mx1.wrong.test')},
    'pkix.test': {'tlsa': (0, 1, 'tlsa-invalid mx1.pkix.test')},
    'trial.test': {'sts': (0, 1, 'certificate-not-trusted mx2.trial.test')},
    'good.test': {'sts': (1, 0, '')},
    'left.test': {'sts': (0, 1, 'validation-failure mx1.left.test')},
    'fetch.test': {'sts': (0, 1, 'sts-policy-fetch-error '), 'no-policy-found': (1, 0, '')},
    'odd.test': {'sts': (0, 1, 'sts-policy-invalid '), 'no-policy-found': (1, 0, '')},
    'clear.test': {'no-policy-found': (0, 1, 'starttls-not-supported mx3.clear.test')},
    'plain.test': {'no-policy-found': (1, 0, '')},
    'silent.test': {'no-policy-found': (1, 0, '')},
}
BY_MAIL = sorted(set(EXPECTED) - {'plain.test', 'silent.test'})
MOMENT = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ')
RESULTS = {'starttls-not-supported', 'certificate-host-mismatch', 'certificate-expired', 'certificate-not-trusted', 'validation-failure',
           'tlsa-invalid', 'dnssec-invalid', 'dane-required', 'sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid'}


def check_schema(case, report):
    """Everything that RFC 8460, 4.4 says of a report."""
    case.assertEqual(set(report), {'organization-name', 'date-range', 'contact-info', 'report-id', 'policies'})
    case.assertEqual(set(report['date-range']), {'start-datetime', 'end-datetime'})
    for moment in report['date-range'].values():
        case.assertRegex(moment, MOMENT)
    case.assertTrue(report['date-range']['start-datetime'].endswith('T00:00:00Z'))
    case.assertIsInstance(report['policies'], list)
    for one in report['policies']:
        policy, summary, details = one['policy'], one['summary'], one.get('failure-details', [])
        case.assertIn(policy['policy-type'], ('tlsa', 'sts', 'no-policy-found'))
        case.assertLessEqual(set(policy), {'policy-type', 'policy-string', 'policy-domain', 'mx-host'})
        for name in ('policy-string', 'mx-host'):
            case.assertTrue(all(isinstance(text, str) for text in policy.get(name, [])))
        case.assertEqual(set(summary), {'total-successful-session-count', 'total-failure-session-count'})
        case.assertEqual(summary['total-failure-session-count'], sum(row['failed-session-count'] for row in details))
        for row in details:
            case.assertIn(row['result-type'], RESULTS)
            case.assertLessEqual(set(row), {'result-type', 'sending-mta-ip', 'receiving-mx-hostname', 'receiving-ip', 'failed-session-count',
                                            'failure-reason-code'})


class TlsReports(outbound_tls.Case):
    def zones(self):
        """The hosts of these domains, their policies, and zones that name them."""
        names = ['mta-sts.trial.test', 'mta-sts.left.test', 'mta-sts.good.test', 'mta-sts.fetch.test', 'mta-sts.odd.test', 'web.collect.test',
                 'mx1.good.test']
        self.trusted, self.stranger = self.certificate('sts.test', also=names), self.certificate('mx2.trial.test')
        self.far(1, tls=far_side.server_tls(self.trusted))
        self.far(2, tls=far_side.server_tls(self.stranger))
        self.far(3)
        self.collector = self.far(4, tls=far_side.server_tls(self.stranger))
        self.web = outbound_tls.Policies('127.0.7.6', far_side.server_tls(self.trusted), {
            'mta-sts.trial.test': outbound_tls.policy('mx2.trial.test', mode='testing'),
            'mta-sts.good.test': outbound_tls.policy('*.good.test', mode='testing'),
            'mta-sts.left.test': outbound_tls.policy('mx9.left.test', mode='testing'),
            'mta-sts.odd.test': (200, 'text/plain', 'version: STSv2\n')})
        self.addCleanup(self.web.close)
        self.posted, self.post_status = [], 500

        def do_post(handler):
            body = handler.rfile.read(int(handler.headers['Content-Length']))
            self.posted.append((handler.path, handler.headers['Content-Type'], body))
            handler.send_response(self.post_status)
            handler.send_header('Content-Length', '0')
            handler.end_headers()
        self.web.server.RequestHandlerClass.do_POST = do_post

        here = outbound_tls.tlsa(self.trusted / 'server.pem', 3, 1, 1)
        hosts = {'dane.test': (1, here), 'wrong.test': (1, outbound_tls.WRONG), 'pkix.test': (1, '1 1 1 ' + '00' * 32), 'trial.test': (2,),
                 'good.test': (1,), 'left.test': (1,), 'fetch.test': (1,), 'odd.test': (1,), 'clear.test': (3,), 'plain.test': (1,), 'silent.test': (1,),
                 'collect.test': (4, outbound_tls.WRONG)}
        zones = {name: self.host(row[0], name, *row[1:]) for name, row in hosts.items()}
        for name in ('trial.test', 'good.test', 'left.test', 'fetch.test', 'odd.test'):
            zones[name] += [f'_mta-sts.{name}. 60 IN TXT "v=STSv1; id=1"', f'mta-sts.{name}. 60 IN A 127.0.7.6']
        for name in BY_MAIL:
            zones[name].append(f'_smtp._tls.{name}. 60 IN TXT "v=TLSRPTv1; rua=mailto:reports@collect.test"')
        zones['plain.test'].append(f'_smtp._tls.plain.test. 60 IN TXT "v=TLSRPTv1; rua=https://web.collect.test:{self.web.port}/tls?v=1"')
        zones['collect.test'].append('web.collect.test. 60 IN A 127.0.7.6')
        return zones

    def start(self):
        served = signed_zones.SignedZones(self.zones())
        self.addCleanup(served.close)
        authority = str(self.trusted / 'ca.pem')
        self.server = kontor.Server({
            'server.name': f'mail.{NEAR}', 'queue.port': self.port, 'dns.servers': [served.setting], 'dns.timeout': 8000,
            'dns.trust_anchor_file': str(served.anchor), 'outbound.mta_sts_port': self.web.port, 'outbound.mta_sts_ca_file': authority,
            'reports.ca_file': authority, 'reports.tls_sender': f'tls@{NEAR}', 'reports.contact': f'postmaster@{NEAR}'})
        self.addCleanup(self.server.close)
        self.server.start()

    def test_each_session_is_counted_once(self):
        zones = self.zones()
        settings = {'outbound.mta_sts_port': self.web.port, 'outbound.mta_sts_ca_file': str(self.trusted / 'ca.pem'), 'server.data_folder': str(self.folder / 'data'),
                    'reports.tls_sender': f'tls@{NEAR}'}
        fates = self.try_all(zones, [f'a@{domain}' for domain in EXPECTED], settings)
        self.assertEqual({address for address, fate in fates.items() if not fate.startswith('relayed')}, {'a@wrong.test'}, self.log)
        found, row = {}, None
        for line in self.said.splitlines():
            fields = line.split('\t')
            if fields[0] == 'policy':
                row = found.setdefault(fields[1], {})
                row[fields[2]] = (int(fields[3]), 0, '')
                kind = fields[2]
            elif fields[0] == 'failure':
                row[kind] = (row[kind][0], row[kind][1] + int(fields[1]), f'{fields[2]} {fields[4]}')
        self.assertEqual(found, EXPECTED, self.said)

    def results(self):
        found = {}
        for row in self.server.ctl('tlsrpt', 'results'):
            found.setdefault(row['domain'], {})[row['policy']] = (row['succeeded'], row['failed'], row['failures'].rpartition(': ')[0])
        return found

    def letters(self):
        """{domain: (whole letter, its report)} that came to the collector; each is as RFC 8460, 5.3 wants it."""
        found = {}
        for sender, recipients, message, _ in self.collector.messages:
            letter = email.message_from_bytes(message, policy=email.policy.default)
            self.assertIn(f'<tls@{NEAR}>', sender)
            self.assertEqual((letter.get_content_type(), letter.get_param('report-type')), ('multipart/report', 'tlsrpt'))
            domain = letter['TLS-Report-Domain']
            self.assertEqual(letter['TLS-Report-Submitter'], f'mail.{NEAR}')
            self.assertRegex(letter['Subject'], rf'^Report Domain: {domain} Submitter: mail.{NEAR} Report-ID: <.+@mail.{NEAR}>$')
            text, report = letter.iter_parts()
            self.assertEqual((text.get_content_type(), report.get_content_type()), ('text/plain', 'application/tlsrpt+gzip'))
            self.assertRegex(report.get_filename(), rf'^mail\.{NEAR}!{domain}!\d+!\d+!.+\.json\.gz$')
            self.assertNotIn(domain, found, 'twice')
            found[domain] = message, json.loads(gzip.decompress(report.get_content()))
        return found

    def verify(self, message, records):
        import dkim
        keys = {row['name']: row['text'].encode() for row in records}
        for index in range(message.split(b'\r\n\r\n')[0].count(b'DKIM-Signature:')):
            self.assertTrue(dkim.DKIM(message).verify(idx=index, dnsfunc=lambda name, timeout=5: keys.get(name.decode().rstrip('.'))), message)

    def test_those_who_ask_are_told_and_it_is_read_back(self):
        self.start()
        with self.server.submission('anna') as client:
            client.sendmail(SENDER, [f'a@{domain}' for domain in EXPECTED], MESSAGE)
        kontor.wait_until(lambda: self.results() == EXPECTED or len(self.results()) > len(EXPECTED), f'these outcomes: {EXPECTED}, not {self.results()}')
        for how in ('stop', 'kill'):  # what was written is there again
            self.server.restart(how)
            self.assertEqual(self.results(), EXPECTED)

        # Without a key that signs nothing goes out by mail; the web server says no.
        self.assertEqual(self.server.ctl('tlsrpt', 'send'), {'reports': 0})
        self.assertEqual(set(self.results()), set(EXPECTED) - {'silent.test'})  # who does not ask is forgotten
        self.assertIn('no DKIM key', self.server.log(current=True))
        self.assertIn('the web server answers 500', self.server.log(current=True))
        self.post_status = 201
        records = self.server.ctl('dkim', 'add', NEAR, '--now')['records']
        self.assertEqual(self.server.ctl('tlsrpt', 'send'), {'reports': len(BY_MAIL) + 1})
        # The collector's own TLSA records are wrong: reports go there all the same.
        kontor.wait_until(lambda: len(self.collector.messages) >= len(BY_MAIL), 'all letters')
        letters = self.letters()
        self.assertEqual(sorted(letters), BY_MAIL)
        self.assertTrue(all(is_tls for _, _, _, is_tls in self.collector.messages))
        self.assertEqual(self.results(), {}, 'their own sessions do not count')
        self.assertEqual(self.server.ctl('tlsrpt', 'send'), {'reports': 0})

        reports = {domain: report for domain, (_, report) in letters.items()}
        path, kind, body = self.posted[-1]
        self.assertEqual((path, kind, len(self.posted)), ('/tls?v=1', 'application/tlsrpt+gzip', 2))
        reports['plain.test'] = json.loads(gzip.decompress(body))
        for domain, report in reports.items():
            check_schema(self, report)
            told = {one['policy']['policy-type']: (one['summary']['total-successful-session-count'], one['summary']['total-failure-session-count'])
                    for one in report['policies']}
            self.assertEqual(told, {kind: row[:2] for kind, row in EXPECTED[domain].items()}, report)
            self.assertTrue(all(one['policy']['policy-domain'] == domain for one in report['policies']))
            self.assertEqual((report['organization-name'], report['contact-info']), (f'mail.{NEAR}', f'postmaster@{NEAR}'))
        wrong, = reports['wrong.test']['policies']
        self.assertEqual(wrong['policy']['policy-string'], [outbound_tls.WRONG])
        self.assertEqual({name: wrong['failure-details'][0][name] for name in ('receiving-mx-hostname', 'receiving-ip')},
                         {'receiving-mx-hostname': 'mx1.wrong.test', 'receiving-ip': '127.0.7.1'})
        trial, = reports['trial.test']['policies']
        self.assertEqual(trial['policy']['policy-string'][:3], ['version: STSv1', 'mode: testing', 'mx: mx2.trial.test'])
        self.assertEqual(trial['policy']['mx-host'], ['mx2.trial.test'])
        for message, _ in letters.values():
            self.verify(message, records)
        self.read_back(letters, records)

    def read_back(self, letters, records):
        """By a server of those domains, but one, that checks signatures."""
        names = far_side.NameServer({(NEAR, 'A'): ['127.0.0.1']})
        self.addCleanup(names.close)
        for row in records:
            text = row['text']
            names.zone[row['name'], 'TXT'] = [' '.join(f'"{text[at:at + 255]}"' for at in range(0, len(text), 255))]
        domains = [domain for domain in letters if domain != 'clear.test']
        with kontor.Server({'domains.local': domains, 'reports.addresses': [SENDER], 'checks.enabled': True, 'dns.servers': [names.setting]}) as reader:
            def hand_in(message):
                with reader.smtp() as client:
                    client.ehlo(f'mail.{NEAR}')
                    client.sendmail(f'tls@{NEAR}', [SENDER], message)
            for message, _ in letters.values():
                hand_in(message)
            hand_in(letters['dane.test'][0].replace(b'It is read by', b'It was read by'))
            kontor.wait_until(lambda: reader.log().count('event=reports.message.') >= len(letters) + 1, 'all were looked at')
            log = reader.log()
            self.assertIn('about clear.test, no domain of this server', log)
            self.assertIn('without a signature of its sender', log)
            received = reader.ctl('tlsrpt', 'received')
            self.assertEqual(sorted(row['domain'] for row in received), sorted(domains))
            self.assertTrue(all(row['signed'] and row['sender'] == NEAR for row in received), received)
            seen = {(row['domain'], row['policy'], row['result']): (row['sessions'], row['mail_host']) for row in reader.ctl('tlsrpt')}
            for domain in domains:
                for policy, (succeeded, failed, failure) in EXPECTED[domain].items():
                    self.assertEqual(seen[domain, policy, 'success'], (succeeded, ''))
                    if failed:
                        result, _, host = failure.partition(' ')
                        self.assertEqual(seen[domain, policy, result], (failed, host))
            self.assertEqual([row['to_do'] for row in reader.ctl('tlsrpt', 'dane.test')], [''])
            with reader.imap('anna') as imap:
                self.assertEqual(imap.select('INBOX')[1], [str(len(letters) + 1).encode()], 'they stay in the mailbox')


def record(address, count, dkim, spf, signer='example.test', path='example.test', disposition='none'):
    return (f'<record><row><source_ip>{address}</source_ip><count>{count}</count><policy_evaluated><disposition>{disposition}</disposition>'
            f'<dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row><identifiers><header_from>example.test</header_from></identifiers>'
            f'<auth_results><dkim><domain>{signer}</domain><result>{"pass" if signer else "none"}</result></dkim>'
            f'<spf><domain>{path}</domain><result>{"pass" if spf == "pass" or path == "service.test" else "fail"}</result></spf></auth_results></record>')


def report(number, *records, domain='example.test', begin=None, before=''):
    begin = int(time.time()) // 86400 * 86400 - 86400 if begin is None else begin
    return (f'<?xml version="1.0"?>{before}<feedback><report_metadata><org_name>Far {number % 2}</org_name><email>d@far.test</email><report_id>{number}</report_id>'
            f'<date_range><begin>{begin}</begin><end>{begin + 86399}</end></date_range></report_metadata>'
            f'<policy_published><domain>{domain}</domain><p>none</p></policy_published>{"".join(records)}</feedback>').encode()


def letter(data, kind, name):
    message = email.message.EmailMessage()
    message['From'], message['To'], message['Subject'] = 'd@far.test', SENDER, 'Report Domain: example.test'
    if kind:
        message.set_content('A report.')
        message.add_attachment(data, maintype='application', subtype=kind, filename=name)
    else:  # as Google sends it: the message is the archive
        message.set_content(data, maintype='application', subtype='zip', filename=name)
    return message.as_bytes(policy=email.policy.SMTP)


def zipped(data, name='far!example.test.xml'):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


class DmarcReports(kontor.unittest.TestCase):
    def test_what_others_say_is_read_and_bad_reports_are_left(self):
        with kontor.Server({'reports.addresses': [SENDER]}) as server:
            ours, service, stranger = '192.0.2.1', '192.0.2.2', '2001:db8::66'
            good = [letter(gzip.compress(report(1, record(ours, 90, 'pass', 'pass'), record(service, 20, 'fail', 'fail', 'service.test', 'service.test'))), 'gzip', 'a.xml.gz'),
                    letter(zipped(report(2, record(ours, 10, 'pass', 'fail'), record(stranger, 300, 'fail', 'fail', '', 'x.test', 'reject'))), None, 'b.zip'),
                    letter(report(3, record(service, 5, 'fail', 'fail', 'service.test', 'service.test'), domain='sub.example.test'), 'xml', 'c.xml')]
            for message in good + good[:1]:  # one of them twice
                server.lmtp([SENDER], message)
            kontor.wait_until(lambda: server.log().count('event=reports.message.read') == 4, 'four reports')
            rows = server.ctl('dmarc')
            self.assertEqual([(row['source'], row['messages'], row['passed'], row['dkim'], row['spf'], row['rejected']) for row in rows],
                             [(stranger, 300, 0, 0, 0, 300), (service, 25, 0, 0, 0, 0), (ours, 100, 100, 100, 90, 0)])
            self.assertEqual(rows[2]['reporters'], 'Far 0, Far 1')
            self.assertIn('forges', rows[0]['to_do'])
            self.assertIn('signs as service.test', rows[1]['to_do'])
            self.assertEqual(rows[2]['to_do'], '')
            self.assertEqual(server.ctl('dmarc', 'other.test'), [])
            received = server.ctl('dmarc', 'received')
            self.assertEqual(sorted((row['domain'], row['messages']) for row in received),
                             [('example.test', 110), ('example.test', 310), ('sub.example.test', 5)])
            self.assertEqual(len(server.ctl('dmarc', 'received', 'sub.example.test', '--days', '3')), 1)
            self.assertEqual(server.ask('dmarc', '--days', 'x')[0], 1)

            bad = [letter(gzip.compress(b'<' + b' ' * 40_000_000), 'gzip', 'bomb.gz'), letter(zipped(b'<' + b' ' * 40_000_000), 'zip', 'bomb.zip'),
                   letter(gzip.compress(gzip.compress(report(9))), 'gzip', 'twice.gz'),
                   letter(report(10, before='<!DOCTYPE feedback [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), 'xml', 'x.xml'),
                   letter(report(11, record('mx.test', 1, 'pass', 'pass')), 'xml', 'x.xml'), letter(report(12, domain='other.test'), 'xml', 'x.xml'),
                   letter(report(13, begin=int(time.time()) + 40 * 86400), 'xml', 'x.xml'), letter(report(14, begin=0), 'xml', 'x.xml'),
                   letter(zipped(report(15))[:-30], 'zip', 'short.zip'), letter(b'nothing', 'octet-stream', 'x.bin'),
                   letter(b'<a>' * 5_000, 'xml', 'deep.xml'), MESSAGE]
            for message in bad:
                server.lmtp([SENDER], message)
            kontor.wait_until(lambda: server.log().count('event=reports.message.left') == len(bad), 'all bad ones were left')
            for words in ('too long', 'no domain of this server', 'days to come', 'long past', 'source_ip', 'document type', 'no report in it', 'damaged'):
                self.assertIn(words, server.log())
            server.lmtp(['boris@example.test'], good[0])  # another mailbox
            server.restart('kill')
            self.assertEqual(server.ctl('dmarc'), rows)
            self.assertEqual(server.ask('tlsrpt', 'send')[0], 1)  # not set up
            with server.imap('anna') as imap:
                self.assertEqual(imap.select('INBOX')[1], [str(4 + len(bad)).encode()])


if __name__ == '__main__':
    kontor.main()
