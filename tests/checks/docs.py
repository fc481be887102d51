# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages tell people to type exists, and so does what they link to.

Each `kontorctl ...` of the pages is held against the table of verbs: the verb and its options. Each link and picture with a relative
path is looked for; each page of the guide in English has a Russian one that links back."""
import os
import re
import shlex

import tree

GLOBAL = {'--json', '--data', '--server', '--user', '--ca-file', '--help'}
VALUED = {'--data', '--server', '--user', '--ca-file'}
NO_VERB = {'help', 'completion'}
ENDS = re.compile(r'\s(?:\||\|\||&&|;|>|<|2>|#)(?:\s|$)|;')


def verbs():
    """{name: its options} of the table."""
    rows = re.findall(r'^    Verb\{"([^"]+)", "[^"]*", "(?:[^"\\]|\\.)*"(.*)\},$', tree.read('server/admin/verbs.cpp'), re.M)
    return {name: set(re.findall(r'--[a-z][a-z-]*', rest)) for name, rest in rows}


def commands(text):
    """Each command line of a page that begins with kontorctl, with the number of its line."""
    for number, line in enumerate(text.split('\n'), 1):
        spans = [line[4:]] if line.startswith('    ') else re.findall(r'`([^`]+)`', line)
        for span in spans:
            for found in re.finditer(r'(?:^|[\s(])kontorctl\s+([^`]*)', span):
                yield number, ENDS.split(found.group(1), 1)[0]


def wrong_with(command, table):
    """What is wrong with one command line, or nothing. Words in capitals stand for something."""
    try:
        words = shlex.split(command.rstrip(' .,:)'))
    except ValueError:
        words = command.split()
    options, given, skip = [], [], False
    for word in (one.strip('[]') for one in words):
        if skip:
            skip = False
        elif word.startswith('--'):
            name, _, value = word.partition('=')
            options.append(name)
            skip = name in VALUED and not value
        else:
            given.append(word)
    if not given or given[0] in NO_VERB or not re.match(r'[a-z]', given[0]):
        return None
    name = next((' '.join(given[:count]) for count in (2, 1) if ' '.join(given[:count]) in table), None)
    if name is None:
        is_family = len(given) == 1 and any(one.startswith(given[0] + ' ') for one in table)
        return None if is_family else f'there is no verb "{" ".join(given[:2])}"'
    unknown = [one for one in options if one not in table[name] | GLOBAL]
    return f'{name} has no option {unknown[0]}' if unknown else None


def links(name, text):
    for number, line in enumerate(re.sub(r'```.*?```', lambda block: '\n' * block.group(0).count('\n'), text, flags=re.S).split('\n'), 1):
        if line.startswith('    '):
            continue
        for target in re.findall(r'\]\(([^)\s]+)\)', re.sub(r'`[^`]*`', '', line)):
            if not re.match(r'[a-z]+:|#', target):
                yield number, os.path.normpath(os.path.join(os.path.dirname(name), target.split('#')[0]))


def check():
    table, problems = verbs(), []
    pages = [name for name in tree.tracked('.md') if name == 'README.md' or name.startswith('docs/')]
    for name in pages:
        text = tree.read(name)
        for number, command in commands(text):
            if not name.startswith('docs/changes/') and (wrong := wrong_with(command, table)):
                problems.append(f'{name}:{number}: {wrong}')
        for number, target in links(name, text):
            if not (tree.ROOT / target).exists():
                problems.append(f'{name}:{number}: there is no {target}')
    for name in pages:
        if name.startswith('docs/admin/') and not name.endswith('.ru.md'):
            other = name.removesuffix('.md') + '.ru.md'
            if other not in pages:
                problems.append(f'{name}: there is no {other}')
            elif os.path.basename(other) not in tree.read(name) or os.path.basename(name) not in tree.read(other):
                problems.append(f'{name}: it and {other} do not link to each other')
    if len(table) < 100:
        problems.append(f'only {len(table)} verbs could be read from server/admin/verbs.cpp')
    tree.finish('docs', problems, len(pages))


if __name__ == '__main__':
    check()
