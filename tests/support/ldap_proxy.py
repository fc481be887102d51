# SPDX-License-Identifier: GPL-3.0-or-later
"""An LDAP proxy that cuts as Windows does, in front of Samba, which does not.

A search without pages ends after 1,000 entries with sizeLimitExceeded (MaxPageSize, [MS-ADTS] 3.1.1.3.4.6);
an attribute of more than 1,500 values comes empty beside "name;range=0-1499" (MaxValRange). It ends StartTLS on
both sides, so it sees the messages (RFC 4511, BER) of clients that bind with a password.

With `guard` it asks for channel bindings as a controller does whose policy says "always" (LdapEnforceChannelBinding = 2):
Debian's Samba takes no notice of them.

It fails as controllers do, too: hang(), resume(), cut_in_the_middle(), and `delay` seconds before each answer.
"""
import contextlib
import hashlib
import pathlib
import socket
import ssl
import threading
import time

START_TLS = b'1.3.6.1.4.1.1466.20037'
PAGED = b'1.2.840.113556.1.4.319'
BIND_REQUEST, BIND_RESPONSE, INVALID_CREDENTIALS = 0x60, 0x61, 49
SEARCH_REQUEST, SEARCH_ENTRY, SEARCH_DONE, EXTENDED_REQUEST, EXTENDED_RESPONSE = 0x63, 0x64, 0x65, 0x77, 0x78
SIZE_LIMIT_EXCEEDED = 4


def encode(tag, content):
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def decode(data):
    """[(tag, content)] of a row of BER elements."""
    found, at = [], 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7f
            size, at = int.from_bytes(data[at:at + count], 'big'), at + count
        found.append((tag, data[at:at + size]))
        at += size
    return found


def read_exactly(stream, size):
    data = b''
    while len(data) < size:
        more = stream.recv(size - len(data))
        if not more:
            raise ConnectionError('closed')
        data += more
    return data


def read_message(stream):
    """One LDAPMessage: (id, operation tag, operation content, the rest as it came)."""
    head = read_exactly(stream, 2)
    size = head[1]
    if size & 0x80:
        size = int.from_bytes(read_exactly(stream, size & 0x7f), 'big')
    parts = decode(read_exactly(stream, size))
    (_, number), (tag, content) = parts[:2]
    return number, tag, content, b''.join(encode(*part) for part in parts[2:])


def write_message(stream, number, tag, content, rest=b''):
    stream.sendall(encode(0x30, encode(2, number) + encode(tag, content) + rest))


class BindingGuard:
    """Opens the tickets of binds with the controller's key and wants them bound to its certificate (RFC 5929, 4)."""

    def __init__(self, keytab, certificate):
        import gssapi
        der = ssl.PEM_cert_to_DER_cert(pathlib.Path(certificate).read_text())
        self.expected = gssapi.raw.ChannelBindings(application_data=b'tls-server-end-point:' + hashlib.sha256(der).digest())
        self.credentials = gssapi.Credentials(usage='accept', store={'keytab': 'FILE:%s' % keytab, 'rcache': 'none:'})
        self.bound, self.refused = 0, []

    def admits(self, bind):
        """Is this BindRequest one that the controller would take?"""
        import gssapi
        choice = decode(bind)[2]
        parts = decode(choice[1]) if choice[0] == 0xa3 else []
        if len(parts) < 2 or not parts[1][1].startswith(b'\x60'):
            return True  # a later leg, or no ticket
        context = gssapi.SecurityContext(creds=self.credentials, usage='accept', channel_bindings=self.expected)
        context.__DEFER_STEP_ERRORS__ = False  # though there is a token that tells the client of it
        try:
            context.step(parts[1][1])
        except gssapi.exceptions.BadChannelBindingsError:
            self.refused.append('other bindings')
            return False
        if gssapi.RequirementFlag.channel_bound not in context.actual_flags:
            self.refused.append('no bindings')
            return False
        self.bound += 1
        return True


