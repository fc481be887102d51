# SPDX-License-Identifier: GPL-3.0-or-later
"""Full-text search: every answer of SEARCH is what a look at every message gives, at any moment: right after a delivery,
with the index behind, complete, switched off, damaged, of a killed server, being made anew. FUZZY finds words in all
their forms, kontorctl tells and rebuilds."""
import base64
import email.message
import email.policy
import pathlib
import random
import re
import smtplib
import sys
import time
import unicodedata
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import documents  # noqa: E402
import kontor  # noqa: E402

SEED = 20261122
DELIVERIES = 3000 if kontor.LONG else 150
MESSAGES = 1200 if kontor.LONG else 160
QUERIES = 1500 if kontor.LONG else 120
WORDS = ('договор поставки черновик Иванов отчёт ёлка счёт встреча завтра оплата report invoice meeting Ivanov budget '
         'draft running straße naïve AB-123/45 plan2026 кафе').split()
LARGE_MB = 500 if kontor.LONG else 60  # of one attachment
INTERVAL = 10  # seconds between two INPROGRESS (RFC 9585, 4)
NEEDLE_FIELDS = ('SUBJECT', 'FROM', 'TO', 'CC', 'BODY', 'TEXT', 'HEADER List-Id')


def fold(text):
    """As the server compares: full case folding, letters and their marks apart."""
    return unicodedata.normalize('NFKD', unicodedata.normalize('NFKC', text).casefold())


class Mail:
    """A message and the texts that are searched of it, as RFC 9051, 6.4.4 says: decoded."""

    def __init__(self, chance, number):
        sentence = lambda count: ' '.join(chance.choice(WORDS) for _ in range(count))  # noqa: E731
        self.subject, self.body, self.mark = sentence(4), sentence(30), f'mark{number}x'
        self.sender = f'{chance.choice(WORDS)} <{chance.choice(["anna", "boris", "ivanov"])}@example.test>'
        self.cc = chance.choice(['', f'{sentence(2)} <clara@example.test>'])
        self.list_id = f'<{chance.choice(["plan", "budget", "all"])}.lists.example.test>'
        self.note, self.folded = sentence(3), [chance.choice(('plan', 'budget', 'AB-12:30')) for _ in range(3)]
        self.kind = chance.randrange(3)
        self.other_header = []  # what the server put before it

    def encoded(self, text):
        return f'=?utf-8?B?{base64.b64encode(text.encode()).decode()}?='

    def bytes(self):
        head = [f'From: {self.encoded(self.sender.split(" <")[0])} <{self.sender.split(" <")[1]}',
                'To: anna@example.test', f'Subject: {self.encoded(self.subject)}', f'List-Id: {self.list_id}',
                'X-Folded: ' + '\r\n\t'.join(self.folded)]
        if self.kind:
            head.append(f'X-Note: {self.encoded(self.note[:5])}\r\n {self.encoded(self.note[5:])}')
        if self.cc:
            head.append(f'Cc: {self.encoded(self.cc.split(" <")[0])} <{self.cc.split(" <")[1]}')
        text = f'{self.body} {self.mark}'
        if self.kind == 0:
            head += ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit']
            body = text.encode()
        elif self.kind == 1:
            head += ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64']
            body = base64.encodebytes(text.encode()).replace(b'\n', b'\r\n')
        else:  # markup does not count, entities are what they mean
            head += ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: 8bit']
            first, rest = text.split(' ', 1)
            body = f'<html><body class="hidden"><p>{first} {rest.replace("ё", "&#1105;")}</p></body></html>'.encode()
        return '\r\n'.join(['MIME-Version: 1.0', *head]).encode() + b'\r\n\r\n' + body + b'\r\n'

    def has(self, field, needle):
        needle = fold(needle)
        texts = {'SUBJECT': [self.subject], 'FROM': [self.sender], 'TO': ['anna@example.test'], 'CC': [self.cc],
                 'BODY': [f'{self.body} {self.mark}'], 'HEADER List-Id': [self.list_id]}
        if field != 'TEXT':
            return any(needle in fold(text) for text in texts[field])
        header = [f'subject: {self.subject}', f'from: {self.sender}', *self.other_header]
        if self.cc:
            header.append(f'cc: {self.cc}')
        return any(needle in fold(text) for text in [*header, *texts['BODY']])


