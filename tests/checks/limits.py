# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes: file <= 800 lines, header <= 300, function <= 80.

Functions are found by their braces after comments and strings are blanked out; a block whose lead-in has a
parameter list and which does not lie inside another function is one. Functions of web/ are measured by ESLint
(web/tests/eslint.config.js).
"""
import re
import sys

import tree

FILE, HEADER, FUNCTION = 800, 300, 80
SCOPE = re.compile(r'\b(namespace|class|struct|union|enum|extern)\b')


def blank(text):
    """The text with comments, strings and character constants replaced by blanks; line breaks stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
    text = pattern.sub(lambda match: re.sub(r'[^\n]', ' ', match.group()), text)
    return re.sub(r'^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', lambda match: re.sub(r'[^\n]', ' ', match.group()), text, flags=re.M)


def is_function(lead):
    lead = lead.strip()
    if re.search(r'=\s*$', lead) or ')' not in lead:
        return False
    if re.search(r'\boperator\b', lead):
        return True
    head = lead.split('(')[0]
    return not SCOPE.search(head)


def functions(text):
    """Yields (first line, last line, lead-in) of each function body."""
    text = blank(text)
    stack, lead, line = [], '', 1
    for char in text:
        if char == '\n':
            line += 1
            lead += ' '
        elif char == '{':
            inside = any(kind == 'function' for kind, _, _ in stack)
            kind = 'function' if not inside and is_function(lead) else 'block'
            stack.append((kind, line, lead))
            lead = ''
        elif char == '}':
            if stack:
                kind, first, head = stack.pop()
                if kind == 'function':
                    yield first, line, head
            lead = ''
        elif char == ';':
            lead = ''
        else:
            lead += char


def check():
    problems, names = [], tree.tracked('.cpp', '.hpp', '.py', '.cmake', 'CMakeLists.txt', '.ts', '.tsx', '.mjs', '.css')
    lengths = []
    for name in names:
        text = tree.read(name)
        lines = text.count('\n')
        lengths.append(lines)
        if lines > FILE:
            problems.append(f'{name}: {lines} lines, at most {FILE}')
        if name.endswith('.hpp') and lines > HEADER:
            problems.append(f'{name}: {lines} lines, a header has at most {HEADER}')
        if name.endswith(('.cpp', '.hpp')):
            for first, last, lead in functions(text):
                if last - first + 1 > FUNCTION:
                    title = re.sub(r'\s+', ' ', lead).strip()[-70:]
                    problems.append(f'{name}:{first}: function of {last - first + 1} lines, at most {FUNCTION}: {title}')
    lengths.sort()
    if lengths:
        print(f'median file {lengths[len(lengths) // 2]} lines, 95 % {lengths[len(lengths) * 95 // 100]}, longest {lengths[-1]}')
    tree.finish('limits', problems, len(names))


def self_test():
    """The finder of functions must find them: a check that cannot fail is worth nothing."""
    sample = 'namespace a {\nstruct B {\n  int f(int x) const {\n    if (x) {\n      return 1;\n    }\n    return 2;\n  }\n};\n' \
             'const char* k = "{";\nB g() {\n}\nconstexpr int t[] = {\n 1,\n};\n}\n'
    found = [(first, last) for first, last, _ in functions(sample)]
    assert found == [(3, 8), (11, 12)], found


if __name__ == '__main__':
    sys.exit(self_test() or check())
