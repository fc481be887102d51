# SPDX-License-Identifier: GPL-3.0-or-later
"""FETCH and SEARCH of a real server: every message of messages.all_messages comes out byte for byte, whole, in pieces and
part by part; \\Seen is set where it must be; expunged messages give no wrong data; searches find what Python finds."""
import base64
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import messages  # noqa: E402

SEED = 7


class Client:
    """An IMAP connection that keeps literals apart: command() gives (tagged line, [untagged parts])."""

    def __init__(self, case, server, user='anna'):
        self.imap = server.imap(user)
        self.file = self.imap.file
        case.addCleanup(self.imap.shutdown)
        self.number = 0

    def command(self, text, *literals):
        self.number += 1
        tag = b'T%d' % self.number
        data = tag + b' ' + (text if isinstance(text, bytes) else text.encode())
        for literal in literals:
            data += b'{%d+}\r\n' % len(literal) + literal
        self.imap.send(data + b'\r\n')
        untagged = []
        while True:
            parts = self.response()
            if parts[0].startswith(tag + b' '):
                return parts[0][len(tag) + 1:].decode(), untagged
            untagged.append(parts)

    def response(self):
        """[line, literal, line, literal, ..., line]"""
        parts = []
        while True:
            line = self.file.readline()
            if not line:
                raise EOFError('the server closed')
            line = line.removesuffix(b'\r\n')
            parts.append(line)
            mark = re.search(rb'~?\{(\d+)\}$', line)
            if not mark:
                return parts
            parts.append(self.file.read(int(mark[1])))

    def ok(self, text, *literals):
        status, untagged = self.command(text, *literals)
        assert status.startswith('OK'), (text, status)
        return untagged

    def append(self, folder, raw, flags=''):
        return self.ok(f'APPEND {folder} {flags}', raw)

    def search(self, query, *literals):
        found = [p[0] for p in self.ok('SEARCH ' + query, *literals) if p[0].startswith(b'* SEARCH')]
        return [int(n) for n in found[0].split(b' (')[0].split()[2:]]


class Closing:
    """Lets what a class opens be closed with it, as addCleanup does for a case."""

    def __init__(self, owner):
        self.addCleanup = owner.addClassCleanup


def fetches(untagged):
    """{number: parts} of the FETCH responses."""
    out = {}
    for parts in untagged:
        match = re.match(rb'\* (\d+) FETCH ', parts[0])
        if match:
            out[int(match[1])] = parts
    return out


def flat(parts):
    return b''.join(parts)


class Messages(unittest.TestCase):
    """More than a thousand messages in one mailbox."""

    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server()
        cls.server.start()
        cls.addClassCleanup(cls.server.close)
        cls.files = [(name, messages.crlf(raw)) for name, raw in messages.all_messages(SEED)]
        client = Client(Closing(cls), cls.server)
        client.ok('CREATE All')
        for _, raw in cls.files:
            client.append('All', raw)

    def setUp(self):
        self.client = Client(self, self.server)
        self.client.ok('EXAMINE All')

    def test_every_message_comes_out_byte_for_byte(self):
        self.assertGreaterEqual(len(self.files), 1000)
        got = fetches(self.client.ok('FETCH 1:* (BODY.PEEK[] RFC822.SIZE)'))
        self.assertEqual(len(got), len(self.files))
        for number, (name, raw) in enumerate(self.files, 1):
            self.assertEqual(got[number][1], raw, name)
            self.assertIn(b'RFC822.SIZE %d' % len(raw), got[number][0])

    def test_header_and_text_are_the_whole(self):
        got = fetches(self.client.ok('FETCH 1:* (BODY.PEEK[HEADER] BODY.PEEK[TEXT])'))
        for number, (name, raw) in enumerate(self.files, 1):
            self.assertEqual(got[number][1] + got[number][3], raw, name)

    def test_pieces_make_the_whole(self):
        for number, (name, raw) in list(enumerate(self.files, 1))[::50]:
            pieces = b''
            while True:
                answer = fetches(self.client.ok(f'FETCH {number} BODY.PEEK[]<{len(pieces)}.4099>'))[number]
                self.assertIn(b'BODY[]<%d>' % len(pieces), answer[0])
                if not answer[1]:
                    break
                pieces += answer[1]
            self.assertEqual(pieces, raw, name)

    def test_fragments_and_columns_are_told_of_all(self):
        got = fetches(self.client.ok('UID FETCH 1:* (FLAGS ENVELOPE BODY BODYSTRUCTURE INTERNALDATE PREVIEW SAVEDATE)'))
        self.assertEqual(len(got), len(self.files))
        for number, parts in got.items():
            line = flat(parts)
            for item in (b'UID %d' % number, b'FLAGS (', b'ENVELOPE (', b'BODY (', b'BODYSTRUCTURE (', b'PREVIEW '):
                self.assertIn(item, line)

    def test_searches_find_what_the_bytes_say(self):
        for size in (500, 5000):
            self.assertEqual(self.client.search(f'LARGER {size}'),
                             [n for n, (_, raw) in enumerate(self.files, 1) if len(raw) > size])
        with_cc = fetches(self.client.ok('FETCH 1:* BODY.PEEK[HEADER.FIELDS (CC)]'))
        self.assertEqual(self.client.search('HEADER CC ""'), [n for n, parts in with_cc.items() if parts[1] != b'\r\n'])
        everything = set(range(1, len(self.files) + 1))
        for key in ('BODY Report', 'SUBJECT meeting', 'SENTSINCE 1-Jan-2015', 'FROM anna'):
            found = set(self.client.search(key))
            self.assertTrue(found)
            self.assertEqual(everything - found, set(self.client.search('NOT ' + key)))
        upper = set(self.client.search('CHARSET UTF-8 TEXT ', 'ДОГОВОР'.encode()))
        self.assertTrue(upper)
        self.assertEqual(upper, set(self.client.search('CHARSET koi8-r TEXT ', 'договор'.encode('koi8-r'))))


