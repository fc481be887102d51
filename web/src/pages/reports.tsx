// SPDX-License-Identifier: GPL-3.0-or-later
// What other mail servers report of mail in our name (DMARC) and of TLS with us (TLSRPT), and what
// was counted for them.
import { t, type Key } from '../i18n';
import { Operation } from '../parts/operation';
import { ListOf, Page, Tabs } from '../parts/page';
import { href } from '../parts/route';
import type { Column } from '../parts/table';
import type { PageProps } from './registry';

interface Kind {
  label: Key;
  path: string;
  columns: string[];
}

const KINDS: Record<string, Kind> = {
  '': { label: 'dmarc_sources', path: '/dmarc', columns: ['source', 'from', 'messages', 'passed', 'dkim', 'spf', 'quarantined', 'rejected', 'reporters', 'to_do'] },
  'dmarc-received': { label: 'dmarc_received', path: '/dmarc/received', columns: ['reporter', 'domain', 'policy', 'messages', 'from', 'until', 'signed', 'received'] },
  'dmarc-counted': { label: 'dmarc_counted', path: '/dmarc/reports', columns: ['day', 'domain', 'policy', 'messages', 'passed', 'to'] },
  tls: { label: 'tls_seen', path: '/tlsrpt', columns: ['domain', 'policy', 'result', 'sessions', 'mail_host', 'reason', 'reporters', 'to_do'] },
  'tls-received': { label: 'tls_received', path: '/tlsrpt/received', columns: ['reporter', 'domain', 'succeeded', 'failed', 'from', 'until', 'received'] },
  'tls-counted': { label: 'tls_counted', path: '/tlsrpt/results', columns: ['day', 'domain', 'policy', 'succeeded', 'failed', 'failures'] },
};

function columnsOf(kind: Kind): Column[] {
  return kind.columns.map((name) => ({ name, ...(name === 'from' ? { kind: 'time' as const } : {}) }));
}

export function Reports({ here }: PageProps) {
  const which = here.parts[1] ?? '';
  const kind = KINDS[which] ?? KINDS[''];
  if (!kind) return null;
  return (
    <Page title={t('reports')} intro={t('reports_intro')}>
      <Tabs label={t('reports')} tabs={Object.entries(KINDS).map(([name, one]) => ({
        to: name === '' ? href('reports') : href('reports', name), label: one.label, isHere: one === kind,
      }))} />
      <ListOf key={kind.path} caption={t(kind.label)} path={kind.path} columns={columnsOf(kind)} tools={(reload) => (
        <>
          {which === 'dmarc-counted' && <Operation label="send_reports" method="POST" path="/dmarc/send" right="server" confirm={t('send_reports_text')} done={reload} />}
          {which === 'tls-counted' && <Operation label="send_reports" method="POST" path="/tlsrpt/send" right="server" confirm={t('send_reports_text')} done={reload} />}
        </>
      )} />
    </Page>
  );
}
