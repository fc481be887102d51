// SPDX-License-Identifier: GPL-3.0-or-later
// What became of messages: a search, and the way of one message, recipient by recipient.
import { useState } from 'preact/hooks';
import { fill, get, type Query } from '../api/client';
import { listOf, numberOf, rowOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { member, size, t, time } from '../i18n';
import { Fields, valuesOf, type Field } from '../parts/form';
import { useLoad, Wait } from '../parts/loading';
import { Card, Page } from '../parts/page';
import { go, href, type Place } from '../parts/route';
import { Members, State } from '../parts/value';
import type { PageProps } from './registry';

const STATES = ['delivered', 'relayed', 'waiting', 'deferred', 'failed', 'refused', 'removed', 'discarded', 'redirected', 'junk', 'virus'];
const NAMES = ['sender', 'recipient', 'subject', 'status', 'since', 'until', 'message-id', 'queue-id', 'client'];

function fieldsFor(here: Place): Field[] {
  const value = (name: string) => here.query.get(name) ?? '';
  return [
    { name: 'sender', value: value('sender') },
    { name: 'recipient', value: value('recipient') },
    { name: 'subject', value: value('subject') },
    { name: 'status', kind: 'choice', choices: STATES, value: value('status') },
    { name: 'since', kind: 'day', value: value('since') },
    { name: 'until', kind: 'day', value: value('until') },
    { name: 'message-id', value: value('message-id') },
    { name: 'client', value: value('client') },
  ];
}

function recipientsText(row: Row): string {
  const names = rowsOf(row['recipients']).map((one) => textOf(one['recipient']));
  const [first = ''] = names;
  const more = numberOf(row['recipients_in_all']) - 1;
  return more > 0 ? `${first} +${more}` : first;
}

function states(row: Row): string[] {
  const all = rowsOf(row['recipients']).map((one) => textOf(one['status']));
  if (row['junk'] === true) all.push('junk');
  if (row['virus'] === true) all.push('virus');
  return [...new Set(all)];
}

function Found(props: { rows: Row[] }) {
  if (props.rows.length === 0) return <p class="empty">{t('nothing')}</p>;
  const names = ['time', 'sender', 'recipient', 'status', 'bytes', 'subject'];
  return (
    <table role="table">
      <caption class="hidden">{t('trace')}</caption>
      <thead role="rowgroup"><tr role="row">{names.map((name) => <th key={name} role="columnheader" scope="col">{member(name)}</th>)}</tr></thead>
      <tbody role="rowgroup">
        {props.rows.map((row) => (
          <tr key={textOf(row['id'])} role="row">
            <td role="cell" data-label={member('time')}><a href={href('trace', textOf(row['id']))}>{time(numberOf(row['time']), true)}</a></td>
            <td role="cell" data-label={member('sender')}>{textOf(row['sender'])}</td>
            <td role="cell" data-label={member('recipient')}>{recipientsText(row)}</td>
            <td role="cell" data-label={member('status')}>{states(row).map((state) => <State key={state} value={state} />)}</td>
            <td role="cell" data-label={member('bytes')}>{size(numberOf(row['bytes']))}</td>
            <td role="cell" data-label={member('subject')}>{textOf(row['subject'])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The messages of an answer, whatever its list is called there. */
function messagesOf(value: Json): Row[] {
  const row = rowOf(value);
  return rowsOf(row['messages'] ?? row['items'] ?? value);
}

/** Since when the trace knows, and how much room it has. */
function keptText(row: Row): string {
  const oldest = textOf(row['oldest']).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
  if (row['enabled'] === false) return t('trace_off');
  return oldest === '' ? '' : t('trace_kept', { since: oldest, bytes: size(numberOf(row['bytes'])) });
}

function Search({ here }: PageProps) {
  const query: Query = {};
  for (const name of NAMES) query[name] = here.query.get(name) ?? '';
  const key = JSON.stringify(query);
  const [before, setBefore] = useState<string[]>([]);
  const place = before.at(-1) ?? '';
  const loaded = useLoad(`${key} ${place}`, () => get('/trace', { ...query, limit: 100, before: place }));
  const fields = fieldsFor(here);
  const kept = useLoad('kept', () => get('/trace/status'));
  return (
    <Page title={t('trace')} intro={`${t('trace_intro')} ${keptText(rowOf(kept.value))}`}>
      <form class="search-form" key={key} onSubmit={(event) => {
        event.preventDefault();
        void valuesOf(event.currentTarget, fields).then((values) => {
          setBefore([]);
          go(`${href('trace')}?${new URLSearchParams(Object.entries(values).map(([name, value]) => [name, textOf(value)])).toString()}`);
        });
      }}>
        <Fields fields={fields} />
        <div class="buttons">
          <a class="button" href={href('trace')}>{t('clear')}</a>
          <button type="submit" class="primary">{t('find')}</button>
        </div>
      </form>
      <Wait loaded={loaded}>
        {(value) => {
          const row = rowOf(value);
          const next = textOf(row['next']);
          const problems = listOf(row['problems']);
          return (
            <>
              {problems.length > 0 && <ul class="problems">{problems.map((one, at) => <li key={at}>{textOf(one)}</li>)}</ul>}
              <Found rows={messagesOf(value)} />
              <div class="pages">
                {before.length > 0 && <button type="button" onClick={() => setBefore(before.slice(0, -1))}>{t('newer')}</button>}
                {next !== '' && <button type="button" onClick={() => setBefore([...before, next])}>{t('older')}</button>}
              </div>
            </>
          );
        }}
      </Wait>
    </Page>
  );
}

function Steps(props: { steps: Row[] }) {
  return (
    <ol class="line">
      {props.steps.map((step, at) => (
        <li key={at} class={`line-${textOf(step['what'])}`}>
          <time>{time(numberOf(step['time']), true)}</time>
          <State value={textOf(step['what'])} />
          <span class="line-text">{[step['status'], step['place'], step['text']].map(textOf).filter((text) => text !== '').join(' · ')}</span>
        </li>
      ))}
    </ol>
  );
}

function People(props: { message: Row; steps: Row[] }) {
  const { message, steps } = props;
  const named = new Set(rowsOf(message['recipients']).map((one) => textOf(one['recipient'])));
  const common = steps.filter((step) => !named.has(textOf(step['recipient'])));
  return (
    <>
      {common.length > 0 && <Card title={t('for_all')} isWide><Steps steps={common} /></Card>}
      {rowsOf(message['recipients']).map((person) => {
        const recipient = textOf(person['recipient']);
        return (
          <Card key={recipient} title={recipient} isWide tools={<State value={textOf(person['status'])} />}>
            {textOf(person['asked']) !== '' && textOf(person['asked']) !== recipient && <p>{t('asked_for', { address: textOf(person['asked']) })}</p>}
            {numberOf(person['queue_id']) > 0 && <p><a href={href('queue', textOf(person['queue_id']))}>{t('in_queue', { id: textOf(person['queue_id']) })}</a></p>}
            <Steps steps={steps.filter((step) => textOf(step['recipient']) === recipient)} />
          </Card>
        );
      })}
    </>
  );
}

function Way(props: { id: string }) {
  const loaded = useLoad(props.id, () => get(fill('/trace/messages/{id}', props)), 10);
  return (
    <Page title={t('way')} intro={props.id}>
      <Wait loaded={loaded}>
        {(value) => {
          // Several arrivals may bear one id: a copy that came back in.
          const all = Array.isArray(value) || rowOf(value)['messages'] !== undefined ? messagesOf(value) : [rowOf(value)];
          return all.map((message, at) => {
            const steps = rowsOf(message['steps'] ?? rowOf(value)['steps']);
            return (
              <div class="cards" key={at}>
                <Card title={textOf(message['subject']) || t('message')} isWide>
                  <Members row={message} only={['time', 'sender', 'subject', 'bytes', 'protocol', 'client', 'hello', 'tls', 'account', 'message_id', 'junk', 'virus']} />
                </Card>
                <People message={message} steps={steps} />
              </div>
            );
          });
        }}
      </Wait>
    </Page>
  );
}

export function Trace({ here }: PageProps) {
  const [, id] = here.parts;
  return id ? <Way id={id} /> : <Search here={here} />;
}