class Reading(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server()
        self.server.start()
        self.addCleanup(self.server.close)
        self.client = Client(self, self.server)
        self.client.ok('CREATE Box')
        for number in range(1, 6):
            self.client.append('Box', b'Subject: %d\r\n\r\nbody %d\r\n' % (number, number))
        self.client.ok('SELECT Box')

    def test_bodies_set_seen_and_peeks_do_not(self):
        self.client.ok('FETCH 1 (BODY.PEEK[] BINARY.PEEK[1] BINARY.SIZE[1] RFC822.HEADER ENVELOPE)')
        self.assertEqual(self.client.search('SEEN'), [])
        for number, item in enumerate(('BODY[]', 'RFC822', 'RFC822.TEXT', 'BODY[1]<0.2>', 'BINARY[1]'), 1):
            answer = flat(fetches(self.client.ok(f'FETCH {number} {item}'))[number])
            self.assertIn(b'FLAGS (\\Seen)', answer)
        self.assertEqual(self.client.search('SEEN'), [1, 2, 3, 4, 5])
        answer = flat(fetches(self.client.ok('FETCH 1 BODY[]'))[1])
        self.assertNotIn(b'FLAGS', answer)

    def test_seen_survives_the_death_of_the_server(self):
        self.client.ok('FETCH 2 BODY[]')
        self.server.kill()
        self.server.start()
        again = Client(self, self.server)
        again.ok('SELECT Box')
        self.assertEqual(again.search('SEEN'), [2])

    def test_examine_leaves_seen_alone(self):
        self.client.ok('EXAMINE Box')
        self.client.ok('FETCH 1:* BODY[]')
        self.assertEqual(self.client.search('SEEN'), [])

    def test_a_message_expunged_elsewhere_gives_no_wrong_data(self):
        other = Client(self, self.server)
        other.ok('SELECT Box')
        other.ok('STORE 2 +FLAGS.SILENT (\\Deleted)')
        other.ok('EXPUNGE')
        status, untagged = self.client.command('FETCH 1:5 (UID BODY.PEEK[TEXT])')
        self.assertFalse([parts for parts in untagged if b'EXPUNGE' in parts[0]])  # RFC 9051, 7.5.1
        for number, parts in fetches(untagged).items():
            if len(parts) > 1:
                self.assertIn(b'UID %d ' % number, parts[0])
                self.assertEqual(parts[1], b'body %d\r\n' % number)
        self.assertLessEqual({1, 3, 4, 5}, {n for n, parts in fetches(untagged).items() if len(parts) > 1})
        self.assertNotIn(2, self.client.search('ALL'))
        told = self.client.ok('NOOP')
        self.assertIn([b'* 2 EXPUNGE'], told)
        self.assertEqual(flat(fetches(self.client.ok('FETCH 2 (UID)'))[2]), b'* 2 FETCH (UID 3)')

    def test_only_what_changed_is_told(self):
        before = self.client.ok('FETCH 1:5 (MODSEQ)')
        highest = max(int(re.search(rb'MODSEQ \((\d+)\)', parts[0])[1]) for parts in before)
        self.client.ok('STORE 4 +FLAGS.SILENT (\\Flagged)')
        changed = fetches(self.client.ok(f'FETCH 1:* (FLAGS) (CHANGEDSINCE {highest})'))
        self.assertEqual(list(changed), [4])
        self.assertRegex(changed[4][0], rb'FLAGS \(\\Flagged\) MODSEQ \(\d+\)')
        found = self.client.ok(f'SEARCH MODSEQ {highest + 1}')
        self.assertRegex(found[0][0], rb'^\* SEARCH 4 \(MODSEQ \d+\)$')

    def test_saved_results_stand_for_their_messages(self):
        self.assertEqual(self.client.ok('SEARCH RETURN (SAVE) 2,4'), [])
        self.assertEqual(list(fetches(self.client.ok('FETCH $ (UID)'))), [2, 4])
        answer = self.client.ok('UID SEARCH RETURN (MIN MAX COUNT SAVE) $')
        self.assertRegex(answer[0][0], rb'^\* ESEARCH \(TAG "T\d+"\) UID MIN 2 MAX 4 COUNT 2$')
        self.assertTrue(self.client.command('SEARCH RETURN (SAVE) CHARSET nope TEXT x')[0].startswith('NO [BADCHARSET'))

    def test_searches_of_columns(self):
        self.client.ok('STORE 1,3 +FLAGS.SILENT (\\Answered Work)')
        for query, expected in (('ALL', [1, 2, 3, 4, 5]), ('ANSWERED', [1, 3]), ('KEYWORD work', [1, 3]),
                                ('UNKEYWORD Work UNANSWERED', [2, 4, 5]), ('OR 1 UID 5', [1, 5]), ('NOT 2:4', [1, 5]),
                                ('SMALLER 1', []), ('YOUNGER 3600', [1, 2, 3, 4, 5]), ('OLDER 3600', []),
                                ('SUBJECT 3', [3]), ('TEXT "body 4"', [4]), ('BODY "Subject"', []), ('NEW', []),
                                ('SAVEDSINCE 1-Jan-2020', [1, 2, 3, 4, 5]), ('BEFORE 1-Jan-2020', []), ('9', []), ('4:9', [4, 5])):
            self.assertEqual(self.client.search(query), expected, query)

    def test_what_is_wrong_is_refused_and_harms_nothing(self):
        for text in ('FETCH', 'FETCH 1', 'FETCH 9 UID', 'FETCH 1 NOPE', 'FETCH 1 (UID', 'FETCH 0 UID', 'SEARCH', 'SEARCH NOPE',
                     'SEARCH ' + '(' * 90 + 'ALL' + ')' * 90, 'FETCH 1 BODY[HEADER.FIELDS ()]'):
            client = Client(self, self.server)
            client.ok('SELECT Box')
            self.assertTrue(client.command(text)[0].startswith('BAD'), text)
            self.assertEqual(client.search('ALL'), [1, 2, 3, 4, 5])
        self.assertEqual(self.client.ok('UID FETCH 99 FLAGS'), [])
        self.assertTrue(flat(fetches(self.client.ok('FETCH 1 BODY[7.2]'))[1]).endswith(b'BODY[7.2] NIL)'))

    def test_large_messages_are_streamed_whole(self):
        raw = b'Subject: large\r\n\r\n' + base64.b64encode(bytes(range(256)) * 40_000) + b'\r\n'
        self.client.append('Box', raw)
        answer = fetches(self.client.ok('FETCH 6 (BODY.PEEK[] BODY.PEEK[1]<9000000.50> UID)'))[6]
        self.assertEqual(answer[1], raw)
        self.assertEqual(answer[3], raw[18 + 9000000:18 + 9000050])

    def test_an_unknown_encoding_is_said(self):
        self.client.append('Box', b'Content-Transfer-Encoding: x-gzip64\r\n\r\nzz\r\n')
        self.assertTrue(self.client.command('FETCH 6 BINARY.PEEK[1]')[0].startswith('NO [UNKNOWN-CTE]'))
        self.client.append('Box', b'Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n')
        self.assertEqual(fetches(self.client.ok('FETCH 7 BINARY.PEEK[1]'))[7],
                         [b'* 7 FETCH (BINARY[1] ~{4}', b'\0\1\2\3', b')'])


if __name__ == '__main__':
    kontor.main()
