// SPDX-License-Identifier: GPL-3.0-or-later
// Short notes in a corner: what was done, or why it was not.
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../api/client';
import { t } from '../i18n';

interface Note {
  id: number;
  text: string;
  isError: boolean;
}

const SHOWN_MS = 6_000;
let notes: Note[] = [];
let last = 0;
let changed: () => void = () => undefined;

function remove(id: number): void {
  notes = notes.filter((note) => note.id !== id);
  changed();
}

function add(text: string, isError: boolean): void {
  const id = ++last;
  notes = [...notes.slice(-3), { id, text, isError }];
  changed();
  // What went wrong stays until it was read.
  if (!isError) setTimeout(() => remove(id), SHOWN_MS);
}

export function tell(text: string): void {
  add(text, false);
}

export function tellError(error: unknown): void {
  add(messageOf(error), true);
}

export function Toasts() {
  const [, redraw] = useState(0);
  useEffect(() => {
    changed = () => redraw((number) => number + 1);
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notes.map((note) => (
        <div key={note.id} class={note.isError ? 'toast toast-error' : 'toast'}>
          <span>{note.text}</span>
          <button type="button" class="plain" aria-label={t('close')} onClick={() => remove(note.id)}>×</button>
        </div>
      ))}
    </div>
  );
}
