# SPDX-License-Identifier: GPL-3.0-or-later
"""Wire dialogues with a real kontord: tests/scripts/imap/*.imap, each with people of its own.

    run_imap.py --build DIR [--only NAME]

A script is read line by line:

    # text                  says what is checked
    people N                N people for this script (default 1); the first is person 1
    fill FOLDER COUNT       COUNT small messages into a folder of person 1, by LMTP or APPEND
    ctl WORDS               kontorctl does it; ${name} is replaced
    N connect [plain]       connection N, by TLS or plain; the greeting stays to be read
    N login [PERSON]        connection N, by TLS, greeted and signed in
    N> COMMAND              sends a tag and the command
    N>> TEXT                sends the text as it is, with CRLF
    N>>> TEXT               sends the text as it is
    N< PATTERN              the next line is this; OK, NO and BAD stand for the tagged response
    N< ...                  any number of lines until one fits the next pattern
    N tls                   the TLS handshake, after STARTTLS
    N closed                the server has closed the connection

In a COMMAND or TEXT `{=text}` is a literal that does not wait, `{?text}` one that waits for "+",
`\\r`, `\\n`, `\\0`, `\\\\` are those bytes, `{*N text}` is the text N times, `${name}` a variable; person1 and
password are set. In a PATTERN `%%` is any text, `${name}` the variable's value, and when it has none, text that
becomes its value. After the last line nothing more may have come.
"""
import base64
import hashlib
import pathlib
import re
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

SCRIPTS = pathlib.Path(__file__).resolve().parent / 'imap'
SECONDS = 30


class Failure(Exception):
    pass


def password_hash(password):
    """OpenLDAP's form, with little work: many people sign in here."""
    salt = b'kontor-scripts-1'
    digest = hashlib.pbkdf2_hmac('sha256', password.encode(), salt, 1000)
    adapted = [base64.b64encode(value).decode().rstrip('=').replace('+', '.') for value in (salt, digest)]
    return f'{{PBKDF2-SHA256}}1000${adapted[0]}${adapted[1]}'


def ldif(names):
    hashed = password_hash(kontor.PASSWORD)
    return 'version: 1\n' + ''.join(
        f'\ndn: uid={name},dc=example,dc=test\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n'
        f'mail: {name}@example.test\nuserPassword: {hashed}\n' for name in names)


class Connection:
    def __init__(self, server, plain):
        self.server = server
        self.wire = kontor.Wire(server.connect('imap' if plain else 'imaps'))
        if not plain:
            self.tls()
        self.wire.connection.settimeout(SECONDS)
        self.tags = 0
        self.tag = '?'
        self.skipping = False

    def tls(self):
        self.wire.start_tls(self.server.tls_context())
        self.wire.connection.settimeout(SECONDS)

    def next_tag(self):
        self.tags += 1
        self.tag = f't{self.tags}'
        return self.tag

    def line(self):
        return self.wire.line().decode('utf-8', 'replace')

    def pending(self):
        """What has come and was not read."""
        if self.wire.buffer:
            return self.wire.buffer
        self.wire.connection.settimeout(0)
        try:
            return self.wire.connection.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError, ConnectionError):
            return b''


def message(number):
    return (f'From: Sender <sender@example.test>\r\nTo: Reader <reader@example.test>\r\nSubject: message {number}\r\n'
            f'Date: Mon, 2 Nov 2026 10:00:0{number % 10} +0000\r\nMessage-ID: <m{number}@example.test>\r\n'
            f'Content-Type: text/plain; charset=utf-8\r\n\r\nText {number}\r\n').encode()


