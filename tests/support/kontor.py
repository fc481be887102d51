# SPDX-License-Identifier: GPL-3.0-or-later
"""A real kontord for a test: own data folder, own free ports, ended when the test ends.

    with kontor.Server() as server:                 # the demo organisation
        imap = server.imap('anna')                  # imaplib, TLS, signed in
        server.lmtp(['anna@example.test'], message)

A test file is a unittest module that ends with `kontor.main()`; --build DIR names the build folder.
"""
import base64
import fcntl
import hashlib
import imaplib
import json
import os
import pathlib
import poplib
import random
import select
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = 'kontor-demo'
PORTS = {'smtp': 25, 'submission': 587, 'submissions': 465, 'lmtp': 24, 'imap': 143, 'imaps': 993,
         'pop3': 110, 'pop3s': 995, 'https': 443, 'ldap': 389, 'ldaps': 636, 'sieve': 4190}
# Seconds for what is waited for. A loaded machine with sanitizers takes long; what is lost takes for ever.
PATIENCE = 120.0
READY_SECONDS = 180
LONG = bool(os.environ.get('KONTOR_LONG'))

imaplib._MAXLINE = 100_000_000


def build_folder():
    """The folder given as --build, else KONTOR_BUILD, else the newest of the usual ones."""
    if '--build' in sys.argv:
        return pathlib.Path(sys.argv[sys.argv.index('--build') + 1]).resolve()
    if os.environ.get('KONTOR_BUILD'):
        return pathlib.Path(os.environ['KONTOR_BUILD']).resolve()
    found = [path.parents[1] for path in ROOT.glob('build/*/bin/kontord')]
    if not found:
        sys.exit('No kontord was built: run ./start --build-only first, or give --build DIR')
    return max(found, key=lambda path: (path / 'bin/kontord').stat().st_mtime)


def program(name):
    return str(build_folder() / 'bin' / name)


def port_bases():
    """Numbers to which every standard port can be added without two of them meeting on a port; below the ports that the system
    gives to outgoing connections (32768 and above), so that they stay free while a server is restarted."""
    taken, found = set(), []
    for base in range(12_000, 28_500):
        ports = {base + port for port in PORTS.values()}
        if not ports & taken:
            taken |= ports
            found.append(base)
    return found


PORT_BASES = port_bases()


def hold_ports():
    """(a base of port_bases(), the open file whose lock keeps it from other tests till the file is closed)."""
    folder = pathlib.Path(tempfile.gettempdir()) / f'kontor-test-ports.{os.getuid()}'
    folder.mkdir(exist_ok=True)
    for base in random.sample(PORT_BASES, len(PORT_BASES)):
        lock = open(folder / str(base), 'wb')
        held = []
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for port in PORTS.values():
                held.append(socket.create_server(('127.0.0.1', base + port)))
            return base, lock
        except OSError:
            lock.close()
        finally:
            for one in held:
                one.close()
    raise RuntimeError('no free ports found')


def wait_until(condition, what, seconds=PATIENCE):
    """Asks `condition` until it gives something true and returns that; fails with `what` when time is over."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'not within {seconds} s: {what}')
        pause.wait(0.02)


def password_hash(password):
    """OpenLDAP's {PBKDF2-SHA256}iterations$salt$hash, with little work: many people sign in in tests."""
    def ab64(data):
        return base64.b64encode(data).decode().rstrip('=').replace('+', '.')
    salt = os.urandom(16)
    made = hashlib.pbkdf2_hmac('sha256', password.encode(), salt, 1_000)
    return f'{{PBKDF2-SHA256}}1000${ab64(salt)}${ab64(made)}'


def next_second():
    """Until the clock's next whole second: for what tells times apart by seconds."""
    begun = int(time.time())
    wait_until(lambda: int(time.time()) > begun, 'the next second')


def toml(value):
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return json.dumps(value, ensure_ascii=False)


class Lmtp(smtplib.LMTP):
    """Hears what becomes of the message for each recipient (RFC 2033, 4.2); smtplib reads one reply for all."""

    def mail(self, *arguments, **options):
        self.taken, self.refused = [], {}
        return super().mail(*arguments, **options)

    def rcpt(self, recipient, options=()):
        reply = super().rcpt(recipient, options)
        if reply[0] in (250, 251):
            self.taken.append(recipient)
        return reply

    def data(self, message):
        replies = [super().data(message)]
        replies += [self.getreply() for _ in self.taken[1:]]
        self.refused = {recipient: reply for recipient, reply in zip(self.taken, replies) if reply[0] != 250}
        return next((reply for reply in replies if reply[0] == 250), replies[0])


