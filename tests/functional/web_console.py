# SPDX-License-Identifier: GPL-3.0-or-later
"""The web console in Debian's Chromium against a real server: every page, the main tasks, people and mail with names that are
markup, a phone, both themes and languages; and its sources by TypeScript's and ESLint's strict rules. Screenshots: build/DIR/web-pictures.
"""
import base64
import json
import pathlib
import re
import socket
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import far_side  # noqa: E402
import kontor  # noqa: E402

WEB = kontor.ROOT / 'web'
TOOLS = WEB / 'tests'
ANNA, BORIS, CLARA = (f'{name}@example.test' for name in ('anna', 'boris', 'clara'))
HOSTILE = 'hostile@example.test'
HOSTILE_NAME = '<img src=x onerror="window.bad=1"> \'"&amp;'
HOSTILE_SUBJECT = '<script>window.bad=1;alert(1)</script>'
RULE = {'name': 'hold it', 'state': 'on', 'when': [{'about': 'subject', 'contains': 'hold'}], 'do': [{'do': 'hold', 'text': '<b>held</b>'}]}


def run(*words, folder=WEB, seconds=600):
    done = subprocess.run(list(map(str, words)), cwd=folder, capture_output=True, text=True, timeout=seconds)
    if done.returncode != 0:
        raise AssertionError(f'{words[0]} {pathlib.Path(str(words[1])).name}: {done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}')
    return done.stdout


def fetch_tools():
    """What the tests are run with, as the lock file has it."""
    installed = TOOLS / 'node_modules/.package-lock.json'
    wanted = TOOLS / 'package-lock.json'
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', folder=TOOLS)
        installed.touch()


def shape(path):
    return re.sub(r'\{[^}]*\}', '{}', path)


def with_constants(text):
    """The source with the names of paths written out: what const ONE = '/collectors/{name}' stands for, and const path = fill(ONE, …)."""
    known, out = {}, []
    value_of = lambda match: known.get(match.group(1), match.group(0))
    for line in text.splitlines():
        line = re.sub(r'\$\{(\w+)\}', value_of, line)
        line = re.sub(r"(?<=fill\()(\w+)|(?<=get\()(\w+)", lambda match: f"'{known[match.group(0)]}'" if match.group(0) in known else match.group(0), line)
        line = re.sub(r"((?:ask|offers)\('\w+', )(\w+)(?=[,)])", lambda match: match.group(1) + (f"'{known[match.group(2)]}'" if match.group(2) in known else match.group(2)), line)
        line = re.sub(r'path=\{(\w+)\}', lambda match: f'path="{known[match.group(1)]}"' if match.group(1) in known else match.group(0), line)
        if found := re.search(r"const (\w+) = (?:fill\()?['`](/[^'`]*)['`]", line):
            known[found.group(1)] = re.sub(r'\$\{[^}]*\}', '{}', found.group(2))
        out.append(line)
    return '\n'.join(out)


def operations_of(text):
    """(method, path, right) of each <Operation> in a source."""
    for operation in re.findall(r'<Operation\b(.*?)/>', with_constants(text), re.S):
        path = re.search(r'path=(?:"|\{`)(/[^"`]*)', operation).group(1)
        yield re.search(r'method="(\w+)"', operation).group(1).lower(), shape(path), re.search(r'right="(\w+)"', operation).group(1)


def asked_by(text):
    """(method, path) of everything that a source asks the server for: by an <Operation>, by a list, by a question of its own."""
    text = with_constants(text)
    yield from ((method, path) for method, path, _ in operations_of(text))
    for method, path in re.findall(r"(?:ask|offers)\('(\w+)', (?:fill\()?['`](/[^'`]*)['`]", text):
        yield method.lower(), shape(path)
    for path in re.findall(r"begin\('(/[^']*)'", text):
        yield 'post', path
    text = re.sub(r'<Operation\b.*?/>', '', text, flags=re.S)
    reads = r"(?:\bget\((?:fill\()?|path=\{fill\(|\bpath: |\bpath=|const path = (?:fill\()?)\{?['\"`](/[^'\"`]*)['\"`]"
    for path in re.findall(reads, text):
        yield 'get', shape(re.sub(r'\$\{[^}]*\}', '{}', path))


# Operations that no page asks for, and why.
NOT_IN_THE_CONSOLE = {
    ('get', '/status'): 'the overview brings it',
    ('get', '/dkim/{}'): 'the records of the domain bring its lines',
}


class Sources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fetch_tools()

    def test_types(self):
        run(TOOLS / 'node_modules/.bin/tsc', '-p', WEB)

    def test_style_limits_and_no_markup_from_text(self):
        run(TOOLS / 'node_modules/.bin/eslint', '-c', TOOLS / 'eslint.config.js', '--max-warnings', 0, 'src', 'tests')


