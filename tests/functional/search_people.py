# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl search with a real server: queries of the language for people against a plain look at every message; an
administrator's search over many mailboxes with its audit record and its export; hostile queries."""
import base64
import datetime
import hashlib
import imaplib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor

ANNA, BORIS, CLARA = 'anna@example.test', 'boris@example.test', 'clara@example.test'
# Forms of one word that are found by each other.
WORDS = {'договор': ['договор', 'договора', 'договором', 'Договоры'], 'поставка': ['поставка', 'поставки', 'поставкой'],
         'смета': ['смета', 'сметы', 'смету'], 'черновик': ['черновик', 'черновика', 'черновики'],
         'report': ['report', 'reports', 'Report'], 'invoice': ['invoice', 'invoices'], 'meeting': ['meeting', 'meetings'],
         'счёт': ['счёт', 'счета', 'счет']}
PEOPLE = [('Пётр Иванов', 'ivanov@example.org'), ('Jane Smith', 'smith@example.com'), ('Анна Кузнецова', 'anna@example.test'),
          ('Олег Сидоров', 'sidorov@example.org')]
FOLDERS = ['INBOX', 'Sent', 'Archive', 'Проекты', 'Проекты/2026']
UTC = datetime.timezone.utc


def utf7(name):
    out = ''
    for part in name.split('/'):
        held = part if not part.isascii() else ''
        out += ('/' if out else '') + (part if not held else
                                       '&' + base64.b64encode(held.encode('utf-16-be')).decode().rstrip('=').replace('/', ',') + '-')
    return '"' + out + '"'


