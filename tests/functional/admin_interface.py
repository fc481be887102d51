# SPDX-License-Identifier: GPL-3.0-or-later
"""The administration interface as programs and pages use it: signing in, roles against every operation, pages of lists, entity
tags, rehearsals, jobs, what is written down, and requests that are not in order."""
import base64
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

ROOT = '/api/admin/v1'
GUARD = {'X-Kontor-Client': 'test'}
ANNA, BORIS, CLARA, DMITRI = ('%s@example.test' % name for name in ('anna', 'boris', 'clara', 'dmitri'))
RIGHTS = {'full': {'look', 'audit', 'contents', 'help', 'people', 'server'}, 'help-desk': {'look', 'help'}, 'auditor': {'look', 'audit'},
          'organisation': {'look', 'help', 'people'}}


def basic(user, password=kontor.PASSWORD):
    return {'Authorization': 'Basic ' + base64.b64encode(f'{user}:{password}'.encode()).decode()}


class Interface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'sign_in.delay': '10ms'}).start()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.client = http.client.HTTPSConnection('localhost', self.server.port('https'), context=self.server.tls_context(),
                                                  timeout=kontor.PATIENCE)
        self.addCleanup(self.client.close)
        for row in self.server.ctl('roles', 'list'):
            self.server.ctl('roles', 'revoke', row['who'])

    def raw(self, method, path, body=None, headers=None):
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        self.client.request(method, path, body, {'Content-Type': 'application/json', **GUARD, **(headers or {})})
        response = self.client.getresponse()
        return response, response.read()

    def ask(self, method, path, body=None, user=ANNA, status=200, **fields):
        response, content = self.raw(method, ROOT + path, body, {**basic(user), **fields})
        self.assertEqual(response.status, status, f'{method} {path}: {content[:500]}')
        return json.loads(content) if content else None

    def description(self):
        return self.ask('GET', '/openapi.json')

    # --- who asks

    def test_a_page_has_a_session(self):
        response, _ = self.raw('GET', ROOT + '/session')
        self.assertEqual(response.status, 401)
        self.assertEqual(response.headers.get_all('WWW-Authenticate'), ['Kontor'], 'no window of the browser')
        self.client.request('GET', ROOT + '/session')
        response = self.client.getresponse()
        response.read()
        self.assertIn('Basic', ' '.join(response.headers.get_all('WWW-Authenticate')))
        values = set()
        for _ in range(2):
            response, content = self.raw('POST', ROOT + '/session', headers=basic(ANNA))
            self.assertEqual(response.status, 200)
            cookie = response.headers['Set-Cookie']
            for word in ('__Host-kontor=', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/'):
                self.assertIn(word, cookie)
            values.add(cookie.split(';')[0])
        self.assertEqual(len(values), 2, 'a new one at each sign-in')
        said = json.loads(content)
        self.assertEqual((said['user'], said['roles']), (ANNA, ['full']))
        self.assertEqual(set(said['rights']), RIGHTS['full'])
        mine = {'Cookie': values.pop()}
        self.assertEqual(self.raw('GET', ROOT + '/status', headers=mine)[0].status, 200)
        # It is not prolonged by itself, and ends with the next one.
        self.assertEqual(self.raw('POST', ROOT + '/session', headers=mine)[0].status, 401)
        again = self.raw('POST', ROOT + '/session', headers={**mine, **basic(ANNA)})[0].headers['Set-Cookie'].split(';')[0]
        self.assertEqual(self.raw('GET', ROOT + '/status', headers=mine)[0].status, 401)
        mine = {'Cookie': again}
        # A value that this server did not give is none (no fixation), and a page of another site has none of it.
        self.assertEqual(self.raw('GET', ROOT + '/status', headers={'Cookie': '__Host-kontor=' + 'a' * 64})[0].status, 401)
        self.assertEqual(self.raw('GET', ROOT + '/status', headers={**mine, 'Sec-Fetch-Site': 'cross-site'})[0].status, 401)
        self.assertEqual(self.raw('DELETE', ROOT + '/session', headers=mine)[0].status, 200)
        self.assertEqual(self.raw('GET', ROOT + '/status', headers=mine)[0].status, 401)

    def test_nobody_without_a_role(self):
        for method, path in (('GET', '/status'), ('GET', '/openapi.json'), ('POST', '/session'), ('GET', '/jobs'), ('GET', '/nothing')):
            self.ask(method, path, user=BORIS, status=403)
        made = self.server.ctl('app-password', 'add', ANNA, '--name', 'phone')
        response, content = self.raw('GET', ROOT + '/status', headers=basic(ANNA, made['password']))
        self.assertIn(response.status, (401, 403), content)

    def test_other_sites_cannot_change_anything(self):
        self.client.request('PUT', f'{ROOT}/mailboxes/{BORIS}/quota', '{"size":"1GB"}', {'Content-Type': 'application/json', **basic(ANNA)})
        response = self.client.getresponse()
        self.assertEqual((response.status, b'X-Kontor-Client' in response.read()), (403, True))
        for fields in ({'Origin': 'https://elsewhere.test'}, {'Sec-Fetch-Site': 'cross-site'}, {'Origin': 'null'}):
            self.ask('PUT', f'/mailboxes/{BORIS}/quota', {'size': '1GB'}, status=403, **fields)
        self.ask('PUT', f'/mailboxes/{BORIS}/quota', {'size': '1GB'}, Origin='https://localhost:%d' % self.server.port('https'))

    # --- what they may

    def operations(self):
        for path, methods in self.description()['paths'].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def filled(self, path):
        names = {'{account}': 'nobody@example.test', '{person}': 'nobody@example.test', '{mailbox}': 'nobody@example.test'}
        for name in set(part for part in path.split('/') if part.startswith('{')):
            path = path.replace(name, names.get(name, 'nothing'))
        return path

    def test_every_operation_against_every_role(self):
        self.ask('PUT', f'/roles/{BORIS}/help-desk', {})
        self.ask('PUT', f'/roles/{CLARA}/auditor', {})
        rights = {BORIS: RIGHTS['help-desk'], CLARA: RIGHTS['auditor']}
        refused = allowed = 0
        for method, path, operation in self.operations():
            for user, has in rights.items():
                response, content = self.raw(method, ROOT + self.filled(path), None if method in ('GET', 'DELETE') else {}, basic(user))
                name = f'{method} {path} as {user}: {response.status} {content[:200]}'
                self.assertLess(response.status, 500 if response.status not in (501, 503) else 600, name)
                if operation['x-kontor-right'] in has:
                    self.assertNotEqual(response.status, 403, name)
                    allowed += 1
                else:
                    self.assertEqual(response.status, 403, name)
                    refused += 1
        self.assertGreater(refused, 100)
        self.assertGreater(allowed, 100)

    def test_for_some_mailboxes_alone(self):
        self.ask('PUT', f'/roles/{DMITRI}/organisation', {'domains': 'branch.test'})
        for method, path, _ in self.operations():
            response, content = self.raw(method, ROOT + self.filled(path), None if method in ('GET', 'DELETE') else {}, basic(DMITRI))
            if response.status == 403:
                continue
            self.assertEqual((method, json.loads(content)['total']), ('GET', 0), f'{path}: {content[:200]}')
        self.ask('PUT', f'/roles/{DMITRI}/organisation', {'domains': 'example.test'})
        self.assertIn(BORIS, [row['address'] for row in self.ask('GET', '/mailboxes', user=DMITRI)['items']])
        self.ask('PUT', f'/mailboxes/{BORIS}/quota', {'size': '2GB'}, user=DMITRI)
        for path in ('/settings', '/queue', '/audit', '/trace'):
            self.ask('GET', path, user=DMITRI, status=403)
        self.ask('DELETE', f'/mailboxes/{BORIS}', user=DMITRI, status=403)
        self.assertEqual(self.ask('GET', '/session', user=DMITRI)['scope'], ['example.test'])
        # A unit of the tree.
        self.ask('PUT', f'/roles/{DMITRI}/organisation', {'units': 'ou=elsewhere,dc=example,dc=test'})
        self.assertEqual(self.ask('GET', '/mailboxes', user=DMITRI)['total'], 0)
        self.ask('GET', f'/mailboxes/{BORIS}/quota', user=DMITRI, status=403)

    def test_a_group_has_a_role_over_a_restart(self):
        self.ask('PUT', '/roles/sales@example.test/help-desk', {})
        self.ask('GET', '/status', user=CLARA)
        self.server.restart()
        self.client.close()
        self.ask('GET', '/status', user=CLARA)
        self.ask('DELETE', '/roles/sales@example.test/help-desk')
        self.ask('GET', '/status', user=CLARA, status=403)
        self.ask('PUT', '/roles/nobody@example.test/help-desk', {}, status=404)
        self.ask('PUT', f'/roles/{BORIS}/king', {}, status=400)
        self.ask('PUT', f'/roles/{BORIS}/full', {'domains': 'example.test'}, status=400)

    # --- what is answered

    def test_lists_by_the_page(self):
        every = self.ask('GET', '/mailboxes?sort=address')
        addresses = [row['address'] for row in every['items']]
        self.assertEqual((addresses, every['total']), (sorted(addresses), len(addresses)))
        self.assertGreaterEqual(len(addresses), 4)
        page = self.ask('GET', '/mailboxes?sort=-address&offset=1&limit=2')
        self.assertEqual([row['address'] for row in page['items']], sorted(addresses, reverse=True)[1:3])
        self.assertEqual((page['total'], page['offset']), (len(addresses), 1))
        self.assertEqual([row['address'] for row in self.ask('GET', '/mailboxes?filter=BORIS')['items']], [BORIS])
        self.assertEqual(self.ask('GET', '/mailboxes?offset=1000')['items'], [])
        for wrong in ('limit=x', 'limit=-1', 'sort=nothing', 'limit=1&limit=2', 'what=1', 'filter=%ff', 'filter=%zz'):
            self.ask('GET', '/mailboxes?' + wrong, status=400)

    def test_tags(self):
        self.ask('PUT', f'/mailboxes/{CLARA}/quota', {'size': '3GB'})
        response, first = self.raw('GET', f'{ROOT}/mailboxes/{CLARA}/quota', headers=basic(ANNA))
        tag = response.headers['ETag']
        response, content = self.raw('GET', f'{ROOT}/mailboxes/{CLARA}/quota', headers={**basic(ANNA), 'If-None-Match': tag})
        self.assertEqual((response.status, content), (304, b''))
        fields = {'If-Match': tag}
        self.ask('PUT', f'/mailboxes/{CLARA}/quota', {'size': '4GB'}, **fields)
        self.ask('PUT', f'/mailboxes/{CLARA}/quota', {'size': '5GB'}, status=412, **fields)
        self.assertNotEqual(self.raw('GET', f'{ROOT}/mailboxes/{CLARA}/quota', headers=basic(ANNA))[1], first)

    def test_the_same_answers_as_kontorctl(self):
        self.assertEqual(self.server.lmtp([ANNA], 'Subject: x\r\n\r\nx\r\n'), {})
        for path, words in (('/policies', ['policy', 'list']), (f'/mailboxes/{ANNA}/folders', ['folders', ANNA]), ('/domains', ['domains']),
                            (f'/people/{ANNA}/policy', ['policy', 'explain', ANNA]), ('/groups/staff@example.test', ['groups', 'show', 'staff@example.test'])):
            by_socket, by_https = self.server.ctl(*words), self.ask('GET', path)
            self.assertEqual(by_https['items'] if isinstance(by_socket, list) else by_https, by_socket, path)

    def test_kontorctl_from_elsewhere(self):
        """By password here, by a ticket in ad_interface.py."""
        def ask(user, *words, password=kontor.PASSWORD):
            done = subprocess.run([kontor.program('kontorctl'), '--server', 'https://localhost:%d' % self.server.port('https'), '--user', user,
                                   '--ca-file', self.server.data / 'tls/ca.pem', '--json', *words],
                                  input=password + '\n', capture_output=True, text=True, timeout=kontor.PATIENCE)
            return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr
        self.assertEqual(ask(ANNA, 'domains'), (0, self.server.ctl('domains')))
        self.assertEqual(ask(ANNA, 'quota', 'set', CLARA, '7GB')[0], 0)
        self.assertEqual(self.ask('GET', '/audit?kind=change&limit=1')['items'][0]['who']['account'], ANNA)
        self.assertIn('no_permission', str(ask(BORIS, 'domains')))
        self.assertIn('auth_failed', str(ask(ANNA, 'domains', password='wrong')))
        self.assertIn('unsupported', str(ask(ANNA, 'store', 'compact', ANNA)))
        self.ask('PUT', f'/roles/{BORIS}/help-desk', {})
        self.assertEqual(ask(BORIS, 'queue')[0], 0)
        self.assertIn('no_permission', str(ask(BORIS, 'queue', 'pause', 'x.test')))
        self.assertEqual(ask(BORIS, 'queue', 'pause')[0], 0)
        self.assertEqual(ask(BORIS, 'upkeep', CLARA)[0], 0)
        self.assertIn('no_permission', str(ask(BORIS, 'upkeep')), 'of all mailboxes')
        self.assertIn('no_permission', str(ask(BORIS, 'app-password', 'add', CLARA)), 'that would open her mailbox')

    def test_rehearsals(self):
        self.ask('POST', '/migrations?dry_run=true', {'all': True, 'to-source': 'nowhere'}, status=400)
        self.ask('PUT', f'/mailboxes/{BORIS}/quota?dry_run=true', {'size': '1GB'}, status=501)

    # --- what is done

    def test_a_change_is_written_down(self):
        self.ask('PUT', f'/mailboxes/{DMITRI}/quota', {'size': '100MB', 'messages': '1000'})
        before, after = (one for one in reversed(self.ask('GET', '/audit?limit=2')['items']))
        self.assertEqual((before['kind'], before['verb'], before['arguments']), ('change', 'quota set', [DMITRI, '100MB', '1000']))
        self.assertEqual(before['who']['account'], ANNA)
        self.assertTrue(before['who']['address'])
        self.assertEqual((after['kind'], after['of'], after['outcome']), ('changed', before['number'], 'done'))
        self.assertNotEqual(before['before'], after['after'])
        self.ask('PUT', f'/mailboxes/{DMITRI}/quota', {'size': 'much'}, status=400)
        self.assertIn('bad_input', self.ask('GET', '/audit?limit=1')['items'][0]['outcome'])
        # By kontorctl as well; a question is none.
        self.server.ctl('quota', 'set', DMITRI, 'default')
        self.assertEqual(self.ask('GET', '/audit?kind=change&limit=1')['items'][0]['who']['uid'], os.getuid())
        last = self.ask('GET', '/audit?limit=1')['items'][0]['number']
        self.server.ctl('quota', 'show', DMITRI)
        self.ask('GET', f'/mailboxes/{DMITRI}/quota')
        self.assertEqual(self.ask('GET', '/audit?limit=1')['items'][0]['number'], last)
        self.assertEqual(len(self.ask('GET', f'/audit?before={last}&limit=3')['items']), 3)
        self.assertEqual(self.ask('GET', '/audit?who=nobody')['items'], [])
        self.assertTrue(self.server.ctl('audit', 'verify')['sound'])

    def test_names_with_anything_in_them(self):
        name = 'a/b c%d"\u0416.x@example.test'
        path = '/mailboxes/' + urllib.parse.quote(name, safe='')
        self.ask('GET', path, status=404)
        response, content = self.raw('GET', f'{ROOT}/mailboxes/..%2f..%2fetc', headers=basic(ANNA))
        self.assertIn(response.status, (400, 404))
        for path in ('/mailboxes/%00', '/mailboxes/%ff', '/mailboxes//quota', '/mailboxes/%zz'):
            response, content = self.raw('GET', ROOT + path, headers=basic(ANNA))
            self.assertIn(response.status, (400, 404), path)
        response, _ = self.raw('PATCH', ROOT + '/mailboxes', headers=basic(ANNA))
        self.assertIn(response.status, (405, 501))
        response, _ = self.raw('DELETE', ROOT + '/mailboxes', headers=basic(ANNA))
        self.assertEqual((response.status, response.headers['Allow']), (405, 'GET'))

    def test_scripts_rules_and_lists_by_the_interface(self):
        script = 'require "fileinto";\r\nfileinto "Junk";\r\n'
        self.ask('PUT', f'/mailboxes/{BORIS}/scripts/mine', {'text': script})
        self.assertIn('fileinto', json.dumps(self.ask('GET', f'/mailboxes/{BORIS}/scripts/mine')))
        self.ask('PUT', f'/mailboxes/{BORIS}/scripts/bad', {'text': 'nonsense ['}, status=400)
        self.ask('POST', f'/mailboxes/{BORIS}/scripts/activate', {'script': 'mine'})
        self.ask('PUT', '/policies/everybody', {'values': ['quota=9GB', 'messages=77']})
        self.assertIn('77', json.dumps(self.ask('GET', f'/people/{BORIS}/policy')))
        self.ask('DELETE', '/policies/everybody?name=messages')
        self.ask('POST', f'/mailboxes/{BORIS}/rights', {'who': CLARA, 'rights': 'reader', 'folder': 'INBOX'})
        self.assertIn(CLARA, json.dumps(self.ask('GET', f'/mailboxes/{BORIS}/rights')))
        self.ask('DELETE', f'/mailboxes/{BORIS}/rights?who={CLARA}&folder=INBOX')
        self.ask('PUT', '/blocks/192.0.2.9', {'time': '1h'})
        self.assertIn('192.0.2.9', json.dumps(self.ask('GET', '/blocks')))
        self.ask('DELETE', '/blocks/192.0.2.9')

    def test_overview_and_log(self):
        seen = self.ask('GET', '/overview')
        self.assertGreaterEqual(seen['counts']['people'], 4)
        self.assertIn('example.test', [one['name'] for one in seen['domains']])
        self.assertGreater(seen['disk']['free_bytes'], 0)
        self.assertGreater(seen['certificates'][0]['days_left'], 0)
        self.raw('GET', ROOT + '/status', headers=basic(BORIS, 'wrong'))
        rows = kontor.wait_until(lambda: self.ask('GET', '/log?text=http.login.refused&limit=5')['items'], 'the log has it')
        self.assertLessEqual({'time', 'level', 'event', 'text'}, set(rows[0]))
        self.assertEqual(self.ask('GET', '/log?level=error&text=http.login.refused')['items'], [])
        self.ask('GET', '/log?level=loud', status=400)
        self.assertEqual(self.ask('GET', '/log?since=2030-01-01')['items'], [])
        records = self.ask('GET', '/domains/example.test')['records']
        self.assertIn('MX', [one.get('type') for one in records])
        self.ask('GET', '/domains/nowhere.test', status=404)

    def test_services_pause_and_stop(self):
        def greeting(name):
            wire = kontor.Wire(self.server.connect(name))
            self.addCleanup(wire.close)
            return wire, wire.line()
        wire, said = greeting('imap')
        self.assertIn(b'OK', said)
        self.assertEqual({row['state'] for row in self.ask('GET', '/services')['items']}, {'running'})
        self.ask('POST', '/services/imap/pause', {})
        self.assertIn(b'BYE [UNAVAILABLE]', greeting('imap')[1])
        wire.send(b'a NOOP\r\n')
        self.assertIn(b'a OK', wire.line(), 'who is there goes on')
        self.ask('POST', '/services/smtp/stop', {})
        self.assertIn(b'421 4.3.2', greeting('smtp')[1])
        self.server.restart()
        self.client.close()
        self.assertIn(b'421 4.3.2', greeting('smtp')[1], 'over a restart')
        self.ask('POST', '/services/smtp/start', {})
        self.assertIn(b'220', greeting('smtp')[1])
        self.ask('POST', '/services/imap/start', {})
        wire, said = greeting('imap')
        self.assertIn(b'OK', said)
        self.ask('POST', '/services/imap/stop', {})
        self.assertIn(b'BYE', wire.line(), 'who is there is sent away')
        self.ask('POST', '/services/imap/start', {})
        self.ask('POST', '/services/queue/stop', {})
        self.assertEqual([row['paused'] for row in self.server.ctl('queue', 'pause')], ['*'])
        self.ask('POST', '/services/queue/start', {})
        self.assertEqual(self.server.ctl('queue', 'pause'), [])
        self.ask('POST', '/services/nothing/stop', {}, status=404)

    # --- jobs

    def job(self, body):
        response, content = self.raw('POST', ROOT + '/jobs', body, basic(ANNA))
        self.assertEqual(response.status, 202, content)
        path = response.headers['Location']
        self.assertEqual(path, f'{ROOT}/jobs/' + json.loads(content)['job'])
        def ended():
            row = self.ask('GET', path[len(ROOT):])
            return row if row['state'] != 'running' else None
        return kontor.wait_until(ended, 'the job ends')

    def test_a_backup_is_a_job(self):
        self.assertEqual(self.server.lmtp([BORIS], 'Subject: kept\r\n\r\nhello\r\n'), {})
        done = self.job({'verb': 'backup', 'options': {'person': BORIS, 'to': 'friday'}})
        self.assertEqual(done['state'], 'done', done)
        self.assertTrue((self.server.data / 'transfer/friday').is_dir())
        self.assertEqual(done['who'], ANNA)
        done = self.job({'verb': 'backup verify', 'arguments': ['friday']})
        self.assertEqual(done['state'], 'done', done)
        self.assertEqual(self.job({'verb': 'backup verify', 'arguments': ['monday']})['state'], 'failed')
        self.assertGreaterEqual(self.ask('GET', '/jobs?limit=1')['total'], 3)
        for options in ({'to': '../../etc'}, {'to': '/tmp/x'}, {'to': ''}, {'tar': 'a/../../b'}, {'unknown': 'x'}, {'to': 'a\0b'}):
            self.ask('POST', '/jobs', {'verb': 'backup', 'options': {'person': BORIS, **options}}, status=400)
        self.ask('POST', '/jobs', {'verb': 'store repair', 'arguments': ['x']}, status=400)
        self.ask('POST', '/jobs', {'verb': 'backup verify', 'arguments': ['--help']}, status=400)
        self.ask('GET', '/jobs/nothing', status=404)

    def test_the_doctor_is_a_job(self):
        response, content = self.raw('POST', f'{ROOT}/doctor', {'no-dns': True}, basic(ANNA))
        self.assertEqual(response.status, 202, content)
        path = '/jobs/' + json.loads(content)['job']
        row = kontor.wait_until(lambda: (lambda row: row if row['state'] != 'running' else None)(self.ask('GET', path)), 'it has looked')
        self.assertTrue(any(one['check'].startswith('disk') for one in row['result']), row)

    def test_an_index_is_made_anew_as_a_job(self):
        self.assertEqual(self.server.lmtp([CLARA], 'Subject: words\r\n\r\nhello\r\n'), {})
        response, content = self.raw('POST', f'{ROOT}/mailboxes/{CLARA}/index/rebuild', {}, basic(ANNA))
        self.assertEqual(response.status, 202, content)
        path = '/jobs/' + json.loads(content)['job']
        kontor.wait_until(lambda: self.ask('GET', path)['state'] == 'done', 'the index is there')
        self.ask('DELETE', path)
        self.assertEqual(self.ask('GET', path)['state'], 'done', 'what has ended is not cancelled')

    # --- requests that are not in order

    def test_no_request_breaks_it(self):
        values = ['', 'x', 'nobody@example.test', '\u0416' * 300, "'\"<script>", '-1', '0', '99999999999999999999', None, True, [], ['a'], {}, {'a': 1}, 1.5, -3, 'a\0b']
        rows = random.Random(7)
        sent = 0
        harmless = ('/directory', '/dmarc/send', '/tlsrpt/send', '/services')
        for method, path, operation in self.operations():
            if path.startswith(harmless) and method != 'GET':
                continue
            body = operation.get('requestBody', {}).get('content', {}).get('application/json', {}).get('schema', {}).get('properties', {})
            query = [one['name'] for one in operation.get('parameters', []) if one['in'] == 'query']
            for _ in range(4):
                members = {name: rows.choice(values) for name in body if rows.random() < 0.8}
                asked = '&'.join(f'{name}={urllib.parse.quote(str(rows.choice(values)))}' for name in query if rows.random() < 0.4)
                response, content = self.raw(method, ROOT + self.filled(path) + ('?' + asked if asked else ''),
                                             members if body else None, basic(ANNA))
                self.assertNotIn(response.status, (500, 502), f'{method} {path}?{asked} {members}: {content[:300]}')
                if content and response.status != 304:
                    json.loads(content)
                sent += 1
        self.assertGreater(sent, 400)
        for body, kind in ((b'{', 'application/json'), (b'[]', 'application/json'), (b'{"size":"1GB"}', 'text/plain'), (b'\xff', 'application/json'),
                           (b'{"size":' + b'[' * 5000, 'application/json')):
            response, content = self.raw('PUT', f'{ROOT}/mailboxes/{BORIS}/quota', body, {**basic(ANNA), 'Content-Type': kind})
            self.assertEqual(response.status, 400, content)

    def test_the_description_is_whole(self):
        description = self.description()
        self.assertEqual(description['openapi'], '3.1.0')
        names = [one['operationId'] for _, _, one in self.operations()]
        self.assertEqual(len(names), len(set(names)), 'each has a name of its own')
        self.assertGreater(len(names), 120)
        for method, path, operation in self.operations():
            wanted = {part[1:-1] for part in path.split('/') if part.startswith('{')}
            has = {one['name'] for one in operation.get('parameters', []) if one['in'] == 'path'}
            self.assertEqual(wanted, has, path)
            self.assertTrue(operation['summary'], path)
            self.assertIn(operation['x-kontor-right'], RIGHTS['full'])
            if method == 'GET':
                self.assertNotIn('requestBody', operation)


if __name__ == '__main__':
    kontor.main()