class Console(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (kontor.build_folder() / 'web/index.html').exists():
            raise AssertionError(f'the console was not built: ninja -C {kontor.build_folder()} console')
        fetch_tools()

    def setUp(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        self.names = far_side.NameServer()
        self.addCleanup(self.names.close)
        self.far = far_side.FarSide('127.0.9.1', port, behaviour='tempfail_after_data')
        self.addCleanup(self.far.close)
        self.names.zone['far.test', 'MX'] = ['10 mx.far.test.']
        self.names.zone['mx.far.test', 'A'] = ['127.0.9.1']
        self.server = kontor.Server({'queue.port': port, 'dns.servers': [self.names.setting], 'dns.timeout': 2000,
                                     'queue.first_retry': 3600, 'queue.longest_retry': 3600, 'reports.addresses': [BORIS],
                                     'checks.report_sender': ANNA, 'reports.tls_sender': ANNA, 'learning.controller': '127.0.0.1:9'})
        self.addCleanup(self.server.close)
        self.server.start()
        self.fill()

    def fill(self):
        """People and mail whose names and subjects are markup; something in the queue, and in quarantine."""
        server = self.server
        password = server.data / 'password'
        password.write_text('secret-enough')
        server.ctl('local', 'add', HOSTILE, '--name', HOSTILE_NAME, '--password-file', password)
        kontor.wait_until(lambda: server.takes_mail_for(HOSTILE), 'the new person is known')
        rule = server.data / 'rule.json'
        rule.write_text(json.dumps(RULE))
        server.ctl('rules', 'add', rule)
        self.send([ANNA, BORIS], HOSTILE_SUBJECT, HOSTILE_NAME.replace('"', ''))
        self.send([ANNA], 'hold this <i>please</i>')
        self.send(['away@far.test'], 'far & away', sender=ANNA)
        kontor.wait_until(lambda: any(row['last'] for row in server.ctl('queue')), 'the far side puts it off')
        kontor.wait_until(lambda: server.ctl('quarantine'), 'a message is held')

    def send(self, recipients, subject, name='Eva', sender='eva@there.test'):
        message = (f'From: {name.replace("<", "").replace(">", "")} <{sender}>\r\nTo: {recipients[0]}\r\nSubject: {subject}\r\n'
                   f'Message-ID: <{abs(hash(subject))}@there.test>\r\n\r\ntext\r\n').encode()
        client = self.server.submission('anna') if sender == ANNA else self.server.smtp()
        with client:
            client.sendmail(sender, recipients, message)

    def setting(self):
        (queued,) = self.server.ctl('queue')
        (held,) = self.server.ctl('quarantine')
        (traced,) = self.server.ctl('trace', '--subject', 'alert')['messages']
        return {'url': f'https://localhost:{self.server.port("https")}', 'user': ANNA, 'password': kontor.PASSWORD,
                'pictures': str(kontor.build_folder() / 'web-pictures'), 'group': 'staff@example.test', 'domain': 'example.test',
                'hostile': HOSTILE, 'hostile_name': HOSTILE_NAME, 'hostile_subject': HOSTILE_SUBJECT, 'trace': traced['id'],
                'queued': str(queued['id']), 'queued_to': 'far.test', 'held': held['id'], 'held_subject': 'hold this <i>please</i>',
                'connected': CLARA, 'nobody': BORIS}

    def drive(self, script):
        print(run('node', TOOLS / script, json.dumps(self.setting()), folder=TOOLS))

    def test_every_page(self):
        self.drive('pages.mjs')

    def test_the_main_tasks(self):
        connected = self.server.imap('clara')
        self.far.behaviour = None
        self.drive('tasks.mjs')
        self.assertEqual(self.server.ctl('quota', 'show', ANNA)['bytes_limit'], 321 * 1024 * 1024)
        with self.assertRaises((OSError, connected.abort)):
            connected.noop()
            connected.noop()
        kontor.wait_until(lambda: self.far.messages, 'the far side took the message')
        self.assertEqual(self.server.ctl('quarantine'), [])
        explained = {row['name']: row for row in self.server.ctl('policy', 'explain', ANNA)['values']}
        self.assertEqual(explained['recipients']['value'], '77')
        states = {row['name']: row['state'] for row in self.server.ctl('rules', 'list')}
        self.assertEqual(states['from the console'], 'rehearsal')

    def test_what_it_asks_for_is_there(self):
        """Each operation in its sources is one that the interface describes, and asks for the right that this needs; and each that
        the interface describes is asked for by a page."""
        request = urllib.request.Request(f'https://localhost:{self.server.port("https")}/api/admin/v1/openapi.json')
        request.add_header('Authorization', 'Basic ' + base64.b64encode(f'{ANNA}:{kontor.PASSWORD}'.encode()).decode())
        with urllib.request.urlopen(request, context=self.server.tls_context()) as answer:
            described = json.load(answer)['paths']
        rights = {(method, shape(path)): row[method].get('x-kontor-right') for path, row in described.items() for method in row}
        sources = [source.read_text() for source in (WEB / 'src').rglob('*.ts*')]
        reached = {one for source in sources for one in asked_by(source)}
        left = {one for one in rights if one not in reached and one not in NOT_IN_THE_CONSOLE}
        self.assertEqual(left, set(), 'no page of the console reaches these')
        self.assertEqual({one for one in NOT_IN_THE_CONSOLE if one in reached or one not in rights}, set(), 'no exceptions any more')
        asked = {asked for source in (WEB / 'src').rglob('*.tsx') for asked in operations_of(source.read_text())}
        self.assertGreater(len(asked), 60)
        wrong = [(method, path, right, rights.get((method, path))) for method, path, right in asked
                 if not path.startswith('/jobs') and rights.get((method, path)) != right]
        self.assertEqual(wrong, [])


if __name__ == '__main__':
    kontor.main()
