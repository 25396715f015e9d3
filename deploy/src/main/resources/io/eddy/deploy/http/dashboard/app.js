// The dashboard: keeps what the server tells, and shows it a few times a second.

import {find, follow} from './api.js';
import {ForecastChart, LossChart} from './charts.js';
import * as views from './views.js';

const {element} = views;
const PAGE = 25;
const POINTS = 512;
const MESSAGES = 200;
const DRAW_MILLIS = 250;
const FLEET_MILLIS = 2000;
const MODELS_MILLIS = 20_000;

const chart = new ForecastChart(element('chart'));
const loss = new LossChart(element('loss'));

let key = null;
let points = [];
let forecast = null;
let words = new Map(); // of anomalies, by time
let step = null; // milliseconds
let isText = false;
let tellJob;
const jobKnown = new Promise(resolve => { tellJob = resolve; });
let offset = 0;
let decision = -1;
let trainings = [];
let chosen = -1; // the newest
let messages = [];
let stop = () => {};
let isDrawn = true;

// ---- colours ---------------------------------------------------------------------------------

const dark = matchMedia('(prefers-color-scheme: dark)');

function theme() {
  return localStorage.getItem('eddy-theme') ?? (dark.matches ? 'dark' : 'light');
}

function paint() {
  document.documentElement.dataset.theme = theme();
  element('theme').textContent = theme() === 'dark' ? 'light' : 'dark';
  element('theme').setAttribute('aria-label', `Change to ${element('theme').textContent} colours`);
  chart.redraw();
  loss.redraw();
}

function toggleTheme() {
  localStorage.setItem('eddy-theme', theme() === 'dark' ? 'light' : 'dark');
  paint();
}

dark.addEventListener('change', paint);
element('theme').addEventListener('click', toggleTheme);

// ---- one key ---------------------------------------------------------------------------------

async function open(name) {
  key = name;
  points = [];
  words = new Map();
  forecast = null;
  step = null;
  location.hash = encodeURIComponent(name);
  document.title = `${name} – Eddy`;
  for (const row of element('keys').tBodies[0].rows) {
    if (row.dataset.key === name) row.setAttribute('aria-current', 'true');
    else row.removeAttribute('aria-current');
  }
  listen();
  await jobKnown;
  const [history, state, latest] = await Promise.all([
    find('history', {key: name}),
    isText ? null : find('state', {key: name}),
    isText ? null : find('forecast', {key: name}),
  ]);
  if (key !== name) return;
  // What came live in the meantime is newer.
  const first = points.length > 0 ? points[0].time : Infinity;
  points = [...(history?.points ?? pointsOf(state)).filter(point => point.time < first), ...points].slice(-POINTS);
  forecast ??= latest;
  step = state?.step_millis ?? null;
  isDrawn = false;
}

/** The values alone, of a key that was not answered lately. */
function pointsOf(state) {
  return (state?.recent ?? []).map(one => ({time: one.time, actual: one.value, expected: null, lower: null, upper: null, anomaly: false, missing: one.missing}));
}

/** So much of the past that what comes next can be seen beside it. */
function inSight() {
  if (element('span').value === 'all') return points;
  return points.slice(-Math.min(POINTS, Math.max(80, 8 * (forecast?.horizon.length ?? 0))));
}

function stepMillis() {
  if (step !== null && step > 0) return step;
  const spaces = points.slice(-32).map((point, i, all) => i === 0 ? 0 : point.time - all[i - 1].time).filter(space => space > 0).sort((a, b) => a - b);
  return spaces.length === 0 ? 1000 : spaces[Math.floor(spaces.length / 2)];
}

function addAnswer(answer) {
  if (answer.key !== key) return;
  forecast = answer;
  if (answer.is_anomaly) words.set(answer.event_time, views.anomalyWords(answer));
  addPoint({
    time: answer.event_time, actual: answer.actual_value, expected: answer.expected_value,
    lower: answer.expected_lower_bound, upper: answer.expected_upper_bound, anomaly: answer.is_anomaly, missing: answer.missing,
  });
}

function addPoint(point) {
  const last = points.length > 0 ? points[points.length - 1].time : -Infinity;
  // Many messages may come in one millisecond; a late value has its place further back.
  if (point.time < last || (point.time === last && !isText)) return;
  points.push(point);
  if (points.length > POINTS) points.shift();
  isDrawn = false;
}

function addMessage(message) {
  messages.push(message);
  if (messages.length > MESSAGES) messages.shift();
  if (message.key === key) {
    addPoint({time: message.event_time, actual: message.surprise, expected: message.expected_surprise, lower: null, upper: null, anomaly: message.is_anomaly, missing: false});
  }
  isDrawn = false;
}

