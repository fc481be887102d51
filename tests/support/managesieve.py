# SPDX-License-Identifier: GPL-3.0-or-later
"""A ManageSieve connection for tests (RFC 5804): commands as they go over the wire, answers as lines."""
import base64

import kontor


class Client(kontor.Wire):
    def __init__(self, server, user=None, password=kontor.PASSWORD):
        super().__init__(server.connect('sieve'))
        self.greeting = self.answer()
        if user:
            self.command('STARTTLS')
            self.start_tls(server.tls_context())
            self.capabilities = self.answer()
            self.sign_in(user, password)

    def sign_in(self, user, password=kontor.PASSWORD, status='OK'):
        token = base64.b64encode(f'\0{user}@example.test\0{password}'.encode()).decode()
        return self.command(f'AUTHENTICATE "PLAIN" "{token}"', status)

    def answer(self):
        """The lines up to and with OK, NO or BYE; a literal stands in place of its size."""
        lines = []
        while True:
            line = self.line().decode()
            if not line:
                raise AssertionError(f'the connection ended: {lines}')
            while line.endswith('}'):
                head, size = line[:-1].rsplit('{', 1)
                line = head + self.read(int(size)).decode() + self.line().decode()
            lines.append(line)
            if line.split(' ')[0] in ('OK', 'NO', 'BYE'):
                return lines

    def read(self, size):
        while len(self.buffer) < size:
            more = self.connection.recv(65536)
            assert more, 'the connection ended within a literal'
            self.buffer += more
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def command(self, text, status='OK'):
        self.send(text + '\r\n')
        lines = self.answer()
        assert lines[-1].split(' ')[0] == status, (text, lines)
        return lines

    def put(self, name, script, status='OK'):
        return self.command(f'PUTSCRIPT "{name}" {{{len(script.encode())}+}}\r\n{script}', status)[-1]
