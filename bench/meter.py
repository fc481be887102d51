# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU time and memory of a side: of its control group, or of the processes it started and theirs."""
import os
import pathlib


def tree(roots):
    """The processes and all below them."""
    children = {}
    for folder in pathlib.Path('/proc').iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / 'stat').read_text().rsplit(')', 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(folder.name))
    found, left = [], list(roots)
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def cpu_of(side):
    """Seconds since it was started."""
    if side.group and (side.group / 'cpuacct.usage').exists():
        return int((side.group / 'cpuacct.usage').read_text()) / 1e9
    if side.group:
        lines = dict(line.split() for line in (side.group / 'cpu.stat').read_text().splitlines())
        return int(lines['usage_usec']) / 1e6
    total = 0
    for pid in tree(process.pid for process in side.roots):
        # With the children it has waited for.
        fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
        total += sum(int(field) for field in fields[11:15])
    return total / os.sysconf('SC_CLK_TCK')


def memory_of(side):
    """Bytes that are its own, and its part of what is shared."""
    total = 0
    for pid in side.pids() if side.group else tree(process.pid for process in side.roots):
        try:
            for line in pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines():
                if line.startswith('Pss:'):
                    total += int(line.split()[1]) * 1024
        except OSError:
            pass  # it has ended meanwhile
    return total
