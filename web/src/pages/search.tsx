// SPDX-License-Identifier: GPL-3.0-or-later
// Mail of many mailboxes: found, and written to files for who asked for it. Each search is in the audit log.
import { useState } from 'preact/hooks';
import { listOf, numberOf, rowOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { fill, get } from '../api/client';
import { may } from '../api/session';
import { count, language, t, time } from '../i18n';
import { Fields, valuesOf, type Field } from '../parts/form';
import { begin, Work } from '../parts/job';
import { Problem, useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page, Tabs } from '../parts/page';
import { go, href } from '../parts/route';
import { tellError } from '../parts/toast';
import { Members, SmallTable } from '../parts/value';
import type { PageProps } from './registry';

const SCOPES = ['all', 'account', 'domain', 'group', 'policy', 'as'];
const ALONE = 'all';
const FIELDS: Field[] = [
  { name: 'query', label: 'query', required: true, help: 'query_help' },
  { name: 'scope', label: 'scope', kind: 'choice', choices: SCOPES, required: true, value: ALONE },
  { name: 'whose', label: 'whose', help: 'whose_help' },
  { name: 'order', label: 'order', kind: 'choice', choices: ['date', 'relevance'], required: true, value: 'date' },
  { name: 'limit', label: 'at_most', kind: 'number', value: '200' },
  { name: 'reason', label: 'search_reason', help: 'search_reason_help' },
  { name: 'recoverable', label: 'with_recoverable', kind: 'check' },
];
const EXPORT: Field[] = [
  { name: 'export', label: 'export_folder', required: true, help: 'backup_folder_help' },
  { name: 'format', kind: 'choice', choices: ['eml', 'mbox', 'maildir'], required: true, value: 'eml' },
];

/** The words of the interface for what was chosen. */
function wishOf(values: Row): Row {
  const { query = '', scope = ALONE, whose = '', limit, ...options } = values;
  const where: Row = textOf(scope) === ALONE ? { all: true } : { [textOf(scope)]: whose };
  return { verb: 'search', arguments: [query], options: { ...options, ...where, ...(limit === undefined ? {} : { limit: textOf(limit) }) } };
}

const BYTES = new TextEncoder();

/** The words of a snippet that were looked for; the server counts bytes. */
function Snippet(props: { row: Row }) {
  const bytes = BYTES.encode(textOf(props.row['snippet']));
  const text = (from: number, to?: number) => new TextDecoder().decode(bytes.slice(from, to));
  const parts = [];
  let at = 0;
  for (const mark of listOf(props.row['marks'])) {
    const [from = 0, to = 0] = listOf(mark).map(numberOf);
    parts.push(text(at, from), <mark key={from}>{text(from, to)}</mark>);
    at = to;
  }
  return <p class="help">{parts}{text(at)}</p>;
}

function Messages(props: { rows: Row[] }) {
  return (
    <ul class="records">
      {props.rows.map((row, at) => (
        <li key={at}>
          <div class="record-head"><b>{textOf(row['subject']) || t('message')}</b> <span>{textOf(row['from'])}</span> <small>{time(textOf(row['date']))}</small></div>
          <p><a href={href('mailboxes', textOf(row['address']) || textOf(row['account']))}>{textOf(row['address']) || textOf(row['account'])}</a> · {textOf(row['folder'])} · <code>{textOf(row['message_id'])}</code></p>
          {textOf(row['snippet']) !== '' && <Snippet row={row} />}
        </li>
      ))}
    </ul>
  );
}

function found(wish: Row, result: Json) {
  const value = rowOf(result);
  if (value['problem'] !== undefined) {
    const problem = rowOf(value['problem']);
    return <Problem text={`${textOf(problem[language() === 'ru' ? 'russian' : 'english'])} ${textOf(problem['instead'])}`} />;
  }
  const options = rowOf(wish['options']);
  return (
    <>
      <div class="record-head">
        <p role="status">{t('found_in', { messages: count(numberOf(value['messages'])), mailboxes: count(numberOf(value['with_matches'])), searched: count(numberOf(value['searched'])), record: textOf(value['audit']) })}</p>
        <Operation label="export_found" method="POST" path="/jobs" right="server" confirm={t('export_found_text')} fields={EXPORT}
          make={(typed) => ({ ...wish, options: { ...options, ...typed } })} />
      </div>
      {textOf(value['instead']) !== '' && <p>{t('did_you_mean', { query: textOf(value['instead']) })}</p>}
      <Messages rows={rowsOf(value['results'])} />
      <SmallTable caption={t('mailboxes')} rows={rowsOf(value['mailboxes'])} columns={['address', 'messages', 'problem']} />
    </>
  );
}

function MailSearch() {
  const [begun, setBegun] = useState<{ id: string; wish: Row }>();
  const submit = async (form: HTMLFormElement) => {
    const wish = wishOf(await valuesOf(form, FIELDS));
    setBegun({ id: await begin('/jobs', wish), wish });
  };
  if (!may('server')) return <p class="empty">{t('not_allowed')}</p>;
  return (
    <>
      <form class="search-form search-form-top" onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget).catch(tellError);
      }}>
        <Fields fields={FIELDS} />
        <div class="buttons"><button type="submit" class="primary">{t('find')}</button></div>
      </form>
      {begun && <div class="card" aria-live="polite"><Work key={begun.id} id={begun.id}>{(result) => found(begun.wish, result)}</Work></div>}
    </>
  );
}

