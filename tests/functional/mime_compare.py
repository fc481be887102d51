# SPDX-License-Identifier: GPL-3.0-or-later
"""base/mime against Python's email package and GMime: where the two agree, ours agrees too.

Compared for each of at least 1,000 messages: the tree of media types, the decoded bytes of every leaf, the decoded
subject, the date, and the addresses of From, To and Cc. ALLOWED lists the deviations that are right, each with its reason.
IMAP's fragments are read by a parser of this file and held against the tree.
"""
import base64
import collections
import email
import email.header
import email.utils
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import gi

gi.require_version('GMime', '3.0')
from gi.repository import GMime  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import messages  # noqa: E402

SEED = 20261122


def text(encoded):
    return base64.b64decode(encoded)


# --- the three readers: each gives {aspect: value} --------------------------------------------------
def leaf(data):
    return data.replace(b'\r\n', b'\n').rstrip(b'\n')


def ours_tree(parts, index=0):
    part = parts[index]
    if not part['children']:
        return (part['type'], leaf(text(part['decoded'])))
    return (part['type'], [ours_tree(parts, child) for child in part['children']])


def ours(dump):
    out = {'tree': ours_tree(dump['parts']), 'date': dump.get('date')}
    # White space that folding left behind: the others squeeze it.
    out['subject'] = ' '.join(text(dump['subject']).decode().split()) if 'subject' in dump else None
    for name in ('from', 'to', 'cc'):
        out[name] = [(' '.join(text(a).decode().split()), text(b).decode('utf-8', 'replace')) for a, b in dump[name]]
    return out


def python_tree(part):
    kind = part.get_content_type()
    payload = part.get_payload()
    if isinstance(payload, list) and payload:
        return (kind, [python_tree(child) for child in payload])
    if kind.startswith('message/') and isinstance(payload, list):
        return (kind, [])
    return (kind, leaf(part.get_payload(decode=True) or b''))


def python_words(value):
    out = ''
    for data, charset in email.header.decode_header(value):
        out += data if isinstance(data, str) else data.decode(charset or 'ascii', 'replace')
    return ' '.join(out.split())


def python(raw):
    message = email.message_from_bytes(raw)
    out = {'tree': python_tree(message)}
    subject = message.get('Subject')
    out['subject'] = None if subject is None else python_words(str(subject).replace('\r', '').replace('\n', ''))
    try:
        out['date'] = int(email.utils.parsedate_to_datetime(message['Date']).timestamp())
    except Exception:  # every way in which a date cannot be read
        out['date'] = None
    for name in ('From', 'To', 'Cc'):
        found = email.utils.getaddresses([str(message[name])]) if message[name] else []
        out[name.lower()] = [(python_words(a), b) for a, b in found if (a, b) != ('', '')]
    return out


def gmime_leaf(part):
    wrapper = part.get_content()
    if wrapper is None:
        return b''
    stream = GMime.StreamMem.new()
    wrapper.write_to_stream(stream)
    return leaf(bytes(stream.get_byte_array()))


def gmime_tree(part):
    kind = part.get_content_type().get_mime_type().lower()
    if isinstance(part, GMime.Multipart) and part.get_count():
        return (kind, [gmime_tree(part.get_part(i)) for i in range(part.get_count())])
    if isinstance(part, GMime.MessagePart):
        inner = part.get_message()
        return (kind, [gmime_tree(inner.get_mime_part())] if inner and inner.get_mime_part() else [])
    return (kind, gmime_leaf(part) if isinstance(part, GMime.Part) else b'')


def gmime_addresses(found):
    out = []
    for i in range(found.length() if found else 0):
        one = found.get_address(i)
        if hasattr(one, 'get_members'):
            out += gmime_addresses(one.get_members())
        else:
            out.append((' '.join((one.get_name() or '').split()), one.get_addr()))
    return out