class Letter:
    """A message that knows what is true of it."""

    def __init__(self, random_, number):
        self.number = number
        self.subject = [random_.choice(random_.choice(list(WORDS.values()))) for _ in range(2)]
        self.body = [random_.choice(random_.choice(list(WORDS.values()))) for _ in range(random_.randint(1, 5))]
        self.sender = random_.choice(PEOPLE)
        self.folder = random_.choice(FOLDERS)
        self.flags = random_.sample(['\\Seen', '\\Flagged', '\\Answered', 'Work'], random_.randint(0, 2))
        day = datetime.date(2026, 1, 1) + datetime.timedelta(days=random_.randint(0, 150))
        self.date = datetime.datetime(day.year, day.month, day.day, 12, number % 60, number // 60, tzinfo=UTC)
        self.file = random_.choice(WORDS['смета']) + '.bin' if random_.random() < 0.3 else None
        self.padding = random_.choice([0, 0, 40_000, 3_000])
        self.uid = None

    def raw(self):
        def word(text):
            return '=?utf-8?b?' + base64.b64encode(text.encode()).decode() + '?='
        name, address = self.sender
        head = (f'From: {word(name)} <{address}>\r\nTo: someone@example.test\r\nSubject: {word(" ".join(self.subject))}\r\n'
                f'Message-ID: <{self.number}@people.test>\r\nMIME-Version: 1.0\r\n')
        if self.number % 7 == 0:
            head += 'List-Id: Developers <dev.lists.test>\r\n'
        text = ' '.join(self.body) + '\r\n' + ('z' * 76 + '\r\n') * (self.padding // 78)
        part = ('Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
                base64.encodebytes(text.encode()).decode().replace('\n', '\r\n'))
        if self.file is None:
            return (head + part).encode()
        name = base64.b64encode(self.file.encode()).decode()
        return (head + 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n' + part +
                '--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; '
                f'filename="=?utf-8?b?{name}?="\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--b--\r\n').encode()

    # --- what a query asks --------------------------------------------------------------------------
    def lemmas(self, *texts):
        words = {form.lower() for text in texts for form in text}
        return {lemma for lemma, forms in WORDS.items() if words & {form.lower() for form in forms}}

    def has(self, lemma):
        return lemma in self.lemmas(self.subject, self.body, [self.file[:-4]] if self.file else [])


def day(year, month, number):
    return datetime.datetime(year, month, number, tzinfo=UTC)


def phrase_in(phrase, texts):
    wanted = phrase.lower().split()
    for text in texts:
        words = [word.lower() for word in text]
        if any(words[i:i + len(wanted)] == wanted for i in range(len(words))):
            return True
    return False


# Queries, and what each means.
QUERIES = {
    'договор': lambda m: m.has('договор'),
    'ДОГОВОРАМИ': lambda m: m.has('договор'),
    'договор поставка': lambda m: m.has('договор') and m.has('поставка'),
    'договор OR report': lambda m: m.has('договор') or m.has('report'),
    '(договор ИЛИ report) -invoice': lambda m: (m.has('договор') or m.has('report')) and not m.has('invoice'),
    'НЕ договор': lambda m: not m.has('договор'),
    'счет': lambda m: m.has('счёт'),
    '"договора поставки"': lambda m: phrase_in('договора поставки', [m.subject, m.body]),
    'subject:"report reports"': lambda m: phrase_in('report reports', [m.subject]),
    'тема:смета': lambda m: 'смета' in m.lemmas(m.subject),
    'текст:смета -тема:смета': lambda m: 'смета' in m.lemmas(m.body) and 'смета' not in m.lemmas(m.subject),
    'file:смета': lambda m: m.file is not None,
    'from:иванов': lambda m: m.sender[1] == 'ivanov@example.org',
    'from:ivanov': lambda m: m.sender[1] == 'ivanov@example.org',
    'from:Петр': lambda m: m.sender[1] == 'ivanov@example.org',
    'от:smith@example.com': lambda m: m.sender[1] == 'smith@example.com',
    'from:(smith OR сидоров)': lambda m: m.sender[1] in ('smith@example.com', 'sidorov@example.org'),
    'догов*': lambda m: m.has('договор'),
    'meet*': lambda m: m.has('meeting'),
    'exact:"оговор"': lambda m: m.has('договор'),
    'has:attachment': lambda m: m.file is not None,
    'договор -есть:вложение': lambda m: m.has('договор') and m.file is None,
    'is:unread': lambda m: '\\Seen' not in m.flags,
    'это:помеченное report': lambda m: '\\Flagged' in m.flags and m.has('report'),
    'is:answered OR is:flagged': lambda m: {'\\Answered', '\\Flagged'} & set(m.flags),
    'keyword:work': lambda m: 'Work' in m.flags,
    'in:Sent': lambda m: m.folder == 'Sent',
    'в:проекты': lambda m: m.folder.startswith('Проекты'),
    'папка:Проекты договор': lambda m: m.folder == 'Проекты' and m.has('договор'),
    'in:2026 OR in:inbox': lambda m: m.folder in ('Проекты/2026', 'INBOX'),
    'before:2026-03': lambda m: m.date < day(2026, 3, 1),
    'after:2026-03 report': lambda m: m.date >= day(2026, 4, 1) and m.has('report'),
    'за:2026-02': lambda m: day(2026, 2, 1) <= m.date < day(2026, 3, 1),
    'on:2026-03-01..2026-03-15': lambda m: day(2026, 3, 1) <= m.date < day(2026, 3, 16),
    'с:15.02.2026 по:20.02.2026': lambda m: day(2026, 2, 15) <= m.date < day(2026, 2, 21),
    'size>10K': lambda m: len(m.raw()) > 10_240,
    'размер<10К договор': lambda m: len(m.raw()) < 10_240 and m.has('договор'),
    'list:dev.lists': lambda m: m.number % 7 == 0,
    'договор list:developers': lambda m: m.number % 7 == 0 and m.has('договор'),
    'id:<17@people.test>': lambda m: m.number == 17,
    'from:иванов has:attachment before:2026-03 договор -черновик size<1M in:inbox':
        lambda m: m.sender[1] == 'ivanov@example.org' and m.file and m.date < day(2026, 3, 1) and m.has('договор') and
        not m.has('черновик') and m.folder == 'INBOX',
    '*': lambda m: True,
}
HOSTILE = ['', '   ', '(', ')', '"', '()', 'a OR', 'NOT', '*a', 'a*b', 'from:', 'is:strange', 'before:never', 'size>much', 'форм:a',
           '(' * 5000 + 'a', 'a ' * 10_000, 'a ' + '-' * 3000 + '(', 'x' * 50_000, '"' + 'a ' * 3000 + '"', 'on:2026-05..2026-01', '\udcff\udcfe',
           'NOT ' * 5000 + 'a', '.*', "';--"]
HARMLESS = ['a* b* c* d*', 'exact:"%s"', "x';--", '[a-z]+x+x++y', '\u202edlrow', 'a' * 900,
            'exact:а', ' OR '.join(f'{c}*' for c in 'abcdefghijklmnopqrstuvwxyzабвгдежз')]


class SearchPeople(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server(environment={'TZ': 'UTC'}).start()
        cls.addClassCleanup(cls.server.close)
        cls.letters = {}
        for user, count, seed in (('anna', 300, 1), ('boris', 120, 2)):
            cls.letters[user] = cls.fill(user, count, seed)

    @classmethod
    def fill(cls, user, count, seed):
        random_ = random.Random(seed)
        letters = [Letter(random_, number) for number in range(count)]
        imap = cls.server.imap(user)
        for folder in FOLDERS[2:]:
            imap.create(utf7(folder))
        for letter in letters:
            date = imaplib.Time2Internaldate(letter.date)
            status, said = imap.append(utf7(letter.folder), '(' + ' '.join(letter.flags) + ')', date, letter.raw())
            assert status == 'OK', said
            letter.uid = int(said[0].split(b'APPENDUID ')[1].split()[1].rstrip(b']'))
        imap.logout()
        return letters

    def search(self, query, *words, status=0):
        got, said = self.server.ask('search', query, *words)
        self.assertEqual(got, status, said)
        return said

    def places(self, said):
        return [(row['address'], row['folder'], row['uid']) for row in said['results']]

    def audit(self):
        path = self.server.data / 'audit/audit.log'
        return [json.loads(line[65:]) for line in path.read_text(encoding='utf-8').splitlines()[1:]]

    def test_queries_find_what_a_plain_look_finds(self):
        letters = self.letters['anna']
        for query, holds in QUERIES.items():
            with self.subTest(query=query):
                wanted = sorted((letter for letter in letters if holds(letter)), key=lambda m: m.date, reverse=True)
                said = self.search(query, '--account', 'anna', '--limit', 1000)
                self.assertEqual(set(self.places(said)), {(ANNA, m.folder, m.uid) for m in wanted})
                self.assertEqual(said['messages'], len(wanted))
                dates = [row['date'] for row in said['results']]
                self.assertEqual(dates, sorted(dates, reverse=True), 'the newest first')

    def test_random_queries(self):
        letters, random_ = self.letters['anna'], random.Random(3)
        leaves = list(QUERIES.items())
        for _ in range(60):
            (a, in_a), (b, in_b), (c, in_c) = random_.sample(leaves[:-1], 3)
            if random_.random() < 0.5:
                query, holds = f'({a}) ({b}) OR ({c})', lambda m: (in_a(m) and in_b(m)) or in_c(m)
            else:
                query, holds = f'-({a}) (({b}) OR ({c}))', lambda m: not in_a(m) and (in_b(m) or in_c(m))
            with self.subTest(query=query):
                said = self.search(query, '--account', ANNA, '--limit', 1000)
                self.assertEqual(set(self.places(said)), {(ANNA, m.folder, m.uid) for m in letters if holds(m)})

    def test_pages_and_relevance(self):
        whole = self.places(self.search('договор', '--account', 'anna', '--limit', 1000))
        paged = []
        while page := self.places(self.search('договор', '--account', 'anna', '--limit', 40, '--offset', len(paged))):
            paged += page
        self.assertEqual(paged, whole)
        best = self.search('договор', '--account', 'anna', '--order', 'relevance', '--limit', 1000)
        self.assertEqual(set(self.places(best)), set(whole))
        said = self.search('договор', '--account', 'anna', '--limit', 1)
        self.assertIn('договор', (said['results'][0].get('snippet') or 'договор').lower())

    def test_a_delivery_is_found_at_once(self):
        for number in range(20):
            word = f'ticket{number}unique'
            self.server.lmtp([CLARA], f'From: x@y.test\r\nSubject: {word}\r\n\r\ntext\r\n'.encode())
            self.assertEqual(self.search(word, '--account', 'clara')['messages'], 1)

    def test_many_mailboxes_with_a_record(self):
        before = len(self.audit()) if (self.server.data / 'audit').exists() else 0
        said = self.search('"договора поставки"', '--all', '--limit', 1000, '--reason', 'дело 17')
        wanted = {(address, m.folder, m.uid) for address, user in ((ANNA, 'anna'), (BORIS, 'boris'))
                  for m in self.letters[user] if QUERIES['"договора поставки"'](m)}
        self.assertEqual(set(self.places(said)), wanted)
        self.assertTrue(wanted)
        begun, ended = self.audit()[before:]
        self.assertEqual((begun['kind'], begun['query'], begun['reason'], begun['scope']),
                         ('search.begin', '"договора поставки"', 'дело 17', {'all': True}))
        self.assertEqual(begun['who']['uid'], os.getuid())
        self.assertEqual((ended['kind'], ended['of'], ended['outcome'], ended['messages']),
                         ('search.end', begun['number'], 'done', len(wanted)))
        self.assertEqual(said['audit'], ended['number'])
        self.assertIn(said['audit_hash'], self.server.log())
        one = self.search('договор', '--account', 'anna,boris')
        self.assertEqual(one['searched'], 2)
        group = self.search('договор', '--group', 'sales@example.test')
        self.assertGreaterEqual(group['searched'], 1)
        domain = self.search('*', '--domain', 'example.test', '--limit', 0)
        self.assertGreaterEqual(domain['messages'], 420)
        self.search('a', '--group', 'nobody@example.test', status=1)
        self.search('a', '--account', 'nobody', status=1)

    def test_export_with_its_manifest(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-search-'))
        self.addCleanup(shutil.rmtree, folder)
        wanted = {(address, m.folder, m.uid): m.raw() for address, user in ((ANNA, 'anna'), (BORIS, 'boris'))
                  for m in self.letters[user] if m.has('смета') and m.has('report')}
        for form in ('eml', 'mbox', 'maildir'):
            to = folder / form
            said = self.search('смета report', '--all', '--export', to, '--format', form)
            self.assertEqual(said['exported'], len(wanted))
            manifest = (to / 'manifest.jsonl').read_bytes()
            rows = [json.loads(line) for line in manifest.splitlines()]
            self.assertEqual({(r['address'], r['folder'], r['uid']): r['sha256'] for r in rows},
                             {key: hashlib.sha256(raw).hexdigest() for key, raw in wanted.items()})
            digest = hashlib.sha256(manifest).hexdigest()
            self.assertEqual(said['manifest_sha256'], digest)
            self.assertEqual(self.audit()[-1]['manifest_sha256'], digest)
            self.search('смета', '--all', '--export', to, status=1)  # it is there
        files = {path.read_bytes() for path in (folder / 'eml').rglob('*.eml')}
        self.assertEqual(files, set(wanted.values()))
        self.search('смета report', '--all', '--export', folder / 'x.tar')
        with tarfile.open(folder / 'x.tar') as tar:
            packed = {tar.extractfile(name).read() for name in tar.getnames() if name.endswith('.eml')}
            self.assertIn('x/manifest.jsonl', tar.getnames())
        self.assertEqual(packed, files)
        self.assertEqual([path.name for path in folder.iterdir() if path.name.endswith('.part')], [])

    def test_what_was_expunged(self):
        self.server.lmtp(['dmitri@example.test'], b'From: a@b.test\r\nSubject: vanishing\r\n\r\nx\r\n')
        imap = self.server.imap('dmitri')
        imap.select('INBOX')
        imap.store('1:*', '+FLAGS', '(\\Deleted)')
        imap.expunge()
        imap.logout()
        self.assertEqual(self.search('vanishing', '--account', 'dmitri')['messages'], 0)
        said = self.search('vanishing', '--account', 'dmitri', '--recoverable')
        self.assertEqual([row['folder'] for row in said['results']], ['Recoverable/INBOX'])

    def test_hostile_queries_are_refused_with_the_place(self):
        for query in HOSTILE:
            with self.subTest(query=query[:40]):
                problem = self.search(query, '--account', 'anna', status=1)['problem']
                self.assertTrue(problem['english'].endswith('.') and problem['russian'].endswith('.'), problem)
                size = len(query.encode('utf-8', 'surrogateescape'))
                self.assertLessEqual(problem['offset'] + problem['length'], size)
        many = self.search('a ' * 10_000, '--account', 'anna', status=1)['problem']
        self.assertIn('256', many['english'])
        self.assertEqual(self.search('form:x', '--account', 'anna', status=1)['problem']['instead'], 'from')
        for query in HARMLESS:
            with self.subTest(query=query[:40]):
                self.search(query, '--account', 'anna')
        shown = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'search', 'тема:а тепа:б',
                                '--account', 'anna'], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 1)
        self.assertEqual(shown.stdout.splitlines()[1], ' ' * 7 + '^^^^')
        for words in (['a'], ['a', '--all', '--account', 'anna'], ['a', '--all', '--format', 'eml']):
            self.assertEqual(self.server.ask('search', *words)[0], 2)
        self.assertEqual(self.server.ask('search', 'a', '--all', '--order', 'random')[0], 1)

    def test_words_of_the_other_layout_are_offered(self):
        said = self.search('ljujdjh', '--account', 'anna')
        self.assertEqual((said['messages'], said.get('instead')), (0, 'договор'))
        self.assertNotIn('instead', self.search('qqqqq', '--account', 'anna'))

    def test_the_audit_log_shows_changes(self):
        self.search('договор', '--account', 'anna')
        self.assertTrue(self.server.ctl('audit', 'verify')['sound'])
        path = self.server.data / 'audit/audit.log'
        sound = path.read_bytes()
        copy = pathlib.Path(tempfile.mkdtemp(prefix='kontor-audit-'))
        self.addCleanup(shutil.rmtree, copy)
        (copy / 'audit').mkdir()
        lines = sound.splitlines(keepends=True)
        for changed in (sound.replace(b'search', b'Search', 1), b''.join(lines[:1] + lines[2:])):
            (copy / 'audit/audit.log').write_bytes(changed)
            run = subprocess.run([kontor.program('kontorctl'), '--data', str(copy), '--json', 'audit', 'verify'],
                                 capture_output=True, text=True)
            self.assertEqual(run.returncode, 1, run.stdout)
            self.assertFalse(json.loads(run.stdout)['sound'])

    def test_no_record_no_search(self):
        server = kontor.Server().start()
        self.addCleanup(server.close)
        server.lmtp([ANNA], b'From: a@b.test\r\nSubject: secret\r\n\r\nx\r\n')
        (server.data / 'audit').write_text('in the way')
        status, said = server.ask('search', 'secret', '--all')
        self.assertEqual(status, 1)
        self.assertNotIn('secret@', json.dumps(said))
        self.assertIn('audit', json.dumps(said))


if __name__ == '__main__':
    kontor.main()
