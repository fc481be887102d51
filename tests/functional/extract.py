# SPDX-License-Identifier: GPL-3.0-or-later
"""kontor-extract by itself: a file of every format, files that lie about what they are, files with passwords, bombs, and what
the process may do while it reads."""
import base64
import bz2
import gzip
import io
import lzma
import os
import pathlib
import signal
import subprocess
import struct
import sys
import tarfile
import unittest
import zipfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import documents as make  # noqa: E402
import extract  # noqa: E402
import kontor  # noqa: E402

TEXT = 'Договор поставки №15 с Ёлкиной and some English words'
MEGA = 1 << 20
SANITIZED = 'status 1'  # a sanitized program ends itself where another one is told that there is no memory


def tar(files, mode='w'):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files.items():
            row = tarfile.TarInfo(name)
            row.size = len(content)
            archive.addfile(row, io.BytesIO(content))
    return out.getvalue()


def zstd(content):
    return subprocess.run(['zstd', '-q', '-c'], input=content, capture_output=True, check=True).stdout


class Case(unittest.TestCase):
    limits = {}

    @classmethod
    def setUpClass(cls):
        cls.worker = extract.Worker(**cls.limits)
        cls.addClassCleanup(cls.worker.__exit__)

    def read(self, content, media_type='', name='', **limits):
        return self.worker.read(content, media_type, name, **limits)

    def reads(self, content, *expected, media_type='', name=''):
        answer = self.read(content, media_type, name)
        self.assertEqual((answer.outcome, answer.why, answer.end), ('read', '', 'done'), name)
        for text in expected:
            self.assertIn(text, answer.text, name)
        return answer.text

    def comes_to(self, outcome, content, media_type='', name='', **limits):
        answer = self.read(content, media_type, name, **limits)
        self.assertEqual(answer.outcome, outcome, answer)
        self.assertTrue(outcome == 'no_text' or answer.why or answer.end != 'done', answer)
        return answer