class Script:
    def __init__(self, path, server):
        self.path = path
        self.server = server
        self.name = path.stem
        self.connections = {}
        self.variables = {'password': kontor.PASSWORD}
        for number in range(1, 5):
            self.variables[f'person{number}'] = f'{self.user(number)}@example.test'
        self.where = ''

    def user(self, number):
        return person_name(self.name, number)

    # --- sending ----------------------------------------------------------------------------------
    def pieces(self, text):
        """(bytes, wait before them) for a text with literals and escapes."""
        def variable(match):
            if match[1] not in self.variables:
                raise Failure(f'variable {match[1]} has no value')
            return self.variables[match[1]]
        text = re.sub(r'\$\{(\w+)\}', variable, text)
        text = re.sub(r'\{\*(\d+) (.*?)\}', lambda match: match[2] * int(match[1]), text)
        out, wait = b'', False
        for part in re.split(r'(\{[=?](?:[^{}]|\{\d+\})*\})', text):
            if part.startswith(('{=', '{?')):
                data = unescape(part[2:-1])
                if part[1] == '=':
                    out += b'{%d+}\r\n' % len(data) + data
                else:
                    yield out + b'{%d}\r\n' % len(data), wait
                    out, wait = data, True
            else:
                out += unescape(part)
        yield out, wait

    def send(self, connection, text, end):
        pieces = list(self.pieces(text))
        for index, (data, wait) in enumerate(pieces):
            if wait:
                line = connection.line()
                if not line.startswith('+'):
                    raise Failure(f'waited for "+", got: {line}')
            connection.wire.send(data + (end if index == len(pieces) - 1 else b''))

    # --- reading ----------------------------------------------------------------------------------
    def fits(self, connection, pattern, line):
        pattern = unescape(pattern).decode()
        if re.match(r'(OK|NO|BAD)\b', pattern):
            pattern = f'{connection.tag} {pattern}'
        regex, names = '', []
        for part in re.split(r'(%%|\$\{\w+\})', pattern):
            name = part[2:-1]
            if part == '%%':
                regex += '.*'
            elif part.startswith('${') and name in self.variables:
                regex += re.escape(self.variables[name])
            elif part.startswith('${') and name in names:
                regex += f'(?P={name})'
            elif part.startswith('${'):
                names.append(name)
                regex += f'(?P<{name}>[^\\s\\])]+)'
            else:
                regex += re.escape(part)
        match = re.fullmatch(regex, line)
        if match:
            self.variables.update(match.groupdict())
        return match is not None

    def expect(self, connection, pattern):
        if pattern == '...':
            connection.skipping = True
            return
        seen = []
        while True:
            line = connection.line()
            if self.fits(connection, pattern, line):
                connection.skipping = False
                return
            seen.append(line)
            over = line == '' or line.startswith(connection.tag + ' ')
            if not connection.skipping or over:
                raise Failure('wanted: ' + pattern + '\n      got:    ' + '\n              '.join(seen))

    # --- the script -------------------------------------------------------------------------------
    def fill(self, folder, count):
        client = self.server.imap(self.user(1))
        for number in range(1, count + 1):
            kind, answer = client.append(folder, None, None, message(number))
            if kind != 'OK':
                raise Failure(f'fill: {answer}')
        client.logout()

    def connection(self, number):
        if number not in self.connections:
            raise Failure(f'connection {number} is not open')
        return self.connections[number]

    def act(self, number, words):
        if words[0] == 'connect':
            self.connections[number] = Connection(self.server, words[1:] == ['plain'])
        elif words[0] == 'login':
            connection = self.connections[number] = Connection(self.server, False)
            self.expect(connection, '* OK %%')
            connection.next_tag()
            person = self.variables['person' + (words[1] if len(words) > 1 else '1')]
            connection.wire.send(f'{connection.tag} LOGIN {person} {kontor.PASSWORD}\r\n')
            self.expect(connection, 'OK %%')
        elif words[0] == 'tls':
            self.connection(number).tls()
        elif words[0] == 'closed':
            rest = self.connection(number).line()
            if rest:
                raise Failure(f'not closed, but: {rest}')
        else:
            raise Failure(f'what is {words[0]}?')

    def step(self, line):
        if line.startswith('people '):
            return
        if line.startswith('fill '):
            _, folder, count = line.split()
            self.fill(folder, int(count))
            return
        if line.startswith('ctl '):
            self.server.ctl(*(re.sub(r'\$\{(\w+)\}', lambda match: self.variables[match[1]], word)
                              for word in line.split()[1:]))
            return
        match = re.fullmatch(r'(\d)(>>>|>>|>|<)\s?(.*)', line)
        if not match:
            number, *words = line.split()
            self.act(int(number), words)
            return
        connection, kind, text = self.connection(int(match[1])), match[2], match[3]
        if kind == '>':
            connection.next_tag()
            self.send(connection, f'{connection.tag} {text}', b'\r\n')
        elif kind == '<':
            self.expect(connection, text)
        else:
            self.send(connection, text, b'\r\n' if kind == '>>' else b'')

    def run(self):
        for number, line in enumerate(self.path.read_text(encoding='utf-8').splitlines(), 1):
            self.where = f'{self.path.name}:{number}: {line}'
            if line.strip() and not line.startswith('#'):
                self.step(line)
        self.where = f'{self.path.name}: at the end'
        for number, connection in self.connections.items():
            if connection.pending():
                raise Failure(f'connection {number} has more: {connection.wire.buffer!r}')

    def close(self):
        for connection in self.connections.values():
            connection.wire.close()


def unescape(text):
    table = {'\\r': '\r', '\\n': '\n', '\\0': '\0', '\\\\': '\\'}
    return re.sub(r'\\[rn0\\]', lambda match: table[match[0]], text).encode('utf-8')


def person_name(script, number):
    return f'{script.replace("_", "-")}-{number}'


def people_of(path):
    match = re.search(r'^people (\d)$', path.read_text(encoding='utf-8'), re.M)
    return [person_name(path.stem, number) for number in range(1, (int(match[1]) if match else 1) + 1)]


def run_script(path, server):
    script = Script(path, server)
    try:
        script.run()
        print(f'ok    {path.stem}', flush=True)
        return True
    except (Failure, OSError, AssertionError) as error:
        print(f'FAIL  {path.stem}\n      {script.where}\n      {error or type(error).__name__}', flush=True)
        return False
    finally:
        script.close()


def main():
    only = sys.argv[sys.argv.index('--only') + 1] if '--only' in sys.argv else None
    paths = sorted(path for path in SCRIPTS.glob('*.imap') if only in (None, path.stem))
    if not paths:
        sys.exit('no scripts')
    server = kontor.Server({'imap.idle_timeout': '60s', 'smtp.max_message': '100 KB'})
    server.settings['directory.local_file'] = str(server.data / 'people.ldif')
    names = [name for path in paths for name in people_of(path)]
    (server.data / 'people.ldif').write_text(ldif(names), encoding='utf-8')
    with server:
        failed = [path.stem for path in paths if not run_script(path, server)]
    print(f'{len(paths) - len(failed)} of {len(paths)} scripts passed' +
          (': failed: ' + ', '.join(failed) if failed else ''))
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
