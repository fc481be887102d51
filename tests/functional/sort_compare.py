# SPDX-License-Identifier: GPL-3.0-or-later
"""SORT and THREAD beside Dovecot: some hundred generated messages, with threads, odd and Russian subjects, missing and broken
header fields, are put into both servers in one order; every sort criterion and every threading algorithm must give the
same answer, without exception."""
import base64
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

SEED = 20261122
MESSAGES = 400

DOVECOT = '''
base_dir = {work}/run
state_dir = {work}/state
log_path = {work}/log
mail_location = maildir:{work}/mail
protocols = imap
ssl = no
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
'''

CRITERIA = ['ARRIVAL', 'DATE', 'SIZE', 'SUBJECT', 'FROM', 'TO', 'CC', 'DISPLAYFROM', 'DISPLAYTO', 'REVERSE SUBJECT',
            'REVERSE DATE', 'REVERSE FROM', 'SUBJECT DATE', 'FROM REVERSE DATE', 'DISPLAYFROM SUBJECT REVERSE SIZE']
ALGORITHMS = ['ORDEREDSUBJECT', 'REFERENCES', 'REFS']

SUBJECTS = ['Report', 'report', 'Quarterly figures', 'Отчёт', 'отчёт за квартал', 'Ёлка', 'Élan', 'elan', '[list] News', '_draft',
            '[x]', '(fwd)', 'Re', '', 'a  b', 'Straße', 'Zebra', 'zebra 2', '10 items', '9 items']
PREFIXES = ['', '', '', 'Re: ', 'RE: ', 're[2]: ', 'Fwd: ', 'FW: ', 'Re: Fwd: ', '[list] Re: ', 'Re: [list] ', '[fwd: ']
NAMES = ['Anna Sergeeva', 'boris', 'Борис Петров', 'Zoe', '"Quoted, Name"', '', '', 'émile', 'Emile', 'ANNA']
LOCALS = ['anna', 'Boris', 'zed', 'mike', 'info', 'a.b', 'Z1']


def encoded(text, chance):
    """A header value in one of the ways in which mail has it."""
    if text.isascii():
        return text
    way = chance.randrange(3)
    charset = 'koi8-r' if way == 0 and all(ord(c) < 128 or 0x400 < ord(c) < 0x460 and c not in 'Ёё' for c in text) else 'utf-8'
    data = text.encode(charset)
    if way < 2:
        return f'=?{charset}?B?{base64.b64encode(data).decode()}?='
    quoted = ''.join(chr(b) if chr(b).isalnum() and b < 128 else '_' if b == 32 else f'={b:02X}' for b in data)
    return f'=?{charset}?Q?{quoted}?='


def address(chance):
    name, local = chance.choice(NAMES), chance.choice(LOCALS)
    if not name:
        return f'{local}@x.test' if chance.random() < 0.5 else f'<{local}@x.test>'
    return f'{encoded(name, chance)} <{local}@x.test>'


def date(chance, number):
    day, hour = 1 + number * 27 // MESSAGES, chance.randrange(24)
    zone = chance.choice(['+0000', '+0300', '-0800', 'GMT', '+0530'])
    text = f'{day} Nov 2026 {hour:02}:{chance.randrange(60):02}:{chance.randrange(60):02} {zone}'
    return text if chance.random() < 0.5 else f'{["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][day % 7]}, {text}'


def subject(chance):
    text = chance.choice(PREFIXES) + chance.choice(SUBJECTS)
    if text.startswith('[fwd:') and chance.random() < 0.7:
        text += ']'
    if chance.random() < 0.1:
        text += ' (fwd)'
    return encoded(text, chance)


class Generator:
    def __init__(self):
        self.chance = random.Random(SEED)
        self.sent = []  # (id, references)

    def threading(self, number):
        chance, lines = self.chance, []
        own = f'm{number}@x.test' if chance.random() < 0.95 else None
        if own and self.sent and chance.random() < 0.03:
            own = chance.choice(self.sent)[0]  # given twice
        references = []
        if self.sent and chance.random() < 0.6:
            parent, ancestors = chance.choice(self.sent[-40:])
            references = ancestors + [parent]
            if chance.random() < 0.1:
                references = references[-2:]  # cut by some client
            if chance.random() < 0.05:
                references.insert(chance.randrange(len(references)), f'lost{chance.randrange(20)}@x.test')
            if chance.random() < 0.03:
                chance.shuffle(references)
            if chance.random() < 0.03:
                references.append(f'm{number + chance.randrange(1, 9)}@x.test')  # not sent yet
        elif chance.random() < 0.15:
            references = [f'lost{chance.randrange(20)}@x.test']
        texts = [f'<{r}>' if chance.random() < 0.97 else f'<"{r.split("@")[0]}"@x.test>' for r in references]
        if texts:
            kind = chance.random()
            if kind < 0.7:
                lines.append('References: ' + '\r\n '.join(texts))
            if kind >= 0.5:
                lines.append(f'In-Reply-To: {texts[-1]}' + (' (of yesterday)' if chance.random() < 0.1 else ''))
        if own:
            lines.append(f'Message-ID: <{own}>')
            self.sent.append((own, references))
        return lines

    def message(self, number):
        chance = self.chance
        lines = self.threading(number)
        if chance.random() < 0.95:
            lines.append('Date: ' + date(chance, number))
        if chance.random() < 0.95:
            lines.append('Subject: ' + subject(chance))
        for name, share in (('From', 0.95), ('To', 0.9), ('Cc', 0.3)):
            if chance.random() < share:
                lines.append(f'{name}: ' + ', '.join(address(chance) for _ in range(chance.randrange(1, 3))))
        chance.shuffle(lines)
        return ('\r\n'.join(lines) + '\r\n\r\n' + 'x' * chance.randrange(200) + '\r\n').encode()