function draw() {
  if (isDrawn || document.hidden) return;
  isDrawn = true;
  if (key !== null) {
    views.showKey(key, points, forecast, isText);
    views.showAnomalies(points, words);
    views.showHorizon(forecast);
    chart.show(inSight(), forecast, stepMillis());
  }
  if (isText) {
    const rare = element('rare').checked;
    const own = element('this-key').checked;
    views.showMessages(messages.filter(message => (!rare || message.is_anomaly) && (!own || message.key === key)));
  }
}

// ---- events ----------------------------------------------------------------------------------

function listen() {
  stop();
  stop = follow(isText ? ['*'] : key === null ? [] : [key], {
    status: note,
    answer: addAnswer,
    message: addMessage,
    dropped: () => {},
    lost: views.showLost,
  });
}

async function note(status) {
  views.showStatus(status);
  if (status.job === 'forecast') tellJob();
  if (status.job !== 'forecast' && status.job !== '' && !isText) {
    isText = true;
    tellJob();
    const scored = status.job === 'language_model' || status.job === 'complete';
    element('messages-panel').hidden = false;
    element('horizon-panel').hidden = true;
    element('column-value').textContent = scored ? 'surprise' : status.job === 'classify' ? 'probability' : 'log probability';
    element('column-expected').textContent = scored ? 'usual' : '';
    element('sort').value = 'value';
    views.showLegend(true);
    messages = (await find('messages', {limit: MESSAGES}))?.messages ?? [];
    listen();
  }
  // While it starts there is nothing to ask.
  if (status.application_id !== '' && status.health.decision !== decision) {
    decision = status.health.decision;
    refreshModels();
  }
  if (status.trainings_open > 0) refreshTrainings();
}

// ---- what is asked for now and then -----------------------------------------------------------

async function refreshFleet() {
  if (document.hidden) return;
  const search = element('search').value;
  const page = await find('keys', {search, sort: element('sort').value, offset, limit: PAGE});
  if (page === null || search !== element('search').value) return;
  if (page.keys.length === 0 && offset > 0) {
    offset = 0;
    refreshFleet();
    return;
  }
  views.showFleet(page, key, isText, open);
  if (key === null && page.keys.length > 0) open(page.keys[0].key);
}

async function refreshModels() {
  const models = await find('models');
  if (models !== null) views.showModels(models);
}

async function refreshTrainings() {
  trainings = (await find('trainings'))?.trainings ?? trainings;
  const shown = chosen >= 0 ? chosen : trainings.length - 1;
  views.showTrainings(trainings, shown);
  if (shown >= 0) {
    views.showTraining(trainings[shown]);
    loss.show(trainings[shown]);
  }
}

// ---- hands -----------------------------------------------------------------------------------

function turn(pages) {
  offset = Math.max(0, offset + pages * PAGE);
  refreshFleet();
}

element('search').addEventListener('input', () => { offset = 0; refreshFleet(); });
element('sort').addEventListener('change', () => { offset = 0; refreshFleet(); });
element('previous').addEventListener('click', () => turn(-1));
element('next').addEventListener('click', () => turn(1));
element('trainings').addEventListener('change', event => {
  const index = Number(event.target.value);
  chosen = index === trainings.length - 1 ? -1 : index;
  refreshTrainings();
});
for (const id of ['rare', 'this-key', 'span']) {
  element(id).addEventListener('change', () => { isDrawn = false; draw(); });
}

function move(by) {
  const buttons = [...element('keys').querySelectorAll('tbody button')];
  const at = buttons.indexOf(document.activeElement);
  buttons[Math.min(buttons.length - 1, Math.max(0, at + by))]?.focus();
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  const isTyping = target.matches('input[type="search"], select');
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    element('search').focus();
    element('search').select();
  } else if (event.key === 'Escape' && target === element('search')) {
    target.value = '';
    offset = 0;
    refreshFleet();
    target.blur();
  } else if (event.key === 'Enter' && target === element('search')) {
    const first = element('keys').querySelector('tbody tr[data-key]');
    if (first !== null) open(first.dataset.key);
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && (target === element('search') || target.closest('#keys'))) {
    event.preventDefault();
    move(event.key === 'ArrowDown' ? 1 : -1);
  } else if (event.key === 't' && !isTyping) {
    toggleTheme();
  }
});
document.addEventListener('visibilitychange', () => { refreshFleet(); draw(); });

paint();
views.showLegend(false);
if (location.hash.length > 1) open(decodeURIComponent(location.hash.slice(1)));
else listen();
refreshFleet();
refreshTrainings();
setInterval(draw, DRAW_MILLIS);
setInterval(refreshFleet, FLEET_MILLIS);
setInterval(() => { refreshModels(); refreshTrainings(); }, MODELS_MILLIS);