class Server:
    """One kontord. `settings` are {'section.name': value} beside the defaults for tests."""

    def __init__(self, settings=None, data=None, environment=None, prefix=()):
        self.own_folder = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix='kontor-test-'))
        self.data.mkdir(parents=True, exist_ok=True)
        self.port_base, self.port_lock = hold_ports()
        self.settings = {
            'server.name': 'localhost', 'server.data_folder': str(self.data), 'server.port_base': self.port_base,
            'server.listen': ['127.0.0.1'], 'server.demo': True, 'directory.source': 'local',
            'directory.default_domain': 'example.test',
            'screening.enabled': False, 'signs.enabled': False,
            'checks.enabled': False,  # a test that is not about them waits for no name server
            **(settings or {})}
        self.environment = {**os.environ, **(environment or {})}
        self.prefix = list(prefix)
        self.log_file = self.data / 'test.log'
        self.process = None

    # --- life -------------------------------------------------------------------------------------
    def write_config(self):
        sections = {}
        for key, value in self.settings.items():
            section, name = key.split('.', 1)
            sections.setdefault(section, []).append(f'{name} = {toml(value)}')
        text = '\n'.join(f'[{section}]\n' + '\n'.join(lines) + '\n' for section, lines in sections.items())
        (self.data / 'kontor.toml').write_text(text, encoding='utf-8')

    def start(self, wait=True):
        self.write_config()
        log = open(self.log_file, 'ab')
        self.log_start = log.tell()
        self.process = subprocess.Popen([*self.prefix, program('kontord'), '--config', str(self.data / 'kontor.toml')],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                                        start_new_session=True)
        log.close()
        if wait:
            wait_until(lambda: 'kontord: ready pid=' in self.log(current=True) or self.process.poll() is not None,
                       'kontord: ready', READY_SECONDS)
            if self.process.poll() is not None:
                raise AssertionError('kontord ended at its start:\n' + self.log(current=True)[-4000:])
        return self

    def stop(self):
        """Ends it in good order and fails when it does not end well."""
        if self.process is None or self.process.poll() is not None:
            self.process = None
            return
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(READY_SECONDS)
        self.process = None
        if code not in (0, -signal.SIGTERM):
            raise AssertionError(f'kontord ended with {code}:\n' + self.log(current=True)[-6000:])

    def kill(self):
        """kill -9 of kontord and what it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def restart(self, how='stop'):
        """`how`: stop, kill, or 'without snapshot': stopped, and every account is read from its logs alone."""
        if how == 'kill':
            self.kill()
        else:
            self.stop()
        if how == 'without snapshot':
            for snapshot in self.data.glob('accounts/*/*/snapshot'):
                snapshot.unlink()
        self.start()

    @property
    def pid(self):
        return self.process.pid

    def log(self, current=False):
        try:
            with open(self.log_file, 'rb') as file:
                if current:
                    file.seek(self.log_start)
                return file.read().decode('utf-8', 'replace')
        except FileNotFoundError:
            return ''

    def wait_for_log(self, text, seconds=PATIENCE):
        wait_until(lambda: text in self.log(current=True), f'"{text}" in the log', seconds)

    def close(self):
        try:
            self.stop()
        finally:
            if self.process is not None:
                self.kill()
            self.port_lock.close()
            if self.own_folder and not os.environ.get('KONTOR_KEEP'):
                shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            if self.process is not None and self.process.poll() is None:
                self.kill()
            raise

    def __exit__(self, kind, value, traceback):
        if kind is not None:
            sys.stderr.write(f'--- end of {self.log_file}:\n{self.log()[-4000:]}\n')
        self.close()

    # --- clients ----------------------------------------------------------------------------------
    def port(self, name):
        return self.port_base + PORTS[name]

    def tls_context(self):
        return ssl.create_default_context(cafile=str(self.data / 'tls/ca.pem'))

    def imap(self, user=None, password=PASSWORD):
        """imaplib over TLS on the port for it; signed in when a user is given (short name or full login)."""
        client = imaplib.IMAP4_SSL('localhost', self.port('imaps'), ssl_context=self.tls_context())
        if user:
            client.login(user if '@' in user else f'{user}@example.test', password)
        return client

    def takes_mail_for(self, address):
        """Would a message for it be taken now? Asked by LMTP."""
        with smtplib.LMTP('localhost', self.port('lmtp'), timeout=PATIENCE) as client:
            client.ehlo('test')
            client.mail('sender@elsewhere.test')
            return client.rcpt(address)[0] == 250

    def imap_refusal(self, login, password=PASSWORD):
        """What IMAP says against a sign-in; nothing: it is fine."""
        client = self.imap()
        try:
            client.login(login, password)
            return ''
        except imaplib.IMAP4.error as refused:
            return str(refused)
        finally:
            client.logout()

    def pop3_refusal(self, login, password=PASSWORD, host='localhost', context=None):
        """The same of POP3."""
        client = poplib.POP3_SSL(host, self.port('pop3s'), context=context or self.tls_context(), timeout=PATIENCE)
        try:
            client.user(login)
            client.pass_(password)
            return ''
        except poplib.error_proto as refused:
            return str(refused)
        finally:
            client.close()

    def connect(self, name):
        """A plain socket to the port of that name, with a time limit."""
        connection = socket.create_connection(('127.0.0.1', self.port(name)), timeout=PATIENCE)
        return connection

    def submission(self, user, password=PASSWORD):
        client = smtplib.SMTP('localhost', self.port('submission'), timeout=PATIENCE)
        client.starttls(context=self.tls_context())
        client.login(user if '@' in user else f'{user}@example.test', password)
        return client

    def smtp(self):
        return smtplib.SMTP('localhost', self.port('smtp'), timeout=PATIENCE)

    def lmtp(self, recipients, message, sender='sender@elsewhere.test'):
        """Delivers by LMTP; {refused recipient: (code, text)}, or an error of smtplib's when all are refused."""
        with Lmtp('localhost', self.port('lmtp'), timeout=PATIENCE) as client:
            refused = client.sendmail(sender, recipients, message, mail_options=['BODY=8BITMIME'])
            return {**refused, **client.refused}

    def ask(self, *words):
        """kontorctl --json: its exit status and what it says, as Python values; {}: nothing on its output."""
        result = subprocess.run([program('kontorctl'), '--data', str(self.data), '--json', *map(str, words)],
                                capture_output=True, text=True, timeout=300)
        sys.stderr.write(result.stderr if not result.stdout.strip() else '')
        return result.returncode, json.loads(result.stdout) if result.stdout.strip() else {}

    def ctl(self, *words, check=True):
        """What kontorctl says; it must say that it is done."""
        status, said = self.ask(*words)
        if check and status != 0:
            raise AssertionError(f'kontorctl {words}: {status}\n{said}')
        return said


