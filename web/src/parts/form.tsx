// SPDX-License-Identifier: GPL-3.0-or-later
// Fields of a form from a list of them, and the values that were typed in.
import { useId } from 'preact/hooks';
import { t, member, word, type Key } from '../i18n';
import type { Json, Row } from '../api/json';

export type FieldKind = 'text' | 'password' | 'number' | 'area' | 'lines' | 'check' | 'choice' | 'day' | 'moment' | 'file';

export interface Field {
  name: string;
  kind?: FieldKind;
  label?: Key;
  help?: Key;
  helpText?: string;
  required?: boolean;
  value?: string | boolean;
  choices?: string[];
  rows?: number;
}

function Input(props: { field: Field; id: string; helpId: string | undefined }) {
  const { field, id, helpId } = props;
  const text = typeof field.value === 'string' ? field.value : '';
  const common = { id, name: field.name, required: field.required ?? false, 'aria-describedby': helpId };
  const kind = field.kind ?? 'text';
  if (kind === 'area' || kind === 'lines') {
    return <textarea {...common} rows={field.rows ?? 6} spellcheck={false} defaultValue={text} />;
  }
  if (kind === 'choice') {
    return (
      <select {...common} defaultValue={text}>
        {!field.required && <option value="" />}
        {(field.choices ?? []).map((choice) => <option key={choice} value={choice} selected={choice === text}>{word(choice)}</option>)}
      </select>
    );
  }
  if (kind === 'file') return <input {...common} type="file" />;
  const types = { text: 'text', password: 'password', number: 'number', day: 'date', moment: 'datetime-local' } as const;
  const type = kind === 'check' ? 'text' : types[kind];
  return <input {...common} type={type} autocomplete={kind === 'password' ? 'new-password' : 'off'} defaultValue={text} />;
}

function FieldLine(props: { field: Field }) {
  const { field } = props;
  const id = `field-${field.name}-${useId()}`;
  const help = field.help ? t(field.help) : (field.helpText ?? '');
  const helpId = help === '' ? undefined : `${id}-help`;
  const label = field.label ? t(field.label) : member(field.name);
  if (field.kind === 'check') {
    return (
      <div class="field field-check">
        <input id={id} name={field.name} type="checkbox" defaultChecked={field.value === true} aria-describedby={helpId} />
        <label for={id}>{label}</label>
        {helpId && <p id={helpId} class="help">{help}</p>}
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>{label}{field.required && <span class="required" aria-hidden="true"> *</span>}</label>
      <Input field={field} id={id} helpId={helpId} />
      {helpId && <p id={helpId} class="help">{help}</p>}
    </div>
  );
}

export function Fields(props: { fields: Field[] }) {
  return <>{props.fields.map((field) => <FieldLine key={field.name} field={field} />)}</>;
}

async function valueOf(field: Field, typed: FormDataEntryValue | null): Promise<Json | undefined> {
  if (field.kind === 'check') return typed !== null;
  if (typed instanceof File) return typed.size === 0 ? undefined : typed.text();
  if (typeof typed !== 'string' || typed === '') return undefined;
  if (field.kind === 'number') return Number(typed);
  if (field.kind === 'lines') return typed.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  if (field.kind === 'moment') return typed.replace('T', ' ');
  return typed;
}

/** What was typed; what was left empty is not there. */
export async function valuesOf(form: HTMLFormElement, fields: Field[]): Promise<Row> {
  const data = new FormData(form);
  const out: Row = {};
  for (const field of fields) {
    const value = await valueOf(field, data.get(field.name));
    if (value !== undefined && value !== false) out[field.name] = value;
  }
  return out;
}
