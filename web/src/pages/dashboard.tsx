// SPDX-License-Identifier: GPL-3.0-or-later
// The first page: is the server well, what goes through it, what needs somebody.
import { get } from '../api/client';
import { isRow, listOf, numberOf, rowOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { count, day, duration, member, size, t } from '../i18n';
import { Chart, Meter, type Bar } from '../parts/chart';
import { useLoad, Wait } from '../parts/loading';
import { Card, Page } from '../parts/page';
import { href } from '../parts/route';
import { Members, SmallTable, State } from '../parts/value';
import { LogLines } from './log';

const EVERY_SECONDS = 30;

function Numbers(props: { status: Row; counts: Row }) {
  const { status, counts } = props;
  const tiles: [string, string, string][] = [
    [t('mailboxes'), 'mailboxes', href('mailboxes')],
    [t('sessions'), 'sessions', href('sessions')],
    [t('queue'), 'queue', href('queue')],
    [t('quarantine'), 'quarantine', href('quarantine')],
    [t('moderation'), 'moderation', href('moderation')],
  ];
  return (
    <div class="tiles">
      {tiles.map(([title, name, to]) => <a key={name} class="tile" href={to}><b>{count(numberOf(counts[name]))}</b><span>{title}</span></a>)}
      <div class="tile"><b>{duration(numberOf(status['up_seconds']))}</b><span>{t('up')}</span></div>
    </div>
  );
}

function problemText(problem: Json): string {
  if (!isRow(problem)) return textOf(problem);
  return textOf(problem['text'] ?? problem['message'] ?? problem['problem']) || textOf(problem);
}

function Problems(props: { problems: Json[] }) {
  if (props.problems.length === 0) return <p class="well">{t('no_problems')}</p>;
  return <ul class="problems">{props.problems.map((one, at) => <li key={at}>{problemText(one)}</li>)}</ul>;
}

const HOURS = 24;

/** A row for each of the last hours, quiet ones too. The server names them by its own clock: where that is another than
 * the browser's, the hours that it told are shown alone. */
function lastHours(rows: Row[]): [string, Row][] {
  const byTime = new Map(rows.map((row) => [textOf(row['time']), row]));
  const all = Array.from({ length: HOURS }, (_, at): [string, Row] => {
    const hour = new Date(Date.now() - (HOURS - 1 - at) * 3_600_000);
    const label = `${String(hour.getHours()).padStart(2, '0')}:00`;
    const name = `${day(hour)} ${label}`;
    const row = byTime.get(name) ?? {};
    byTime.delete(name);
    return [label, row];
  });
  if (byTime.size <= 1) return all;  // the oldest hour may have just passed out of the day
  return rows.map((row) => [textOf(row['time']).slice(-5), row]);
}

function Traffic(props: { rows: Row[] }) {
  const bars: Bar[] = lastHours(props.rows).map(([label, row]) => ({
    label,
    values: [numberOf(row['delivered']), numberOf(row['relayed']), numberOf(row['failed']) + numberOf(row['refused'])],
  }));
  const series = [
    { name: member('delivered'), tone: 'a' as const },
    { name: member('relayed'), tone: 'b' as const },
    { name: t('failed_or_refused'), tone: 'd' as const },
  ];
  return <Chart title={t('last_day')} series={series} bars={bars} />;
}

function Disk(props: { disk: Row }) {
  const free = numberOf(props.disk['free_bytes']);
  const total = numberOf(props.disk['bytes']);
  const words = t('disk_used', { used: size(total - free), total: size(total), free: size(free) });
  return (
    <>
      <p>{words}</p>
      <Meter used={total - free} total={total} label={words} />
      <p class="help"><code>{textOf(props.disk['folder'])}</code></p>
    </>
  );
}

function Services(props: { status: Row; directory: Row }) {
  const { status, directory } = props;
  const sources = rowsOf(directory['sources']);
  return (
    <>
      <ul class="services">
        <li><span>kontord <small>{textOf(status['version'])}</small></span><State value="running" /></li>
        <li><span>kontor-directory</span><State value={directory['running'] === true ? 'running' : 'failed'} /></li>
        {sources.map((row, at) => (
          <li key={at}><span>{textOf(row['source'])} <small>{textOf(row['server'])}</small></span><State value={row['reachable'] === false ? 'failed' : 'good'} /></li>
        ))}
      </ul>
      <Members row={status} only={['server', 'connections', 'people', 'queue_messages', 'queue_bytes', 'mailboxes_with_problems']} />
    </>
  );
}

function Last(props: { rows: Row[] }) {
  if (props.rows.length === 0) return <p class="well">{t('no_problems')}</p>;
  return <LogLines rows={props.rows} />;
}

export function Dashboard() {
  const loaded = useLoad('overview', async () => rowOf(await get('/overview')), EVERY_SECONDS);
  return (
    <Page title={t('dashboard')} tools={<a class="button" href={href('doctor')}>{t('doctor')}</a>}>
      <Wait loaded={loaded}>
        {(overview) => {
          const status = rowOf(overview['status']);
          const directory = rowOf(overview['directory']);
          const certificates = rowsOf(overview['certificates']);
          const problems = [status, directory, ...certificates].flatMap((row) => listOf(row['problems']));
          return (
            <>
              <Numbers status={status} counts={rowOf(overview['counts'])} />
              <div class="cards">
                <Card title={t('attention')} isWide><Problems problems={problems} /></Card>
                <Card title={t('traffic')} isWide><Traffic rows={rowsOf(overview['traffic'])} /></Card>
                <Card title={t('services')}><Services status={status} directory={directory} /></Card>
                <Card title={t('disk')}><Disk disk={rowOf(overview['disk'])} /></Card>
                <Card title={t('certificates')}>{certificates.map((row, at) => <Members key={at} row={row} without={['problems']} />)}</Card>
                <Card title={t('domains')}><SmallTable rows={rowsOf(overview['domains'])} /></Card>
                <Card title={t('last_problems')} isWide><Last rows={rowsOf(overview['last_problems'])} /></Card>
              </div>
            </>
          );
        }}
      </Wait>
    </Page>
  );
}
