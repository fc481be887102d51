# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts and messages made by chance from a seed, and Pigeonhole (dovecot-sieve) as the reference for what they do."""
import pathlib
import re
import shutil
import subprocess
import tempfile

EXTENSIONS = ['fileinto', 'copy', 'imap4flags', 'variables', 'body', 'date', 'relational', 'subaddress', 'envelope',
              'comparator-i;ascii-numeric', 'index', 'editheader', 'encoded-character', 'reject', 'ihave', 'mailbox']
HEADERS = ['Subject', 'From', 'To', 'Cc', 'X-Number', 'X-None', 'Received', 'List-Id', 'X-Text']
ADDRESSES = ['anna@example.test', 'Anna+news@Example.test', 'boris@other.test', '"Road Runner" <rr+x+y@acme.test>',
             'team: a@x.test, b@y.test;', 'x@y.test (comment)', '<>', 'Иван <ivan@example.test>']
WORDS = ['hello', 'HELLO world', 'invoice 42', 'a*b?c', 'back\\slash', 'quote', '007', '42', 'Привет', '', 'x' * 60, 'two  blanks', '$$$ money']
DATES = ['Tue, 1 Apr 1997 09:06:31 -0800', 'Wed, 18 Nov 2026 23:30:00 +0300', 'Thu, 29 Feb 2024 00:00:00 GMT']
CONFIG = '''mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
base_dir = {work}/run
log_path = /dev/stderr
mail_location = maildir:{work}/mail
mail_home = {work}/home
ssl = no
plugin {{
  sieve_extensions = +editheader
  sieve_max_redirects = 4
}}
'''


