# SPDX-License-Identifier: GPL-3.0-or-later
"""What the measurements of search share: the messages (bench/search_texts.cpp), their words by how many have them, a small IMAP
client that fills a mailbox and asks."""
import base64
import collections
import re
import socket
import ssl
import subprocess
import time

from bench import sides
from tests.support import kontor

SAMPLE = 4_000  # messages whose words are counted
AT_ONCE = 500   # messages of one command
FIRST_DAY, DAYS = 1_735_689_600, 600  # 1 January 2025; the messages are spread over so many days


def texts(count):
    """(sender, recipient, subject, body) of each message."""
    command = [str(kontor.build_folder() / 'bench/bench_search_mail'), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as maker:
        for line in maker.stdout:
            yield line.decode().rstrip('\n').replace('\x1f', '\r\n').split('\t')


def encoded(text):
    """As header fields have it: a name before its address apart from it."""
    name, bracket, address = text.partition(' <')
    if not name.isascii():
        words = name.split(' ')
        lines = [' '.join(words[begin:begin + 3]) for begin in range(0, len(words), 3)]
        lines[:-1] = [line + ' ' for line in lines[:-1]]
        name = '\r\n '.join(f'=?utf-8?B?{base64.b64encode(line.encode()).decode()}?=' for line in lines)
    return name + bracket + address


def day_of(number, count):
    return time.gmtime(FIRST_DAY + number * DAYS * 86_400 // count)


def message(number, count, sender, recipient, subject, body):
    date = time.strftime('%a, %d %b %Y %H:%M:%S +0000', day_of(number, count))
    head = (f'From: {encoded(sender)}\r\nTo: {encoded(recipient)}\r\nSubject: {encoded(subject)}\r\nDate: {date}\r\n'
            f'Message-ID: <{number}@{sides.DOMAIN}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n'
            'Content-Transfer-Encoding: 8bit\r\n\r\n')
    return head.encode() + body.encode()


class Words:
    """The words of bodies, the most frequent first, and pairs that stand together."""

    def __init__(self, count):
        having, self.pairs = collections.Counter(), collections.Counter()
        self.text_bytes = 0
        for number, (sender, recipient, subject, body) in enumerate(texts(count)):
            self.text_bytes += sum(len(text.encode()) for text in (sender, recipient, subject, body))
            if number < SAMPLE:
                found = re.findall(r'\w+', body.lower())
                having.update(set(found))
                self.pairs.update(re.findall(r'(?=\b(\w+ \w+)\b)', body.lower()) if number < SAMPLE // 10 else ())
        self.ranked = [word for word, _ in having.most_common()]
        self.rank = {word: rank for rank, word in enumerate(self.ranked)}

    def of_rank(self, begin, end, how_many, shortest=0):
        ranked = self.ranked[begin:end] or self.ranked[len(self.ranked) // 2:]  # few messages have few words
        chosen = [word for word in ranked if len(word) >= shortest]
        return [chosen[i * len(chosen) // how_many] for i in range(how_many)]

    def phrases(self, begin, end, how_many):
        """Pairs of words of these ranks that some message has."""
        fits = [pair for pair in sorted(self.pairs) if all(begin <= self.rank.get(word, -1) < end for word in pair.split())] or sorted(self.pairs)
        return [fits[i * len(fits) // how_many] for i in range(how_many)]


class Imap:
    def __init__(self, side, user='big'):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(socket.create_connection(('127.0.0.1', side.ports['imaps']), timeout=1_800))
        self.file = self.socket.makefile('rb')
        self.file.readline()
        self.tag = 0
        self.ask(f'LOGIN {user}@{sides.DOMAIN} {sides.PASSWORD}'.encode())

    def ask(self, command):
        """The untagged lines; an answer other than OK is an error."""
        self.tag += 1
        self.socket.sendall(b'%d %s\r\n' % (self.tag, command))
        return self.answer()

    def answer(self):
        lines = []
        for line in self.file:
            if not line.startswith(b'%d ' % self.tag):
                lines.append(line)
            elif line.split()[1] == b'OK':
                return lines
            else:
                break
        raise RuntimeError(f'{lines[-3:]} {line!r}')

    def count(self, keys):
        """How many messages the search finds; a text between double quotes goes as a literal."""
        command = b'UID SEARCH RETURN (COUNT) CHARSET UTF-8'
        for number, piece in enumerate(keys.split('"')):
            command += b' {%d+}\r\n%s' % (len(piece.encode()), piece.encode()) if number % 2 else b' ' + piece.strip().encode() if piece.strip() else b''
        found = [re.search(rb'COUNT (\d+)', line) for line in self.ask(command) if line.startswith(b'* ESEARCH')]
        return int(found[0][1]) if found and found[0] else 0

    def fill(self, count):
        """The messages into INBOX, many by one command (RFC 3502); their bytes."""
        total = 0
        waiting = []
        for number, fields in enumerate(texts(count)):
            raw = message(number, count, *fields)
            total += len(raw)
            date = time.strftime('%d-%b-%Y %H:%M:%S +0000', day_of(number, count))
            waiting.append(b' "%s" {%d+}\r\n%s' % (date.encode(), len(raw), raw))
            if len(waiting) == AT_ONCE or number + 1 == count:
                self.ask(b'APPEND INBOX' + b''.join(waiting))
                waiting.clear()
        if (there := int(next(line for line in self.ask(b'STATUS INBOX (MESSAGES)') if b'MESSAGES' in line).split()[-1].strip(b')'))) != count:
            raise RuntimeError(f'{there} messages in the mailbox instead of {count}')
        return total

    def close(self):
        self.socket.close()
