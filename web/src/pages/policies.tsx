// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of what holds for whom, and why something holds for a person.
import { textOf } from '../api/json';
import { t } from '../i18n';
import { Operation } from '../parts/operation';
import { ListOf, Page, Tabs } from '../parts/page';
import { go, href } from '../parts/route';
import type { PageProps } from './registry';

function AskWhy() {
  return (
    <form class="tools" onSubmit={(event) => {
      event.preventDefault();
      const person = textOf(new FormData(event.currentTarget).get('person') as string).trim();
      if (person !== '') go(href('mailboxes', person, 'policy'));
    }}>
      <label>{t('why_for')} <input name="person" type="text" placeholder="anna@example.org" required /></label>
      <button type="submit">{t('explain')}</button>
    </form>
  );
}

/** What retention rules expunged at the last turn of upkeep, or what they would now. */
function Retention({ here }: PageProps) {
  const isRehearsal = here.query.get('now') === 'yes';
  return (
    <>
      <p class="help">{t(isRehearsal ? 'retention_now_text' : 'retention_text')}</p>
      <ListOf caption={t('retention')} path="/retention" query={{ 'dry-run': isRehearsal }} columns={[{ name: 'mailbox' }, { name: 'rule' }, { name: 'messages' }, { name: 'bytes' }, { name: 'when', kind: 'time' }]}
        tools={() => <a class="button" href={isRehearsal ? href('policies', 'retention') : `${href('policies', 'retention')}?now=yes`}>{t(isRehearsal ? 'retention_last' : 'retention_now')}</a>} />
    </>
  );
}

export function Policies({ here }: PageProps) {
  const isRetention = here.parts[1] === 'retention';
  return (
    <Page title={t('policies')} intro={t('policies_intro')}>
      <Tabs label={t('policies')} tabs={[
        { to: href('policies'), label: 'policies', isHere: !isRetention },
        { to: href('policies', 'retention'), label: 'retention', isHere: isRetention },
      ]} />
      {isRetention ? <Retention here={here} /> : <Rules />}
    </Page>
  );
}

function Rules() {
  return (
    <>
      <AskWhy />
      <ListOf caption={t('policies')} path="/policies"
        columns={[{ name: 'rule' }, { name: 'level' }, { name: 'values', fixed: true }, { name: 'kept_by' }, { name: 'problem' }]}
        tools={(reload) => (
          <Operation label="set_policy" method="PUT" path="/policies/{who}" right="server" isMain done={reload}
            fields={[
              { name: 'who', required: true, help: 'policy_who_help' },
              { name: 'values', kind: 'lines', required: true, help: 'policy_values_help', rows: 4 },
            ]} />
        )}
        actions={(row, reload) => {
          const who = textOf(row['rule']);
          return (
            <Operation label="remove" method="DELETE" path="/policies/{who}" values={{ who }} right="server" about={who}
              fields={[{ name: 'name', help: 'policy_name_help' }]} confirm={t('remove_policy_text', { who })} isDangerous done={reload} />
          );
        }}
      />
    </>
  );
}
