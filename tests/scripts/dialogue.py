# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wire scripts of all protocols share: their people, their bytes, connections that read by patterns, and the run of a
whole folder. A protocol's runner says what its lines mean: a Script with step(line)."""
import base64
import pathlib
import re
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

SECONDS = 120
PEOPLE = 4  # that variables are set for
ESCAPES = {'r': b'\r', 'n': b'\n', '0': b'\0', 't': b'\t', '\\': b'\\'}


class Failure(Exception):
    pass


def ldif(names):
    hashed = kontor.password_hash(kontor.PASSWORD)
    return 'version: 1\n' + ''.join(
        f'\ndn: uid={name},dc=example,dc=test\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n'
        f'mail: {name}@example.test\nuserPassword: {hashed}\n' for name in names)


def message(number):
    return (f'From: Sender <sender@example.test>\r\nTo: Reader <reader@example.test>\r\nSubject: message {number}\r\n'
            f'Date: Mon, 2 Nov 2026 10:00:0{number % 10} +0000\r\nMessage-ID: <m{number}@example.test>\r\n'
            f'Content-Type: text/plain; charset=utf-8\r\n\r\nText {number}\r\n').encode()


def person_name(script, number):
    return f'{script.replace("_", "-")}-{number}'


def people_of(path):
    match = re.search(r'^people (\d)$', path.read_text(encoding='utf-8'), re.M)
    return [person_name(path.stem, number) for number in range(1, (int(match[1]) if match else 1) + 1)]


def unescape(text):
    r"""\r \n \t \0 \\ and \xHH are those bytes."""
    parts = re.split(r'(\\x[0-9A-Fa-f]{2}|\\[rn0t\\])', text)
    return b''.join(bytes([int(part[2:], 16)]) if part.startswith('\\x') else
                    ESCAPES[part[1]] if part.startswith('\\') and len(part) == 2 else part.encode() for part in parts)


def to_bytes(text):
    """unescape(), with {plain:NAME:PASSWORD}, {base64:TEXT} and {repeat:N:X} made before it."""
    def fill(match):
        kind, _, rest = match[1].partition(':')
        if kind == 'plain':
            name, password = rest.split(':')
            return base64.b64encode(f'\0{name}\0{password}'.encode()).decode()
        if kind == 'base64':
            return base64.b64encode(rest.encode()).decode()
        count, what = rest.split(':', 1)
        return what * int(count)

    return unescape(re.sub(r'\{((?:plain|base64|repeat):[^}]*)\}', fill, text))


class Connection:
    """To a port; TLS from the start where the port's name ends with s."""

    def __init__(self, server, port):
        self.server = server
        self.wire = kontor.Wire(server.connect(port))
        self.wire.connection.settimeout(SECONDS)
        if port.endswith('s'):
            self.tls()
        self.skipping = False
        self.passed = []  # lines since the last "..."

    def tls(self):
        self.wire.start_tls(self.server.tls_context())
        self.wire.connection.settimeout(SECONDS)

    def line(self):
        while b'\n' not in self.wire.buffer:
            more = self.wire.connection.recv(65536)
            if not more:  # an empty line is one, the end is none
                raise Failure(f'the connection has ended; rest: {self.wire.buffer!r}, before: {self.passed}')
            self.wire.buffer += more
        return self.wire.line().decode('utf-8', 'replace')

    def pending(self):
        """What has come and was not read."""
        if self.wire.buffer:
            return self.wire.buffer
        self.wire.connection.settimeout(0)
        try:
            return self.wire.connection.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError, OSError):
            return b''

    def must_be_closed(self):
        if self.wire.buffer or not self.wire.is_closed():
            raise Failure(f'the connection is open; rest: {self.wire.buffer!r}')


class Script:
    """One file with people and connections of its own; a protocol's class knows what a line means."""
    value = r'\S+'  # what a variable takes that has none yet

    def __init__(self, path, server):
        self.path, self.server = path, server
        self.connections = {}
        self.variables = {'password': kontor.PASSWORD}
        for number in range(1, PEOPLE + 1):
            self.variables[f'person{number}'] = f'{person_name(path.stem, number)}@example.test'
        self.where = ''

    def step(self, line):
        raise NotImplementedError

    def run(self):
        for number, line in enumerate(self.path.read_text(encoding='utf-8').splitlines(), 1):
            self.where = f'{self.path.name}:{number}: {line}'
            if line.strip() and not line.startswith(('#', 'people ')):
                self.step(line)
        self.where = f'{self.path.name}: at the end'
        for number, connection in self.connections.items():
            more = connection.pending()
            if more:
                raise Failure(f'connection {number} has more: {more!r}')

    def close(self):
        for connection in self.connections.values():
            connection.wire.close()

    def connection(self, number):
        if number not in self.connections:
            raise Failure(f'connection {number} is not open')
        return self.connections[number]

    def person(self, number):
        return self.variables[f'person{number or 1}']

    def filled(self, text):
        def variable(match):
            if match[1] not in self.variables:
                raise Failure(f'variable {match[1]} has no value')
            return self.variables[match[1]]
        return re.sub(r'\$\{(\w+)\}', variable, text)

    # --- reading ----------------------------------------------------------------------------------
    def fits(self, pattern, line):
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
                regex += f'(?P<{name}>{self.value})'
            else:
                regex += re.escape(part)
        match = re.fullmatch(regex, line)
        if match:
            self.variables.update(match.groupdict())
        return match is not None

    def is_last(self, _connection, _line):
        """Does nothing that a pattern waits for come after this line?"""
        return False

    def expect(self, connection, pattern):
        if pattern == '...':
            connection.skipping, connection.passed = True, []
            return
        if not connection.skipping:
            connection.passed = []
        while True:
            line = connection.line()
            if self.fits(pattern, line):
                connection.skipping = False
                return
            connection.passed.append(line)
            if not connection.skipping or self.is_last(connection, line):
                raise Failure(f'wanted: {pattern}\n      got:    ' + '\n              '.join(connection.passed))


def run_script(script):
    try:
        script.run()
        print(f'ok    {script.path.stem}', flush=True)
        return True
    except (Failure, OSError, AssertionError) as error:
        print(f'FAIL  {script.path.stem}\n      {script.where}\n      {error or type(error).__name__}', flush=True)
        return False
    finally:
        script.close()


def main(kind, make_script, settings):
    """Runs tests/scripts/KIND/*.KIND, or with --only NAME that one, against one server; ends the program."""
    only = sys.argv[sys.argv.index('--only') + 1] if '--only' in sys.argv else None
    paths = sorted((pathlib.Path(__file__).resolve().parent / kind).glob('*.' + kind))
    paths = [path for path in paths if only in (None, path.stem)]
    if not paths:
        sys.exit('no scripts')
    server = kontor.Server(settings)
    server.settings['directory.local_file'] = str(server.data / 'people.ldif')
    names = [name for path in paths for name in people_of(path)]
    (server.data / 'people.ldif').write_text(ldif(names), encoding='utf-8')
    with server:
        failed = [path.stem for path in paths if not run_script(make_script(path, server))]
    print(f'{len(paths) - len(failed)} of {len(paths)} scripts passed' +
          (': failed: ' + ', '.join(failed) if failed else ''))
    sys.exit(1 if failed else 0)