class Wire:
    """A plain or TLS connection that speaks lines: for dialogues that client libraries would not let through."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b''

    def send(self, data):
        self.connection.sendall(data if isinstance(data, bytes) else data.encode('utf-8'))

    def line(self):
        """The next line without its CRLF; b'' at the end of the connection."""
        while b'\n' not in self.buffer:
            more = self.connection.recv(65536)
            if not more:
                rest, self.buffer = self.buffer, b''
                return rest
            self.buffer += more
        line, self.buffer = self.buffer.split(b'\n', 1)
        return line.rstrip(b'\r')

    def until(self, prefix):
        """Lines up to and with the first that starts with `prefix`."""
        prefix = prefix if isinstance(prefix, bytes) else prefix.encode()
        lines = []
        while True:
            line = self.line()
            if not line:
                raise AssertionError(f'connection ended before {prefix!r}: {lines}')
            lines.append(line)
            if line.startswith(prefix):
                return lines

    def is_closed(self, seconds=PATIENCE):
        """Did the peer close? Waits for it with a limit."""
        ready, _, _ = select.select([self.connection], [], [], seconds)
        if not ready:
            return False
        try:
            return self.connection.recv(1) == b''
        except ConnectionError:
            return True

    def start_tls(self, context):
        self.connection = context.wrap_socket(self.connection, server_hostname='localhost')

    def close(self):
        self.connection.close()


class ImapWire(Wire):
    """An IMAP connection by TLS, signed in, that gives every line of a command's answer."""

    def __init__(self, server, *commands, user='anna', seconds=PATIENCE):
        super().__init__(server.connect('imaps'))
        self.start_tls(server.tls_context())
        self.connection.settimeout(seconds)
        self.line()
        self.tags = 0
        for command in (f'LOGIN {user}@example.test {PASSWORD}', *commands):
            self.command(command)

    def command(self, text, statuses=('OK',)):
        """The lines up to and with the tagged one, which must have one of these statuses."""
        self.tags += 1
        self.tag = f't{self.tags}'
        self.send(f'{self.tag} {text}\r\n')
        lines = [line.decode() for line in self.until(self.tag + ' ')]
        assert lines[-1].split()[1] in statuses, (text, lines)
        return lines


def numbers(text):
    """The numbers of a sequence set."""
    for part in text.split(','):
        first, _, last = part.partition(':')
        yield from range(int(first), int(last or first) + 1)


def main():
    arguments = [argument for index, argument in enumerate(sys.argv)
                 if argument != '--build' and (index == 0 or sys.argv[index - 1] != '--build')]
    unittest.main(argv=arguments, verbosity=2)
