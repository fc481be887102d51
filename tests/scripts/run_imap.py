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
import re

import dialogue
from dialogue import Failure, unescape


class Connection(dialogue.Connection):
    def __init__(self, server, port):
        super().__init__(server, port)
        self.tags = 0
        self.tag = '?'

    def next_tag(self):
        self.tags += 1
        self.tag = f't{self.tags}'
        return self.tag


class Script(dialogue.Script):
    value = r'[^\s\])]+'

    # --- sending ----------------------------------------------------------------------------------
    def pieces(self, text):
        """(bytes, wait before them) for a text with literals and escapes."""
        text = re.sub(r'\{\*(\d+) (.*?)\}', lambda match: match[2] * int(match[1]), self.filled(text))
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
    def is_last(self, connection, line):
        return line.startswith(connection.tag + ' ')

    def expect(self, connection, pattern):
        pattern = unescape(pattern).decode()
        if re.match(r'(OK|NO|BAD)\b', pattern):
            pattern = f'{connection.tag} {pattern}'
        super().expect(connection, pattern)

    # --- the script -------------------------------------------------------------------------------
    def fill(self, folder, count):
        client = self.server.imap(self.person(1))
        for number in range(1, count + 1):
            kind, answer = client.append(folder, None, None, dialogue.message(number))
            if kind != 'OK':
                raise Failure(f'fill: {answer}')
        client.logout()

    def login(self, person):
        connection = Connection(self.server, 'imaps')
        self.expect(connection, '* OK %%')
        connection.wire.send(f'{connection.next_tag()} LOGIN {person} {self.variables["password"]}\r\n')
        self.expect(connection, 'OK %%')
        return connection

    def act(self, number, words):
        if words[0] == 'connect':
            self.connections[number] = Connection(self.server, 'imap' if words[1:] == ['plain'] else 'imaps')
        elif words[0] == 'login':
            self.connections[number] = self.login(self.person(words[1] if len(words) > 1 else 1))
        elif words[0] == 'tls':
            self.connection(number).tls()
        elif words[0] == 'closed':
            self.connection(number).must_be_closed()
        else:
            raise Failure(f'what is {words[0]}?')

    def step(self, line):
        if line.startswith('fill '):
            _, folder, count = line.split()
            self.fill(folder, int(count))
            return
        if line.startswith('ctl '):
            self.server.ctl(*map(self.filled, line.split()[1:]))
            return
        match = re.fullmatch(r'(\d)(>>>|>>|>|<)\s?(.*)', line)
        if not match:
            number, *words = line.split()
            self.act(int(number), words)
            return
        connection, kind, text = self.connection(int(match[1])), match[2], match[3]
        if kind == '>':
            self.send(connection, f'{connection.next_tag()} {text}', b'\r\n')
        elif kind == '<':
            self.expect(connection, text)
        else:
            self.send(connection, text, b'\r\n' if kind == '>>' else b'')


if __name__ == '__main__':
    dialogue.main('imap', Script, {'imap.idle_timeout': '60s', 'smtp.max_message': '100 KB'})
