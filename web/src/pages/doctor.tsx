// SPDX-License-Identifier: GPL-3.0-or-later
// The server looks at itself: what is wrong, how bad, and what to do.
import { useState } from 'preact/hooks';
import { rowsOf, textOf, type Json, type Row } from '../api/json';
import { language, t, time } from '../i18n';
import { begin, newest, Work } from '../parts/job';
import { useLoad } from '../parts/loading';
import { Page } from '../parts/page';
import { tellError } from '../parts/toast';
import { State } from '../parts/value';

const GRADES = [['problem', 'grade_problem'], ['warning', 'grade_warning'], ['good', 'grade_good']] as const;

function Findings(props: { rows: Row[] }) {
  return (
    <>
      {GRADES.map(([grade, title]) => {
        const rows = props.rows.filter((row) => row['result'] === grade);
        return (
          <section key={grade} class="findings">
            <h2>{t(title)} <small>{rows.length}</small></h2>
            {rows.length === 0 ? <p class="empty">{t('nothing')}</p> : (
              <ul class="records">
                {rows.map((row, at) => (
                  <li key={at} data-check={textOf(row['check'])}>
                    <div class="record-head"><State value={grade} /> <b>{textOf(row['about'])}</b> <code>{textOf(row['check'])}</code></div>
                    <p>{textOf(row['sentence'])}</p>
                    {textOf(row['advice']) !== '' && <p class="help">→ {textOf(row['advice'])}</p>}
                  </li>
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </>
  );
}

function found(result: Json, job: Row) {
  const moment = textOf(job['ended']);
  return (
    <>
      <p class="help">{t('examined_at', { when: time(moment) })}</p>
      <Findings rows={rowsOf(result)} />
    </>
  );
}

export function Doctor() {
  const [begun, setBegun] = useState('');
  const before = useLoad('doctor', () => newest('doctor'));
  const [withDns, setWithDns] = useState(true);
  const examine = () => begin('/doctor', { language: language(), ...(withDns ? {} : { 'no-dns': true }) }).then(setBegun, tellError);
  const id = begun === '' ? (before.value ?? '') : begun;
  return (
    <Page title={t('doctor')} intro={t('doctor_intro')} tools={
      <>
        <label><input type="checkbox" checked={withDns} onChange={(event) => setWithDns(event.currentTarget.checked)} /> {t('with_dns')}</label>
        <button type="button" class="primary" onClick={() => void examine()}>{t('examine')}</button>
      </>
    }>
      {id === '' ? <p class="empty">{t('not_examined')}</p> : <div class="card"><Work key={id} id={id}>{found}</Work></div>}
    </Page>
  );
}
