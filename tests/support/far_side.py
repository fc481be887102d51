# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that mail goes to, for tests: an SMTP server that misbehaves as told, and a name server.

FarSide keeps what it took and counts connections; its behaviours are named by the recipient's local part or set
for the whole server. NameServer answers from a dictionary, or with bytes of the test's own making.
"""
import base64
import socket
import ssl
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class FarSide:
    """`behaviour`: hang, drop_in_data, drop_after_dot, endless, tempfail_after_data, refuse_greeting, or None.

    `refused`: {address: the answer to its RCPT}. heard() and taken() are there to be extended.
    """

    def __init__(self, address='127.0.0.1', port=0, behaviour=None, tls=None, broken_tls=False, password=None,
                 offers=('PIPELINING', 'SIZE 10000000', '8BITMIME', 'DSN'), log=None, refused=None):
        self.refused = dict(refused or {})
        self.behaviour, self.tls, self.broken_tls, self.password = behaviour, tls, broken_tls, password
        self.offers, self.log = list(offers), log
        self.listener = socket.create_server((address, port), backlog=200)
        self.address, self.port = self.listener.getsockname()[:2]
        self.lock = threading.Lock()
        self.messages, self.commands, self.signed_in = [], [], []
        self.connections = self.open = self.most_open = 0
        self.sockets = []
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # close() alone leaves it listening below accept()
        except OSError:
            pass
        self.listener.close()
        with self.lock:
            for one in self.sockets:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                one.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                self.open += 1
                self.most_open = max(self.most_open, self.open)
                self.sockets.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            self.talk(connection)
        except OSError:
            pass
        finally:
            with self.lock:
                self.open -= 1
            connection.close()

    def hello(self, is_tls):
        offers = [one for one in self.offers if not one.startswith('AUTH') or is_tls]
        if (self.tls or self.broken_tls) and not is_tls:
            offers.append('STARTTLS')
        return ''.join(f'250-{one}\r\n' for one in ['far.side', *offers]) + '250 HELP\r\n'

    def talk(self, connection):
        def say(text):
            connection.sendall(text.encode())

        if self.behaviour == 'hang':
            connection.recv(1)
            return
        if self.behaviour == 'endless':
            while True:
                say('220-and more\r\n' * 100)
        if self.behaviour == 'refuse_greeting':
            return say('554 5.7.1 not you\r\n')
        say('220 far.side\r\n')
        file, is_tls, sender, recipients = connection.makefile('rb'), False, '', []
        while line := file.readline():
            words = line.decode('utf-8', 'replace').strip()
            verb = words.split(' ')[0].upper()
            self.heard(verb, words)
            if verb == 'EHLO':
                say(self.hello(is_tls))
            elif verb == 'STARTTLS':
                say('220 go\r\n')
                if self.broken_tls:
                    return say('no TLS here at all, only this text\r\n')
                connection = self.tls.wrap_socket(connection, server_side=True)
                with self.lock:
                    self.sockets.append(connection)
                file, is_tls = connection.makefile('rb'), True
            elif verb == 'AUTH':
                given = base64.b64decode(words.split(' ')[2]).decode().split('\0')
                good = given[1:] == list(self.password)
                with self.lock:
                    self.signed_in.append(given[1])
                say('235 2.7.0 welcome\r\n' if good else '535 5.7.8 wrong\r\n')
            elif verb == 'MAIL':
                sender, recipients = words, []
                say('250 2.1.0 ok\r\n')
            elif verb == 'RCPT':
                answer = self.refused.get(words.split('<')[1].split('>')[0])
                if answer is None:
                    recipients.append(words)
                say((answer or '250 2.1.5 ok') + '\r\n')
            elif verb == 'DATA' and not recipients:
                say('554 5.5.1 for nobody\r\n')
            elif verb == 'DATA':
                say('354 go\r\n')
                if self.behaviour == 'drop_in_data':
                    file.readline()
                    return None
                message = self.read_text(file)
                if message is None:
                    return None
                if self.behaviour == 'drop_after_dot':
                    return None
                if self.behaviour == 'tempfail_after_data':
                    say('451 4.3.0 disk is full\r\n')
                    continue
                self.taken(sender, recipients, message, is_tls)
                say('250 2.0.0 taken\r\n')
            elif verb == 'QUIT':
                return say('221 2.0.0 bye\r\n')
            else:
                say('250 2.0.0 ok\r\n')

    def heard(self, verb, words):
        """A command, before its answer, in the thread of its connection."""
        with self.lock:
            self.commands.append(words)

    def taken(self, sender, recipients, message, is_tls):
        """A whole message, before its 250."""
        with self.lock:
            self.messages.append((sender, recipients, message, is_tls))
            if self.log is not None:
                self.log.append(self.address)

    @staticmethod
    def read_text(file):
        """The text of DATA; nothing when the connection ends before its last line."""
        lines = []
        while (line := file.readline()) != b'.\r\n':
            if not line.endswith(b'\n'):
                return None
            lines.append(line[1:] if line.startswith(b'.') else line)
        return b''.join(lines)


class NameServer:
    """`zone`: {(name, type): [text of a record]}; a name in none of them does not exist. `raw`: {name: bytes}."""

    def __init__(self, zone=None, codes=None, silent=(), raw=None):
        self.zone, self.codes, self.silent, self.raw = dict(zone or {}), dict(codes or {}), set(silent), dict(raw or {})
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]
        self.is_over = False
        threading.Thread(target=self.run, daemon=True).start()

    def close(self):
        self.is_over = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b'', ('127.0.0.1', self.port))

    @property
    def setting(self):
        return f'127.0.0.1@{self.port}'

    def run(self):
        while not self.is_over:
            data, peer = self.socket.recvfrom(4096)
            if len(data) > 12:
                reply = self.answer(data)
                if reply:
                    self.socket.sendto(reply, peer)
        self.socket.close()

    def answer(self, data):
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text().rstrip('.').lower(), dns.rdatatype.to_text(question.rdtype)
        if name in self.silent:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA | dns.flags.RA
        if name in self.raw:
            return data[:2] + self.raw[name]
        if name in self.codes:
            reply.set_rcode(self.codes[name])
        elif (name, kind) in self.zone or (name, 'CNAME') in self.zone:
            found = kind if (name, kind) in self.zone else 'CNAME'
            reply.answer.append(dns.rrset.from_text(question.name, 60, 'IN', found, *self.zone[name, found]))
        elif not any(known == name for known, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire(max_size=65000)


def server_tls(folder):
    """A TLS context with the certificates of `folder`/chain.pem and the key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / 'chain.pem', folder / 'server.key')
    return context
