// What is known, as elements of the page. All text comes in as text: keys and messages are other people's.

import {sparkline} from './charts.js';
import {count, duration, number, percent, signed, time} from './format.js';

export const element = id => document.getElementById(id);

function make(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function set(id, text) {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text;
}

// ---- the head --------------------------------------------------------------------------------

export function showStatus(status) {
  const {health} = status;
  const word = !health.live ? 'stopped' : health.ready ? 'running' : health.state;
  const pill = element('health');
  set('health', word);
  pill.className = `pill ${!health.live ? 'bad' : health.ready ? 'good' : 'warn'}`;
  set('application', status.application_id);
  set('figure-rate', `${number(Math.round(status.answers_per_second * 10) / 10)}/s`);
  set('figure-lag', count(status.lag));
  set('figure-keys', count(status.keys_known));
  set('figure-model', (health.model_version === 0 ? (status.job === 'language_model' ? 'none' : 'naive') : `v${health.model_version}`)
    + (health.shadow_version === null ? '' : `, v${health.shadow_version} beside`));
  set('figure-training', status.trainings_open > 0 ? 'running' : `${count(status.trainings)} done`);
  set('figure-dead', count(status.dead_letters));
  element('figure-dead').className = status.dead_letters > 0 ? 'bad' : '';
  const restoring = health.restore_remaining > 0;
  element('restore').hidden = !restoring;
  if (restoring) {
    element('restore-bar').value = 1 - health.restore_remaining / Math.max(1, health.restore_total);
    set('restore-text', `${count(health.restore_remaining)} records to go`);
  }
  const skipped = status.answers_skipped > 0 ? `, a sample: ${count(status.answers_skipped)} answers skipped` : '';
  set('instance', `${status.instance}, up ${duration(status.uptime_ms)}${skipped}`);
}

export function showLost() {
  set('health', 'no connection');
  element('health').className = 'pill bad';
}

// ---- the fleet -------------------------------------------------------------------------------

export function showFleet(page, selected, isText, open) {
  const body = element('keys').tBodies[0];
  const focused = document.activeElement?.closest?.('#keys tbody tr')?.dataset.key;
  const rows = page.keys.map(row => keyRow(row, row.key === selected, isText, open));
  body.replaceChildren(...rows);
  if (focused !== undefined) {
    rows.find(row => row.dataset.key === focused)?.querySelector('button').focus();
  }
  if (rows.length === 0) {
    const empty = make('tr');
    const cell = make('td', page.known === 0 ? 'no answers yet' : 'no key is like that', 'muted');
    cell.colSpan = 6;
    empty.append(cell);
    body.append(empty);
  }
  const last = page.offset + page.keys.length;
  set('page', page.total === 0 ? '' : `${page.offset + 1}–${last} of ${count(page.total)}`);
  element('previous').disabled = page.offset === 0;
  element('next').disabled = last >= page.total;
}

function keyRow(row, isSelected, isText, open) {
  const made = make('tr');
  made.dataset.key = row.key;
  if (isSelected) made.setAttribute('aria-current', 'true');
  const name = make('td');
  const button = make('button', row.key);
  button.type = 'button';
  button.title = row.key;
  name.append(button);
  const line = make('td');
  line.append(sparkline(row.recent));
  const error = isText ? row.error : row.relative_error;
  const errorCell = make('td', number(error, 3), 'number');
  if (!isText && error !== null) errorCell.classList.add(error > 1 ? 'bad' : 'good');
  const anomalies = make('td', row.anomalies === 0 ? '' : count(row.anomalies), row.anomalies === 0 ? 'number' : 'number bad');
  if (row.last_anomaly !== null) anomalies.title = `last: ${time(row.last_anomaly)}`;
  made.append(name, line, make('td', number(row.actual, 3), 'number'), make('td', number(row.expected, 3), 'number wide'), errorCell, anomalies);
  made.addEventListener('click', () => open(row.key));
  return made;
}

// ---- one key ---------------------------------------------------------------------------------

export function showLegend(isText) {
  const entries = isText
    ? [['actual', 'surprise, bits a character'], ['expected', 'usual'], ['anomaly', 'rare']]
    : [['actual', 'actual'], ['expected', 'expected'], ['band', 'interval'], ['forecast', 'forecast'], ['fan', 'fan'], ['anomaly', 'anomaly']];
  element('legend').replaceChildren(...entries.map(([name, text]) => {
    const entry = make('li', undefined, name);
    entry.append(make('i'), text);
    return entry;
  }));
}

export function showKey(key, points, forecast, isText) {
  set('key-title', key);
  element('key-title').title = key;
  const last = points[points.length - 1];
  const figures = [];
  if (last === undefined) {
    figures.push(['no answers of this key are known', '']);
  } else {
    const miss = last.actual !== null && last.expected !== null ? last.actual - last.expected : null;
    figures.push(['at', time(last.time)]);
    figures.push([isText ? 'surprise' : 'actual', number(last.actual)], [isText ? 'usual' : 'expected', number(last.expected)]);
    if (!isText) figures.push(['missed by', miss === null ? '–' : number(miss)]);
  }
  if (forecast !== null) {
    const next = forecast.horizon[0];
    figures.push(['next', `${number(next.forecast_value)} (${number(next.lower_bound)} to ${number(next.upper_bound)}, ${percent(forecast.confidence)})`]);
    figures.push(['by', forecast.model_version === 0 ? 'the naive forecast' : `v${forecast.model_version}`]);
  }
  element('numbers').replaceChildren(...figures.map(([name, value]) => {
    const pair = make('div');
    pair.append(make('dt', name), make('dd', value));
    return pair;
  }));
  element('chart').setAttribute('aria-label', `${key}: ${figures.map(pair => pair.join(' ')).join(', ')}`);
}

/** @param words by time, what a live answer said of an anomaly */
export function showAnomalies(points, words) {
  const found = points.filter(point => point.anomaly).reverse();
  const rows = found.map(point => {
    const row = make('li');
    const said = words.get(point.time);
    row.append(make('span', time(point.time), 'muted'),
      make('span', `${number(point.actual)} instead of ${number(point.expected)}${said ? `, ${said}` : ''}`));
    return row;
  });
  element('anomalies').replaceChildren(...(rows.length > 0 ? rows : [make('li', 'none in sight', 'muted')]));
}

export function anomalyWords(forecast) {
  const kind = forecast.anomaly_kind.toLowerCase();
  const evidence = forecast.anomaly_evidence.toLowerCase().replaceAll('_', ' ');
  const input = forecast.anomaly_input === null ? '' : `; hung on ${forecast.anomaly_input}`;
  return `${kind}, seen by ${evidence}${input}`;
}

export function showHorizon(forecast) {
  const body = element('horizon').tBodies[0];
  body.replaceChildren(...(forecast === null ? [] : forecast.horizon).map(step => {
    const row = make('tr');
    row.append(...[`+${step.step}`, number(step.forecast_value), number(step.lower_bound), number(step.upper_bound)].map(text => make('td', text, 'number')));
    return row;
  }));
}

// ---- messages --------------------------------------------------------------------------------

const HEAT = [1, 2, 4, 6, 8]; // bits a character

function heat(bits) {
  return `s${HEAT.filter(limit => bits >= limit).length}`;
}

export function showMessages(messages) {
  const list = element('messages');
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.replaceChildren(...messages.map(messageRow));
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function messageRow(message) {
  const row = make('li', undefined, message.is_anomaly ? 'rare' : '');
  const figure = message.surprise ?? message.probability;
  const surprise = make('span', figure === null ? '–' : figure.toFixed(2), message.is_anomaly ? 'number bad' : 'number');
  if (message.is_anomaly) surprise.title = 'rare for its key';
  row.append(make('span', time(message.event_time), 'muted'), make('span', message.key, 'muted'), surprise, said(message));
  return row;
}

/** The message, and below it what is said of it. */
function said(message) {
  const line = text(message);
  if (message.said !== null || message.known !== null) {
    const wrong = message.said !== null && message.known !== null && message.said !== message.known;
    const answer = make('span', `→ ${message.said ?? '–'}`, wrong ? 'answer bad' : 'answer');
    if (message.known !== null) answer.append(make('span', ` (${message.known})`, 'muted'));
    line.append(answer);
  }
  return line;
}

/** The pieces that surprised most, or that were looked at or tagged, in colours of their own, the rest in the message's. */
function text(message) {
  const line = make('span', undefined, 'said');
  if (message.text === null && message.characters === 0) return line;
  if (message.text === null) {
    line.append(make('span', `(${count(message.characters)} characters, their text is not at hand)`, 'muted'));
    return line;
  }
  const rest = heat(message.surprise ?? 0);
  const pieces = [...message.peaks.map(ofPeak), ...message.marks.map(ofMark)].sort((a, b) => a.start - b.start);
  let at = 0;
  for (const piece of pieces) {
    if (piece.start < at || piece.start >= message.text.length) continue;
    if (piece.start > at) line.append(make('span', message.text.slice(at, piece.start), rest));
    const marked = make('span', message.text.slice(piece.start, piece.end), piece.colour);
    marked.title = piece.title;
    line.append(marked);
    if (piece.name !== null) line.append(make('sub', piece.name, 'muted'));
    at = piece.end;
  }
  if (at < message.text.length) line.append(make('span', message.text.slice(at), rest));
  return line;
}

function ofPeak(peak) {
  return {...peak, name: null, title: `${peak.bits.toFixed(1)} bits`, colour: heat(peak.bits / Math.max(1, peak.end - peak.start))};
}

const LOOKS = [0.05, 0.1, 0.2, 0.4, 0.6]; // share of the attention

function ofMark(mark) {
  const title = mark.name ?? `${percent(mark.weight)} of the attention`;
  return {...mark, title, colour: mark.name === null ? `s${LOOKS.filter(limit => mark.weight >= limit).length}` : 's2'};
}

// ---- models ----------------------------------------------------------------------------------

export function showModels(models) {
  const rows = [...models.versions].reverse().map(version => {
    const row = make('tr');
    const loss = Number.parseFloat(version.provenance['validation.loss']);
    row.append(
      make('td', `v${version.version}`, 'number'),
      make('td', version.standing === '-' ? '' : version.standing, version.standing),
      make('td', version.provenance['training.cause'] ?? version.provenance['made.by'] ?? '–'),
      make('td', number(loss), 'number'),
      make('td', count(version.events), 'number'),
      make('td', signed(version.skill), 'number'),
      make('td', percent(version.coverage), 'number'));
    row.title = `made ${version.created_at}, from v${version.base_version}`;
    return row;
  });
  element('versions').tBodies[0].replaceChildren(...rows);
  element('versions').hidden = rows.length === 0;
  element('no-versions').hidden = rows.length > 0;
  const decisions = models.decisions.slice(-50).reverse().map(decision => {
    const row = make('li');
    const beside = decision.shadow === null ? '' : `, v${decision.shadow} beside it`;
    const answers = decision.champion === 0 ? 'the naive forecast answers' : `v${decision.champion} answers`;
    const reason = decision.reason === '' ? '' : `: ${decision.reason}`;
    row.append(make('span', `#${decision.decision}`, 'muted'),
      make('span', `${decision.kind.toLowerCase().replaceAll('_', ' ')}, ${answers}${beside}${reason}`));
    const figures = Object.entries(decision.figures).map(([name, value]) => `${name} ${number(value)}`).join(', ');
    if (figures !== '') row.title = figures;
    return row;
  });
  element('decisions').replaceChildren(...(decisions.length > 0 ? decisions : [make('li', 'none yet', 'muted')]));
}

export function showTrainings(trainings, chosen) {
  const select = element('trainings');
  const names = trainings.map(training => `${training.job}, ${time(training.started_at)}`);
  if ([...select.options].map(option => option.textContent).join('\n') !== names.join('\n')) {
    select.replaceChildren(...names.map((name, i) => new Option(name, String(i))));
  }
  select.hidden = trainings.length === 0;
  if (chosen >= 0) select.value = String(chosen);
}

export function showTraining(training) {
  const last = training.epochs.length - 1;
  const best = Math.min(...training.validation_loss.filter(loss => loss !== null));
  const words = `${training.running ? 'running, ' : ''}epoch ${training.epochs[last]} of at most ${training.max_epochs}: loss ${number(training.training_loss[last])}, validation ${number(training.validation_loss[last])} (best ${number(best)}), ${duration(training.ended_at - training.started_at)}`;
  set('training-text', words);
  element('loss').setAttribute('aria-label', `Losses by epoch: ${words}`);
}
