// Charts by uPlot, in the colours of the page.

import uPlot from './uPlot.esm.js';
import {isStep, number} from './format.js';

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function axes(time) {
  const grid = {stroke: colour('soft'), width: 1};
  const common = {stroke: colour('muted'), grid, ticks: grid, font: '11px system-ui, sans-serif'};
  return [
    {...common, space: 80, ...(time ? {values: clocks} : {})},
    {...common, size: 58, values: (chart, splits) => splits.map(value => number(value))},
  ];
}

// 24-hour clocks, and dates where days are shown; by milliseconds between two marks.
const clocks = [
  [365 * 86_400_000, '{YYYY}', null, null, null, null, null, null, 1],
  [28 * 86_400_000, '{YYYY}-{MM}', null, null, null, null, null, null, 1],
  [86_400_000, '{MM}-{DD}', '\n{YYYY}', null, null, null, null, null, 1],
  [3_600_000, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
  [60_000, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
  [1000, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
];

/** A chart that fills an element, is drawn anew in other colours, and updated in place. */
class Chart {
  constructor(element, options) {
    this.element = element;
    this.options = options;
    this.shape = null;
    this.plot = null;
    this.data = null;
    new ResizeObserver(() => this.resize()).observe(element);
  }

  resize() {
    if (this.plot !== null) this.plot.setSize(this.size());
  }

  size() {
    return {width: Math.max(120, this.element.clientWidth), height: this.element.clientHeight};
  }

  /** @param shape what the series are; another one needs another plot */
  draw(data, shape) {
    this.data = data;
    if (this.plot !== null && this.shape === shape) {
      this.plot.setData(data);
      return;
    }
    this.clear();
    this.shape = shape;
    this.plot = new uPlot({...this.size(), ...this.options(shape)}, data, this.element);
  }

  /** After a change of colours. */
  redraw() {
    if (this.plot !== null) {
      const {data, shape} = this;
      this.clear();
      this.draw(data, shape);
    }
  }

  clear() {
    if (this.plot !== null) this.plot.destroy();
    this.plot = null;
  }
}

const none = {show: false};

/** Values with what was expected, and the fan of what comes. */
export class ForecastChart extends Chart {
  constructor(element) {
    super(element, shape => ForecastChart.options(shape));
  }

  static options(shape) {
    const {time, intervals} = JSON.parse(shape);
    const hidden = {stroke: 'transparent', width: 0, points: none};
    const series = [
      {},
      {...hidden}, {...hidden}, // 1, 2: upper and lower bound of what was expected
      {stroke: colour('expected'), width: 1, dash: [4, 3], points: none},
      {stroke: colour('actual'), width: 1.5, points: none},
      {stroke: colour('forecast'), width: 1.5, points: none},
      {stroke: 'transparent', width: 0, points: {show: true, size: 9, fill: colour('anomaly'), stroke: colour('panel'), width: 1}},
    ];
    const bands = [{series: [1, 2], fill: colour('band')}];
    for (let interval = 0; interval < intervals; interval++) {
      bands.push({series: [series.length, series.length + 1], fill: colour('fan')});
      series.push({...hidden}, {...hidden});
    }
    return {
      ms: 1,
      legend: none,
      cursor: {drag: {x: false, y: false}, points: none},
      padding: [8, 26, 0, 0],
      scales: {x: {time}},
      axes: axes(time),
      series,
      bands,
    };
  }

  /**
   * @param points of the past, oldest first
   * @param forecast the latest, or null
   * @param stepMillis between two steps
   */
  show(points, forecast, stepMillis) {
    if (points.length === 0) {
      this.clear();
      return;
    }
    const last = points[points.length - 1];
    const ahead = forecast === null ? [] : forecast.horizon;
    const intervals = forecast === null ? [] : [{lower: ahead.map(step => step.lower_bound), upper: ahead.map(step => step.upper_bound)},
      ...forecast.intervals.map(interval => ({lower: interval.lower_bound, upper: interval.upper_bound}))];
    const past = points.length - 1;
    const blank = new Array(points.length).fill(null);
    const gap = new Array(ahead.length).fill(null);
    const future = values => [...blank.slice(0, past), last.actual, ...values];
    const data = [
      [...points.map(point => point.time), ...ahead.map((step, i) => last.time + (i + 1) * stepMillis)],
      [...points.map(point => point.upper), ...gap],
      [...points.map(point => point.lower), ...gap],
      [...points.map(point => point.expected), ...gap],
      [...points.map(point => point.actual), ...gap],
      future(ahead.map(step => step.forecast_value)),
      [...points.map(point => point.anomaly ? point.actual : null), ...gap],
      ...intervals.flatMap(interval => [future(interval.upper), future(interval.lower)]),
    ];
    this.draw(data, JSON.stringify({time: !isStep(last.time), intervals: intervals.length}));
  }
}

/** Losses by epoch. */
export class LossChart extends Chart {
  constructor(element) {
    super(element, () => ({
      legend: none,
      cursor: {drag: {x: false, y: false}, points: none},
      padding: [8, 8, 0, 0],
      scales: {x: {time: false}},
      axes: axes(false),
      series: [
        {},
        {stroke: colour('expected'), width: 1.2, points: none},
        {stroke: colour('forecast'), width: 1.6, points: none},
      ],
    }));
  }

  show(training) {
    this.draw([training.epochs, training.training_loss, training.validation_loss], 'loss');
  }
}

/** A line of the newest values, for a cell of a table. */
export function sparkline(values) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 100 20');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  if (values.length > 1) {
    const low = Math.min(...values);
    const range = Math.max(...values) - low;
    const at = (value, i) => {
      const x = 100 * i / (values.length - 1);
      const y = range === 0 ? 10 : 18.5 - 17 * (value - low) / range;
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    };
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', `M${values.map(at).join('L')}`);
    svg.append(path);
  }
  return svg;
}
