# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of a comparison as a table that both people and docs/performance.md take."""
import datetime
import os
import platform
import subprocess

from bench import cyrus, peers

BEGIN, END = '<!-- bench/compare.py: begin -->', '<!-- bench/compare.py: end -->'
BESIDE = {'p50_ms': 'p50 {} ms', 'p99_ms': 'p99 {} ms', 'first_ms': 'first {} ms'}


def machine():
    """What it ran on. Taken at the start: the load average then is what others did."""
    with open('/proc/cpuinfo', encoding='ascii', errors='replace') as file:
        models = [line.split(':', 1)[1].strip() for line in file if line.startswith('model name')]
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30
    disk = subprocess.run(['findmnt', '-no', 'FSTYPE', '-T', '/var/tmp'], capture_output=True, text=True).stdout.strip()
    return (f'{datetime.date.today():%-d %B %Y}, {os.cpu_count()} processors ({models[0] if models else platform.machine()}), '
            f'{memory:.0f} GB, Linux {platform.release()}, {disk or "unknown file system"}; load average at the start {os.getloadavg()[0]:.1f}')


def number(value):
    if value is None:
        return '-'
    if value >= 100:
        return f'{value:,.0f}'
    return f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def cell(run, load, line, column):
    value = run.value(load, line, column)
    if value is None:
        return '-'
    beside = [BESIDE[figure].format(number(run.value(load, line, column, figure))) for figure in line.beside]
    return number(value) + (line.unit if line.unit == '/s' else ' ' + line.unit) + (f' ({", ".join(beside)})' if beside else '')


def ratio(run, load, line):
    """How many times better Kontor is than the better of the others."""
    mine = run.value(load, line, 'kontor')
    theirs = [value for value in (run.value(load, line, column) for column in ('peer', 'cyrus')) if value]
    if not mine or not theirs:
        return '-'
    times = mine / max(theirs) if line.more_is_better else min(theirs) / mine
    return f'{times:.1f}x' if times < 100 else 'over 100x'


def cpu(run, load, line, columns):
    if not line.cpu:
        return ''
    values = [run.value(load, line, column, line.cpu) for column in columns]
    return ' / '.join('-' if value is None else f'{value:,.0f}' if value >= 100 else f'{value:.3g}' for value in values) + (' ms a MB' if line.cpu.endswith('mb') else ' ms')


def table(run, wanted, chosen, where):
    """Markdown; in a terminal it reads well enough."""
    columns = ['work', 'Kontor'] + ([] if chosen.alone else ['Dovecot, Postfix', 'Cyrus', 'ratio to the better', 'CPU each K / D / C', 'Dovecot durable'])
    if chosen.alone:
        columns.append('CPU each')
    lines = [f'{where}. ' + ('' if chosen.alone else f'{peers.versions()}, Cyrus {cyrus.version()}. ') + f'Load average at the end {os.getloadavg()[0]:.1f}.', '',
             '| ' + ' | '.join(columns) + ' |', '|' + '---|' * len(columns)]
    for load in wanted:
        for line in load.lines:
            row = [line.text.format(messages=f'{chosen.messages:,}'), cell(run, load, line, 'kontor')]
            if chosen.alone:
                row.append(cpu(run, load, line, ('kontor',)))
            else:
                row += [cell(run, load, line, 'peer'), cell(run, load, line, 'cyrus'), ratio(run, load, line),
                        cpu(run, load, line, ('kontor', 'peer', 'cyrus')),
                        cell(run, load, line, 'always') if (load.name, 'always') in run.figures else '']
            lines.append('| ' + ' | '.join(row) + ' |')
    return '\n'.join(lines)


def rewrite(file, text, marks=(BEGIN, END)):
    """Puts the table between the marker lines of the file."""
    begin, end = marks
    whole = file.read_text(encoding='utf-8')
    if whole.count(begin) != 1 or whole.count(end) != 1 or whole.index(begin) > whole.index(end):
        raise SystemExit(f'{file} does not have the lines {begin} and {end}')
    before, rest = whole.split(begin)
    file.write_text(f'{before}{begin}\n{text}\n{end}{rest.split(end)[1]}', encoding='utf-8')
