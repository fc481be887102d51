// SPDX-License-Identifier: GPL-3.0-or-later
// A text as a file of whoever looks.
import { textOf, type Row } from '../api/json';

export function save(name: string, text: string, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function quoted(text: string): string {
  // A spreadsheet reads a cell that begins so as a formula; mail brings such texts from anybody.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** RFC 4180, with the mark that tells spreadsheets it is UTF-8. */
export function csv(rows: Row[], columns: string[]): string {
  const lines = [columns.join(','), ...rows.map((row) => columns.map((name) => quoted(textOf(row[name]))).join(','))];
  return `\ufeff${lines.join('\r\n')}\r\n`;
}
