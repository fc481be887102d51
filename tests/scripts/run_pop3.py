# SPDX-License-Identifier: GPL-3.0-or-later
"""Wire scripts for POP3: every tests/scripts/pop3/*.pop3, each with people of its own, IMAP beside it where wanted.

    run_pop3.py --build DIR [--only NAME]

A script is a line a step; empty lines and lines with # are passed over. N is the number of a connection:

    people N                N people for this script (default 1); the first is person 1
    fill COUNT              COUNT small messages into the INBOX of person 1, by LMTP: 1, 2, 3 ... lines of text
    append TEXT             one message into that INBOX as it stands, by IMAP
    N connect pop3          a new connection to that port (pop3, pop3s, imaps); the greeting stays to be read
    N login [PERSON]        connection N to pop3s, greeted and signed in
    N imap [PERSON]         connection N to imaps, signed in, INBOX selected
    N> LINE                 sends the line with CRLF
    N>> TEXT                sends the text as it is
    N< PATTERN              the next line is this
    N< ...                  any number of lines until one fits the next pattern
    N has LINE              this line stands in the lines of the last ...
    N lacks LINE            it does not
    N tls                   the TLS handshake, after STLS
    N drop                  cuts the connection
    N closed                the server has closed it
    inbox COUNT             so many messages are in the INBOX of person 1, seen by a new IMAP connection

In what is sent `\\r \\n \\t \\\\ \\0` and `\\xHH` are those bytes, {plain:NAME:PASSWORD} the base64 of a PLAIN response, {base64:TEXT}
of the text, {repeat:N:X} N times X, ${name} a variable; person1 ... and password are set. In a PATTERN `%%` is any text, ${name} the
variable's value, and when it has none, text that becomes its value. After the last line nothing more may have come.
"""
import base64
import pathlib
import re
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
from run_imap import ldif, message, person_name  # noqa: E402

SCRIPTS = pathlib.Path(__file__).resolve().parent / 'pop3'
SECONDS = 30
ESCAPES = {'r': b'\r', 'n': b'\n', '0': b'\0', 't': b'\t', '\\': b'\\'}


class Failure(Exception):
    pass


def to_bytes(text):
    def fill(match):
        kind, _, rest = match[1].partition(':')
        if kind == 'plain':
            name, password = rest.split(':')
            return base64.b64encode(f'\0{name}\0{password}'.encode()).decode()
        if kind == 'base64':
            return base64.b64encode(rest.encode()).decode()
        count, what = rest.split(':', 1)
        return what * int(count)

    text = re.sub(r'\{((?:plain|base64|repeat):[^}]*)\}', fill, text)
    parts = re.split(r'(\\x[0-9A-Fa-f]{2}|\\[rn0t\\])', text)
    return b''.join(bytes([int(part[2:], 16)]) if part.startswith('\\x') else
                    ESCAPES[part[1]] if part.startswith('\\') else part.encode() for part in parts)


class Connection:
    def __init__(self, server, port):
        self.server = server
        self.wire = kontor.Wire(server.connect(port))
        self.wire.connection.settimeout(SECONDS)
        if port.endswith('s'):
            self.tls()
        self.skipping = False
        self.passed = []

    def tls(self):
        self.wire.start_tls(self.server.tls_context())
        self.wire.connection.settimeout(SECONDS)

    def line(self):
        while b'\n' not in self.wire.buffer:
            more = self.wire.connection.recv(65536)
            if not more:  # an empty line is one, the end is none
                raise Failure(f'the connection has ended; rest: {self.wire.buffer!r}')
            self.wire.buffer += more
        return self.wire.line().decode('utf-8', 'replace')

    def pending(self):
        if self.wire.buffer:
            return self.wire.buffer
        self.wire.connection.settimeout(0)
        try:
            return self.wire.connection.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError, OSError):
            return b''