def literal(text):
    data = text.encode()
    return f'{{{len(data)}+}}\r\n{text}'


class Search(unittest.TestCase):
    def serve(self, **settings):
        self.server = kontor.Server({'smtp.max_messages_per_session': 2 * DELIVERIES,
                                     **{f'search.{name}': value for name, value in settings.items()}})
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.chance = random.Random(SEED)

    def connect(self, *commands):
        connection = kontor.ImapWire(self.server, *commands)
        self.addCleanup(connection.close)
        return connection

    def found(self, client, keys, command='UID SEARCH'):
        line = next(line for line in client.command(f'{command} {keys}') if line.startswith('* SEARCH'))
        return [int(word) for word in line.split()[2:]]

    def wait_complete(self):
        def is_complete():
            rows = self.server.ctl('search', 'status', 'anna@example.test')
            return rows[0]['state'] == 'complete' and rows[0]['messages'] == rows[0]['indexed']
        kontor.wait_until(is_complete, 'the index is complete', 120)

    def fill(self, count=MESSAGES):
        """Mail by UID of INBOX."""
        mail = {}
        with smtplib.LMTP('localhost', self.server.port('lmtp'), timeout=kontor.PATIENCE) as client:
            for number in range(1, count + 1):
                mail[number] = Mail(self.chance, number)
                client.sendmail('a@elsewhere.test', ['anna@example.test'], mail[number].bytes(),
                                mail_options=['BODY=8BITMIME'])
        with self.server.imap('anna') as client:
            client.select('INBOX', readonly=True)
            _, answer = client.fetch('1:*', '(BODY.PEEK[HEADER])')
        for number, part in enumerate((part for part in answer if isinstance(part, tuple)), 1):
            lines = re.sub(r'\r\n(?=[ \t])', '', part[1].decode('ascii')).split('\r\n')
            fields = [line.partition(':') for line in lines if ':' in line]
            mail[number].other_header = [f'{name.lower()}: {mail[number].note if name == "X-Note" else value.strip()}'
                                         for name, _, value in fields if name.lower() not in ('subject', 'from', 'cc')]
        return mail

    def needle(self, mail):
        """Mostly a piece of some message: of a word, across words, or a letter; sometimes nothing's."""
        one = mail[self.chance.choice(list(mail))]
        text = self.chance.choice([one.subject, one.body, one.sender, one.list_id, one.mark, self.chance.choice(one.other_header),
                                   self.chance.choice(one.other_header[-3:])])
        size = self.chance.choice([1, 2, 3, 5, 8, 14])
        begin = self.chance.randrange(max(1, len(text) - size))
        piece = text[begin:begin + size]
        return self.chance.choice([piece, piece, piece.upper(), piece.lower(), piece + 'q'])

    def check(self, client, mail, count=QUERIES):
        for _ in range(count):
            field, needle = self.chance.choice(NEEDLE_FIELDS), self.needle(mail)
            negated = self.chance.random() < 0.2
            keys = f'{"NOT " if negated else ""}{field} {literal(needle)}'
            if self.chance.random() < 0.3:
                other, text = self.chance.choice(NEEDLE_FIELDS), self.needle(mail)
                expected = [uid for uid, one in mail.items()
                            if (one.has(field, needle) != negated) or one.has(other, text)]
                keys = f'OR ({keys}) {other} {literal(text)}'
            else:
                expected = [uid for uid, one in mail.items() if one.has(field, needle) != negated]
            self.assertEqual(self.found(client, keys), expected, (keys, needle))

    def damage(self):
        """Bytes of the index's files become others; some files end early, some are gone."""
        files = [path for path in self.server.data.glob('accounts/*/*/fts*/**/*') if path.is_file()]
        self.assertTrue(files)
        for path in self.chance.sample(files, max(1, len(files) // 2)):
            data = bytearray(path.read_bytes())
            kind = self.chance.randrange(4)
            if kind == 0 or not data:
                path.unlink()
                continue
            if kind == 1:
                data = data[:self.chance.randrange(len(data))]
            else:
                for _ in range(1 + len(data) // 200):
                    data[self.chance.randrange(len(data))] = self.chance.randrange(256)
            path.write_bytes(bytes(data))

    def test_a_message_is_found_when_its_delivery_was_acknowledged(self):
        self.serve(delay=20)
        client = self.connect('SELECT INBOX')
        lmtp = None
        for number in range(1, DELIVERIES + 1):
            if lmtp is None:
                lmtp = smtplib.LMTP('localhost', self.server.port('lmtp'), timeout=kontor.PATIENCE)
            word = f'unique{number}слово'
            body = f'Subject: one\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nthe {word} is here\r\n'.encode()
            lmtp.sendmail('a@elsewhere.test', ['anna@example.test'], body, mail_options=['BODY=8BITMIME'])
            client.command('NOOP')
            self.assertEqual(self.found(client, f'BODY {literal(word)}'), [number])
            self.assertEqual(len(self.found(client, 'TEXT "slovo is he" BODY "never"')), 0)
            if self.chance.random() < 3 / DELIVERIES:
                lmtp.close()
                lmtp = None
                self.server.kill()
                if self.chance.random() < 0.5:
                    self.damage()
                self.server.start()
                client = self.connect('SELECT INBOX')
        self.assertEqual(len(self.found(client, f'BODY {literal("слово is here")}')), DELIVERIES)
        self.wait_complete()
        self.assertEqual(len(self.found(client, f'BODY {literal("слово is here")}')), DELIVERIES)

    def test_every_answer_is_that_of_looking_at_every_message(self):
        self.serve(delay=0)
        client = self.connect('SELECT INBOX')
        mail = self.fill()
        client.command('NOOP')
        self.check(client, mail, QUERIES // 4)  # indexing goes on meanwhile
        self.wait_complete()
        self.check(client, mail)
        for uid in self.chance.sample(sorted(mail), len(mail) // 4):  # away, by expunge or move
            if self.chance.random() < 0.5:
                client.command(f'UID STORE {uid} +FLAGS.SILENT (\\Deleted)')
                client.command(f'UID EXPUNGE {uid}')
            else:
                client.command(f'UID MOVE {uid} Archive')
            del mail[uid]
        self.check(client, mail, QUERIES // 4)
        next_uid = max(uid for uid in range(1, MESSAGES + 1)) + 1
        for uid in self.chance.sample(sorted(mail), 20):  # the same item, twice
            client.command(f'UID COPY {uid} INBOX')
            mail[next_uid] = mail[uid]
            next_uid += 1
        client.command('NOOP')
        self.check(client, mail, QUERIES // 4)

    def test_an_index_that_is_damaged_or_killed_is_made_anew_and_nothing_is_missed(self):
        self.serve(delay=0)
        mail = self.fill()
        for _ in range(12 if kontor.LONG else 3):
            self.wait_complete()
            self.server.kill()
            self.damage()
            self.server.start()
            client = self.connect('SELECT INBOX')
            self.check(client, mail, QUERIES // 6)
        self.wait_complete()
        self.check(client, mail, QUERIES // 6)

    def test_without_indexes_the_same_is_found(self):
        self.serve(enabled=False)
        mail = self.fill(60)
        self.check(self.connect('SELECT INBOX'), mail, QUERIES // 4)
        self.assertEqual(list(self.server.data.glob('accounts/*/*/fts')), [])
        self.assertEqual(self.server.ctl('search', 'status', 'anna@example.test')[0]['state'], 'off')
        self.assertEqual(self.server.ask('search', 'rebuild', 'anna@example.test')[0], 1)

    def test_an_administrator_sees_and_rebuilds_an_index(self):
        self.serve(delay=0)
        mail = self.fill(80)
        client = self.connect('SELECT INBOX')
        self.wait_complete()
        row = self.server.ctl('search', 'status', 'anna@example.test')[0]
        self.assertEqual((row['messages'], row['problem']), (80, ''))
        self.assertGreater(row['bytes'], 0)
        row = self.server.ctl('search', 'rebuild', 'anna@example.test')
        self.assertIn(row['state'], ('complete', 'behind'))
        self.server.wait_for_log('search.index.built')
        self.assertEqual(list(self.server.data.glob('accounts/*/*/fts.new')), [])
        self.check(client, mail, 20)
        self.assertEqual(self.server.ask('search', 'rebuild', 'nobody@example.test')[0], 1)

    def test_fuzzy_finds_all_forms_of_a_word_the_best_first(self):
        self.serve(delay=0)
        texts = [('Договор', 'Подписан договор поставки'), ('Погода', 'Завтра дождь'),
                 ('Поставки', 'два договора и ещё три договора'), ('Meeting', 'He was running late')]
        for subject, body in texts:
            self.server.lmtp(['anna@example.test'], f'Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n'
                             f'\r\n{body}\r\n'.encode())
        client = self.connect('SELECT INBOX')
        for _ in range(2):  # not indexed yet, or in part; then indexed
            self.assertEqual(self.found(client, f'FUZZY BODY {literal("договоры")}'), [1, 3])
            self.assertEqual(self.found(client, f'NOT FUZZY TEXT {literal("договоров")}'), [2, 4])
            self.assertEqual(self.found(client, 'FUZZY TEXT "runs"'), [4])
            self.assertEqual(self.found(client, f'FUZZY SUBJECT {literal("поставка")}'), [3])
            self.assertEqual(self.found(client, f'BODY {literal("договоры")}'), [])
            line = client.command(f'UID SEARCH RETURN (ALL RELEVANCY) FUZZY TEXT {literal("договор")}')[0]
            scores = re.fullmatch(r'\* ESEARCH \(TAG "\w+"\) UID ALL 1,3 RELEVANCY \((\d+) (\d+)\)', line)
            self.assertTrue(scores, line)
            self.assertEqual(max(int(scores[1]), int(scores[2])), 100)
            best = client.command(f'UID SORT (RELEVANCY) UTF-8 FUZZY TEXT {literal("договор")}')[0].split()[2:]
            self.assertEqual(sorted(best), ['1', '3'])
            self.assertEqual(best[0], '1' if scores[1] == '100' and scores[2] != '100' else best[0])
            self.wait_complete()

    def test_what_attachments_say_is_found_from_the_first_moment(self):
        self.serve(delay=0)
        files = {'report.docx': documents.docx('Квартальный отчётище'), 'plan.pdf': documents.pdf('quarterlyplan'),
                 'all.zip': documents.zipped({'inside/смета.odt': documents.odt('сметадляпечати')})}
        for number, (name, content) in enumerate(files.items()):
            message = email.message.EmailMessage()
            message['Subject'] = f'file {number}'
            message.set_content('see the file')
            message.add_attachment(content, maintype='application', subtype='octet-stream', filename=name)
            self.server.lmtp(['anna@example.test'], message.as_bytes(policy=email.policy.SMTP))
        client = self.connect('SELECT INBOX')
        for _ in range(2):  # read for the search; then in the index
            for uid, needle in enumerate(('тчётищ', 'uarterlypla', 'сметадля'), 1):
                self.assertEqual(self.found(client, f'BODY {literal(needle)}'), [uid])
                self.assertEqual(self.found(client, f'TEXT {literal(needle)}'), [uid])
                self.assertEqual(self.found(client, f'SUBJECT {literal(needle)}'), [])
            self.assertEqual(self.found(client, f'FUZZY BODY {literal("квартальному")}'), [1])
            self.wait_complete()

    def test_a_long_search_of_what_is_not_indexed_says_how_far_it_is(self):
        self.serve(enabled=False)
        client = kontor.ImapWire(self.server, 'SELECT INBOX', seconds=600)
        self.addCleanup(client.close)
        needles = ' '.join(f'NOT BODY "none{number}of"' for number in range(200))
        count, more, told = 0, 16, []
        while not told:  # as many messages as make it last
            for _ in range(more):
                text = '\r\n'.join(' '.join(self.chance.choices(WORDS, k=9)) for _ in range(1_500))
                self.server.lmtp(['anna@example.test'], f'Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n'.encode())
            count += more
            client.command('NOOP')
            begin = time.monotonic()
            lines = client.command(f'UID SEARCH {needles}')
            took = time.monotonic() - begin
            told = [re.match(r'\* OK \[INPROGRESS \("(\w+)" (\d+) (\d+)\)\] \d+ of \d+ messages done', line) for line in lines
                    if 'INPROGRESS' in line]
            self.assertTrue(told or took < 3 * INTERVAL, f'{took:.0f} s without a word')
            self.assertIn('* SEARCH ' + ' '.join(str(uid) for uid in range(1, count + 1)), lines)
            more = min(count, int(count * 1.5 * INTERVAL / took) - count + 1)
        done = [int(one[2]) for one in told]
        self.assertEqual({(one[1], one[3]) for one in told}, {(client.tag, str(count))})
        self.assertEqual(done, sorted(set(done)))
        self.assertLessEqual(done[-1], count)

    def send_large(self, head, megabytes, tail):
        """A message with an attachment of so many MB, a piece at a time; the bytes of it."""
        line = base64.b64encode(bytes(range(57))) + b'\r\n'
        piece = line * ((1 << 20) // 57)
        with smtplib.LMTP('localhost', self.server.port('lmtp'), timeout=600) as client:
            client.ehlo()
            self.assertEqual(client.mail('a@elsewhere.test')[0], 250)
            self.assertEqual(client.rcpt('anna@example.test')[0], 250)
            self.assertEqual(client.docmd('DATA')[0], 354)
            client.sock.sendall(head)
            for _ in range(megabytes):
                client.sock.sendall(piece)
            client.sock.sendall(tail + b'.\r\n')
            self.assertEqual(client.getreply()[0], 250)
        return len(head) + len(tail) + megabytes * len(piece)

    def memory(self, name):
        lines = pathlib.Path(f'/proc/{self.server.pid}/status').read_text(encoding='ascii').splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) << 10

    def test_an_attachment_of_hundreds_of_megabytes_harms_nothing_else(self):
        self.server = kontor.Server({'smtp.max_message': 2 * LARGE_MB << 20, 'search.max_attachment': (LARGE_MB + 1) << 20, 'search.delay': 0,
                                     'search.attachment_memory': 256 << 20})
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.chance = random.Random(SEED)
        def small(text):
            message = email.message.EmailMessage()
            message.set_content('see the file')
            message.add_attachment(documents.docx(text), maintype='application', subtype='octet-stream', filename='a.docx')
            self.server.lmtp(['anna@example.test'], message.as_bytes(policy=email.policy.SMTP))
        small('beforehandword')
        client = kontor.ImapWire(self.server, 'SELECT INBOX', seconds=600)
        self.addCleanup(client.close)
        self.wait_complete()
        before = self.memory('VmHWM')
        head = (b'Subject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
                b'ordinarytext\r\n--b\r\nContent-Type: application/pdf; name=scan.pdf\r\nContent-Transfer-Encoding: base64\r\n'
                b'Content-Disposition: attachment; filename=scan.pdf\r\n\r\n' + base64.b64encode(b'%PDF-1.7\n' + bytes(48)) + b'\r\n')
        size = self.send_large(head, LARGE_MB, b'\r\n--b--\r\n')
        small('afterwardsword')
        client.command('NOOP')
        for _ in range(2):  # not indexed yet, or in part; then indexed
            for uid, needle in enumerate(('beforehandw', 'rdinaryte', 'fterwardsw'), 1):
                self.assertEqual(self.found(client, f'BODY "{needle}"'), [uid])
            self.assertEqual(self.found(client, 'BODY "scan.pdf"'), [2])
            self.assertEqual(self.found(client, 'BODY "nowhereatall"'), [])
            self.wait_complete()
        # The message, its file, and room to work; a sanitized program keeps what it gave back for a while.
        sanitized = b'__asan_init' in pathlib.Path(kontor.program('kontord')).read_bytes()
        self.assertLess(self.memory('VmHWM') - before, 4 * size + ((512 if sanitized else 128) << 20))
        self.assertEqual(self.server.ctl('search', 'status', 'anna@example.test')[0]['problem'], '')


if __name__ == '__main__':
    kontor.main()
