// SPDX-License-Identifier: GPL-3.0-or-later
// The protocols and the queue: which take connections, and how to hold them up.
import { textOf } from '../api/json';
import { t } from '../i18n';
import { Operation } from '../parts/operation';
import { ListOf, Page } from '../parts/page';

const OWN = 'http';

export function Services() {
  return (
    <Page title={t('services')} intro={t('services_intro')}>
      <ListOf caption={t('services')} path="/services" refreshSeconds={15}
        columns={[{ name: 'name' }, { name: 'state' }, { name: 'sessions' }]}
        actions={(row, reload) => {
          const service = textOf(row['name']);
          // The console itself comes by it: who stops it here could not start it again here.
          if (service === OWN) return null;
          const isRunning = textOf(row['state']) === 'running';
          return (
            <>
              {isRunning && <Operation label="pause" method="POST" path="/services/{service}/pause" values={{ service }} right="server" about={service} confirm={t('pause_service_text', { service })} done={reload} />}
              {!isRunning && <Operation label="start" method="POST" path="/services/{service}/start" values={{ service }} right="server" about={service} done={reload} />}
              {textOf(row['state']) !== 'stopped' && <Operation label="stop" method="POST" path="/services/{service}/stop" values={{ service }} right="server" about={service} confirm={t('stop_service_text', { service })} isDangerous done={reload} />}
            </>
          );
        }}
      />
    </Page>
  );
}
