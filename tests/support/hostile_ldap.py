# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller of Active Directory that means harm, or has been told harm: it speaks LDAP (RFC 4511) well enough to be followed,
and answers with whatever entries it was given. Listens on localhost; binds inside StartTLS, any password."""
import contextlib
import re
import socket
import ssl
import subprocess
import threading
import uuid

from ldap_proxy import (BIND_REQUEST, BIND_RESPONSE, EXTENDED_REQUEST, EXTENDED_RESPONSE, PAGED, SEARCH_DONE, SEARCH_ENTRY,
                        SEARCH_REQUEST, decode, encode, read_message, write_message)

DIRSYNC, NOTIFICATION = b'1.2.840.113556.1.4.841', b'1.2.840.113556.1.4.528'
DOMAIN, BASE = 'harm.example.test', 'DC=harm,DC=example,DC=test'
DATABASE = uuid.UUID('00000000-1111-2222-3333-444444444444').bytes
UNAVAILABLE_EXTENSION = 12
MOST_VALUES = 1500


def guid(number):
    return uuid.UUID(int=number).bytes_le


def linked(number, dn):
    """A DN as the control for extended ones has it."""
    return b'<GUID=%s>;%s' % (str(uuid.UUID(bytes_le=guid(number))).encode(), dn)


def certificate(folder):
    """(authority, certificate with key) for localhost, instead of which libldap expects the machine's own name."""
    names = 'subjectAltName=DNS:localhost,DNS:' + socket.gethostname()
    both = folder / 'controller.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj',
                    '/CN=localhost', '-addext', names, '-keyout', str(both), '-out', str(folder / 'authority.pem')],
                   check=True, capture_output=True)
    both.write_bytes(both.read_bytes() + (folder / 'authority.pem').read_bytes())
    return folder / 'authority.pem', both


class Controller:
    """`entries`: (DN, {attribute: [values]}), all in bytes. Who is made later is told by number (uSNChanged)."""

    def __init__(self, entries, pem):
        self.entries = list(entries)
        self.number = 1000
        self.bytes_sent = 0
        self.ranges = 0  # pieces of a long attribute that were asked for
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(str(pem))
        self.listener = socket.create_server(('localhost', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client:
            while True:
                number, tag, content, rest = read_message(client)
                if tag == EXTENDED_REQUEST:
                    write_message(client, number, EXTENDED_RESPONSE, self._result())
                    client = self.context.wrap_socket(client, server_side=True)
                elif tag == BIND_REQUEST:
                    write_message(client, number, BIND_RESPONSE, self._result())
                elif tag == SEARCH_REQUEST and NOTIFICATION not in rest:  # of nothing is told
                    self._search(client, number, content, rest)

    @staticmethod
    def _result(code=0):
        return encode(10, bytes([code])) + encode(4, b'') + encode(4, b'')

    def _search(self, client, number, content, rest):
        (_, base), (_, scope), *_, query, (_, names) = decode(content)
        asked = {name.lower(): name for _, name in decode(names)}
        if DIRSYNC in rest:
            write_message(client, number, SEARCH_DONE, self._result(UNAVAILABLE_EXTENSION))
            return
        for dn, attributes in self._found(base.decode(errors='replace'), scope[0], query[1]):
            message = encode(4, dn) + encode(0x30, b''.join(self._attributes(attributes, asked)))
            self.bytes_sent += len(message)
            write_message(client, number, SEARCH_ENTRY, message)
        page = encode(0x30, encode(4, PAGED) + encode(4, encode(0x30, encode(2, b'\0') + encode(4, b''))))
        write_message(client, number, SEARCH_DONE, self._result(), encode(0xa0, page) if PAGED in rest else b'')

    def _found(self, base, scope, query):
        if base == '':
            return [(b'', {'defaultNamingContext': [BASE.encode()], 'configurationNamingContext': [b'CN=Configuration,' + BASE.encode()],
                           'dsServiceName': [b'CN=Service'], 'highestCommittedUSN': [b'%d' % self.number]})]
        if base == 'CN=Service':
            return [(b'CN=Service', {'invocationId': [DATABASE]})]
        if scope == 0 and base.startswith('<GUID='):
            wanted = uuid.UUID(base[6:-1]).bytes_le
            return [one for one in self.entries if one[1].get('objectGUID') == [wanted]]
        if scope == 0:
            return [(base.encode(), {'lockoutDuration': [b'-18000000000'], 'objectClass': [b'top', b'domainDNS']})]
        if base != BASE:
            return [(b'CN=HARM,' + base.encode(), {'nETBIOSName': [b'HARM']})]
        if b'objectCategory' in query:
            return self.entries
        since = re.search(rb'uSNChanged.{0,3}?(\d+)$', query, re.DOTALL)
        return [one for one in self.entries if since and int(one[1].get('uSNChanged', [b'0'])[0]) >= int(since[1])]

    def _attributes(self, attributes, asked):
        for name, values in attributes.items():
            pieces = [one for one in asked if one.startswith(name.lower().encode() + b';range=')]
            if asked and not pieces and name.lower().encode() not in asked:
                continue
            label = name.encode()
            first = 0
            if pieces:
                self.ranges += 1
                first = int(pieces[0].split(b'=')[1].split(b'-')[0])
            if len(values) > MOST_VALUES:
                left = values[first:first + MOST_VALUES]
                last = b'*' if first + len(left) == len(values) else b'%d' % (first + len(left) - 1)
                label, values = b'%s;range=%d-%s' % (label, first, last), left
                if not pieces:
                    yield encode(0x30, encode(4, name.encode()) + encode(0x31, b''))
            yield encode(0x30, encode(4, label) + encode(0x31, b''.join(encode(4, value) for value in values)))