def quoted(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


class Maker:
    def __init__(self, chance):
        self.chance = chance

    def pick(self, *choices):
        return self.chance.choice(choices)

    def message(self):
        chance = self.chance
        lines = [f'Received: from a by b; {chance.choice(DATES)}', f'Date: {chance.choice(DATES)}',
                 f'From: {chance.choice(ADDRESSES[:4])}', f'To: {", ".join(chance.sample(ADDRESSES[:6], 2))}',
                 f'Subject: {self.encoded(chance.choice(WORDS))}', 'Message-ID: <1@x.test>']
        for name in ('Cc', 'X-Number', 'List-Id', 'X-Text'):
            for _ in range(chance.randrange(3)):
                value = chance.choice(ADDRESSES[:6]) if name == 'Cc' else self.encoded(chance.choice(WORDS))
                lines.append(f'{name}: {value}')
        chance.shuffle(lines)
        if chance.randrange(2):
            body = f'Content-Type: text/plain; charset=utf-8\r\n\r\n{chance.choice(WORDS)}\r\n{chance.choice(WORDS)}\r\n'
        else:
            body = ('Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
                    f'{chance.choice(WORDS)}\r\n--bb\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\n'
                    'aGlkZGVu\r\n--bb--\r\n')
        return ('\r\n'.join(lines) + '\r\nMIME-Version: 1.0\r\n' + body).encode()

    def encoded(self, text):
        if text.isascii():
            return text
        return '=?utf-8?q?' + ''.join(f'={byte:02X}' for byte in text.encode()) + '?='

    def key(self):
        chance = self.chance
        # No empty one: as a number it is greater than all others (RFC 4790, 9.1.1), and the reference has it otherwise.
        text = chance.choice([word for word in WORDS if word] + ['anna', 'example.test', 'ANNA@example.test', 'news', 'rr', 'x+y', '1', '2'])
        if chance.randrange(3) == 0:
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice('*?') + text[at + chance.randrange(2):]
        return quoted(text)

    def keys(self):
        if self.chance.randrange(2):
            return self.key()
        return '[' + ', '.join(self.key() for _ in range(self.chance.randrange(1, 4))) + ']'

    def match(self, numbers=True):
        options = [':is', ':contains', ':matches', '', ':comparator "i;octet" :matches', ':comparator "i;octet" :is',
                   ':comparator "i;octet" :contains']
        if numbers:
            relation = self.pick('gt', 'ge', 'lt', 'le', 'eq', 'ne')
            options += [f':count "{relation}" :comparator "i;ascii-numeric"', f':value "{relation}" :comparator "i;ascii-numeric"',
                        f':value "{relation}"']
        return self.chance.choice(options)

    def names(self, among):
        return '[' + ', '.join(quoted(name) for name in self.chance.sample(among, self.chance.randrange(1, 3))) + ']'

    def index(self):
        return self.pick('', '', ':index 1 ', ':index 2 ', ':index 1 :last ')

    # No body :raw: in the reference it goes wrong once a field was edited.
    def test(self, depth=0):
        if depth < 3 and self.chance.randrange(4) == 0:
            many = ', '.join(self.test(depth + 1) for _ in range(self.chance.randrange(1, 4)))
            return self.pick(f'not {self.test(depth + 1)}', f'allof({many})', f'anyof({many})')
        part = self.pick(':all', ':localpart', ':domain', ':user', ':detail', '')
        return self.pick(
            f'header {self.index()}{self.match()} {self.names(HEADERS)} {self.keys()}',
            f'header {self.match()} {self.names(HEADERS)} {self.keys()}',
            f'address {part} {self.match()} {self.names(["From", "To", "Cc"])} {self.keys()}',
            f'envelope {part} {self.match()} {self.pick(quoted("from"), quoted("to"))} {self.keys()}',
            f'exists {self.names(HEADERS)}', f'size {self.pick(":over", ":under")} {self.chance.randrange(200, 900)}',
            f'body {self.pick(":text", ":content " + quoted(self.pick("text", "text/plain", "application")))} '
            f'{self.match(False)} {self.keys()}',
            f'date {self.pick(":originalzone", ":zone " + quoted(self.pick("+0000", "-0530", "+0300")))} {self.match()} '
            f'{self.pick(quoted("date"), quoted("received"))} {quoted(self.pick("year", "month", "day", "date", "hour", "minute", "weekday", "julian", "std11", "iso8601", "zone", "time"))} '
            f'{self.pick(quoted("1997"), quoted("04"), quoted("2026-11-18"), quoted("3"), quoted("50539"), quoted("17"), quoted("-0800"))}',
            f'string {self.match()} {self.names(["${1}", "${a}", "x${b}y", "${0}", "plain"])} {self.keys()}',
            f'hasflag {self.match()} {self.keys()}')

    def action(self):
        # A folder of its own for :copy: where one is filed into with it and without, the reference keeps the message as well.
        folder = self.pick('"A"', '"B/c"', '"INBOX"', '"${a}z"')
        return self.pick(
            'keep;', 'discard;', f'fileinto :create {folder};', 'fileinto :create :copy "Copies";', f'fileinto :create :flags "\\\\Seen $f" {folder};',
            'redirect "away@remote.test";', 'redirect :copy "Other <other@remote.test>";', 'stop;',
            f'{self.pick("setflag", "addflag", "removeflag")} {self.pick(quoted("$f"), quoted(chr(92) + "Flagged"), "[" + quoted("a b") + ", " + quoted("C") + "]")};',
            f'set {self.pick("", ":lower", ":upperfirst", ":length", ":quotewildcard", ":upper :lowerfirst")} "{self.pick("a", "b")}" {self.pick(quoted("${1}"), quoted("Va*L"), quoted("${a}q"), self.key())};',
            f'addheader {self.pick("", ":last")} "X-Text" {self.pick(quoted("added"), quoted("x${1}"))};',
            f'deleteheader {self.pick("", ":index 1", ":index 1 :last")} "X-Text";',
            f'deleteheader {self.match(False)} "X-Text" {self.keys()};')

    def block(self, depth=0):
        out = []
        for _ in range(self.chance.randrange(1, 4)):
            if depth < 2 and self.chance.randrange(3) == 0:
                out.append(f'if {self.test()} {{ {self.block(depth + 1)} }}')
                if self.chance.randrange(2):
                    out[-1] += f' elsif {self.test()} {{ {self.block(depth + 1)} }}'
                if self.chance.randrange(2):
                    out[-1] += f' else {{ {self.block(depth + 1)} }}'
            else:
                out.append(self.action())
        return '\n'.join(out)

    def script(self):
        return f'require [{", ".join(map(quoted, EXTENSIONS))}];\n' + \
            '\n'.join(f'if {self.test()} {{ {self.block(1)} }}' for _ in range(3)) + '\n' + self.block() + '\n'


class Pigeonhole:
    """What sieve-test says a script does: {folder: flags}, addresses it goes to, or None: the script or its run is wrong."""

    def __init__(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-pigeonhole-'))
        self.work.chmod(0o755)  # its programs leave root behind
        for name in ('run', 'mail', 'home'):
            folder = self.work / name
            folder.mkdir(parents=True)
            folder.chmod(0o777)
        (self.work / 'dovecot.conf').write_text(CONFIG.format(work=self.work))

    def close(self):
        shutil.rmtree(self.work)

    def actions(self, script, message, sender, recipient):
        for name, data in (('s.sieve', script.encode()), ('m.eml', message)):
            (self.work / name).write_bytes(data)
        done = subprocess.run(['sieve-test', '-c', str(self.work / 'dovecot.conf'), '-f', sender, '-r', recipient,
                               str(self.work / 's.sieve'), str(self.work / 'm.eml')], capture_output=True, timeout=60)
        said = done.stdout.decode() + done.stderr.decode()
        if done.returncode != 0 or 'error:' in said or 'warning:' in said:
            return None, said
        folders, sent, last = {}, set(), None
        for line in said.split('\n'):
            stored = re.search(r'\* store message in folder: (.*)', line)
            flags = re.search(r'\+ add IMAP flags: ?(.*)', line)
            away = re.search(r'\* redirect message to: <?([^>]*)>?', line)
            if stored:
                last = stored.group(1).strip()
                folders.setdefault(last, set())
            elif flags and last is not None:
                folders[last] |= set(flags.group(1).lower().split())
            elif away:
                sent.add(away.group(1).strip())
        return (folders, sent), said
