# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl export: what it writes, an import brings back: the same bytes, flags, keywords, dates and folders, in each of
the three forms; other programs read them too; --at gives the mailbox of a moment."""
import calendar
import imaplib
import mailbox
import pathlib
import re
import shutil
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor

ANNA, BORIS = 'anna@example.test', 'boris@example.test'
SECONDS = 1_310_126_914
HEAD = b'From: a@b.test\r\nTo: anna@example.test\r\nMessage-ID: <%d@b.test>\r\nSubject: number %d\r\n'
AWKWARD = [
    b'\r\nplain\r\n',
    b'\r\nno end of line',
    b'\r\nFrom the start\r\n>From quoted\r\n>>From twice\r\nFrom a@b Fri Jul  8 12:08:34 2011\r\n',
    b'\r\n\r\n\r\nblank lines around\r\n\r\n\r\n',
    b'\r\nbare\nLF and a lone \r CR, \r\r\n two\r\n',
    b'Status: RO\r\nX-Status: D\r\nX-Keywords: foreign\r\nX-Mozilla-Status: 0009\r\n\r\nits own fields\r\n',
    b'X-Kontor-Export: {"flags":"T","size":3}\r\n\r\npretends\r\n',
    b'\r\n',
    b'',
    'Comment: Привет\r\n\r\n'.encode() + bytes(range(128, 256)) + b'\r\n',
    b'\r\n' + b'x' * 300_000 + b'\r\n',
]
FLAGS = ['', '\\Seen', '\\Answered \\Flagged', '\\Draft \\Seen', '\\Deleted', '$Forwarded work', 'a,b \\Seen', '\\Flagged', 'Work', '', '\\Seen']
FOLDERS = ['INBOX', 'Sent', 'Lists/Kontor', 'Lists/v1.0 notes', '.hidden/cur', 'Mail.mbox', 'Проекты/Ёлка & co', 'old.sbd']


def utf7(name):
    return '"' + imaplib_utf7(name) + '"'


def imaplib_utf7(name):
    out, held = '', ''
    def flush():
        nonlocal held, out
        if held:
            import base64
            out += '&' + base64.b64encode(held.encode('utf-16-be')).decode().rstrip('=').replace('/', ',') + '-'
            held = ''
    for c in name:
        if 0x20 <= ord(c) < 0x7F:
            flush()
            out += '&-' if c == '&' else c
        else:
            held += c
    flush()
    return out


def fill(server, folders):
    """`folders` of anna with every awkward message in each."""
    imap = server.imap('anna')
    for folder in folders:
        if folder not in ('INBOX', 'Sent'):
            assert imap.create(utf7(folder))[0] == 'OK', folder
        for number, (rest, flags) in enumerate(zip(AWKWARD, FLAGS)):
            date = imaplib.Time2Internaldate(SECONDS + number * 86_400)
            status, data = imap.append(utf7(folder), f'({flags})', date, HEAD % (number, number) + rest)
            assert status == 'OK', data
    imap.logout()



def stored(server, folder, user='anna'):
    """[(bytes, flags, seconds)] in the order of UIDs."""
    imap = server.imap(user)
    status, data = imap.select(utf7(folder), readonly=True)
    assert status == 'OK', (folder, data)
    out = []
    if data != [b'0']:
        _, data = imap.fetch('1:*', '(FLAGS INTERNALDATE BODY.PEEK[])')
        for part in data:
            if isinstance(part, tuple):
                flags = re.search(rb'FLAGS \(([^)]*)\)', part[0]).group(1).decode().split()
                when = re.search(rb'INTERNALDATE "([^"]+)"', part[0]).group(1).decode()
                out.append((part[1], frozenset(flags) - {'\\Recent'}, calendar.timegm(time.strptime(when, '%d-%b-%Y %H:%M:%S +0000'))))
    imap.logout()
    return out


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # imaplib makes CRLF of every line end of what it appends; these messages are to stay as they are.
        cls.map_crlf, imaplib.MapCRLF = imaplib.MapCRLF, re.compile(b'(?!)')
        cls.server = kontor.Server().start()
        fill(cls.server, FOLDERS)

    @classmethod
    def tearDownClass(cls):
        imaplib.MapCRLF = cls.map_crlf
        cls.server.close()

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-export-'))
        self.addCleanup(shutil.rmtree, self.folder)

    def export(self, form, *words, name='out'):
        code, said = self.server.ask('export', ANNA, '--format', form, '--to', self.folder / name, *words)
        self.assertEqual(code, 0, said)
        return said

    def round_trip(self, form):
        said = self.export(form)
        self.assertEqual((said['messages'], said['complete']), (len(FOLDERS) * len(AWKWARD), True))
        with kontor.Server() as other:
            code, back = other.ask('import', ANNA, self.folder / 'out')
            self.assertEqual((code, back['stored'], back['left_behind']), (0, said['messages'], 0), back)
            for folder in FOLDERS:
                here, there = stored(self.server, folder), stored(other, folder)
                for number, (one, two) in enumerate(zip(here, there)):
                    self.assertEqual(one, two, (form, folder, number))
                self.assertEqual(len(here), len(there), folder)

    def test_a_maildir_comes_back(self):
        self.round_trip('maildir')

    def test_mbox_files_come_back(self):
        self.round_trip('mbox')

    def test_eml_files_come_back(self):
        self.round_trip('eml')

    def test_other_programs_read_them(self):
        self.export('maildir', name='maildir')
        box = mailbox.Maildir(self.folder / 'maildir', create=False)
        self.assertEqual(len(box), len(AWKWARD))
        by_subject = {message['Subject']: message for message in box}
        self.assertEqual(by_subject['number 2'].get_flags(), 'FR')
        self.assertEqual(by_subject['number 1'].get_date(), SECONDS + 86_400)
        self.assertEqual(len(box.get_folder('Lists.Kontor')), len(AWKWARD))
        self.export('mbox', name='mbox')
        box = mailbox.mbox(self.folder / 'mbox/INBOX.mbox')
        self.assertEqual(len(box), len(AWKWARD))
        self.assertEqual(set(box[2].get_flags()), set('OFA'))
        self.assertEqual(set(box[3].get_flags()), set('ROT'))
        box.close()
        self.export('eml', name='eml')
        raw = (self.folder / 'eml/INBOX/000000001.eml').read_bytes()
        self.assertEqual(raw, HEAD % (0, 0) + AWKWARD[0])
        self.assertEqual((self.folder / 'eml/INBOX/000000001.eml').stat().st_mtime, SECONDS)

    def test_one_folder_and_what_lies_below(self):
        said = self.export('eml', '--folder', 'Lists')
        self.assertEqual({row['folder'] for row in said['folders']}, {'Lists', 'Lists/Kontor', 'Lists/v1.0 notes'})
        self.assertFalse((self.folder / 'out/INBOX').exists())

    def test_more_keywords_than_a_maildir_has_letters(self):
        with kontor.Server() as one, kontor.Server() as two:
            imap = one.imap('anna')
            for number in range(40):
                imap.append('INBOX', f'(word{number} all)', None, HEAD % (number, number) + b'\r\nx\r\n')
            imap.logout()
            code, _ = one.ask('export', ANNA, '--format', 'maildir', '--to', self.folder / 'many')
            self.assertEqual(code, 0)
            self.assertEqual(two.ask('import', ANNA, self.folder / 'many')[0], 0)
            self.assertEqual(stored(one, 'INBOX'), stored(two, 'INBOX'))

    def test_the_mailbox_of_a_moment(self):
        with kontor.Server() as server:
            server.lmtp([ANNA], b'Subject: first\r\n\r\nx\r\n')
            kontor.next_second()
            moment = time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())
            kontor.next_second()
            imap = server.imap('anna')
            imap.select('INBOX')
            imap.store('1', '+FLAGS', '(\\Deleted \\Seen)')
            imap.expunge()
            imap.create('Later')
            imap.logout()
            server.lmtp([ANNA], b'Subject: second\r\n\r\nx\r\n')
            def subjects(*words, name):
                code, said = server.ask('export', ANNA, '--format', 'eml', '--to', self.folder / name, *words)
                self.assertEqual(code, 0, said)
                files = sorted((self.folder / name).glob('**/*.eml'))
                return [re.search(rb'Subject: (\w+)', path.read_bytes()).group(1) for path in files], {row['folder'] for row in said['folders']}
            now, folders = subjects(name='now')
            self.assertEqual(now, [b'second'])
            self.assertIn('Later', folders)
            then, folders = subjects('--at', moment, name='then')
            self.assertEqual(then, [b'first'])
            self.assertNotIn('Later', folders)
            self.assertEqual(server.ask('export', ANNA, '--format', 'eml', '--to', self.folder / 'x', '--at', '2001-01-01')[0], 1)
            # From a backup, with the server's account gone on.
            self.assertEqual(server.ask('backup', '--all', '--tar', self.folder / 'all.tar')[0], 0)
            server.lmtp([ANNA], b'Subject: third\r\n\r\nx\r\n')
            self.assertEqual(subjects('--from', self.folder / 'all.tar', name='saved')[0], [b'second'])
            self.assertEqual(subjects('--from', self.folder / 'all.tar', '--at', moment, name='older')[0], [b'first'])

    def test_wrong_use(self):
        out = self.folder / 'wrong'
        for words in (['--to', out], ['--format', 'eml'], ['--format', 'pst', '--to', out],
                      ['--format', 'eml', '--to', out, '--folder', 'Absent'], ['--format', 'eml', '--to', out, '--at', 'soon']):
            self.assertEqual(self.server.ask('export', ANNA, *words)[0], 1, words)
        self.assertEqual(list(self.folder.iterdir()), [])
        (self.folder / 'full').mkdir()
        (self.folder / 'full/file').write_text('x')
        code, said = self.server.ask('export', ANNA, '--format', 'eml', '--to', self.folder / 'full')
        self.assertEqual((code, said['error']['code']), (1, 'exists'))
        self.assertEqual(self.server.ask('export', 'nobody@example.test', '--format', 'eml', '--to', out)[0], 1)


if __name__ == '__main__':
    kontor.main()
