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
import re

import dialogue
from dialogue import Connection, Failure, to_bytes


class Script(dialogue.Script):
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
        connection = self.connection(number)
        if what in ('>', '>>'):
            connection.wire.send(to_bytes(self.filled(rest)) + (b'\r\n' if what == '>' else b''))
        elif what == '<':
            self.expect(connection, rest)
        else:
            getattr(self, 'on_' + what)(connection, rest)

    # --- connections ------------------------------------------------------------------------------
    def connect(self, port):
        return Connection(self.server, port)

    def login(self, person):
        connection = Connection(self.server, 'pop3s')
        self.expect(connection, '+OK %%')
        for text in (f'USER {self.person(person)}', f'PASS {self.variables["password"]}'):
            connection.wire.send(text + '\r\n')
            self.expect(connection, '+OK %%')
        return connection

    def imap(self, person):
        connection = Connection(self.server, 'imaps')
        for text in (f'a LOGIN {self.person(person)} {self.variables["password"]}', 'b SELECT INBOX'):
            connection.wire.send(text + '\r\n')
            connection.wire.until(text[0] + ' OK')
        return connection

    def on_tls(self, connection, _):
        connection.tls()

    def on_drop(self, connection, _):
        connection.wire.close()
        self.connections = {number: one for number, one in self.connections.items() if one is not connection}

    def on_closed(self, connection, _):
        connection.must_be_closed()

    def on_has(self, connection, text):
        if text not in connection.passed:
            raise Failure(f'not in {connection.passed}')

    def on_lacks(self, connection, text):
        if text in connection.passed:
            raise Failure(f'stands in {connection.passed}')

    # --- mailboxes --------------------------------------------------------------------------------
    def do_fill(self, count):
        for number in range(1, int(count) + 1):
            text = dialogue.message(number) + b''.join(b'line %d\r\n' % line for line in range(1, number))
            self.server.lmtp([self.person(1)], text)

    def do_append(self, text):
        connection = self.imap(1)
        data = to_bytes(self.filled(text))
        connection.wire.send(b'c APPEND INBOX {%d+}\r\n%s\r\n' % (len(data), data))
        connection.wire.until('c OK')
        connection.wire.close()

    def do_inbox(self, count):
        client = self.server.imap(self.person(1))
        try:
            found = int(client.select('INBOX', readonly=True)[1][0])
        finally:
            client.logout()
        if found != int(count):
            raise Failure(f'{found} messages are there')


if __name__ == '__main__':
    dialogue.main('pop3', Script, {'pop3.max_bad_commands': 20, 'pop3.idle_timeout': '60s',
                                   'sign_in.remember_failure': '1s'})
