# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents as LibreOffice writes them, in every format it knows: all their words are read, in order. A part of `./test long` alone, for
the size of LibreOffice (cmake/packages-long.txt)."""
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import extract  # noqa: E402
import kontor  # noqa: E402

WORDS = ('договор поставки оборудования между организациями согласно спецификации приложение оплата счёт Ёлкина съёмка подъезд '
         'agreement between parties delivery invoice annex résumé Größe łódź 15.07.2026 №42 A-113/7 — «кавычки»').split()


HEAD = ('<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
        'office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.%s"><office:body>')
TAIL = '</office:body></office:document>'


def words_of(text):
    # In a PDF a hyphen at the end of a line is taken for that of a word cut in two.
    return re.findall(r'\w+', text.replace('-', ''))


class LibreOffice(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which('soffice'):
            raise AssertionError('LibreOffice is not installed: cmake/packages-long.txt names the packages')
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix='kontor-office-')))
        cls.worker = cls.enterClassContext(extract.Worker(seconds=60))
        chooser = random.Random(15)
        cls.text = '\n'.join(' '.join(chooser.choices(WORDS, k=30)) for _ in range(60))

    def convert(self, source, content, target):
        path = self.folder / source
        path.write_bytes(content)
        command = ['soffice', f'-env:UserInstallation=file://{self.folder}/profile', '--headless', '--convert-to', target,
                   '--outdir', self.folder / 'out', path]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
        made = self.folder / 'out' / (path.stem + '.' + target.split(':')[0])
        self.assertTrue(made.exists(), ran.stdout + ran.stderr)
        content = made.read_bytes()
        made.unlink()
        return content

    def words(self, content, name):
        answer = self.worker.read(content, '', 'lies.bin')
        self.assertEqual((answer.outcome, answer.why), ('read', ''), name)
        return words_of(answer.text)

    def test_letters(self):
        expected = words_of(self.text)
        lines = ''.join(f'<text:p>{line}</text:p>' for line in self.text.split('\n'))
        source = (HEAD % 'text' + f'<office:text>{lines}</office:text>' + TAIL).encode()
        for target in ('odt', 'fodt', 'docx', 'doc', 'rtf', 'pdf', 'html', 'txt:Text (encoded):UTF8'):
            with self.subTest(target):
                found = self.words(self.convert('letter.fodt', source, target), target)
                # Beside the text there are titles and the like: whatever was taken in order counts.
                left = iter(found)
                missing = [word for word in expected if word not in left]
                self.assertEqual(missing[:5], [], (len(expected), len(found)))

    def test_tables(self):
        rows = [[word, str(number * 1.5)] for number, word in enumerate(self.text.split()[:500])]
        cells = ''.join('<table:table-row><table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell><table:table-cell '
                        'office:value-type="float" office:value="%s"/></table:table-row>' % tuple(row) for row in rows)
        book = self.convert('table.fods', (HEAD % 'spreadsheet' + '<office:spreadsheet><table:table table:name="Лист">' + cells +
                                           '</table:table></office:spreadsheet>' + TAIL).encode(), 'ods')
        for target in ('ods', 'fods', 'xlsx', 'xls'):
            with self.subTest(target):
                found = set(self.words(self.convert('book.ods', book, target), target))
                missing = {part for word, _ in rows for part in words_of(word)} - found
                self.assertEqual(missing, set(), target)
                numbers = {part for _, number in rows for part in words_of(number)}
                self.assertLess(len(numbers - found), len(numbers) // 20, target)

    def test_slides(self):
        frame = ('<draw:page draw:name="p1"><draw:frame svg:width="20cm" svg:height="10cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>'
                 f'{self.text}</text:p></draw:text-box></draw:frame></draw:page>')
        show = self.convert('show.fodp', (HEAD % 'presentation' + f'<office:presentation>{frame}</office:presentation>' + TAIL).encode(), 'odp')
        expected = set(words_of(self.text))
        for target in ('odp', 'pptx', 'ppt'):
            with self.subTest(target):
                found = set(self.words(self.convert('show.odp', show, target), target))
                self.assertEqual(expected - found, set(), target)


if __name__ == '__main__':
    kontor.main()
