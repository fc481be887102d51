// SPDX-License-Identifier: GPL-3.0-or-later
// Light or dark: as the system says, until somebody chooses.
export type Theme = 'auto' | 'light' | 'dark';

const STORED = 'kontor.theme';

export function theme(): Theme {
  const stored = localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}

export function setTheme(next: Theme): void {
  if (next === 'auto') {
    localStorage.removeItem(STORED);
    delete document.documentElement.dataset['theme'];
  } else {
    localStorage.setItem(STORED, next);
    document.documentElement.dataset['theme'] = next;
  }
}
