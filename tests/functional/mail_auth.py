# SPDX-License-Identifier: GPL-3.0-or-later
"""Who really sent a message: our SPF against the vectors of RFC 7208 and against pyspf, our DKIM against dkimpy.

The checks run by themselves (tests/tools/filter_probe.cpp) against a DNS in memory.
"""
import base64
import ipaddress
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor

CORPORA = pathlib.Path(os.environ.get('KONTOR_CORPUS') or kontor.ROOT.parent / 'shared/corpora')
VECTORS = CORPORA / 'spf/pyspf__rfc7208-tests.yml'


class Probe:
    def __init__(self):
        self.process = subprocess.Popen([str(kontor.build_folder() / 'tests/filter_probe')], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def zone(self, zone):
        self.process.stdin.write(json.dumps({'zone': zone}) + '\n')

    def ask(self, **what):
        self.process.stdin.write(json.dumps(what) + '\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def zone_of(data):
    """The zone of a vector file: type SPF stands for TXT, where there is no TXT."""
    zone = {}
    for name, records in data.items():
        rows = []
        has_text = any(isinstance(record, dict) and 'TXT' in record for record in records)
        for record in records:
            if record == 'TIMEOUT':
                rows.append(['TIMEOUT'])
                continue
            (kind, value), = record.items()
            if kind == 'SPF':
                if has_text:
                    continue
                kind = 'TXT'
            if kind == 'TXT':
                value = ''.join(value) if isinstance(value, list) else value
                if value == 'NONE':
                    continue
            if kind == 'MX':
                rows.append([kind, value[0], value[1].rstrip('.')])
            else:
                rows.append([kind, value.rstrip('.') if kind in ('PTR', 'CNAME') else value])
        name = name.lower().rstrip('.')
        zone[name] = rows
    for name in list(zone):  # addresses by themselves: that is how the resolver is asked
        if name.endswith('.in-addr.arpa'):
            zone['.'.join(reversed(name.split('.')[:4]))] = zone[name]
        if name.endswith('.ip6.arpa'):
            digits = ''.join(reversed(name.split('.')[:32]))
            zone[str(ipaddress.IPv6Address(bytes.fromhex(digits)))] = zone[name]
    return zone


class Spf(unittest.TestCase):
    def setUp(self):
        self.probe = Probe()
        self.addCleanup(self.probe.close)

    def test_vectors_of_the_standard(self):
        if not VECTORS.exists():
            print(f'SKIPPED: {VECTORS} is not here; set KONTOR_CORPUS', file=sys.stderr)
            self.skipTest(f'{VECTORS} is not here')
        import yaml
        count = 0
        for part in yaml.safe_load_all(VECTORS.read_text()):
            self.probe.zone(zone_of(part['zonedata']))
            for name, vector in part['tests'].items():
                count += 1
                with self.subTest(part=part['description'], name=name):
                    got = self.probe.ask(spf={'ip': vector['host'], 'helo': vector['helo'],
                                              'sender': vector['mailfrom']})
                    wanted = vector['result']
                    self.assertIn(got['verdict'], wanted if isinstance(wanted, list) else [wanted], got)
                    words = vector.get('explanation')
                    if words is not None and words != 'DEFAULT' and got['verdict'] == 'fail':
                        self.assertEqual(got['explanation'], words)
                    elif words == 'DEFAULT':
                        self.assertEqual(got['explanation'], '')
        self.assertEqual(count, 203)

    def test_generated_records_against_pyspf(self):
        """Records put together from the grammar and its mistakes: pyspf says the same of each."""
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            import spf
        chance = random.Random(7208)
        excused = 0
        for number in range(2000):
            zone = make_zone(chance)
            self.probe.zone(zone_of(zone))
            spf.DNSLookup = make_lookup(zone)
            ip = chance.choice(['192.0.2.1', '192.0.2.77', '198.51.100.9', '2001:db8::1', '2001:db8:1::5'])
            sender = chance.choice(['anna@d0.example.test', 'a.b-c+d@d0.example.test'])
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                wanted, _, text = spf.query(i=ip, s=sender, h='mx.d1.example.test', strict=True).check()
            got = self.probe.ask(spf={'ip': ip, 'helo': 'mx.d1.example.test', 'sender': sender})
            if got['verdict'] != wanted and text.endswith('Too many DNS lookups'):
                excused += 1  # pyspf counts each redirect= against the limit, also one that is never followed
                continue
            self.assertEqual(got['verdict'], wanted, (number, ip, sender, zone, got))
        self.assertLess(excused, 50)


def make_keys(folder):
    """(private key as dkimpy wants it, algorithm, key record) by selector."""
    keys = {}
    for bits in (1024, 2048):
        path = folder / f'rsa{bits}.pem'
        subprocess.run(['openssl', 'genrsa', '-traditional', '-out', str(path), str(bits)], check=True, capture_output=True)
        public = subprocess.run(['openssl', 'rsa', '-in', str(path), '-pubout', '-outform', 'DER'], check=True,
                                capture_output=True).stdout
        keys[f'rsa{bits}'] = (path.read_bytes(), b'rsa-sha256', 'v=DKIM1; k=rsa; p=' + base64.b64encode(public).decode())
    path = folder / 'ed.pem'
    subprocess.run(['openssl', 'genpkey', '-algorithm', 'ed25519', '-out', str(path)], check=True, capture_output=True)
    seed, public = (subprocess.run(['openssl', 'pkey', '-in', str(path), '-outform', 'DER', *more], check=True,
                                   capture_output=True).stdout[-32:] for more in ([], ['-pubout']))
    keys['ed'] = (base64.b64encode(seed), b'ed25519-sha256', 'v=DKIM1; k=ed25519; p=' + base64.b64encode(public).decode())
    return keys


def make_message(chance):
    """Fields and lines with what the two forms treat differently: blanks, folds, empty lines, case."""
    def words(count):
        return ''.join(chance.choice(['a', 'Bc', 'd e', ' ', '  ', '\t', 'x;y', '=', 'é']) for _ in range(count))
    fold = chance.choice(['', '\r\n ', '\r\n\t', '\r\n   '])
    fields = [f'From: Anna <anna@d.test>{chance.choice(["", " ", "  "])}', f'Subject:{chance.choice(["", " ", "   "])}s{fold} {words(4)}s',
              'To: boris@e.test', f'X-Note: one{chance.choice([" ", "  "])}two', 'X-Note: three', 'Date: Mon, 2 Nov 2026 10:00:00 +0000']
    chance.shuffle(fields)
    lines = [chance.choice(['', ' ', '\t', words(6), words(12), '.']) for _ in range(chance.randint(0, 9))]
    body = ''.join(line + '\r\n' for line in lines) + chance.choice(['', '', 'no end'])
    return ('\r\n'.join(fields) + '\r\n\r\n' + body).encode()


def change(chance, message):
    """One of the changes that happen on the way, or that somebody makes."""
    head, _, body = message.partition(b'\r\n\r\n')
    return chance.choice([
        message, message, message + b'\r\n', message + b'more\r\n', message.replace(b'  ', b' '),
        message.replace(b'Subject:', b'SUBJECT:'), message.replace(b'anna@d', b'eva@d'), b'X-New: field\r\n' + message,
        b'From: eva@x.test\r\n' + message, head + b'\r\nSubject: other\r\n\r\n' + body, message.replace(b'\t', b' '),
        head + b'\r\n\r\nfirst\r\n' + body, message.replace(b'b=', b'b= ', 1), message.replace(b'X-Note: three', b'X-Note: 3')])


class Dkim(unittest.TestCase):
    def setUp(self):
        self.probe = Probe()
        self.addCleanup(self.probe.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.keys = make_keys(pathlib.Path(folder.name))
        self.records = {f'{selector}._domainkey.d.test': record for selector, (_, _, record) in self.keys.items()}
        self.probe.zone({name: [['TXT', record]] for name, record in self.records.items()})

    def ours(self, message):
        return [one['verdict'] for one in self.probe.ask(dkim=base64.b64encode(message).decode(), now=int(time.time()))]

    def test_dkimpy_signs_and_somebody_changes(self):
        import dkim
        lookup = {name.encode() + b'.': record.encode() for name, record in self.records.items()}
        chance = random.Random(6376)
        seen = set()
        for number in range(600):
            message = make_message(chance)
            selector = chance.choice(list(self.keys))
            key, algorithm, _ = self.keys[selector]
            forms = (chance.choice([b'simple', b'relaxed']), chance.choice([b'simple', b'relaxed']))
            names = chance.choice([None, [b'from', b'subject'], [b'From', b'From', b'Subject', b'Subject', b'X-Note'],
                                   [b'X-Note', b'x-note', b'from', b'To', b'Absent']])
            field = dkim.sign(message, selector.encode(), b'd.test', key, canonicalize=forms, signature_algorithm=algorithm,
                              include_headers=names, length=chance.random() < 0.3)
            signed = change(chance, field + message)
            try:
                wanted = dkim.verify(signed, dnsfunc=lambda name, timeout=5: lookup.get(name))
            except dkim.DKIMException:
                wanted = False
            got = self.ours(signed)
            self.assertEqual(got == ['pass'], wanted, (number, selector, forms, names, got, signed))
            seen.add((selector, forms, wanted))
        self.assertEqual(len(seen), 24)  # each key, in each form, both right and wrong

    def test_several_signatures(self):
        import dkim
        message = make_message(random.Random(1))
        for selector in ('ed', 'rsa2048'):
            key, algorithm, _ = self.keys[selector]
            message = dkim.sign(message, selector.encode(), b'd.test', key, signature_algorithm=algorithm) + message
        self.assertEqual(self.ours(message), ['pass', 'pass'])
        self.assertEqual(self.ours(message.replace(b's=rsa2048', b's=gone')), ['permerror', 'pass'])
        self.assertEqual(self.ours(message.replace(b'a=ed25519-sha256', b'a=rsa-sha1')), ['pass', 'neutral'])
        self.assertEqual(self.ours(b'DKIM-Signature: v=1\r\n' * 12 + message), ['neutral'] * 10)


TERMS = ['all', 'a', 'mx', 'ptr', 'a/24', 'a//64', 'a/24//64', 'mx/25', 'ip4:192.0.2.0/24', 'ip4:192.0.2.77',
         'ip4:198.51.100.0/28', 'ip6:2001:db8::/32', 'ip6:2001:db8:1::5', 'a:{d}', 'mx:{d}', 'include:{d}',
         'include:{d}', 'exists:{d}', 'exists:%{{ir}}.{d}', 'a:%{{d}}', 'exists:%{{l1r-}}.%{{o2}}', 'include:%{{d2}}',
         'ptr:{d}', 'a:%{{h}}']
WRONG = ['ip4:192.0.2.0/33', 'ip4:1.2.3', 'ip6:192.0.2.1', 'a:', 'include', 'all:x', 'a/033', 'foo', 'a:%{{z}}.test',
         'exists:%(d)', 'ip4', 'a:{d}/129', 'mx//129', 'redirect', 'a:example.111']


def make_zone(chance):
    domains = [f'd{number}.example.test' for number in range(4)]
    zone = {}
    for domain in domains:
        records = []
        others = [other for other in domains if other != domain]  # pyspf refuses a circle of one before it looks
        if chance.random() < 0.9:
            terms = []
            for _ in range(chance.randint(0, 5)):
                term = chance.choice(WRONG if chance.random() < 0.04 else TERMS)
                terms.append(chance.choice(['', '', '-', '~', '?', '+']) + term.format(d=chance.choice(others)))
            if chance.random() < 0.25:
                terms.append('redirect=' + chance.choice(others))
            if chance.random() < 0.1:
                terms.append('other.one=' + chance.choice(['x', '%{d}']))
            records.append({'TXT': ' '.join(['v=spf1', *terms])})
        if chance.random() < 0.8:
            records.append({'A': chance.choice(['192.0.2.1', '192.0.2.77', '203.0.113.8'])})
        if chance.random() < 0.5:
            records.append({'AAAA': chance.choice(['2001:db8::1', '2001:db8:2::9'])})
        if chance.random() < 0.6:
            # Mail hosts have addresses: pyspf counts those without against the limit of terms that lead to nothing.
            records.append({'MX': [10, chance.choice(['mx.d1.example.test', 'mx.d2.example.test'])]})
        zone[domain] = records
    zone['mx.d1.example.test'] = [{'A': '192.0.2.1'}, {'AAAA': '2001:db8::1'}]
    zone['mx.d2.example.test'] = [{'A': '203.0.113.9'}, {'AAAA': '2001:db8:3::7'}]
    zone['host.d0.example.test'] = [{'A': '192.0.2.1'}]
    zone['1.2.0.192.in-addr.arpa'] = [{'PTR': chance.choice(['mx.d1.example.test', 'mx.d2.example.test', 'host.d0.example.test'])}]
    return zone


def make_lookup(zone):
    def lookup(name, kind, *_, **__):
        found = []
        for record in zone.get(name.lower().rstrip('.'), []):
            (have, value), = record.items()
            if have != kind:
                continue
            if kind == 'TXT':
                value = (value.encode(),)
            elif kind in ('A', 'AAAA'):
                value = str(value)
            elif kind == 'MX':
                value = tuple(value)
            found.append(((name, kind), value))
        return found
    return lookup


if __name__ == '__main__':
    kontor.main()
