# SPDX-License-Identifier: GPL-3.0-or-later
"""One IMAP connection of the stress client: bytes in, responses out. Knows the grammar of responses and nothing of their
meaning."""
import asyncio
import re
import zlib

LITERAL = re.compile(rb'~?\{(\d+)\}$')
TOKEN = re.compile(rb'[()]|"(?:[^"\\]|\\.)*"|~?\{\d+\}|[^\s()"\[{]*(?:\[[^\]]*\])?(?:<\d+>)?')
STATUS = re.compile(rb'(\S+) (OK|NO|BAD|BYE|PREAUTH)(?: (?:\[([^\]]*)\] ?)?(.*))?$', re.DOTALL)
NUMBERED = re.compile(rb'\* (\d+) ([A-Z]+)')


class Ended(Exception):
    """The other side is gone."""


class Malformed(Exception):
    """What came is no IMAP response."""


class Response:
    """kind: 'tagged', 'status' (untagged OK, NO, BAD, BYE), 'more' (+), or the name: 'EXISTS', 'FETCH', 'SEARCH' and so on.

    tag, code (of the brackets), number and text are given where the kind has them."""

    def __init__(self, pieces):
        self.pieces = pieces
        self.tag = self.code = self.number = None
        head = pieces[0]
        if head.startswith(b'+'):
            self.kind, self.text = 'more', head[2:].decode()
        elif match := NUMBERED.match(head):
            self.kind, self.number = match[2].decode(), int(match[1])
        elif match := STATUS.match(head):
            self.kind = 'status' if match[1] == b'*' else 'tagged'
            self.tag, self.status = match[1].decode(), match[2].decode()
            self.code, self.text = (match[3] or b'').decode(), (match[4] or b'').decode()
        elif head.startswith(b'* '):
            self.kind, self.text = head[2:].split(b' ', 1)[0].decode(), head[2:].partition(b' ')[2].decode('utf-8', 'replace')
        else:
            raise Malformed(head)

    def values(self):
        """The tokens behind the name as nested lists; literals and quoted strings as bytes."""
        return parse(self.pieces)

    def items(self):
        """{item name: value} of a FETCH response."""
        values = self.values()
        if len(values) != 4 or not isinstance(values[3], list) or len(values[3]) % 2:
            raise Malformed(self.pieces[0])
        return {values[3][i].decode().upper(): values[3][i + 1] for i in range(0, len(values[3]), 2)}

    def __str__(self):
        return b'~'.join(piece if len(piece) < 300 else piece[:300] + b'...' for piece in self.pieces).decode('utf-8', 'replace')


def parse(pieces):
    """Lines and literals in turn, as nested lists of bytes."""
    stack = [[]]
    for index, piece in enumerate(pieces):
        if index % 2:
            stack[-1].append(piece)
            continue
        for match in TOKEN.finditer(piece):
            token = match[0]
            if not token or (LITERAL.match(token) and match.end() == len(piece) and index + 1 < len(pieces)):
                continue
            if token == b'(':
                stack.append([])
            elif token == b')':
                if len(stack) == 1:
                    raise Malformed(piece)
                stack[-2].append(stack.pop())
            elif token.startswith(b'"'):
                stack[-1].append(re.sub(rb'\\(.)', rb'\1', token[1:-1]))
            else:
                stack[-1].append(token)
    if len(stack) != 1:
        raise Malformed(pieces[0])
    return stack[0]


def numbers(text):
    """The numbers of a set such as 1:3,7."""
    for part in text.split(','):
        first, _, last = part.partition(':')
        low, high = sorted((int(first), int(last or first)))
        yield from range(low, high + 1)


def as_set(values):
    """Sorted numbers as the shortest set."""
    ranges = []
    for value in values:
        if ranges and ranges[-1][1] == value - 1:
            ranges[-1][1] = value
        else:
            ranges.append([value, value])
    return ','.join(f'{low}:{high}' if low != high else str(low) for low, high in ranges)


class Inflating:
    """The reading side of COMPRESS (RFC 4978)."""

    def __init__(self, reader):
        self.reader, self.buffer = reader, bytearray(reader._buffer)
        del reader._buffer[:]
        self.stream = zlib.decompressobj(-15)
        self.buffer = bytearray(self.stream.decompress(bytes(self.buffer)))

    async def more(self):
        piece = await self.reader.read(1 << 16)
        if not piece:
            raise Ended('the connection ended')
        self.buffer += self.stream.decompress(piece)

    async def readuntil(self, end):
        while (at := self.buffer.find(end)) < 0:
            await self.more()
        return await self.readexactly(at + len(end))

    async def readexactly(self, size):
        while len(self.buffer) < size:
            await self.more()
        piece = bytes(self.buffer[:size])
        del self.buffer[:size]
        return piece


class Link:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.deflate = None

    def compress(self):
        """From here on both sides are compressed; called when nothing is under way."""
        self.reader, self.deflate = Inflating(self.reader), zlib.compressobj(wbits=-15)

    @classmethod
    async def open(cls, port, context):
        try:
            return cls(*await asyncio.open_connection('127.0.0.1', port, ssl=context, server_hostname='localhost' if context else None,
                                                      limit=1 << 24))
        except OSError as error:
            raise Ended(str(error)) from error

    def plain(self):
        """Compression has ended."""
        if self.deflate:
            self.reader, self.deflate = self.reader.reader, None

    def send(self, data):
        if self.deflate:
            data = self.deflate.compress(data) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        self.writer.write(data)

    async def response(self):
        """The next response with its literals; Ended when the connection is."""
        pieces = []
        try:
            while True:
                line = await self.reader.readuntil(b'\r\n')
                pieces.append(line[:-2])
                match = LITERAL.search(pieces[-1])
                if not match:
                    return Response(pieces)
                pieces.append(await self.reader.readexactly(int(match[1])))
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Ended(str(error)) from error

    async def drain_some(self, chance):
        """Gives what was sent a chance to be worked on, or none."""
        await asyncio.sleep(chance.choice((0, 0.001, 0.01)))

    def abort(self):
        """Gone at once, without a word to the other side."""
        self.writer.transport.abort()

    async def close(self):
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except OSError:
            pass
