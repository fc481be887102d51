# SPDX-License-Identifier: GPL-3.0-or-later
"""Wire scripts for SMTP, submission and LMTP: every tests/scripts/smtp/*.smtp against one real server.

A script is a line a step; empty lines and lines with # are passed over:

    set smtp.timeout "1s"   before all else: the script gets a server of its own, with that setting (JSON)
    connect smtp            a new connection to that port (smtp, submission, submissions, lmtp); reads nothing
    C: MAIL FROM:<a@b>      sends the line with CRLF; \\r \\n \\0 \\t \\\\ and \\xHH mean those bytes, {plain:NAME:PASSWORD} is
                            the base64 of a PLAIN response, {base64:TEXT} of the text, {repeat:N:X} is N times X
    C+ bytes                sends without CRLF
    S: 250 2.1.0            reads one reply (all its lines); its last line begins so
    has KEYWORD             a line of the last reply is this keyword, alone or with parameters
    lacks KEYWORD           none is
    tls                     starts TLS
    closed                  the server has closed the connection
    stored ADDRESS TEXT     the newest message of that person's INBOX contains the text
    count ADDRESS N         so many messages came into that INBOX since the script began
    log EVENT TEXT          the server logged that event, with the text in its line, since the script began

At the end every command that HELP names on each kind of port must have stood in a script.
"""
import contextlib
import json
import pathlib
import re
import unittest

from dialogue import kontor, to_bytes

FOLDER = pathlib.Path(__file__).resolve().parent / 'smtp'
SETTINGS = {'smtp.max_message': 100_000, 'smtp.max_bad_commands': 5,
            'smtp.max_messages_per_session': 4, 'smtp.max_hops': 10, 'smtp.timeout': '20s'}


def own_settings(file):
    pairs = re.findall(r'^set (\S+) (.+)$', file.read_text(encoding='utf-8'), re.MULTILINE)
    return {key: json.loads(value) for key, value in pairs}


class Script:
    def __init__(self, server, file):
        self.server, self.file = server, file
        self.port, self.wire, self.reply = '', None, []
        self.commands = set()  # (kind of port, command)
        self.log_start = len(server.log())
        self.counts = {}

    def run(self):
        for number, line in enumerate(self.file.read_text(encoding='utf-8').splitlines(), 1):
            if not line.strip() or line.startswith('#'):
                continue
            word, _, rest = line.partition(' ')
            try:
                self.step(word, rest)
            except Exception as error:
                raise AssertionError(f'{self.file.name}:{number}: {line}\n{error!r}\nlast reply: {self.reply}') from error
        self.close()

    def close(self):
        if self.wire:
            self.wire.close()
            self.wire = None

    def step(self, word, rest):
        if word == 'C:':
            self.note(rest)
            self.wire.send(to_bytes(rest) + b'\r\n')
        elif word == 'C+':
            self.note(rest)
            self.wire.send(to_bytes(rest))
        elif word == 'S:':
            self.read_reply(rest)
        else:
            getattr(self, 'do_' + word)(*rest.split(' ', 1) if rest else ())

    def note(self, text):
        kind = 'submission' if self.port == 'submissions' else self.port
        for command in re.split(r'\\r\\n', text):
            self.commands.add((kind, command.split(' ')[0].upper()))

    def read_reply(self, expected):
        self.reply = []
        while True:
            line = self.wire.line().decode('utf-8', 'replace')
            self.reply.append(line)
            if line[3:4] != '-':
                break
        if not self.reply[-1].startswith(expected):
            raise AssertionError(f'wanted {expected!r}')

    def do_set(self, *_):
        """Read before the server was started."""

    def do_connect(self, port):
        self.close()
        self.port, self.wire = port, kontor.Wire(self.server.connect(port))
        if port == 'submissions':
            self.wire.start_tls(self.server.tls_context())

    def do_tls(self):
        self.wire.start_tls(self.server.tls_context())

    def do_closed(self):
        if self.wire.buffer or not self.wire.is_closed():
            raise AssertionError('the connection is open')

    def keywords(self):
        return {line[4:].split(' ')[0] for line in self.reply}

    def do_has(self, *words):
        text = ' '.join(words)
        if text not in self.keywords() and text not in {line[4:] for line in self.reply}:
            raise AssertionError(f'{text} is not there')

    def do_lacks(self, keyword):
        if keyword in self.keywords():
            raise AssertionError(f'{keyword} is there')

    def messages(self, address):
        client = self.server.imap(address)
        try:
            count = int(client.select('INBOX', readonly=True)[1][0])
            newest = client.fetch(str(count), '(BODY.PEEK[])')[1][0][1] if count else b''
            return count, newest
        finally:
            client.logout()

    def do_count(self, address, number):
        count, _ = self.messages(address)
        if count - self.counts.get(address, 0) != int(number):
            raise AssertionError(f'{count} messages, {self.counts.get(address, 0)} before')

    def do_mark(self, address):
        """From here on `count` counts."""
        self.counts[address], _ = self.messages(address)

    def do_stored(self, address, text):
        _, newest = self.messages(address)
        if to_bytes(text) not in newest:
            raise AssertionError(newest.decode('utf-8', 'replace'))

    def do_log(self, event, text=''):
        kontor.wait_until(lambda: any(f'event={event} ' in line and text in line
                                      for line in self.server.log()[self.log_start:].splitlines()),
                          f'{event} {text}')


class SmtpScripts(unittest.TestCase):
    def test_every_script(self):
        files = sorted(FOLDER.glob('*.smtp'))
        self.assertGreater(len(files), 10)
        said = set()
        with kontor.Server(SETTINGS) as server:
            for file in files:
                own = own_settings(file)
                with self.subTest(script=file.name), contextlib.ExitStack() as stack:
                    used = stack.enter_context(kontor.Server({**SETTINGS, **own})) if own else server
                    script = Script(used, file)
                    stack.callback(script.close)
                    script.run()
                    said |= script.commands
            for port in ('smtp', 'submission', 'lmtp'):
                for command in self.commands_of(server, port):
                    self.assertIn((port, command), said, 'a command without a script')

    def commands_of(self, server, port):
        wire = kontor.Wire(server.connect(port))
        wire.until('220')
        wire.send('HELP\r\n')
        names = wire.until('214')[-1].decode().split(':')[1].split()
        wire.close()
        self.assertIn('DATA', names)
        return names


if __name__ == '__main__':
    kontor.main()
