/** The page on which the simulators are told to misbehave. */
import type { ProgrammableFaults } from '../control.ts';
import type { FaultRule } from '../faults.ts';
import { PARAMETER } from './fault-form.ts';
import { FAULT_NOTES, FAULT_PRESETS, SIMULATOR_NAMES } from './fault-notes.ts';
import { html, type Content, type Html } from './html.ts';
import { page, type Surroundings } from './layout.ts';

export type Simulators = Readonly<Record<string, ProgrammableFaults>>;

/** What went wrong with the last form, and where. */
export interface FaultMistake {
  readonly simulator: string;
  readonly sentence: string;
}

export function faultsPage(
  simulators: Simulators,
  around: Omit<Surroundings, 'title' | 'query' | 'current'>,
  mistake?: FaultMistake,
): Html {
  return page({ ...around, title: 'Faults', current: 'faults' }, [
    html`<div class="bar"><h1>Faults</h1></div>`,
    html`<p class="lead">
      Tell the pretend services to misbehave. Each fault strikes at the next occasion, as often as asked for,
      in the order in which they were added; then service is normal again.
    </p>`,
    Object.entries(simulators).map(([name, script]) => simulator(name, script, mistake)),
  ]);
}

function simulator(name: string, script: ProgrammableFaults, mistake: FaultMistake | undefined): Html {
  const kinds = script.kinds();
  const presets = FAULT_PRESETS.filter(
    (one) => one.simulator === name && Object.hasOwn(kinds, one.fault.kind),
  );
  return html`<section class="simulator" id="${name}">
    <h2>${SIMULATOR_NAMES.get(name) ?? name}</h2>
    <div data-live="pending-${name}">${pending(name, script)}</div>
    ${mistake?.simulator === name && html`<p class="mistake" role="alert">${mistake.sentence}</p>`}
    ${
      presets.length > 0 &&
      html`<div class="presets">
        ${presets.map(
          ({ label, fault: { kind, ...parameters } }) =>
            html`<form method="post" action="/faults/${name}">
              <input type="hidden" name="kind" value="${kind}" />
              ${Object.entries(parameters).map(
                ([parameter, value]) =>
                  html`<input type="hidden" name="${PARAMETER}${parameter}" value="${String(value)}" />`,
              )}
              <button>${label}</button>
            </form>`,
        )}
      </div>`
    }
    <details class="kinds" ${mistake?.simulator === name && html`open`}>
      <summary>Any other fault</summary>
      ${Object.entries(kinds).map(([kind, rules]) => kindForm(name, kind, rules))}
    </details>
  </section>`;
}

function pending(name: string, script: ProgrammableFaults): Html {
  const waiting = script.list();
  if (waiting.length === 0) return html`<p class="calm">Nothing waits. Service is normal.</p>`;
  return html`<ol class="pending">
      ${waiting.map(({ fault: { kind, times: _times, ...parameters }, left }) => {
        const said = Object.entries(parameters).filter(([, value]) => value !== undefined);
        return html`<li>
          <b>${kind}</b>
          <span>${said.map(([parameter, value]) => html`<code>${parameter}: ${String(value)}</code> `)}</span>
          <i>${left === 1 ? 'once' : `${left} times`}</i>
        </li>`;
      })}
    </ol>
    <form method="post" action="/faults/${name}/clear"><button class="quiet">Forget them all</button></form>`;
}

function kindForm(name: string, kind: string, rules: Readonly<Record<string, FaultRule>>): Html {
  return html`<form class="kind" method="post" action="/faults/${name}">
    <input type="hidden" name="kind" value="${kind}" />
    <p><b>${kind}</b> ${FAULT_NOTES.get(`${name}/${kind}`)}</p>
    <div class="fields">
      ${Object.entries(rules).map(([parameter, rule]) => field(parameter, rule))}
      <label>times<input type="number" name="times" value="1" min="1" step="1" required /></label>
      <button>Add</button>
    </div>
  </form>`;
}

function field(parameter: string, rule: FaultRule): Html {
  const fieldName = PARAMETER + parameter;
  if (typeof rule !== 'string') return html`<label>${parameter}${choice(fieldName, rule)}</label>`;
  const optional = rule.endsWith('?');
  if (rule.startsWith('boolean')) {
    return html`<label
      >${parameter}${choice(fieldName, optional ? [undefined, true, false] : [true, false])}</label
    >`;
  }
  const type = rule.startsWith('number') ? html`type="number" step="any"` : html`type="text"`;
  return html`<label
    >${parameter}<input
      ${type}
      name="${fieldName}"
      placeholder="${optional && 'optional'}"
      autocomplete="off"
      ${!optional && html`required`}
  /></label>`;
}

function choice(name: string, values: readonly (string | number | boolean | undefined)[]): Content {
  // "Leave it out" comes first, so that a form that is not touched does so.
  const named = values.flatMap((value) => (value === undefined ? [] : [String(value)]));
  return html`<select name="${name}">
    ${values.includes(undefined) && html`<option value="">–</option>`}
    ${named.map((value) => html`<option value="${value}">${value}</option>`)}
  </select>`;
}
