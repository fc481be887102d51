// SPDX-License-Identifier: GPL-3.0-or-later
// A list that the server sorts, filters and cuts into pages. On a phone each row is a card.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Listed, View } from '../api/client';
import type { Row } from '../api/json';
import { count, member, t } from '../i18n';
import { Problem, useLoad, type Loaded } from './loading';
import { keepQuery, place } from './route';
import { kindOf, Value, type Kind } from './value';

export interface Column {
  name: string;
  kind?: Kind;
  fixed?: boolean;  // not to be sorted by
  show?: (row: Row) => ComponentChildren;
  link?: (row: Row) => string;
}

export interface TableProps {
  caption: string;
  columns: Column[];
  load: (view: View) => Promise<Listed>;
  /** What the list depends on besides its view: another value, another list. */
  of?: string;
  sort?: string;
  canFilter?: boolean;
  perPage?: number;
  refreshSeconds?: number;
  actions?: (row: Row, reload: () => void) => ComponentChildren;
  tools?: (reload: () => void) => ComponentChildren;
  rowClass?: (row: Row) => string;
}

const PER_PAGE = 50;
const TYPING_MS = 250;

function nextSort(sort: string, name: string): string {
  if (sort === name) return `-${name}`;
  return name;
}

function Head(props: { columns: Column[]; sort: string; hasActions: boolean; onSort: (sort: string) => void }) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {props.columns.map((column) => {
          const { name } = column;
          const order = props.sort === name ? 'ascending' : props.sort === `-${name}` ? 'descending' : 'none';
          if (column.fixed) return <th key={name} role="columnheader" scope="col">{member(name)}</th>;
          return (
            <th key={name} role="columnheader" scope="col" aria-sort={order} class={`sort-${order}`}>
              <button type="button" class="sort" onClick={() => props.onSort(nextSort(props.sort, name))}>{member(name)}</button>
            </th>
          );
        })}
        {props.hasActions && <th role="columnheader" scope="col"><span class="hidden">{t('actions')}</span></th>}
      </tr>
    </thead>
  );
}

function Cell(props: { column: Column; row: Row }) {
  const { column, row } = props;
  const shown = column.show ? column.show(row) : <Value value={row[column.name]} kind={column.kind ?? kindOf(column.name)} />;
  const link = column.link?.(row) ?? '';
  return (
    <td role="cell" data-label={member(column.name)} class={`kind-${column.kind ?? kindOf(column.name)}`}>
      {link === '' ? shown : <a href={link}>{shown}</a>}
    </td>
  );
}

function Pages(props: { loaded: Listed; view: View; onOffset: (offset: number) => void }) {
  const { loaded, view } = props;
  const { offset } = view;
  const end = Math.min(offset + loaded.items.length, loaded.total);
  if (loaded.total <= view.limit && offset === 0) {
    return <p class="total">{t('total', { total: count(loaded.total) })}</p>;
  }
  const lastPage = Math.max(0, Math.floor((loaded.total - 1) / view.limit)) * view.limit;
  return (
    <nav class="pages" aria-label={t('pages')}>
      <button type="button" disabled={offset === 0} onClick={() => props.onOffset(0)} aria-label={t('first_page')}>«</button>
      <button type="button" disabled={offset === 0} onClick={() => props.onOffset(Math.max(0, offset - view.limit))} aria-label={t('previous_page')}>‹</button>
      <span>{t('range', { from: count(offset + 1), to: count(end), total: count(loaded.total) })}</span>
      <button type="button" disabled={end >= loaded.total} onClick={() => props.onOffset(offset + view.limit)} aria-label={t('next_page')}>›</button>
      <button type="button" disabled={end >= loaded.total} onClick={() => props.onOffset(lastPage)} aria-label={t('last_page')}>»</button>
    </nav>
  );
}

function Rows(props: TableProps & { items: Row[]; reload: () => void }) {
  return (
    <tbody role="rowgroup">
      {props.items.map((row, at) => (
        <tr key={at} role="row" class={props.rowClass?.(row) ?? ''}>
          {props.columns.map((column) => <Cell key={column.name} column={column} row={row} />)}
          {props.actions && <td role="cell" class="row-actions">{props.actions(row, props.reload)}</td>}
        </tr>
      ))}
    </tbody>
  );
}

/** The view as the address has it, changed by what is typed and clicked. */
function useView(props: TableProps): [View, (changes: Partial<View>) => void] {
  const [view, setView] = useState<View>(() => {
    const { query } = place();
    return {
      limit: props.perPage ?? PER_PAGE,
      offset: Number(query.get('offset') ?? 0) || 0,
      sort: query.get('sort') ?? props.sort ?? '',
      filter: query.get('filter') ?? '',
    };
  });
  const change = (changes: Partial<View>) => {
    const next = { ...view, ...changes };
    keepQuery({ offset: next.offset === 0 ? '' : String(next.offset), sort: next.sort, filter: next.filter });
    setView(next);
  };
  return [view, change];
}

function Filter(props: { value: string; onChange: (filter: string) => void }) {
  const [typed, setTyped] = useState(props.value);
  useEffect(() => {
    if (typed === props.value) return undefined;
    const timer = setTimeout(() => props.onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <label class="filter">
      <span class="hidden">{t('filter')}</span>
      <input type="search" placeholder={t('filter')} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
    </label>
  );
}

export function Table(props: TableProps) {
  const [view, change] = useView(props);
  const key = JSON.stringify([view, props.of ?? '']);
  const loaded: Loaded<Listed> = useLoad(key, () => props.load(view), props.refreshSeconds ?? 0);
  const { value } = loaded;
  return (
    <section class="list" aria-label={props.caption}>
      <div class="tools">
        {props.canFilter !== false && <Filter value={view.filter} onChange={(filter) => change({ filter, offset: 0 })} />}
        <span class="spring" />
        {props.tools?.(loaded.reload)}
        <button type="button" onClick={loaded.reload}>{t('refresh')}</button>
      </div>
      {loaded.error !== '' && <Problem text={loaded.error} />}
      {value === undefined && loaded.isLoading && <p class="waiting" role="status">{t('loading')}</p>}
      {value !== undefined && (
        <>
          {value.items.length === 0 ? <p class="empty">{t('nothing')}</p> : (
            <table role="table" aria-busy={loaded.isLoading}>
              <caption class="hidden">{props.caption}</caption>
              <Head columns={props.columns} sort={view.sort} hasActions={props.actions !== undefined} onSort={(sort) => change({ sort, offset: 0 })} />
              <Rows {...props} items={value.items} reload={loaded.reload} />
            </table>
          )}
          <Pages loaded={value} view={view} onOffset={(offset) => change({ offset })} />
        </>
      )}
    </section>
  );
}
