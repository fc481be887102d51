# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files of the formats people attach, made here: each function gives the bytes of one file with the text in it."""
import binascii
import io
import lzma
import struct
import zipfile
import zlib
from xml.sax.saxutils import escape

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
RELATIONS = XML + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
TYPES = XML + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SLIDE = ('xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
         'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"')
OFFICE = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
          'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"')


def zipped(files, method=zipfile.ZIP_DEFLATED):
    """A ZIP of {name: bytes or text}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def open_xml(files):
    return zipped({'[Content_Types].xml': TYPES, '_rels/.rels': RELATIONS, **files})


def docx(text, extra=None):
    """Two runs of each line, as Word splits them; deleted text and field codes beside it."""
    lines = ''.join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line[:3])}</w:t></w:r><w:r><w:t xml:space="preserve">'
                    f'{escape(line[3:])}</w:t></w:r></w:p>' for line in text.split('\n'))
    hidden = '<w:p><w:del><w:r><w:delText>deletedword</w:delText></w:r></w:del><w:r><w:instrText>HYPERLINK fieldcode</w:instrText></w:r></w:p>'
    core = ('<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Заглавие</dc:title><cp:revision>77</cp:revision></cp:coreProperties>')
    return open_xml({'word/document.xml': f'{XML}<w:document {WORD}><w:body>{lines}{hidden}</w:body></w:document>',
                     'word/header1.xml': f'{XML}<w:hdr {WORD}><w:p><w:r><w:t>колонтитул</w:t></w:r></w:p></w:hdr>',
                     'word/styles.xml': f'{XML}<w:styles {WORD}><w:t>stylename</w:t></w:styles>',
                     'docProps/core.xml': XML + core, **(extra or {})})


def xlsx(text, number='31415.5'):
    shared = f'{XML}<sst {SHEET}><si><t>{escape(text)}</t></si><si><r><t>раз</t></r><r><t>дел</t></r></si></sst>'
    sheet = (f'{XML}<worksheet {SHEET}><sheetData><row><c t="s"><v>987654</v></c><c><v>{number}</v></c>'
             '<c t="inlineStr"><is><t>inlinetext</t></is></c></row></sheetData></worksheet>')
    book = f'{XML}<workbook {SHEET}><sheets><sheet name="Смета" sheetId="1"/></sheets></workbook>'
    return open_xml({'xl/workbook.xml': book, 'xl/sharedStrings.xml': shared, 'xl/worksheets/sheet1.xml': sheet})


def pptx(text):
    def slide(words):
        return (f'{XML}<p:sld {SLIDE}><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{escape(words)}</a:t></a:r></a:p></p:txBody>'
                '</p:sp></p:spTree></p:cSld></p:sld>')
    return open_xml({'ppt/slides/slide1.xml': slide(text), 'ppt/notesSlides/notesSlide1.xml': slide('заметки докладчика')})


def open_document(kind, body, encrypted=False):
    mark = '<manifest:encryption-data/>' if encrypted else ''
    manifest = ('<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
                f'manifest:full-path="content.xml">{mark}</manifest:file-entry></manifest:manifest>')
    content = (f'{XML}<office:document-content {OFFICE}><office:automatic-styles><stylename>styletext</stylename></office:automatic-styles>'
               f'<office:body>{body}</office:body></office:document-content>')
    meta = f'{XML}<office:document-meta {OFFICE}><office:meta><dc:title>Заглавие</dc:title></office:meta></office:document-meta>'
    return zipped({'mimetype': f'application/vnd.oasis.opendocument.{kind}', 'content.xml': b'\x8f' * 200 if encrypted else content,
                   'meta.xml': meta, 'META-INF/manifest.xml': XML + manifest})


def odt(text, encrypted=False):
    lines = ''.join(f'<text:p>{escape(line)}<text:tab/><text:span>конец</text:span></text:p>' for line in text.split('\n'))
    return open_document('text', f'<office:text>{lines}</office:text>', encrypted)


def ods(text):
    return open_document('spreadsheet', f'<office:spreadsheet><table:table><table:table-row><table:table-cell><text:p>{escape(text)}'
                         '</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>')


def odp(text):
    return open_document('presentation', f'<office:presentation><text:h>{escape(text)}</text:h></office:presentation>')


def rtf(text):
    """Each word in another way: bytes of CP1251, \\u with a substitute, a font of another charset."""
    words = text.split(' ')
    out = []
    for index, word in enumerate(words):
        if index % 2:
            out.append(''.join(f"\\u{ord(c)}\\'3f" for c in word))
        else:
            out.append(''.join(f"\\'{c:02x}" for c in word.encode('cp1251')))
    return ('{\\rtf1\\ansi\\ansicpg1251\\deff0{\\fonttbl{\\f0\\fnil\\fcharset204 Arial;}{\\f1\\fcharset0 Times;}}'
            '{\\*\\generator secretgenerator;}{\\stylesheet{\\s0 stylename;}}\\f0 ' + ' '.join(out) +
            '\\par\\f1 caf\\\'e9\\par{\\pict\\bin4 {}{}}}').encode('ascii')


def pdf_with_file(name, content):
    """A page, and a file put into the document."""
    return pdf_objects([
        b'<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(%s) 6 0 R]>>>>>>' % name.encode(), b'<</Type/Pages/Kids[3 0 R]/Count 1>>',
        b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>',
        stream(b'BT /F1 12 Tf 50 700 Td (see the file) Tj ET'), b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
        b'<</Type/Filespec/F(%s)/UF(%s)/EF<</F 7 0 R>>>>' % (name.encode(), name.encode()),
        stream(content).replace(b'<<', b'<</Type/EmbeddedFile/Params<</Size %d>>' % len(content), 1)])


def pdf_objects(objects, trailer=''):
    out, places = b'%PDF-1.5\n%\xe2\xe3\xcf\xd3\n', []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f'{number} 0 obj\n'.encode() + body + b'\nendobj\n'
    table = b''.join(b'%010d 00000 n \n' % place for place in places)
    return (out + b'xref\n0 %d\n0000000000 65535 f \n' % (len(objects) + 1) + table +
            f'trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF\n'.encode())


def stream(content, compressed=True):
    packed = zlib.compress(content) if compressed else content
    return (b'<</Length %d' % len(packed)) + (b'/Filter/FlateDecode' if compressed else b'') + b'>>stream\n' + packed + b'\nendstream'


def pdf(text, trailer='', more=()):
    """Glyph numbers in the page, and a ToUnicode table that says which characters they are."""
    letters = sorted(set(text) - {'\n'})
    numbers = {letter: index + 1 for index, letter in enumerate(letters)}
    table = '\n'.join(f'<{number:04x}> <{letter.encode("utf-16-be").hex()}>' for letter, number in numbers.items())
    to_unicode = ('/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <0000> <ffff> '
                  f'endcodespacerange {len(letters)} beginbfchar\n{table}\nendbfchar endcmap end end').encode()
    shown = ''.join(f'1 0 0 1 50 {700 - 20 * row} Tm <{"".join(f"{numbers[c]:04x}" for c in line)}> Tj\n'
                    for row, line in enumerate(text.split('\n')))
    return pdf_objects([
        b'<</Type/Catalog/Pages 2 0 R>>', b'<</Type/Pages/Kids[3 0 R]/Count 1>>',
        b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>',
        stream(f'BT /F1 12 Tf {shown} ET'.encode()),
        b'<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+Some/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 8 0 R>>',
        b'<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+Some/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>'
        b'/DW 600/FontDescriptor 7 0 R>>',
        b'<</Type/FontDescriptor/FontName/AAAAAA+Some/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200'
        b'/CapHeight 700/StemV 80>>',
        stream(to_unicode), *more], trailer)


def pdf_plain(text):
    return pdf_objects([b'<</Type/Catalog/Pages 2 0 R>>', b'<</Type/Pages/Kids[3 0 R]/Count 1>>',
                        b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>',
                        stream(f'BT /F1 12 Tf 50 700 Td ({text}) Tj ET'.encode(), compressed=False),
                        b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'])


def seven_number(value):
    """A number of the 7z format: how many bytes follow is told by the first one's leading bits."""
    first, mask, rest = 0, 0x80, b''
    for count in range(8):
        if value < 1 << (7 * (count + 1)):
            return bytes([first | value >> (8 * count)]) + rest
        rest = (value & ((1 << (8 * (count + 1))) - 1)).to_bytes(count + 1, 'little')
        first |= mask
        mask >>= 1
    return b'\xff' + value.to_bytes(8, 'little')