class Pipe:
    """An IMAP session over a pipe."""

    def __init__(self, process):
        self.process = process
        self.number = 0
        process.stdout.readline()

    def ok(self, text, literal=None):
        self.number += 1
        tag = b'T%d ' % self.number
        data = tag + text.encode()
        if literal is not None:
            data += b' {%d+}\r\n' % len(literal) + literal
        self.process.stdin.write(data + b'\r\n')
        self.process.stdin.flush()
        lines = []
        while True:
            line = self.process.stdout.readline()
            assert line, 'Dovecot has ended'
            if line.startswith(tag):
                assert line[len(tag):].startswith(b'OK'), (text, line)
                return lines
            lines.append(line.rstrip().decode())


def internal_date(number):
    return f'"{1 + number % 27:02}-Oct-2026 {number % 24:02}:{number % 60:02}:{number * 7 % 60:02} +0000"'


class SortCompare(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        generator = Generator()
        cls.messages = [generator.message(number) for number in range(1, MESSAGES + 1)]
        cls.work = tempfile.TemporaryDirectory(prefix='kontor-sort-')
        work = pathlib.Path(cls.work.name)
        work.chmod(0o755)
        (work / 'dovecot.conf').write_text(DOVECOT.format(work=work))
        for name in ('run', 'state', 'mail'):
            (work / name).mkdir()
            os.chown(work / name, 65534, 65534)
        cls.process = subprocess.Popen(
            ['setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', '/usr/lib/dovecot/imap', '-c',
             str(work / 'dovecot.conf')], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={'HOME': str(work / 'mail'), 'USER': 'anna', 'PATH': os.environ['PATH']})
        cls.dovecot = Pipe(cls.process)
        cls.server = kontor.Server().__enter__()
        cls.kontor = cls.server.imap('anna')
        for number, message in enumerate(cls.messages, 1):
            cls.dovecot.ok(f'APPEND INBOX {internal_date(number)}', message)
            kind, answer = cls.kontor.append('INBOX', None, internal_date(number), message)
            assert kind == 'OK', answer
        cls.dovecot.ok('SELECT INBOX')
        cls.kontor.select('INBOX')

    @classmethod
    def tearDownClass(cls):
        cls.kontor.logout()
        cls.server.__exit__(None, None, None)
        cls.process.stdin.close()
        cls.process.wait(kontor.PATIENCE)
        cls.process.stdout.close()
        cls.work.cleanup()

    def ask(self, command):
        """The answers of both to SORT or THREAD, without "* SORT "."""
        theirs = [line for line in self.dovecot.ok(command) if line.startswith(('* SORT', '* THREAD'))]
        name = command.split()[0]
        tag = self.kontor._new_tag()
        self.kontor.send(tag + b' ' + command.encode() + b'\r\n')
        ours = []
        while True:
            line = self.kontor.readline().decode().rstrip()
            if line.startswith(tag.decode()):
                self.assertIn(' OK ', line)
                break
            if line.startswith(f'* {name}'):
                ours.append(line)
        self.assertEqual((len(ours), len(theirs)), (1, 1), command)
        return ours[0].partition(name)[2].strip(), theirs[0].partition(name)[2].strip()

    def show(self, number):
        return self.messages[number - 1].decode('utf-8', 'replace').partition('\r\n\r\n')[0]

    def test_sort(self):
        for criteria in CRITERIA:
            with self.subTest(criteria):
                ours, theirs = (answer.split() for answer in self.ask(f'SORT ({criteria}) UTF-8 ALL'))
                self.assertEqual(len(ours), MESSAGES)
                place = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), None)
                if place is not None:
                    self.fail(f'at {place}: ours {ours[place:place + 4]}, theirs {theirs[place:place + 4]}\n'
                              f'{self.show(int(ours[place]))}\n---\n{self.show(int(theirs[place]))}')

    def test_thread(self):
        for algorithm in ALGORITHMS:
            with self.subTest(algorithm):
                ours, theirs = (threads(answer) for answer in self.ask(f'THREAD {algorithm} UTF-8 ALL'))
                place = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), None)
                if place is not None:
                    numbers = sorted({int(n) for side in (ours, theirs) for n in
                                      side[place].replace('(', ' ').replace(')', ' ').split()})[:12]
                    self.fail(f'at {place}:\nours   {ours[place]}\ntheirs {theirs[place]}\n' +
                              '\n'.join(f'--- {n}\n{self.show(n)}' for n in numbers))
                self.assertEqual(len(ours), len(theirs))

    def test_search_in_any_case_and_form(self):
        for text in ('ОТЧЁТ', 'elan', 'ÉLAN', 'straße', 'REPORT', 'ёлка'):
            with self.subTest(text):
                literal = text.encode()
                sizes = f'{{{len(literal)}+}}\r\n{text}'
                ours, theirs = self.ask(f'SORT (ARRIVAL) UTF-8 SUBJECT {sizes}')
                self.assertEqual(ours, theirs)


def threads(answer):
    """The threads of an answer, each as it is written."""
    out, depth, begin = [], 0, 0
    for i, c in enumerate(answer):
        if c == '(':
            if depth == 0:
                begin = i
            depth += 1
        elif c == ')':
            depth -= 1
            if depth == 0:
                out.append(answer[begin:i + 1])
    return out


if __name__ == '__main__':
    kontor.main()
