// SPDX-License-Identifier: GPL-3.0-or-later
// Texts in the language of whoever reads them, and how numbers, sizes and times are written there.
import { en, type Key } from './en';
import { members as enMembers } from './en_members';
import { ru } from './ru';
import { members as ruMembers, words as ruWords } from './ru_members';

export type Language = 'en' | 'ru';
export type { Key };

const STORED = 'kontor.language';

function first(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === 'en' || stored === 'ru') return stored;
  return navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

let current: Language = first();

export function language(): Language {
  return current;
}

export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem(STORED, next);
  document.documentElement.lang = next;
}

/** The text of a key; "{name}" in it becomes the value of that name. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const text: string = current === 'ru' ? ru[key] : en[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

/** The title of a member of an answer. */
export function member(name: string): string {
  const known = (current === 'ru' ? ruMembers : enMembers)[name];
  if (known) return known;
  const words = name.replace(/[_-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A word of the interface (a state, a reason); what is not known stands as it is. */
export function word(value: string): string {
  return current === 'ru' ? (ruWords[value] ?? value) : value;
}

export function count(value: number): string {
  return new Intl.NumberFormat(current).format(value);
}

export function size(bytes: number): string {
  const units = current === 'ru' ? ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'] : ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && Math.abs(value) < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(current, { maximumFractionDigits: digits }).format(value)} ${units[unit] ?? ''}`;
}

/** "3 d 4 h", "12 min", "7 s". */
export function duration(seconds: number): string {
  const units: [number, Key][] = [[86_400, 'unit_days'], [3_600, 'unit_hours'], [60, 'unit_minutes'], [1, 'unit_seconds']];
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [length, key] of units) {
    const whole = Math.floor(rest / length);
    rest -= whole * length;
    if (whole > 0 && parts.length < 2) parts.push(`${whole} ${t(key)}`);
  }
  return parts.length === 0 ? `0 ${t('unit_seconds')}` : parts.join(' ');
}

/** The moment that a value of the interface names; undefined: it names none. */
export function moment(value: string | number): Date | undefined {
  if (value === '' || value === 0) return undefined;
  // Above this a number counts milliseconds: as seconds it would lie far beyond the year 5000.
  const date = typeof value === 'number' ? new Date(value > 1e11 ? value : value * 1000) : parsed(value);
  return date && !Number.isNaN(date.getTime()) ? date : undefined;
}

function parsed(text: string): Date | undefined {
  const isComplete = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(text) || /^\w{3}, \d/.test(text);
  return isComplete ? new Date(text.replace(/^(\d{4}-\d\d-\d\d) /, '$1T')) : undefined;
}

export function time(value: string | number, withSeconds = false): string {
  const date = moment(value);
  if (!date) return String(value === 0 ? '' : value);
  const format: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: withSeconds ? 'medium' : 'short' };
  return new Intl.DateTimeFormat(current === 'ru' ? 'ru' : 'en-GB', format).format(date);
}

export function day(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