def seven_zip(name, content, dictionary=1 << 20):
    """One file, packed with LZMA; `dictionary` is what the file claims to need."""
    packed = lzma.compress(content, lzma.FORMAT_RAW, filters=[{'id': lzma.FILTER_LZMA1, 'dict_size': 1 << 20}])
    properties = bytes([3 + 9 * (0 + 5 * 2)]) + struct.pack('<I', dictionary)
    names = b'\0' + (name + '\0').encode('utf-16-le')
    header = (b'\x01\x04'
              b'\x06' + seven_number(0) + b'\x01\x09' + seven_number(len(packed)) + b'\0'
              b'\x07\x0b\x01\0' b'\x01\x23\x03\x01\x01\x05' + properties +
              b'\x0c' + seven_number(len(content)) + b'\x0a\x01' + struct.pack('<I', binascii.crc32(content)) + b'\0'
              b'\x08\0' b'\0'
              b'\x05\x01\x11' + seven_number(len(names)) + names + b'\0\0')
    start = struct.pack('<QQI', len(packed), len(header), binascii.crc32(header))
    return b'7z\xbc\xaf\x27\x1c\0\x04' + struct.pack('<I', binascii.crc32(start)) + start + packed + header


class Compound:
    """Writes a compound file ([MS-CFB], version 3): nested dicts are storages, bytes are streams."""

    FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

    def __init__(self, tree):
        self.entries, self.small, self.small_chain, self.sectors, self.chain = [], b'', [], [], []
        self.add('Root Entry', tree, root=True)

    def add(self, name, content, root=False):
        index = len(self.entries)
        self.entries.append(None)
        start, size, child = 0, 0, self.FREE
        if isinstance(content, dict):
            children = [self.add(key, value) for key, value in sorted(content.items(), key=lambda item: (len(item[0]), item[0].upper()))]
            # A tree that leans to one side is a tree.
            for left, right in zip(children, children[1:]):
                self.entries[left]['right'] = right
            child = children[0] if children else self.FREE
        else:
            start, size = self.keep(content), len(content)
        kind = 5 if root else 1 if isinstance(content, dict) else 2
        self.entries[index] = {'name': name, 'kind': kind, 'child': child, 'right': self.FREE, 'start': start, 'size': size}
        return index

    def keep(self, content):
        if not content:
            return self.END
        if len(content) < 4096:
            first, count = len(self.small_chain), -(-len(content) // 64)
            self.small += content.ljust(count * 64, b'\0')
            self.small_chain += [*range(first + 1, first + count), self.END]
            return first
        return self.put(content)

    def put(self, content):
        first, count = len(self.sectors), -(-len(content) // 512)
        self.sectors += [content[at:at + 512].ljust(512, b'\0') for at in range(0, len(content), 512)]
        self.chain += [*range(first + 1, first + count), self.END]
        return first if count else self.END

    def encode(self):
        root = self.entries[0]
        root['size'] = len(self.small)
        root['start'] = self.put(self.small) if self.small else self.END
        table = struct.pack(f'<{len(self.small_chain)}I', *self.small_chain)
        small_table = self.put(table.ljust(-(-len(table) // 512) * 512, b'\xff')) if table else self.END
        rows = b''
        for entry in self.entries:
            name = (entry['name'] + '\0').encode('utf-16-le')
            rows += struct.pack('<64sHBBIII16sIQQIQ', name, len(name), entry['kind'], 1, self.FREE, entry['right'], entry['child'],
                                b'', 0, 0, 0, entry['start'], entry['size'])
        directory = self.put(rows.ljust(-(-len(rows) // 512) * 512, b'\0'))
        count = 1
        while count * 128 < len(self.chain) + count:
            count += 1
        places = [len(self.sectors) + index for index in range(count)]
        chain = self.chain + [self.TABLE] * count
        chain += [self.FREE] * (count * 128 - len(chain))
        head = struct.pack('<8s16sHHHHH6xIIIIIIIIII', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', b'', 0x3E, 3, 0xFFFE, 9, 6, 0, count, directory, 0,
                           4096, small_table, -(-len(table) // 512), self.END, 0, *places[:1])
        head += struct.pack(f'<{len(places) - 1}I', *places[1:])
        return head.ljust(512, b'\xff') + b''.join(self.sectors) + struct.pack(f'<{len(chain)}I', *chain)


def property_name(number, kind):
    return f'__substg1.0_{number:04X}{kind:04X}'


def msg_tree(subject, body, attachments=(), inner=None, code_page=None, rtf_body=None):
    """A message of Outlook: strings in UTF-16, or in a code page."""
    def strings(values):
        if code_page:
            return {property_name(number, 0x1E): value.encode(f'cp{code_page}') for number, value in values.items()}
        return {property_name(number, 0x1F): value.encode('utf-16-le') for number, value in values.items()}
    tree = strings({0x0037: subject, 0x0C1A: 'Иван Петров', 0x5D01: 'ivan@example.test', 0x0E04: 'Анна', **({0x1000: body} if body else {})})
    if rtf_body:
        tree[property_name(0x1009, 0x102)] = packed_rtf(rtf_body)
    fixed = struct.pack('<HHIQ', 3, 0x3FFD, 6, code_page or 1251)
    tree['__properties_version1.0'] = bytes(32) + fixed
    for index, (name, content) in enumerate(attachments):
        tree[f'__attach_version1.0_#{index:08X}'] = {**strings({0x3707: name}), property_name(0x3701, 0x102): content,
                                                     '__properties_version1.0': bytes(8)}
    if inner:
        inner = {**inner, '__properties_version1.0': inner['__properties_version1.0'][8:]}
        tree['__attach_version1.0_#000000FF'] = {property_name(0x3701, 0x0D): inner, '__properties_version1.0': bytes(8)}
    return tree


def msg(*arguments, **more):
    return Compound(msg_tree(*arguments, **more)).encode()


def packed_rtf(content):
    """[MS-OXRTFCP], every byte as itself."""
    packed = b''.join(b'\0' + content[at:at + 8] for at in range(0, len(content), 8))
    return struct.pack('<IIII', len(packed) + 12, len(content), 0x75465A4C, 0) + packed


def tnef(subject, body, attachments=(), code_page=1251):
    out = struct.pack('<IH', 0x223E9F78, 1)

    def attribute(level, number, content):
        return struct.pack('<BII', level, number, len(content)) + content + struct.pack('<H', sum(content) & 0xFFFF)

    def value(content):
        return struct.pack('<I', len(content)) + content + bytes(-len(content) % 4)

    def properties(values):
        rows = [struct.pack('<HH', 3, 0x0E07) + struct.pack('<I', 1),
                struct.pack('<HH', 0x101F, 0x8001) + bytes(16) + struct.pack('<I', 1) + value('Keywords\0'.encode('utf-16-le')) +
                struct.pack('<I', 2) + value('одно\0'.encode('utf-16-le')) + value('другое\0'.encode('utf-16-le'))]
        rows += [struct.pack('<HHI', kind, number, 1) + value(content) for number, kind, content in values]
        return struct.pack('<I', len(rows)) + b''.join(rows)

    out += attribute(1, 0x00069007, struct.pack('<II', code_page, 0))
    out += attribute(1, 0x00018004, subject.encode(f'cp{code_page}') + b'\0')
    out += attribute(1, 0x00069003, properties([(0x1000, 0x1F, (body + '\0').encode('utf-16-le')),
                                                (0x0C1A, 0x1E, 'Иван Петров\0'.encode(f'cp{code_page}'))]))
    for name, content in attachments:
        out += attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x00018010, b'SHORT~1.TXT\0') + attribute(2, 0x0006800F, content)
        out += attribute(2, 0x00069005, properties([(0x3707, 0x1F, (name + '\0').encode('utf-16-le'))]))
    return out


def doc(text, encrypted=False):
    """A document of Word 97 in two pieces, the first in CP1252 and the second in UTF-16, with a field between them."""
    narrow = b'plain piece \x13HYPERLINK fieldcode\x14shown result\x15\r'
    wide = text.replace('\n', '\r').encode('utf-16-le')
    head = 0x800
    block = bytearray(head)
    struct.pack_into('<HH', block, 0, 0xA5EC, 0xC1)
    struct.pack_into('<H', block, 0x0A, 0x0200 | (0x0100 if encrypted else 0))
    places = [0, len(narrow), len(narrow) + len(wide) // 2]
    pieces = struct.pack('<3I', *places)
    for place in (head * 2 | 0x40000000, head + len(narrow)):
        pieces += struct.pack('<HIH', 0, place, 0)
    table = b'\x01\x02\x00xx' + b'\x02' + struct.pack('<I', len(pieces)) + pieces
    struct.pack_into('<II', block, 0x01A2, 7, len(table))
    return Compound({'WordDocument': bytes(block) + narrow + wide + bytes(4096), '1Table': b'\xee' * 7 + table + bytes(4096)}).encode()


def xls(text, encrypted=False):
    """A workbook of Excel 97: shared strings cut in two by the end of a record, a label, numbers of each kind."""
    def record(kind, body):
        return struct.pack('<HH', kind, len(body)) + body

    wide = text.encode('utf-16-le')
    cut = len(wide) // 4 * 2
    first = struct.pack('<IIHB', 3, 3, 5, 8) + struct.pack('<H', 1) + b'short' + bytes(4)
    first += struct.pack('<HB', len(text), 1) + wide[:cut]
    rest = b'\x01' + wide[cut:] + struct.pack('<HB', 4, 0) + b'caf\xe9'
    out = record(0x0809, bytes(16)) + (record(0x2F, bytes(54)) if encrypted else b'')
    out += record(0x85, bytes(6) + struct.pack('<BB', 5, 1) + 'Смета'.encode('utf-16-le'))
    out += record(0xFC, first) + record(0x3C, rest) + record(0x0A, b'')
    out += record(0x0203, bytes(6) + struct.pack('<d', 31415.5))
    out += record(0x027E, bytes(6) + struct.pack('<I', 4242 << 2 | 2))
    out += record(0x00BD, bytes(4) + struct.pack('<HIHI', 0, 777 << 2 | 3, 0, 5 << 2 | 2) + bytes(2))
    out += record(0x0006, bytes(6) + bytes(6) + b'\xff\xff' + bytes(8)) + record(0x0207, struct.pack('<HB', 7, 0) + b'formula')
    return Compound({'Workbook': out + bytes(4096)}).encode()


def ppt(text, encrypted=False):
    def record(kind, body, version=0):
        return struct.pack('<HHI', version, kind, len(body)) + body

    slides = record(0x03E8, record(0x0FF0, record(0x0FA0, text.encode('utf-16-le')) + record(0x0FA8, b'narrow\rcaf\xe9'), 0xF), 0xF)
    user = struct.pack('<HHIII', 0, 0x0FF6, 20, 20, 0xF3D1C4DF if encrypted else 0xE391C05F) + bytes(20)
    return Compound({'PowerPoint Document': slides + bytes(4096), 'Current User': user}).encode()
