# SPDX-License-Identifier: GPL-3.0-or-later
"""What every source carries or must not carry: licence line, #pragma once, no marks of unfinished work, living links; and
what stands at the top."""
import re
import sys

import tree

UNFINISHED = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X)\b')
AT_THE_TOP = {'.clang-format', '.clang-tidy', '.gitignore', 'CMakeLists.txt', 'CMakePresets.json', 'LICENSE', 'NOTICE', 'README.md',
              'start', 'test'}
# A private constructor is reached by new, straight into the pointer that owns the object; nothing else is.
RAW = re.compile(r'(?<![\w.>])(new [A-Z]\w*[({]|delete \w|goto \w)')


def problems_of(name, text):
    if name.endswith(('.cpp', '.hpp', '.py', '.cmake', '.ts', '.tsx', '.mjs', '.js', '.css')) and 'SPDX-License-Identifier: GPL-3.0-or-later' not in text[:200]:
        yield f'{name}: the first lines carry no licence (SPDX-License-Identifier: GPL-3.0-or-later)'
    if name.endswith('.hpp') and '#pragma once' not in text:
        yield f'{name}: no #pragma once'
    for number, line in enumerate(text.split('\n'), 1):
        if UNFINISHED.search(line):
            yield f'{name}:{number}: a mark of unfinished work'
        if name.endswith(('.cpp', '.hpp')) and RAW.search(re.sub(r'//.*|"(\\.|[^"\\])*"|_ptr<.*>\s?\w*\(new ', '', line)):
            yield f'{name}:{number}: new, delete or goto'
    if name.endswith('.md'):
        yield from dead_links(name, text)


def dead_links(name, text):
    for target in re.findall(r'\]\(([^)#\s]+)', text):
        if '://' in target or target.startswith('mailto:'):
            continue
        if not (tree.ROOT / name).parent.joinpath(target).exists():
            yield f'{name}: the link {target} leads nowhere'
    for word in re.findall(r'\b(\w{3,}) \1\b', text):
        if not word.isdigit() and word.lower() == word:
            yield f'{name}: the word "{word}" stands twice'


def strays(names):
    return [f'{name}: not one of the files that stand at the top' for name in names if '/' not in name and name not in AT_THE_TOP]


def self_test():
    assert strays(['log', 'base/log']) == ['log: not one of the files that stand at the top']
    assert list(problems_of('a.hpp', 'int x;')), 'a header without licence and pragma must be found'
    assert list(problems_of('a.md', '[x](no/such/file.md)'))


def check():
    names = tree.tracked('.cpp', '.hpp', '.py', '.cmake', '.md', '.ts', '.tsx', '.mjs', '.js', '.css')
    problems = [problem for name in names for problem in problems_of(name, tree.read(name))]
    tree.finish('sources', problems + strays(tree.listed()), len(names))


if __name__ == '__main__':
    sys.exit(self_test() or check())
