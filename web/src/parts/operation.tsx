// SPDX-License-Identifier: GPL-3.0-or-later
// A button that carries out one operation of the interface: at once, after a question, or with a form.
import { ask, fill, type Query } from '../api/client';
import { explained, tagOf } from '../api/conflict';
import { describe, offers } from '../api/description';
import { textOf, type Json, type Row } from '../api/json';
import { may, type Right } from '../api/session';
import { t, type Key } from '../i18n';
import { askFor } from './dialog';
import type { Field } from './form';
import { go } from './route';
import { tell, tellError } from './toast';

export interface OperationProps {
  label: Key;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  values?: Record<string, string>;
  query?: Query;
  body?: Row;
  right: Right;
  fields?: Field[];
  /** The fields are those that the interface describes. */
  isDescribed?: boolean;
  /** A sentence to agree to before it is done. */
  confirm?: string;
  isDangerous?: boolean;
  isMain?: boolean;
  /** What the values typed in become; as they are, when missing. */
  make?: (values: Row) => Row;
  done?: (answer: Row) => void;
  /** The same, when the answer may be a list. */
  show?: (answer: Json) => void;
  /** What is asked again when somebody changed it while the form was open; it is then not written over. */
  reload?: () => void;
  /** What of the object this is about, for who hears the button without seeing its row. */
  about?: string;
}

async function carryOut(props: OperationProps, values: Row, tag = ''): Promise<void> {
  const all: Row = { ...props.body, ...(props.make ? props.make(values) : values) };
  // What stands in the path and is not known yet was typed in.
  const typedInPath = [...props.path.matchAll(/\{([\w-]+)\}/g)].map(([, name = '']) => name).filter((name) => props.values?.[name] === undefined);
  const inPath = { ...props.values, ...Object.fromEntries(typedInPath.map((name) => [name, textOf(all[name])])) };
  const made = Object.fromEntries(Object.entries(all).filter(([name]) => !typedInPath.includes(name)));
  const isQuery = props.method === 'DELETE';
  const wish = isQuery
    ? { query: { ...props.query, ...(made as Query) } }
    : { query: props.query ?? {}, body: made };
  const path = fill(props.path, inPath);
  const answer = await ask(props.method, path, { ...wish, ifMatch: tag }).catch(async (error: unknown) => {
    throw await explained(error, path);
  });
  if (answer.status === 202) {
    tell(t('job_began'));
    const id = answer.location.split('/').pop();
    go(id ? `#/jobs/${id}` : '#/jobs');
    return;
  }
  tell(t('done'));
  const value = answer.value;
  props.show?.(value);
  props.done?.(typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {});
}

async function start(props: OperationProps): Promise<void> {
  let fields = props.fields ?? [];
  let text = props.confirm ?? '';
  if (props.isDescribed) {
    const described = await describe(props.method, props.path);
    fields = described.fields;
    if (text === '') text = described.summary;
  }
  if (fields.length === 0 && props.confirm === undefined) {
    await carryOut(props, {});
    return;
  }
  const tag = props.reload ? await tagOf(fill(props.path, props.values ?? {})) : '';
  askFor({
    ...(props.reload ? { reload: props.reload } : {}),
    title: t(props.label),
    text,
    fields,
    confirm: t(props.label),
    isDangerous: props.isDangerous ?? false,
    act: (values) => carryOut(props, values, tag),
  });
}

export function Operation(props: OperationProps) {
  if (!may(props.right) || !offers(props.method, props.path)) return null;
  const look = props.isDangerous ? 'danger-quiet' : props.isMain ? 'primary' : '';
  const name = props.about ? `${t(props.label)}: ${props.about}` : undefined;
  return (
    <button type="button" class={look} aria-label={name} onClick={() => void start(props).catch(tellError)}>{t(props.label)}</button>
  );
}
