# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS as clients speak it: curl and Python's own client, requests byte by byte, sign-in, guessing, limits, and what mail
programs ask to set themselves up. Every XML answer is read by another parser."""
import base64
import gzip
import http.client
import json
import re
import socket
import subprocess
import sys
import pathlib
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'
POX = '/autodiscover/autodiscover.xml'


def question(address, schema=OUTLOOK):
    return ('<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
            f'requestschema/2006"><Request><EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>{schema}'
            '</AcceptableResponseSchema></Request></Autodiscover>').encode()


def basic(user, password=kontor.PASSWORD):
    return {'Authorization': 'Basic ' + base64.b64encode(f'{user}:{password}'.encode()).decode()}


class Https(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'sign_in.delay': '100ms', 'http.max_body': 4096, 'server.name': 'localhost',
                                    'domains.alias': ['old.test=example.test'], 'domains.remote': ['branch.test=mail.branch.test'],
                                    **cls.settings}).start()
        cls.addClassCleanup(cls.server.close)

    def client(self):
        made = http.client.HTTPSConnection('localhost', self.server.port('https'), context=self.server.tls_context(), timeout=kontor.PATIENCE)
        self.addCleanup(made.close)
        return made

    def ask(self, method, path, body=None, headers=None, client=None):
        client = client or self.client()
        client.request(method, path, body, headers or {})
        response = client.getresponse()
        return response, response.read()

    def wire(self):
        wire = kontor.Wire(self.server.connect('https'))
        wire.start_tls(self.server.tls_context())
        self.addCleanup(wire.close)
        return wire

    @staticmethod
    def rest(wire):
        text = b''
        while more := wire.connection.recv(65536):
            text += more
        return text

    def curl(self, *arguments, path=POX):
        return subprocess.run(['curl', '-sS', '--max-time', '30', '--cacert', str(self.server.data / 'tls/ca.pem'), *arguments,
                               f'https://localhost:{self.server.port("https")}{path}'], capture_output=True, text=True)


class Protocol(Https):
    def test_health_and_what_every_answer_has(self):
        response, body = self.ask('GET', '/health')
        self.assertEqual((response.status, json.loads(body)['state']), (200, 'ok'))
        for name in ('Date', 'X-Content-Type-Options', 'X-Frame-Options', 'Content-Security-Policy', 'Cache-Control'):
            self.assertTrue(response.headers[name], name)

    def test_a_connection_serves_many(self):
        client = self.client()
        for number in range(50):
            response, body = self.ask('HEAD' if number % 2 else 'GET', '/health', client=client)
            self.assertEqual((response.status, body == b''), (200, bool(number % 2)))
        socket = client.sock
        self.ask('GET', '/none', client=client)
        self.assertIs(client.sock, socket)

    def test_a_pipeline_is_answered_in_order(self):
        wire = self.wire()
        wire.send('GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n'
                  'BREW /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        text = self.rest(wire)
        statuses = [part[:3] for part in text.split(b'HTTP/1.1 ')[1:]]
        self.assertEqual(statuses, [b'200', b'404', b'501'])

    def test_refusals(self):
        for request, status in (('nonsense\r\n\r\n', 400), ('GET / HTTP/1.1\r\n\r\n', 400), ('GET / HTTP/3.0\r\nHost: x\r\n\r\n', 505),
                                ('GET /' + 'a' * 120_000 + ' HTTP/1.1\r\nHost: x\r\n\r\n', 414),
                                ('GET / HTTP/1.1\r\nHost: x\r\nA: ' + 'a' * 60_000 + '\r\n\r\n', 431),
                                ('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n', 413),
                                ('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n', 501)):
            with self.subTest(request=request[:40]):
                wire = self.wire()
                wire.send(request)
                self.assertTrue(wire.line().startswith(b'HTTP/1.1 %d ' % status))
        response, _ = self.ask('POST', '/health', b'x')
        self.assertEqual(response.status, 405)
        self.assertEqual(response.headers['Allow'], 'GET, HEAD, OPTIONS')

    def test_bytes_one_by_one_and_chunks(self):
        wire = self.wire()
        body = question('anna@example.test')
        authorization = basic('anna@example.test')['Authorization']
        request = f'POST {POX} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\nTransfer-Encoding: chunked\r\n' \
                  'Connection: close\r\n\r\n'
        data = request.encode() + b''.join(b'%x\r\n%s\r\n' % (len(body[at:at + 100]), body[at:at + 100])
                                           for at in range(0, len(body), 100)) + b'0\r\n\r\n'
        for at in range(0, len(data), 3):
            wire.send(data[at:at + 3])
        text = self.rest(wire)
        self.assertTrue(text.startswith(b'HTTP/1.1 200 OK\r\n'), text)
        self.assertIn(b'<Action>settings</Action>', text)

    def test_curl_waits_for_the_word_to_go_on(self):
        done = self.curl('-v', '-u', f'anna@example.test:{kontor.PASSWORD}', '-H', 'Expect: 100-continue', '--data-binary',
                         question('anna@example.test').decode())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('HTTP/1.1 100 Continue', done.stderr)
        self.assertIn('<Action>settings</Action>', done.stdout)

    def test_no_plain_http(self):
        wire = kontor.Wire(self.server.connect('https'))
        self.addCleanup(wire.close)
        wire.send('GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
        self.assertNotIn(b'200', wire.line())


class Console(Https):
    """The files of the web console, or the page that says how it is built; what they do is tested in a browser (web_console.py)."""

    def test_it_is_served_with_a_strict_policy(self):
        response, _ = self.ask('GET', '/admin')
        self.assertEqual((response.status, response.headers['Location']), (301, '/admin/'))
        is_built = (kontor.build_folder() / 'web/index.html').exists()
        response, body = self.ask('GET', '/admin/')
        self.assertEqual(response.status, 200 if is_built else 503)
        self.assertEqual(response.headers.get_all('X-Content-Type-Options'), ['nosniff'])
        self.assertEqual(response.headers.get_all('Referrer-Policy'), ['no-referrer'])
        (policy,) = response.headers.get_all('Content-Security-Policy')
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertNotIn('unsafe', policy)
        if not is_built:
            self.assertIn(b'ninja -C build/release console', body)
            return
        self.assertIn("script-src 'self'", policy)
        self.assertEqual(response.headers['Cache-Control'], 'no-cache')
        self.assertEqual(self.ask('GET', '/admin/', headers={'If-None-Match': response.headers['ETag']})[0].status, 304)
        for path in re.findall(r'(?:src|href)="([^"]+)"', body.decode()):
            self.assertTrue(path.startswith('/admin/assets/'), path)
            response, packed = self.ask('GET', path, headers={'Accept-Encoding': 'gzip'})
            self.assertEqual((response.status, response.headers['Content-Encoding']), (200, 'gzip'), path)
            self.assertIn('immutable', response.headers['Cache-Control'])
            self.assertEqual(gzip.decompress(packed), self.ask('GET', path)[1])

    def test_no_other_file_is_served(self):
        for path in ('/admin/none', '/admin/../kontor.toml', '/admin/%2e%2e/%2e%2e/etc/passwd', '/admin/assets', '/admin/..%2fkontor.toml'):
            self.assertIn(self.ask('GET', path)[0].status, (400, 404, 503), path)
        self.assertEqual(self.ask('POST', '/admin/', b'x')[0].status, 405)


class SignIn(Https):
    def test_unauthenticated_gets_the_challenges(self):
        response, _ = self.ask('POST', POX, question('anna@example.test'))
        self.assertEqual(response.status, 401)
        self.assertEqual(response.headers.get_all('WWW-Authenticate'), ['Basic realm="Kontor", charset="UTF-8"'])
        # Programs that must not ask for a password are offered tickets alone.
        response, _ = self.ask('GET', '/autodiscover/person.json', headers=basic('anna@example.test'))
        self.assertEqual((response.status, response.headers.get_all('WWW-Authenticate')), (401, ['Negotiate']))

    def test_a_wrong_password_tells_nothing_and_is_counted(self):
        for user in ('anna@example.test', 'nobody@example.test'):
            response, body = self.ask('POST', POX, question('anna@example.test'), basic(user, 'wrong'))
            self.assertEqual(response.status, 401)
            self.assertEqual(body, b'401 Unauthorized: sign in\n')
        self.server.wait_for_log('http.login.refused')
        response, _ = self.ask('POST', POX, question('anna@example.test'), basic('anna@example.test'))
        self.assertEqual(response.status, 200)

    def test_sessions_are_listed_and_ended(self):
        client = self.client()
        self.ask('POST', POX, question('anna@example.test'), basic('anna@example.test'), client)
        mine = [one for one in self.server.ctl('sessions', 'list') if one['protocol'] == 'http' and one['user'] == 'anna@example.test']
        self.assertTrue(mine)
        self.assertTrue(mine[0]['tls'])
        self.server.ctl('sessions', 'end', 'anna@example.test')
        self.assertEqual(client.sock.recv(1), b'')


class Guessing(Https):
    settings = {'sign_in.block_failures': 3, 'sign_in.never_block': [], 'sign_in.delay': '10ms'}

    def test_guessing_blocks_the_address(self):
        for number in range(3):
            self.ask('GET', POX, headers=basic('anna@example.test', f'wrong {number}'))
        with self.assertRaises(OSError):
            self.ask('GET', '/health')
        self.server.ctl('blocks', 'remove', 'all')
        self.assertEqual(self.ask('GET', '/health')[0].status, 200)


class OftenFromOneAddress(Https):
    # A request more every half minute: none comes along while the test asks.
    settings = {'http.requests_per_address': 2}

    def test_an_address_is_told_when_to_come_again(self):
        url = f'https://localhost:{self.server.port("https")}/health'
        asked = subprocess.run(['curl', '-sS', '--cacert', str(self.server.data / 'tls/ca.pem'), '-w',
                                '%{http_code} %{num_connects} %header{retry-after}\n', *['-o', '/dev/null', url] * 4], capture_output=True, text=True)
        rows = [line.split() for line in asked.stdout.splitlines()]
        self.assertEqual([row[0] for row in rows], ['200', '200', '429', '429'], asked.stderr)
        self.assertEqual([row[1] for row in rows], ['1', '0', '0', '0'], 'the connection is kept: a new one costs the server more')
        for row in rows[2:]:
            self.assertTrue(1 <= int(row[2]) <= 30, row)
        # Nobody looks at a password, nor wants a body, of who sends too many.
        before = self.server.log().count('event=http.login.')
        response, _ = self.ask('GET', POX, headers=basic('anna@example.test', 'wrong'))
        self.assertEqual(response.status, 429)
        self.assertEqual(self.server.log().count('event=http.login.'), before)
        large = self.curl('-D', '-', '-o', '/dev/null', '-H', 'Expect: 100-continue', '--data-binary', 'x' * 4000)
        self.assertTrue(large.stdout.startswith('HTTP/1.1 429 Too Many Requests'), large.stdout + large.stderr)
        self.assertNotIn('100 Continue', large.stdout)
        self.assertEqual(self.server.log().count('event=http.rate.limited'), 1, 'told once')
        self.server.imap('anna').logout()  # other protocols go on


class OftenComesAgain(Https):
    settings = {'http.requests_per_address': 20}

    def test_curl_comes_again_when_it_may(self):
        client = self.client()
        while self.ask('GET', '/health', client=client)[0].status != 429:
            pass
        asked = self.curl('--retry', '20', '-o', str(self.server.data / 'body'), '-w', '%{http_code}', path='/health')
        self.assertEqual(asked.stdout, '200', asked.stderr)


class OftenByOnePerson(Https):
    settings = {'http.requests_per_person': 2, 'http.requests_per_address': 1, 'http.unlimited_networks': ['127.0.0.0/8']}

    def test_a_person_is_counted_wherever_he_comes_from(self):
        def status(user):
            return self.ask('GET', '/dav/', headers=basic(user))[0].status
        statuses = [status('anna@example.test') for _ in range(4)]
        self.assertEqual(statuses[2:], [429, 429], statuses)
        self.assertNotIn(429, statuses[:2])
        self.assertNotEqual(status('boris@example.test'), 429, 'others behind the same address go on')
        response, body = self.ask('GET', '/dav/', headers=basic('anna'))
        self.assertEqual((response.status, body), (429, b'429 Too Many Requests: too many requests; try again later\n'))
        self.assertTrue(1 <= int(response.headers['Retry-After']) <= 30)
        self.assertEqual([self.ask('GET', '/health')[0].status for _ in range(5)], [200] * 5, 'the network is not counted')
        lines = [line for line in self.server.log().splitlines() if 'event=http.rate.limited' in line]
        self.assertEqual(len(lines), 1)
        self.assertIn('user=anna@example.test', lines[0])


class AccessLog(Https):
    def lines(self):
        return [line for line in self.server.log(current=True).splitlines() if 'event=http.access.logged' in line]

    def test_each_request_is_an_event_without_secrets(self):
        before = len(self.lines())
        self.ask('GET', '/dav/calendars/s3cret/?word=s3cret', headers={**basic('anna@example.test'), 'Cookie': 'a=s3cret'})
        self.ask('GET', '/published/s3cret.ics')
        self.ask('POST', POX, b's3cret', basic('nobody@example.test', 's3cret'))
        self.curl('-u', f'boris@example.test:{kontor.PASSWORD}', '--request', 'OPTIONS', path='/dav/')
        kontor.wait_until(lambda: len(self.lines()) == before + 4, 'four lines')
        dav, published, wrong, options = self.lines()[before:]
        for part in ('command=GET', 'route=/dav', 'status=', 'bytes=', 'micros=', 'user=anna@example.test', 'peer=127.0.0.1:', 'session='):
            self.assertIn(part, dav)
        self.assertIn('route=/published/ ', published)
        self.assertIn('status=404', published)
        self.assertIn('status=401', wrong)
        for line in (published, wrong):
            self.assertNotIn('user=', line)
        self.assertIn('command=OPTIONS', options)
        for line in self.lines():
            self.assertNotIn('s3cret', line)


class NoAccessLog(AccessLog):
    settings = {'http.access_log': False}

    def test_each_request_is_an_event_without_secrets(self):
        self.assertEqual(self.ask('GET', '/health')[0].status, 200)
        self.server.restart()  # all that was to be written is
        self.assertNotIn('http.access.logged', self.server.log())


class Networks(Https):
    settings = {'access.http': ['!127.0.0.1']}

    def test_a_network_may_be_shut_out(self):
        with self.assertRaises(OSError):
            self.ask('GET', '/health')
        self.server.imap('anna').logout()


class SetUp(Https):
    settings = {'domains.local': ['a/b.test']}  # no name for a file

    def test_mozilla(self):
        for path in ('/mail/config-v1.1.xml?emailaddress=anna%40example.test', '/.well-known/autoconfig/mail/config-v1.1.xml',
                     '/mail/config-v1.1.xml?emailaddress=nobody@OLD.test'):
            response, body = self.ask('GET', path)
            self.assertEqual(response.status, 200, path)
            self.assertTrue(response.headers['Content-Type'].startswith('text/xml'))
            provider = xml.etree.ElementTree.fromstring(body).find('emailProvider')
            servers = {one.get('type'): one for one in (*provider.findall('incomingServer'), *provider.findall('outgoingServer'))}
            self.assertEqual(set(servers), {'imap', 'pop3', 'smtp'})
            for kind, port in (('imap', 'imaps'), ('pop3', 'pop3s'), ('smtp', 'submissions')):
                self.assertEqual(int(servers[kind].findtext('port')), self.server.port(port))
                self.assertEqual(servers[kind].findtext('hostname'), 'localhost')
                self.assertEqual([one.text for one in servers[kind].findall('authentication')], ['password-cleartext'])
        response, _ = self.ask('GET', '/mail/config-v1.1.xml?emailaddress=x@elsewhere.test')
        self.assertEqual(response.status, 404)

    def pox(self, address, **changed):
        response, body = self.ask('POST', '/AutoDiscover/AutoDiscover.XML', question(address, **changed), basic('anna@example.test'))
        self.assertEqual(response.status, 200)
        return xml.etree.ElementTree.fromstring(body)

    def test_autodiscover(self):
        answer = self.pox('boris@example.test')
        names = {'a': OUTLOOK}
        self.assertEqual(answer.findtext('.//a:Action', None, names), 'settings')
        self.assertEqual(answer.findtext('.//a:AutoDiscoverSMTPAddress', None, names), 'boris@example.test')
        protocols = {one.findtext('a:Type', None, names): one for one in answer.findall('.//a:Protocol', names)}
        self.assertEqual({kind: int(one.findtext('a:Port', None, names)) for kind, one in protocols.items()},
                         {'IMAP': self.server.port('imaps'), 'POP3': self.server.port('pop3s'), 'SMTP': self.server.port('submissions')})
        for one in protocols.values():
            self.assertEqual([one.findtext(f'a:{name}', None, names) for name in ('SSL', 'SPA', 'AuthRequired')], ['on', 'off', 'on'])
            # What it says is what lets him in.
            login = one.findtext('a:LoginName', None, names)
        self.server.imap(login).logout()
        self.server.submission(login).quit()
        self.assertEqual(self.pox('anna@old.test').findtext('.//a:RedirectAddr', None, names), 'anna@example.test')
        self.assertIn('autodiscover.branch.test', self.pox('x@branch.test').findtext('.//a:RedirectUrl', None, names))

    def test_errors_of_autodiscover(self):
        error = '{http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006}ErrorCode'
        self.assertEqual(self.pox('nobody@example.test').findtext(f'.//{error}'), '500')
        self.assertEqual(self.pox('').findtext(f'.//{error}'), '600')
        self.assertEqual(self.pox('anna@example.test', schema='http://x/').findtext(f'.//{error}'), '601')
        body = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Autodiscover><Request><EMailAddress>&b;</EMailAddress></Request></Autodiscover>'
        response, answer = self.ask('POST', POX, body, basic('anna@example.test'))
        self.assertIn(b'<ErrorCode>600</ErrorCode>', answer)

    def test_kit_of_a_server_without_tickets(self):
        folder = self.server.data / 'kit'
        said = self.server.ctl('clients', folder, '--person', 'anna@example.test')
        files = said['files']
        self.assertEqual([one for one in sorted(files) if one.startswith('dns/')], ['dns/example.test.zone', 'dns/old.test.zone'])
        self.assertEqual(said['domains_left_out'], 1)
        self.assertEqual(sorted(files), sorted(str(one.relative_to(folder)) for one in folder.rglob('*') if one.is_file()))
        self.assertNotIn('thunderbird/kontor.cfg', files)
        self.assertNotIn('ad/scp.ldif', files)
        self.assertEqual((folder / 'ca/kontor-ca.pem').read_bytes(), (self.server.data / 'tls/ca.pem').read_bytes())
        policies = json.loads((folder / 'thunderbird/distribution/policies.json').read_text())
        self.assertEqual(policies['policies']['Authentication']['SPNEGO'], ['https://localhost'])
        self.assertIn('EmailAddress=anna@example.test\r\n', (folder / 'outlook/kontor.prf').read_bytes().decode())
        status, said = self.server.ask('clients', folder, '--person', 'nobody@example.test')
        self.assertEqual(status, 1, said)


class Without(Https):
    settings = {'http.enabled': False}

    def test_the_port_is_left_to_others(self):
        with socket.create_server(('127.0.0.1', self.server.port('https'))):
            self.server.restart()
            self.server.imap('anna@example.test').logout()

    def test_the_kit_leads_nobody_to_it(self):
        folder = self.server.data / 'kit'
        files = self.server.ctl('clients', folder)['files']
        self.assertIn('web/autoconfig.example.test/mail/config-v1.1.xml', files)
        for one in folder.rglob('*'):
            if one.is_file() and one.name.endswith(('.zone', '.json', '.cfg', '.prf', '.txt')):
                self.assertNotIn('https://localhost', one.read_text(), one)
        zone = (folder / 'dns/example.test.zone').read_text()
        self.assertIn('_imaps._tcp', zone)
        self.assertNotRegex(zone, '(?m)^(_autodiscover|autoconfig|autodiscover)')


if __name__ == '__main__':
    kontor.main()
