# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages for tests: real ones from corpora and Debian packages, and generated ones.

all_messages(seed) gives at least 1,000 pairs (name, bytes); the same seed gives the same messages on the
same machine. Bytes are as found: bare LF, 8-bit headers, NUL and over-long lines occur. crlf() gives the form
that SMTP, LMTP and IMAP can carry. Where the corpus folder is absent a sentence says so on standard error and more
messages are generated in its place.
"""
import base64
import os
import quopri
import random
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGED = Path("/usr/lib/python3.11/test/test_email/data")
TOTAL = 1000
GENERATED = 700


def corpus_folder():
    """The folder of real messages: KONTOR_CORPUS/messages, or ../shared/corpora/messages beside the checkout."""
    candidates = []
    if os.environ.get("KONTOR_CORPUS"):
        candidates.append(Path(os.environ["KONTOR_CORPUS"]) / "messages")
    candidates.append(ROOT.parent / "shared" / "corpora" / "messages")
    for folder in candidates:
        if folder.is_dir():
            return folder
    print("messages: NO CORPUS of real messages (looked for %s); generated ones take its place. Set KONTOR_CORPUS."
          % ", ".join(str(c) for c in candidates), file=sys.stderr)
    return None


def _files(folder, prefix, suffixes):
    if folder is None or not folder.is_dir():
        return []
    return [("%s/%s" % (prefix, p.name), p.read_bytes()) for p in sorted(folder.iterdir()) if p.suffix in suffixes]


def collected():
    """Real messages only."""
    if not PACKAGED.is_dir():
        print("messages: %s is absent (package libpython3.11-testsuite)" % PACKAGED, file=sys.stderr)
    return _files(corpus_folder(), "corpus", {".eml", ".msg"}) + _files(PACKAGED, "python", {".txt"})


def generated(count, seed):
    return [("generated/%04d" % i, Maker(random.Random("%s/%d" % (seed, i))).message()) for i in range(count)]


def all_messages(seed=1):
    real = collected()
    return real + generated(max(GENERATED, TOTAL - len(real)), seed)


def crlf(raw):
    """Every line ending made CRLF, bare CR and NUL removed, a final CRLF added: what SMTP and IMAP can carry."""
    raw = raw.replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"").replace(b"\n", b"\r\n")
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


def short_lines(raw, limit=998):
    """True when no line is longer than SMTP allows (RFC 5321, 4.5.3.1.6)."""
    return all(len(line) <= limit for line in raw.split(b"\r\n"))


ENGLISH = """the quarterly report is ready and attached please have a look before friday meeting room on the second floor
we moved delivery to next week because customs asked for another paper invoice number order confirmation thanks for
your quick answer kind regards see you tomorrow lunch budget contract draft version signed""".split()
RUSSIAN = """добрый день отправляю отчёт за квартал прошу проверить до пятницы совещание состоится в переговорной на втором
этаже поставка переносится на следующую неделю счёт договор подписан спасибо за быстрый ответ с уважением ёлка объём
бюджет версия черновик завтра обед съезд вложение""".split()
PEOPLE = [("Anna Petrova", "anna"), ("Анна Петрова", "anna.petrova"), ("Boris Smirnov", "boris"), ("Кларa Ёлкина", "clara"),
          ("O'Neil, Patrick", "patrick.o'neil"), ("Dmitri \"Dima\" Orlov", "dmitri"), ("", "no-reply"), ("Jürgen Groß", "jg")]
HOSTS = ["example.test", "mail.example.org", "Example.COM", "xn--e1afmkfd.example"]
RU_CHARSETS = ["utf-8", "koi8-r", "windows-1251", "iso-8859-5", "cp866", "UTF-8"]


class Maker:
    """Makes one message out of one random source."""

    def __init__(self, rng):
        self.rng = rng
        self.boundaries = []

    # --- words ------------------------------------------------------------------------------------
    def words(self, count, russian):
        pool = RUSSIAN if russian else ENGLISH
        return " ".join(self.rng.choice(pool) for _ in range(count))

    def text(self):
        russian = self.rng.random() < 0.6
        lines = [self.words(self.rng.randint(0, 12), russian) for _ in range(self.rng.randint(0, 30))]
        if self.rng.random() < 0.15:
            lines.insert(0, "-- almost a boundary")
        if self.rng.random() < 0.15:
            lines.append(".")
            lines.append("..dots")
        if self.rng.random() < 0.1:
            lines.append("From here on a line that mbox would quote")
        return russian, "\r\n".join(lines)

    # --- headers ----------------------------------------------------------------------------------
    def encoded_word(self, text):
        charset = self.rng.choice(RU_CHARSETS)
        try:
            data = text.encode(charset)
        except UnicodeEncodeError:
            charset, data = "utf-8", text.encode()
        if self.rng.random() < 0.5:
            return b"=?%s?%s?%s?=" % (charset.encode(), self.rng.choice([b"B", b"b"]), base64.b64encode(data))
        quoted = b"".join(bytes([c]) if chr(c).isalnum() and c < 128 else b"_" if c == 32 else b"=%02X" % c for c in data)
        return b"=?%s?%s?%s?=" % (charset.encode(), self.rng.choice([b"Q", b"q"]), quoted)

    def phrase(self, text):
        if text.isascii():
            return text.encode()
        kind = self.rng.random()
        if kind < 0.75:
            return b"\r\n ".join(self.encoded_word(w + (" " if i + 1 < len(text.split()) else ""))
                                 for i, w in enumerate(text.split()))
        return text.encode("utf-8" if kind < 0.9 else self.rng.choice(["utf-8", "koi8-r", "cp1251"]), "replace")

    def mailbox(self):
        name, local = self.rng.choice(PEOPLE)
        address = ("%s@%s" % (local, self.rng.choice(HOSTS))).encode()
        if not name:
            return self.rng.choice([address, b"<" + address + b">"])
        if not name.isascii():
            return self.phrase(name) + b" <" + address + b">"
        if re.search(r'[",]', name):
            return b'"' + name.replace('"', '\\"').encode() + b'" <' + address + b">"
        return self.rng.choice([name.encode() + b" <" + address + b">", address + b" (" + name.encode() + b")"])

    def address_list(self):
        if self.rng.random() < 0.06:
            members = b", ".join(self.mailbox() for _ in range(self.rng.randint(0, 3)))
            return b"Team: " + members + b";"
        return b",\r\n ".join(self.mailbox() for _ in range(self.rng.randint(1, 4)))

    def date(self):
        day, month = self.rng.randint(1, 28), self.rng.choice("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
        time = "%02d:%02d:%02d" % (self.rng.randint(0, 23), self.rng.randint(0, 59), self.rng.randint(0, 59))
        zone = self.rng.choice(["+0300", "+0000", "-0800", "GMT", "+0530", "EST", "+0300 (MSK)"])
        return ("%d %s %d %s %s" % (day, month, self.rng.randint(1999, 2026), time, zone)).encode()

    def top_headers(self):
        subject = self.words(self.rng.randint(0, 8), self.rng.random() < 0.6)
        fields = [b"Date: " + self.date(), b"From: " + self.mailbox(), b"To: " + self.address_list(),
                  b"Subject: " + self.phrase(subject),
                  b"Message-ID: <%d.%d@%s>" % (self.rng.getrandbits(40), self.rng.randint(1, 99), self.rng.choice(HOSTS).encode())]
        if self.rng.random() < 0.3:
            fields.append(b"Cc: " + self.address_list())
        if self.rng.random() < 0.2:
            fields.append(b"Reply-To: " + self.mailbox())
        if self.rng.random() < 0.2:
            fields.append(b"In-Reply-To: <%d@example.test>" % self.rng.getrandbits(32))
        for _ in range(self.rng.randint(0, 4)):
            fields.insert(0, b"Received: from a.example.org (a.example.org [192.0.2.1])\r\n\tby b.example.test with ESMTP id %x;\r\n\t%s"
                          % (self.rng.getrandbits(32), self.date()))
        if self.rng.random() < 0.1:
            fields.append(b"X-Empty:")
        return fields + [b"MIME-Version: 1.0"]

    # --- bodies -----------------------------------------------------------------------------------
    def encode(self, data):
        encoding = self.rng.choice(["base64", "quoted-printable", "8bit", "8bit"])
        if encoding == "base64":
            return encoding, base64.encodebytes(data).replace(b"\n", b"\r\n")[:-2]
        if encoding == "quoted-printable":
            return encoding, quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        return encoding, data

    def leaf_text(self, html=False):
        russian, text = self.text()
        charset = self.rng.choice(RU_CHARSETS) if russian else self.rng.choice(["us-ascii", "utf-8", "iso-8859-1"])
        if self.rng.random() < 0.04:
            charset = self.rng.choice(["x-unknown", "utf-8"])
        codec = "utf-8" if charset == "x-unknown" else charset
        if html:
            text = "<html><body><p>%s</p></body></html>" % text
        encoding, body = self.encode(text.encode(codec, "replace"))
        quote = self.rng.choice([b'"', b""])
        fields = [b"Content-Type: text/%s; charset=%s%s%s" % (b"html" if html else b"plain", quote, charset.encode(), quote),
                  b"Content-Transfer-Encoding: " + encoding.encode()]
        self.rng.shuffle(fields)
        return fields, body

    def leaf_file(self):
        data = self.rng.randbytes(self.rng.randint(0, 3000))
        name = self.rng.choice(["report.pdf", "отчёт за квартал.docx", "a b (1).png", "naïve.txt", "x" * 90 + ".zip"])
        kind = self.rng.random()
        if name.isascii():
            parameter = b'filename="%s"' % name.encode()
        elif kind < 0.4:
            parameter = b"filename*=utf-8''" + percent(name.encode())
        elif kind < 0.7:
            encoded = percent(name.encode("koi8-r", "replace"))
            parameter = b"filename*0*=koi8-r'ru'%s;\r\n filename*1*=%s" % (encoded[:12], encoded[12:])
        else:
            parameter = b'filename="' + self.encoded_word(name) + b'"'
        fields = [b"Content-Type: " + self.rng.choice([b"application/pdf", b"application/octet-stream", b"image/png"]),
                  b"Content-Disposition: attachment;\r\n " + parameter, b"Content-Transfer-Encoding: base64"]
        if self.rng.random() < 0.3:
            fields.append(b"Content-ID: <%d@example.test>" % self.rng.getrandbits(32))
        if self.rng.random() < 0.2:
            fields.append(b"Content-Description: " + self.phrase(self.words(3, True)))
        return fields, base64.encodebytes(data).replace(b"\n", b"\r\n")[:-2]

    def multipart(self, depth):
        boundary = b"=_%x" % self.rng.getrandbits(64)
        if self.boundaries and self.rng.random() < 0.1:  # a prefix or an extension of the outer boundary
            boundary = self.boundaries[-1] + b"-inner"
        self.boundaries.append(boundary)
        subtype = self.rng.choice([b"mixed", b"mixed", b"alternative", b"related", b"digest", b"report"])
        parts = [self.part(depth + 1, subtype == b"digest") for _ in range(self.rng.randint(1, 4))]
        self.boundaries.pop()
        body = self.rng.choice([b"", b"This is a multi-part message in MIME format.\r\n", "Предисловие\r\n".encode()])
        for fields, content in parts:
            body += b"--%s%s\r\n" % (boundary, self.rng.choice([b"", b"", b" "]))
            body += b"".join(f + b"\r\n" for f in fields) + b"\r\n" + content + b"\r\n"
        if self.rng.random() < 0.93:
            body += b"--%s--" % boundary + self.rng.choice([b"", b"\r\n", b"\r\nepilogue\r\n"])
        return [b'Content-Type: multipart/%s;\r\n\tboundary="%s"' % (subtype, boundary)], body

    def nested(self, depth):
        fields, body = self.part(depth + 1)
        inner = b"".join(f + b"\r\n" for f in self.top_headers() + fields) + b"\r\n" + body
        return [b"Content-Type: message/rfc822"], inner

    def part(self, depth, digest=False):
        pick = self.rng.random()
        if digest:
            fields, inner = self.nested(depth)
            return ([] if self.rng.random() < 0.5 else fields), inner
        if depth < 6 and pick < 0.3:
            return self.multipart(depth)
        if depth < 6 and pick < 0.4:
            return self.nested(depth)
        if pick < 0.6:
            return self.leaf_file()
        return self.leaf_text(html=pick > 0.85)

    # --- what goes wrong ----------------------------------------------------------------------------
    def broken(self, raw):
        kind = self.rng.randint(0, 9)
        if kind == 0:
            return raw.replace(b"\r\n", b"\n")
        if kind == 1:
            return raw[:self.rng.randint(0, len(raw))]
        if kind == 2:  # 8-bit noise in the middle
            at = self.rng.randint(0, len(raw))
            return raw[:at] + self.rng.randbytes(8).replace(b"\0", b"\1") + raw[at:]
        if kind == 3:
            return raw.replace(b"Content-Type: ", b"Content-Type:\r\n ", 1)
        if kind == 4:
            return raw.replace(b"; charset=", b"; charset", 1)
        if kind == 5:
            return b"From someone@example.test Mon Jan  1 00:00:00 2024\r\n" + raw
        if kind == 6:
            return raw.replace(b"boundary=", b"border=", 1)
        if kind == 7:
            return raw.replace(b"Subject:", b"Subject :", 1)
        if kind == 8:
            return raw.replace(b"MIME-Version: 1.0\r\n", b"a line that is no field\r\n", 1)
        return raw + b"x" * 3000 + b"\r\n"

    def message(self):
        fields, body = self.part(0) if self.rng.random() < 0.7 else self.multipart(0)
        raw = b"".join(f + b"\r\n" for f in self.top_headers() + fields) + b"\r\n" + body
        if self.rng.random() < 0.9:
            raw += b"\r\n"
        return self.broken(raw) if self.rng.random() < 0.2 else raw


def percent(data):
    return b"".join(bytes([c]) if c < 128 and chr(c).isalnum() else b"%%%02X" % c for c in data)


if __name__ == "__main__":
    everything = all_messages(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    print("%d messages, %d bytes" % (len(everything), sum(len(raw) for _, raw in everything)))