class Script:
    def __init__(self, path, server):
        self.path, self.server = path, server
        self.connections = {}
        self.variables = {'password': kontor.PASSWORD}
        for number in range(1, 4):
            self.variables[f'person{number}'] = f'{person_name(path.stem, number)}@example.test'
        self.where = ''

    def run(self):
        for number, line in enumerate(self.path.read_text(encoding='utf-8').splitlines(), 1):
            self.where = f'{self.path.name}:{number}: {line}'
            if not line.strip() or line.startswith(('#', 'people ')):
                continue
            self.step(line)
        for number, connection in self.connections.items():
            if connection.pending():
                raise Failure(f'connection {number}: more has come: {connection.pending()!r}')

    def step(self, line):
        match = re.fullmatch(r'(\d)(>>|>|<| \w+)(?: (.*))?', line)
        if not match:
            word, _, rest = line.partition(' ')
            getattr(self, 'do_' + word)(rest)
            return
        number, what, rest = match[1], match[2].strip(), match[3] or ''
        if what in ('connect', 'login', 'imap'):
            self.connections[number] = getattr(self, what)(rest)
            return
        connection = self.connections[number]
        if what in ('>', '>>'):
            connection.wire.send(to_bytes(self.filled(rest)) + (b'\r\n' if what == '>' else b''))
        elif what == '<':
            self.expect(connection, rest)
        else:
            getattr(self, 'on_' + what)(connection, rest)

    def filled(self, text):
        return re.sub(r'\$\{(\w+)\}', lambda match: self.variables[match[1]], text)

    # --- connections ------------------------------------------------------------------------------
    def connect(self, port):
        return Connection(self.server, port)

    def login(self, person):
        connection = Connection(self.server, 'pop3s')
        self.expect(connection, '+OK %%')
        for text in (f'USER {self.variables["person" + (person or "1")]}', f'PASS {kontor.PASSWORD}'):
            connection.wire.send(text + '\r\n')
            self.expect(connection, '+OK %%')
        return connection

    def imap(self, person):
        connection = Connection(self.server, 'imaps')
        for text in (f'a LOGIN {self.variables["person" + (person or "1")]} {kontor.PASSWORD}', 'b SELECT INBOX'):
            connection.wire.send(text + '\r\n')
            connection.wire.until(text[0] + ' OK')
        return connection

    def on_tls(self, connection, _):
        connection.tls()

    def on_drop(self, connection, _):
        connection.wire.close()
        self.connections = {number: one for number, one in self.connections.items() if one is not connection}

    def on_closed(self, connection, _):
        if connection.wire.buffer or not connection.wire.is_closed():
            raise Failure('the connection is open')

    def on_has(self, connection, text):
        if text not in connection.passed:
            raise Failure(f'not in {connection.passed}')

    def on_lacks(self, connection, text):
        if text in connection.passed:
            raise Failure(f'stands in {connection.passed}')

    # --- reading ----------------------------------------------------------------------------------
    def fits(self, pattern, line):
        regex, names = '', []
        for part in re.split(r'(%%|\$\{\w+\})', pattern):
            name = part[2:-1]
            if part == '%%':
                regex += '.*'
            elif part.startswith('${') and name in self.variables:
                regex += re.escape(self.variables[name])
            elif part.startswith('${'):
                names.append(name)
                regex += f'(?P<{name}>\\S+)'
            else:
                regex += re.escape(part)
        match = re.fullmatch(regex, line)
        if match:
            self.variables.update(match.groupdict())
        return match is not None

    def expect(self, connection, pattern):
        if pattern == '...':
            connection.skipping, connection.passed = True, []
            return
        while True:
            line = connection.line()
            if self.fits(pattern, line):
                connection.skipping = False
                return
            connection.passed.append(line)
            if not connection.skipping:
                raise Failure(f'wanted: {pattern}\n      got:    {line}')

    # --- mailboxes --------------------------------------------------------------------------------
    def do_fill(self, count):
        for number in range(1, int(count) + 1):
            text = message(number) + b''.join(b'line %d\r\n' % line for line in range(1, number))
            self.server.lmtp([self.variables['person1']], text)

    def do_append(self, text):
        connection = self.imap('1')
        data = to_bytes(self.filled(text))
        connection.wire.send(b'c APPEND INBOX {%d+}\r\n%s\r\n' % (len(data), data))
        connection.wire.until('c OK')
        connection.wire.close()

    def do_inbox(self, count):
        client = self.server.imap(self.variables['person1'])
        try:
            found = int(client.select('INBOX', readonly=True)[1][0])
        finally:
            client.logout()
        if found != int(count):
            raise Failure(f'{found} messages are there')

    def close(self):
        for connection in self.connections.values():
            connection.wire.close()


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
    paths = sorted(path for path in SCRIPTS.glob('*.pop3') if only in (None, path.stem))
    if not paths:
        sys.exit('no scripts')
    server = kontor.Server({'pop3.max_bad_commands': 20, 'pop3.idle_timeout': '60s', 'sign_in.remember_failure': '1s'})
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