def gmime(raw):
    parser = GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(raw))
    message = parser.construct_message(None)
    if message is None or message.get_mime_part() is None:
        return None
    out = {'tree': gmime_tree(message.get_mime_part())}
    subject = message.get_subject()
    out['subject'] = None if subject is None else ' '.join(subject.split())
    date = message.get_date()
    out['date'] = date.to_unix() if date else None
    out['from'] = gmime_addresses(message.get_from())
    out['to'] = gmime_addresses(message.get_to())
    out['cc'] = gmime_addresses(message.get_cc())
    return out


ASPECTS = ('tree', 'subject', 'date', 'from', 'to', 'cc')


# --- deviations that are right ---------------------------------------------------------------------
def first_difference(mine, theirs):
    """The subtrees at the first place where two trees differ."""
    if mine[0] != theirs[0] or isinstance(mine[1], bytes) or isinstance(theirs[1], bytes):
        return mine, theirs
    if len(mine[1]) != len(theirs[1]):
        return mine, theirs
    return next(first_difference(a, b) for a, b in zip(mine[1], theirs[1]) if a != b)


def is_uuencoded(mine, _theirs):
    """x-uuencode is no transfer encoding of MIME: the bytes stay as they are, and BINARY says UNKNOWN-CTE."""
    return isinstance(mine[1], bytes) and any(line.startswith(b'begin ') for line in mine[1].split(b'\n')[:3])


def has_no_parts(mine, theirs):
    """A multipart in which no part was found keeps its bytes (IMAP shows them as text); the others show nothing."""
    return mine[0].startswith('multipart/') and isinstance(mine[1], bytes) and theirs[1] == b''


ALLOWED = {'tree': (is_uuencoded, has_no_parts)}