class WindowsLimits:
    """`with WindowsLimits(upstream, ca, certificate, key) as proxy`: listens on `address`, port proxy.port."""

    def __init__(self, upstream, authority, certificate, key, entries=1000, values=1500, address='127.0.0.1', guard=None):
        self.guard = guard
        self.upstream, self.entries, self.values = upstream, entries, values
        self.to_server = ssl.create_default_context(cafile=str(authority))
        self.to_client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.to_client.load_cert_chain(str(certificate), str(key))
        self.listener = socket.create_server((address, 0))
        self.port = self.listener.getsockname()[1]
        self.searches_cut = self.values_cut = self.pages = 0
        self.accounts_read = 0  # entries with sAMAccountName
        self.threads, self.open = [], []
        self.delay = 0.0
        self.connections = 0  # that began TLS
        self._goes_on = threading.Event()
        self._goes_on.set()
        self._cuts = False

    def hang(self):
        """Connections are accepted, and nothing is said any more."""
        self._goes_on.clear()

    def resume(self):
        self._goes_on.set()

    def cut_in_the_middle(self):
        """The next answer ends after half of its bytes, and so does its connection."""
        self._cuts = True

    def __enter__(self):
        self._spawn(self._accept)
        return self

    def __exit__(self, kind, value, traceback):
        self.resume()
        for one in [self.listener] + self.open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self.threads:
            thread.join(10)

    def _spawn(self, work, *arguments):
        thread = threading.Thread(target=self._guarded, args=(work, *arguments), daemon=True)
        self.threads.append(thread)
        thread.start()

    @staticmethod
    def _guarded(work, *arguments):
        with contextlib.suppress(OSError, ValueError):  # a side closed
            work(*arguments)

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            self.open.append(client)
            self._spawn(self._serve, client)

    def _serve(self, client):
        server = socket.create_connection((self.upstream, 389), 10)
        self.open.append(server)
        write_message(server, b'\1', EXTENDED_REQUEST, encode(0x80, START_TLS))
        read_message(server)
        server = self.to_server.wrap_socket(server, server_hostname=self.upstream)
        number, tag, content, rest = read_message(client)
        while tag == SEARCH_REQUEST:  # of the root entry, which needs no TLS
            self._goes_on.wait()
            write_message(server, number, tag, content, rest)
            while tag != SEARCH_DONE:
                number, tag, content, rest = read_message(server)
                write_message(client, number, tag, content, rest)
            number, tag, content, rest = read_message(client)
        if tag != EXTENDED_REQUEST or START_TLS not in content:
            raise ConnectionError('the client does not begin with StartTLS')
        self._goes_on.wait()
        self.connections += 1
        write_message(client, number, EXTENDED_RESPONSE, encode(10, b'\0') + encode(4, b'') + encode(4, b''))
        client = self.to_client.wrap_socket(client, server_side=True)
        self.open += [server, client]
        server.settimeout(None)
        unpaged = {}  # message id of a search without pages: entries so far
        self._spawn(self._answers, server, client, unpaged)
        while True:
            number, tag, content, rest = read_message(client)
            self._goes_on.wait()
            if tag == BIND_REQUEST and self.guard and not self.guard.admits(content):
                write_message(client, number, BIND_RESPONSE, encode(10, bytes([INVALID_CREDENTIALS])) + encode(4, b'')
                              + encode(4, b'80090346: LdapErr: DSID-0C090597, comment: AcceptSecurityContext error, data 80090346, v4563'))
                continue
            if tag == SEARCH_REQUEST:
                if PAGED in rest:
                    self.pages += 1
                else:
                    unpaged[number] = 0
            write_message(server, number, tag, content, rest)

    def _answers(self, server, client, unpaged):
        try:
            while True:
                number, tag, content, rest = read_message(server)
                if tag == SEARCH_ENTRY:
                    self.accounts_read += b'sAMAccountName' in content
                    if number in unpaged:
                        unpaged[number] += 1
                        if unpaged[number] > self.entries:
                            continue
                    content = self._cut_values(content)
                elif tag == SEARCH_DONE and unpaged.pop(number, 0) > self.entries:
                    self.searches_cut += 1
                    content = encode(10, bytes([SIZE_LIMIT_EXCEEDED])) + encode(4, b'') + encode(4, b'')
                self._goes_on.wait()
                time.sleep(self.delay)
                if self._cuts:
                    self._cuts = False
                    client.sendall(encode(0x30, bytes(2000))[:1000])
                    break
                write_message(client, number, tag, content, rest)
        finally:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def _cut_values(self, content):
        name, attributes = decode(content)
        out = b''
        for _, attribute in decode(attributes[1]):
            (_, label), (_, values) = decode(attribute)
            values = decode(values)
            first = 0
            if b';range=' in label.lower():
                first = int(label.lower().split(b';range=')[1].split(b'-')[0])
            if len(values) > self.values:
                self.values_cut += 1
                base = label.split(b';')[0]
                if b';range=' not in label.lower():
                    out += encode(0x30, encode(4, base) + encode(0x31, b''))
                label = b'%s;range=%d-%d' % (base, first, first + self.values - 1)
                values = values[:self.values]
            out += encode(0x30, encode(4, label) + encode(0x31, b''.join(encode(*value) for value in values)))
        return encode(*name) + encode(0x30, out)