class Formats(Case):
    def test_text_in_any_charset(self):
        for charset in ('utf-8', 'utf-8-sig', 'cp1251', 'koi8-r', 'cp866', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'iso8859-5'):
            content = TEXT.replace('№', 'N').encode(charset)
            self.assertEqual(self.reads(content, media_type='text/plain', name=charset), TEXT.replace('№', 'N'))
        western = 'Übergrößenträger façade naïve, señor'
        self.assertEqual(self.reads(western.encode('cp1252')), western)

    def test_html(self):
        page = ('<html><head><meta charset="koi8-r"><title>Заголовок</title><style>p{color:red}</style><script>var hidden=1</script></head>'
                '<body><p>раз<b>дел</b> &laquo;кавычки&raquo; &#1046;<p>второй<br>абзац<!-- comment --></body></html>').encode('koi8-r')
        for media_type, name in (('text/html', ''), ('', 'a.htm'), ('application/octet-stream', 'x')):
            text = self.reads(page, 'Заголовок', 'раздел «кавычки» Ж', media_type=media_type, name=name)
            for hidden in ('color', 'hidden', 'comment', '<'):
                self.assertNotIn(hidden, text)
            self.assertNotIn('второйабзац', text)

    def test_rtf(self):
        text = self.reads(make.rtf('Договор поставки номер пятнадцать'), 'Договор поставки номер пятнадцать', 'café', name='a.doc')
        for hidden in ('stylename', 'generator', 'Arial', '?'):
            self.assertNotIn(hidden, text)

    def test_pdf(self):
        self.reads(make.pdf('Договор поставки\nвторая строка'), 'Договор поставки', 'вторая строка', name='a.pdf')
        self.reads(make.pdf_plain('plain Helvetica'), 'plain Helvetica', media_type='image/jpeg', name='lying.jpg')

        self.reads(make.pdf_with_file('inside.docx', make.docx('вложенный договор')), 'see the file', 'inside.docx', 'вложенный договор')

    def test_office_open_xml(self):
        text = self.reads(make.docx(TEXT + '\nвторая строка'), TEXT, 'вторая строка\n', 'колонтитул', 'Заглавие', name='a.docx')
        for hidden in ('deletedword', 'fieldcode', 'stylename', '77'):
            self.assertNotIn(hidden, text)
        text = self.reads(make.xlsx(TEXT), TEXT, 'раздел', 'Смета', '31415.5', 'inlinetext', name='a.xlsx')
        self.assertNotIn('987654', text)
        self.reads(make.pptx(TEXT), TEXT, 'заметки докладчика', media_type='application/octet-stream')

    def test_files_inside_documents(self):
        inside = make.docx('снаружи', {'word/embeddings/oleObject1.xlsx': make.xlsx('внутри таблицы')})
        self.reads(inside, 'снаружи', 'внутри таблицы')

    def test_old_office(self):
        text = self.reads(make.doc(TEXT + '\nвторая строка'), 'plain piece', 'shown result\n' + TEXT + '\nвторая строка', name='a.doc')
        self.assertNotIn('fieldcode', text)
        self.reads(make.xls(TEXT), 'short', TEXT + '\n', 'café', 'Смета', '31415.5', '4242', '7.77', '5', 'formula', name='a.xls')
        self.reads(make.ppt(TEXT), TEXT, 'narrow\ncafé', name='a.ppt')
        for maker in (make.doc, make.xls, make.ppt):
            self.comes_to('encrypted', maker(TEXT, encrypted=True))

    def test_open_document(self):
        text = self.reads(make.odt(TEXT), TEXT + '\tконец', 'Заглавие', name='a.odt')
        self.assertNotIn('styletext', text)
        self.reads(make.ods(TEXT), TEXT)
        self.reads(make.odp(TEXT), TEXT)

    def test_xml(self):
        self.reads(f'<?xml version="1.0"?><a hidden="attribute"><b>{TEXT}</b></a>'.encode(), TEXT, name='a.xml')

    def test_mail(self):
        encoded = base64.b64encode(make.docx('вложенный договор')).decode()
        subject = base64.b64encode('Тема письма'.encode()).decode()
        message = (f'From: =?utf-8?b?{base64.b64encode("Иван".encode()).decode()}?= <ivan@example.test>\r\nSubject: =?utf-8?b?{subject}?=\r\n'
                   'Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'
                   '--b\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: 8bit\r\n\r\n').encode()
        message += 'текст письма'.encode('koi8-r') + b'\r\n--b\r\nContent-Type: application/octet-stream; name="a.docx"\r\n'
        message += b'Content-Transfer-Encoding: base64\r\n\r\n' + encoded.encode() + b'\r\n--b--\r\n'
        for media_type, name in (('message/rfc822', ''), ('', 'письмо.eml'), ('', '')):
            self.reads(message, 'Тема письма', 'Иван', 'ivan@example.test', 'текст письма', 'вложенный договор', 'a.docx',
                       media_type=media_type, name=name)

    def test_msg(self):
        large = ('строка большого файла\n' * 400).encode()
        content = make.msg('Тема', 'тело письма', [('договор.docx', make.docx('вложенный договор')), ('большой.txt', large)],
                           inner=make.msg_tree('внутренняя тема', 'внутреннее тело'))
        text = self.reads(content, 'Тема', 'тело письма', 'Иван Петров', 'ivan@example.test', 'договор.docx', 'вложенный договор',
                          'внутренняя тема', 'внутреннее тело', name='a.msg')
        self.assertEqual(text.count('строка большого файла'), 400)
        self.reads(make.msg('Тема', 'тело', code_page=1251), 'Тема', 'тело')
        self.reads(make.msg('Тема', '', rtf_body=make.rtf('тело в разметке')), 'тело в разметке')

    def test_tnef(self):
        content = make.tnef('Тема', 'тело письма', [('договор поставки.docx', make.docx('вложенный договор')), ('б.txt', b'second file')])
        self.reads(content, 'Тема', 'тело письма', 'Иван Петров', 'договор поставки.docx', 'вложенный договор', 'б.txt', 'second file',
                   media_type='application/ms-tnef', name='winmail.dat')

    def test_archives(self):
        files = {'папка/договор.docx': make.docx('вложенный договор'), 'readme.txt': 'просто текст'.encode('cp1251')}
        packed = [make.zipped(files), tar(files), tar(files, 'w:gz'), tar(files, 'w:bz2'), tar(files, 'w:xz'), zstd(tar(files)),
                  make.zipped({'inner.zip': make.zipped(files)})]
        for number, content in enumerate(packed):
            self.reads(content, 'папка/договор.docx', 'вложенный договор', 'просто текст', name=f'archive {number}')
        self.reads(make.seven_zip('договор.docx', make.docx('вложенный договор')), 'договор.docx', 'вложенный договор')
        for content in (gzip.compress(TEXT.encode()), bz2.compress(TEXT.encode()), lzma.compress(TEXT.encode()), zstd(TEXT.encode())):
            self.reads(content, TEXT, name='a.txt.gz')

    def test_names_in_an_old_zip(self):
        content = make.zipped({'XXXXXXX.txt': 'x'}).replace(b'XXXXXXX.txt', 'договор.txt'.encode('cp866'))
        self.reads(content, 'договор.txt')

    def test_what_has_no_text(self):
        for content in (b'\x89PNG\r\n\x1a\n' + bytes(50), b'\xff\xd8\xff\xe0' + bytes(50), b'GIF89a' + bytes(50), b'\x7fELF' + bytes(50),
                        bytes(range(256)) * 4, make.Compound({'Contents': b'x' * 100}).encode()):
            self.comes_to('no_text', content, 'text/plain', 'a.pdf')
        self.reads(make.zipped({'photo.png': b'\x89PNG\r\n\x1a\n' + bytes(50)}), 'photo.png')

    def test_encrypted(self):
        self.comes_to('encrypted', make.odt('x', encrypted=True))
        self.comes_to('encrypted', make.Compound({'EncryptionInfo': b'x' * 100, 'EncryptedPackage': b'y' * 5000}).encode(), name='a.docx')
        handler = ('<</Filter/Standard/V 1/R 2/O<' + '00' * 32 + '>/U<' + '11' * 32 + '>/P -4>>').encode()
        locked = make.pdf('x', trailer='/Encrypt 9 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]',
                          more=[handler])
        self.comes_to('encrypted', locked)
        plain = make.zipped({'a.txt': 'x'}, zipfile.ZIP_STORED)
        place = plain.index(b'PK\x01\x02')
        secret = bytearray(plain)
        secret[6] |= 1
        secret[place + 8] |= 1
        self.comes_to('encrypted', bytes(secret))
        both = io.BytesIO(plain)
        with zipfile.ZipFile(both, 'a') as archive:
            archive.writestr('locked.pdf', locked)
        answer = self.comes_to('cut', both.getvalue())
        self.assertIn('locked.pdf: it needs a password', answer.why)

    def test_damaged(self):
        whole = {'a.pdf': make.pdf(TEXT), 'a.docx': make.docx(TEXT * 50), 'a.odt': make.odt(TEXT * 50), 'a.msg': make.msg(TEXT, TEXT * 50), 'a.doc': make.doc(TEXT),
                 'a.xls': make.xls(TEXT), 'a.ppt': make.ppt(TEXT),
                 'winmail.dat': make.tnef(TEXT, TEXT), 'a.7z': make.seven_zip('a', TEXT.encode()), 'a.rtf': make.rtf(TEXT),
                 'a.tar.gz': tar({'a': TEXT.encode() * 50}, 'w:gz')}
        for name, content in whole.items():
            for part in range(1, 8):
                answer = self.read(content[:len(content) * part // 8], name=name)
                self.assertEqual(answer.end, 'done', (name, part))
        self.comes_to('not_readable', whole['a.7z'][:len(whole['a.7z']) // 2])
        answer = self.comes_to('cut', whole['a.docx'][:len(whole['a.docx']) // 2])
        self.assertIn('English', answer.text)


class Bombs(Case):
    limits = {'seconds': 60}

    def tearDown(self):
        self.reads(b'the next one is read', 'the next one is read')

    def test_zip_of_zeros(self):
        self.comes_to('cut', make.zipped({f'{i}.txt': bytes(60 * MEGA) for i in range(12)}))

    def test_zip_in_zip_in_zip(self):
        bomb = make.zipped({'0.txt': b'0' * 30 * MEGA})
        for _ in range(5):
            bomb = make.zipped({f'{i}.zip': bomb for i in range(16)})
        self.assertLess(len(bomb), MEGA)
        self.comes_to('cut', bomb)

    def test_zip_that_holds_itself(self):
        bomb = b'text at the bottom'
        for _ in range(40):
            bomb = make.zipped({'r/r.zip': bomb})
        answer = self.comes_to('cut', bomb)
        self.assertNotIn('bottom', answer.text)

    def test_many_small_files(self):
        self.comes_to('cut', make.zipped({f'{i}': b'x' for i in range(12_000)}))

    def test_compressed_stream_without_end(self):
        packer, out = zlib.compressobj(9, zlib.DEFLATED, 31), []
        for _ in range(600):
            out.append(packer.compress(b'x' * MEGA))
        self.comes_to('cut', b''.join(out) + packer.flush(), name='a.gz')

    def test_xml_entities(self):
        levels = ''.join(f'<!ENTITY l{i} "{"&l%d;" % (i - 1) * 10}">' for i in range(1, 12))
        laughs = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">{levels}]><a><w:t xmlns:w="w">&l11;</w:t></a>'
        answer = self.read(laughs.encode())
        self.assertLess(len(answer.text), 10_000)
        self.read(make.docx('x', {'word/document.xml': laughs}))
        outside = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>before&e;after</a>'
        self.assertNotIn('root:', self.read(outside.encode()).text)

    def test_pdf_of_loops_and_promises(self):
        loop = make.pdf_objects([b'<</Type/Catalog/Pages 2 0 R>>', b'<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Count 2000000000>>',
                                 b'<</Type/Page/Parent 2 0 R/Contents[4 0 R 4 0 R]/Resources<</XObject<</X 4 0 R>>>>>>',
                                 b'<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>/Length 6>>stream\n/X Do \nendstream'])
        self.assertIn(self.read(loop, seconds=10).outcome, ('read', 'cut', 'not_readable'))
        deep = b'%PDF-1.4\n1 0 obj' + b'[' * 200_000 + b']' * 200_000 + b'endobj\ntrailer<</Root 1 0 R>>'
        self.assertIn(self.read(deep, seconds=10).outcome, ('read', 'not_readable'))

    def test_7z_that_wants_4_gigabytes(self):
        answer = self.read(make.seven_zip('a.txt', b'x' * 1000, dictionary=0xFFFFFFF0))
        self.assertIn((answer.outcome, answer.why, answer.end),
                      [('cut', 'a.txt: the archive is damaged', 'done'), ('not_readable', '', SANITIZED)], answer)

    def test_memory_and_time(self):
        image = make.pdf_objects([b'<</Type/Catalog/Pages 2 0 R>>', b'<</Type/Pages/Kids[3 0 R]/Count 1>>',
                                  b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>',
                                  make.stream(b'BT ' + b'(aaaaaaaaaa) Tj 1 0 0 1 3 4 Tm ' * 3_000_000)])
        answer = self.read(image, seconds=2, memory=64 * MEGA)
        self.assertIn(answer.outcome, ('not_readable', 'cut', 'read'))
        nested = ('<a>' * 5_000_000).encode()
        self.read(b'<?xml version="1.0"?>' + nested, memory=64 * MEGA)
        rtf = b'{\\rtf1' + b'{' * 20_000_000
        self.read(rtf, memory=64 * MEGA)
        answer = self.read('я'.encode('cp1251') * 40 * MEGA, memory=64 * MEGA)
        self.assertIn((answer.outcome, answer.end), [('not_readable', 'status 3'), ('not_readable', SANITIZED)])

    def test_loops_in_a_compound_file(self):
        whole = bytearray(make.msg('Тема', 'x' * 9000, [(f'{i}.txt', b'y' * 5000) for i in range(20)]))
        for number in range(1, 60):
            broken = bytearray(whole)
            place = len(broken) - 512 + 4 * (number % 100)
            struct.pack_into('<I', broken, place, number % 7)
            self.assertEqual(self.read(bytes(broken)).end, 'done')


class Sandbox(Case):
    def test_both_walls_stand(self):
        self.assertEqual(self.worker.walls, 3, 'this kernel has seccomp and Landlock')

    def test_orders_that_make_no_sense(self):
        for request in (b'', b'x', bytes(20), struct.pack('<IIIQ', 1, 5, 5, 1 << 60), struct.pack('<IIIQ', 2, 0, 0, 0)):
            answered, end, number = self.worker.order(request)
            self.assertEqual((answered, end, number), (b'', 'status', 2))
        self.reads(b'text', 'text')

    def test_it_ends_with_its_socket_not_by_signals_for_the_service(self):
        with extract.Worker() as worker:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                worker.process.send_signal(number)
            self.assertEqual(worker.read(b'text').text, 'text')
        self.assertEqual(worker.process.returncode, 0)

    def test_a_reader_nobody_waits_for_is_killed(self):
        slow = make.zipped({f'{i}.html': b'<p>' * 6 * MEGA for i in range(40)})
        with extract.Worker(seconds=600) as worker:
            children = pathlib.Path(f'/proc/{worker.process.pid}/task/{worker.process.pid}/children')
            answer, fate = worker.begin(worker.request(slow))
            reader = kontor.wait_until(lambda: children.read_text(encoding='ascii').strip(), 'a reader')
            os.kill(int(reader), signal.SIGSTOP)  # it does not end by itself
            os.close(answer)
            os.close(fate)
            kontor.wait_until(lambda: not children.read_text(encoding='ascii').strip(), 'no reader')

    def test_it_gives_its_rights_away(self):
        status = pathlib.Path(f'/proc/{self.worker.process.pid}/status').read_text(encoding='ascii')
        self.assertIn('NoNewPrivs:\t1', status)
        for kind in ('CapEff', 'CapPrm', 'CapAmb'):
            self.assertIn(f'{kind}:\t0000000000000000', status)

    def test_it_is_not_for_people(self):
        ran = subprocess.run([kontor.program('kontor-extract')], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(ran.returncode, 2)
        self.assertIn('started by kontord', ran.stderr)


if __name__ == '__main__':
    kontor.main()