function People({ here }: PageProps) {
  const text = here.query.get('text') ?? '';
  return (
    <>
      <form class="tools" onSubmit={(event) => {
        event.preventDefault();
        const typed = textOf(new FormData(event.currentTarget).get('text') as string).trim();
        go(`${href('search', 'people')}?${new URLSearchParams({ text: typed }).toString()}`);
      }}>
        <label class="filter"><span class="hidden">{t('words')}</span><input name="text" type="search" placeholder={t('gal_words')} value={text} required /></label>
        <button type="submit" class="primary">{t('find')}</button>
      </form>
      {text !== '' && <ListOf caption={t('address_book')} path="/gal/search" query={{ text }} isCutHere canFilter={false}
        columns={[{ name: 'address', link: (row) => href('search', 'people', textOf(row['address'])) }, { name: 'name' }, { name: 'kind' }, { name: 'department' }, { name: 'telephone' }]} />}
    </>
  );
}

function Entry(props: { entry: string }) {
  const loaded = useLoad(props.entry, () => get(fill('/gal/entries/{entry}', props)));
  return <div class="cards"><Card title={props.entry} isWide><Wait loaded={loaded}>{(value) => <Members row={rowOf(value)} />}</Wait></Card></div>;
}

function Indexes() {
  return (
    <ListOf caption={t('indexes')} path="/search-indexes" columns={[{ name: 'mailbox' }, { name: 'state' }, { name: 'messages' }, { name: 'indexed' }, { name: 'waiting' }, { name: 'bytes' }, { name: 'problem' }]}
      actions={(row) => {
        const account = textOf(row['mailbox']);
        return <Operation label="rebuild" method="POST" path="/mailboxes/{account}/index/rebuild" values={{ account }} right="help" about={account} />;
      }} />
  );
}

export function Search({ here }: PageProps) {
  const which = here.parts[1] ?? '';
  return (
    <Page title={t('search')} intro={t('search_intro')}>
      <Tabs label={t('search')} tabs={[
        { to: href('search'), label: 'in_mailboxes', isHere: which === '' },
        { to: href('search', 'people'), label: 'address_book', isHere: which === 'people' },
        { to: href('search', 'indexes'), label: 'indexes', isHere: which === 'indexes' },
      ]} />
      {which === '' && <MailSearch />}
      {which === 'people' && (here.parts[2] ? <Entry entry={here.parts[2]} /> : <People here={here} />)}
      {which === 'indexes' && <Indexes />}
    </Page>
  );
}