# --- IMAP's fragments ------------------------------------------------------------------------------
class Fragment:
    """A parser of parenthesised lists (RFC 9051, 9) that takes nothing else."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def value(self):
        c = self.data[self.at:self.at + 1]
        if c == b'(':
            return self.list()
        if c == b'"':
            return self.quoted()
        if c == b'{':
            end = self.data.index(b'}\r\n', self.at)
            size = int(self.data[self.at + 1:end])
            self.at = end + 3 + size
            assert self.at <= len(self.data) and b'\0' not in self.data[end + 3:self.at]
            return self.data[end + 3:self.at]
        end = self.at
        while end < len(self.data) and self.data[end:end + 1] not in b' )':
            end += 1
        word, self.at = self.data[self.at:end], end
        assert word == b'NIL' or word.isdigit(), word
        return None if word == b'NIL' else int(word)

    def list(self):
        out = []
        self.at += 1
        while self.data[self.at:self.at + 1] != b')':
            out.append(self.value())
            if self.data[self.at:self.at + 1] == b' ':
                self.at += 1
            else:  # only lists stand side by side (addresses, bodies)
                assert self.data[self.at:self.at + 1] == b')' or isinstance(out[-1], list)
        self.at += 1
        return out

    def quoted(self):
        out = b''
        self.at += 1
        while self.data[self.at] != ord('"'):
            self.at += self.data[self.at] == ord('\\')
            assert self.data[self.at] < 128 and self.data[self.at] not in b'\r\n\0'
            out += self.data[self.at:self.at + 1]
            self.at += 1
        self.at += 1
        return out

    def whole(self):
        out = self.value()
        assert self.at == len(self.data), 'text after the fragment'
        return out


def check_structure(case, structure, parts, index=0):
    """Held against the tree: types, sizes, lines and the number of fields (RFC 9051, 9: body)."""
    part = parts[index]
    if isinstance(structure[0], list):
        bodies = [item for item in structure if isinstance(item, list)][:len(part['children'])]
        case.assertEqual(len(structure), len(bodies) + 5)  # subtype, parameters, disposition, language, location
        case.assertEqual('multipart/' + structure[len(bodies)].decode('utf-8', 'replace'), part['type'])
        for body, child in zip(bodies, part['children']):
            check_structure(case, body, parts, child)
        return
    kind = (structure[0] + b'/' + structure[1]).decode('utf-8', 'replace')
    if not part['type'].startswith('multipart/'):
        case.assertEqual(kind, part['type'])
    case.assertEqual(structure[6], part['body'][1])
    if kind in ('message/rfc822', 'message/global'):
        case.assertEqual(len(structure), 14)
        case.assertEqual(len(structure[7]), 10)
        case.assertEqual(structure[9], part['lines'])
        if part['children']:
            check_structure(case, structure[8], parts, part['children'][0])
        return
    is_text = kind.startswith('text/')
    case.assertEqual(len(structure), 12 if is_text else 11)
    if is_text:
        case.assertEqual(structure[7], part['lines'])


def dump_all(files):
    """What tests/support/mime_dump.cpp says of each message."""
    program = kontor.build_folder() / 'tests' / 'mime_dump'
    out = []
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, (_, raw) in enumerate(files):
            paths.append(f'{folder}/{i}')
            pathlib.Path(paths[-1]).write_bytes(raw)
        for i in range(0, len(paths), 200):
            done = subprocess.run([program, *paths[i:i + 200]], stdout=subprocess.PIPE, check=True)
            out += [json.loads(line.decode('utf-8', 'replace')) for line in done.stdout.splitlines()]
    return out


class MimeCompare(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        GMime.init()
        cls.files = messages.all_messages(SEED)
        cls.dumps = dump_all(cls.files)

    def test_there_are_enough_messages_and_each_is_read(self):
        self.assertGreaterEqual(len(self.files), 1000)
        self.assertEqual(len(self.files), len(self.dumps))

    def test_ours_agrees_where_the_others_agree(self):
        compared, allowed, wrong = collections.Counter(), collections.Counter(), []
        for (name, raw), dump in zip(self.files, self.dumps):
            theirs = gmime(raw)
            if theirs is None:
                continue
            mine, second = ours(dump), python(raw)
            for aspect in (a for a in ASPECTS if second[a] == theirs[a]):
                compared[aspect] += 1
                if mine[aspect] == theirs[aspect]:
                    continue
                reason = self.reason(aspect, mine[aspect], theirs[aspect])
                if reason:
                    allowed[reason] += 1
                else:
                    wrong.append(f'{name}: {aspect}: {str(mine[aspect])[:300]} against {str(theirs[aspect])[:300]}')
        print(f'mime_compare: {len(self.files)} messages; where Python and GMime agree: {dict(compared)}; '
              f'allowed deviations: {dict(allowed)}; wrong: {len(wrong)}')
        self.assertEqual([], wrong)
        # Where there are no real messages, the generated ones alone agree in fewer addresses.
        has_real = any(name.startswith('corpus/') for name, _ in self.files)
        addresses = (('from', 700), ('to', 500)) if has_real else (('from', 600), ('to', 400))
        for aspect, least in (('tree', 850), ('subject', 800), ('date', 900), *addresses):
            self.assertGreaterEqual(compared[aspect], least, 'too few agreements to mean something')

    def reason(self, aspect, mine, theirs):
        if aspect == 'tree':
            mine, theirs = first_difference(mine, theirs)
        for row in ALLOWED.get(aspect, ()):
            if row(mine, theirs):
                return row.__name__
        return None

    def test_fragments_follow_the_grammar_and_the_tree(self):
        for (name, raw), dump in zip(self.files, self.dumps):
            with self.subTest(name):
                envelope = Fragment(text(dump['envelope'])).whole()
                self.assertEqual(len(envelope), 10)
                for addresses in envelope[2:8]:
                    for address in addresses or []:
                        self.assertEqual(len(address), 4)
                check_structure(self, Fragment(text(dump['bodystructure'])).whole(), dump['parts'])
                text(dump['preview']).decode()
                for part in dump['parts']:
                    self.assertEqual(sum(part['header']), part['body'][0])
                    self.assertLessEqual(sum(part['body']), len(raw))


if __name__ == '__main__':
    kontor.main()
